"""Races at the desk: two merges the other way round, two members who take the same ticket to two queues."""

import threading
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection

from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from sla import acts, merging, queues
from sla.models import Holding, Merge, Ticket
from sla.watch import drifted
from tests.journal.racing import race
from tests.sla.make_sla import NINE, make_ticket

pytestmark = pytest.mark.django_db(transaction=True)
AT = NINE + timedelta(minutes=10)


@pytest.fixture
def pair(agreement: Agreement, party_b: User) -> tuple[Ticket, Ticket]:
    return make_ticket(agreement, party_b), make_ticket(agreement, party_b)


def both_ways(pair: tuple[Ticket, Ticket], by: User) -> list[Any]:
    one, two = pair
    said: dict[str, Any] = {"text": "同一次故障。", "at": AT, "by": by}
    return [partial(merging.merge, one, into=two, **said), partial(merging.merge, two, into=one, **said)]


def test_two_merges_the_other_way_round_leave_one_ticket_open(
    pair: tuple[Ticket, Ticket], operator: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = race(*both_ways(pair, operator), tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1, answers
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["cancelled", "reported"]
    assert Merge.objects.count() == 1
    assert Holding.objects.filter(until__isnull=True).count() == 1
    assert drifted() == {}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_without_the_locks_both_would_be_merged_away(
    pair: tuple[Ticket, Ticket], operator: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: nobody waits for the other's rows, both look before either writes."""
    gate = threading.Barrier(2, timeout=20)
    begun = acts.begin

    def unlocked(verb: str, ticket: Ticket, **said: Any) -> acts.Act:
        row = Ticket.objects.get(pk=ticket.pk)
        act = acts.Act(verb, row, said["at"], said["by"], {})
        if verb == "take_in":
            gate.wait()
        return act

    monkeypatch.setattr(merging, "lock_both", lambda one, two: None)
    monkeypatch.setattr(merging, "begin", unlocked)
    monkeypatch.setattr(merging, "finish", lambda act, kind, text: _kept(act))
    monkeypatch.setattr(merging, "_take_in", lambda act, gone, words: None)

    race(*both_ways(pair, operator), tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert begun is acts.begin
    assert Merge.objects.count() == 2


def _kept(act: acts.Act) -> Ticket:
    return act.ticket


def test_a_ticket_lies_with_one_queue_whoever_moves_it(
    pair: tuple[Ticket, Ticket], operator: User, ops_lead: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket, _other = pair
    trays = [queues.make(name=name, members=[], at=NINE, by=ops_lead) for name in ("一线", "数据组")]

    answers = race(
        *[partial(queues.move, ticket, queue=tray, at=AT, by=operator) for tray in trays],
        tmp_path=tmp_path,
        monkeypatch=monkeypatch,
    )

    assert all(isinstance(answer, Ticket) for answer in answers), answers
    assert Holding.objects.filter(ticket=ticket, until__isnull=True).count() == 1
    assert Holding.objects.filter(ticket=ticket).count() == 3


def test_the_database_keeps_one_open_holding(pair: tuple[Ticket, Ticket]) -> None:
    with pytest.raises(IntegrityError):
        Holding.objects.create(ticket=pair[0], since=NINE)
