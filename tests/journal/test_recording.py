"""Recording: inside the verb's transaction, in one gap-free chain, in data that both engines give back unchanged."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy

from journal import chain, recording
from journal.models import ChainHead, Event
from journal.recording import acting_as, actor_label, record
from people.models import User


def test_an_event_tells_who_did_what_to_which_object_and_why(operator: User, finance: User, at: datetime) -> None:
    event = record(
        "user.renamed",
        obj=finance,
        by=operator,
        at=at,
        reason="更正姓名",
        data={"day": date(2026, 9, 18), "amount": Decimal("1.50"), "word": gettext_lazy("通知")},
        organisation_id=7,
        agreement_id=9,
    )
    event.refresh_from_db()

    assert (event.seq, event.action, event.at, event.reason) == (1, "user.renamed", at, "更正姓名")
    assert (event.object_type, event.object_id, event.object_label) == ("people.user", str(finance.pk), "李静")
    assert (event.actor, event.actor_label) == (operator, "王晓明 (operator)")
    assert event.data == {"day": "2026-09-18", "amount": "1.50", "word": "通知"}
    assert (event.organisation_id, event.agreement_id) == (7, 9)


def test_each_event_is_linked_to_the_one_before(db: None, at: datetime) -> None:
    first, second = (record("ticket.filed", by=None, at=at) for _ in range(2))

    assert (first.seq, first.prev) == (1, "0" * 64)
    assert (second.seq, second.prev) == (2, first.hash)
    assert ChainHead.objects.get().hash == second.hash


def test_recording_outside_a_transaction_is_an_error(transactional_db: None, at: datetime) -> None:
    with pytest.raises(RuntimeError, match="belongs inside the verb's transaction"):
        record("ticket.filed", by=None, at=at)


def test_what_is_rolled_back_was_never_recorded(transactional_db: None, at: datetime) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("ticket.filed", by=None, at=at)
        raise ZeroDivisionError

    with transaction.atomic():
        assert record("ticket.filed", by=None, at=at).seq == 1


@pytest.mark.parametrize(
    "action, changes, error, words",
    [
        pytest.param("Filed", {}, ValueError, "object.past_tense", id="capital"),
        pytest.param("filed", {}, ValueError, "object.past_tense", id="no object"),
        pytest.param("ticket.filed ", {}, ValueError, "object.past_tense", id="blank"),
        pytest.param("ticket.filed", {"at": datetime(2026, 9, 18)}, ValueError, "has no zone", id="naive instant"),
        pytest.param("ticket.filed", {"data": {"x": 0.1}}, TypeError, "is a float", id="float"),
        pytest.param("ticket.filed", {"data": {"x": object()}}, TypeError, "not JSON serializable", id="no JSON"),
    ],
)
def test_wrong_events_are_errors(
    db: None, at: datetime, action: str, changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        record(action, **{"by": None, "at": at, **changes})

    assert not Event.objects.exists()


def test_what_no_engine_may_change_reads_back_with_the_same_hash(operator: User, at: datetime) -> None:
    data = {"z": 1, "a": {"é": "\x00", "10": [10**20, "1e400", None]}, "B": "\u2028</script>"}
    record("ticket.filed", by=operator, at=at.replace(microsecond=123456), reason="第一行\n第二行\t\x00", data=data)

    assert chain.verify().faults == []


@pytest.mark.parametrize(
    "name, label",
    [
        pytest.param("", "system:system", id="nobody said"),
        pytest.param("sweep clocks", "system:sweep clocks", id="a named task"),
    ],
)
def test_the_system_names_its_task(name: str, label: str) -> None:
    with acting_as(name):
        assert actor_label(None) == label


def test_a_lost_head_is_taken_from_the_last_event(db: None, at: datetime) -> None:
    record("ticket.filed", by=None, at=at)
    ChainHead.objects.all().delete()

    assert record("ticket.closed", by=None, at=at).seq == 2
    assert chain.verify().sound


def record_some(at: datetime, number: int = 10) -> None:
    for _ in range(number):
        with transaction.atomic():
            record("ticket.filed", by=None, at=at)


def test_a_race_makes_one_chain_without_gap(race: Callable[..., list[Any]], at: datetime) -> None:
    results = race(*[lambda: record_some(at)] * 4)

    assert results == [None] * 4
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 41))
    assert chain.verify().sound


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time by itself")
def test_negative_control_without_the_lock_the_race_collides(
    race: Callable[..., list[Any]], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_some(at, 1)
    monkeypatch.setattr(recording, "locked_head", lambda: ChainHead.objects.get(pk=1))

    results = race(*[lambda: record_some(at)] * 4)

    assert any(isinstance(result, IntegrityError) for result in results)


def test_recorded_at_is_when_it_was_written(db: None, at: datetime) -> None:
    before = datetime.now(UTC)
    event = record("ticket.filed", by=None, at=at)

    assert before <= event.recorded_at <= datetime.now(UTC)
