"""Obligations through their life: made ahead, changed, set off, extended, suspended, ended with their agreement."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction

from contracts import obligations, performing, scheduling
from contracts.models import Agreement, Obligation, ObligationExtension, ObligationOccurrence
from contracts.tasks.duties import make_occurrences
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.duty_rows import NOW, TODAY, days, duty, event_terms, first, noon, terms

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_turns_of_a_year_are_made_and_again_changes_nothing(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager)

    assert days(row)[:3] == [date(2026, 8, 25), date(2026, 9, 25), date(2026, 10, 25)]
    assert len(days(row, due_on__gte=TODAY)) == scheduling.MOST_AHEAD
    assert scheduling.generate(row, by=None, at=NOW) == 0
    assert scheduling.generate(row, by=None, at=NOW + 30 * DAY) == 1
    event = Event.objects.get(action="obligation.made")
    assert (event.organisation_id, event.agreement_id) == (agreement.party_b_id, agreement.pk)


def test_a_run_after_an_outage_catches_up(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager, every_unit="day", anchor=TODAY, tracked_from=TODAY)
    scheduling.generate(row, by=None, at=NOW + 100 * DAY)

    due = days(row)
    assert due == [TODAY + DAY * number for number in range(100 + scheduling.MOST_AHEAD)]


def test_the_next_turn_is_there_however_far(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager, every_number=5, every_unit="year", anchor=date(2025, 1, 1), survives=True)

    assert days(row) == [date(2030, 1, 1)]


def test_nothing_falls_due_after_the_agreement_unless_it_survives(agreement: Agreement, contract_manager: User) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(ends_on=date(2026, 10, 31))
    agreement.refresh_from_db()

    gone = duty(agreement, contract_manager)
    kept = duty(agreement, contract_manager, title="保密检查", survives=True)

    assert days(gone)[-1] == date(2026, 10, 25)
    assert len(days(kept)) == 13


def test_a_draft_agreement_has_duties_that_wait(contract_manager: User) -> None:
    draft = make.agreement(state="draft")
    row = duty(draft, contract_manager)
    assert days(row) == []

    Agreement.objects.filter(pk=draft.pk).update(state="in_force")

    assert scheduling.generate(row, by=None, at=NOW) == 13


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"rule": "once", "due_date": None}, "到期规则没有填完整", id="once without a date"),
        pytest.param({"every_number": None}, "到期规则没有填完整", id="recurring without a number"),
        pytest.param({"every_number": 0}, "大于或等于1|到期规则", id="every nought months"),
        pytest.param({"rule": "after_days", "event_name": "收到通知"}, "到期规则没有填完整", id="no number of days"),
        pytest.param({"rule": "on_event"}, "请写明什么事件", id="no event"),
        pytest.param({"every_unit": "week", "day_of_month": 3}, "只有按月", id="day of the month of a week"),
        pytest.param({"every_unit": "week", "rolls": True}, "只有按月", id="a week rolls"),
        pytest.param({"side": "c"}, "义务方|不是有效", id="no such side"),
        pytest.param({"title": ""}, "不能为空|必填", id="no title"),
        pytest.param({"grace_days": 400}, "365", id="grace of more than a year"),
    ],
)
def test_an_obligation_that_is_not_whole_is_refused(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        duty(agreement, contract_manager, **changes)

    assert Obligation.objects.count() == 0


def test_what_a_rule_does_not_use_is_emptied(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager, rule="once", due_date=date(2026, 12, 1), day_of_month=5, rolls=True)

    assert (row.every_number, row.anchor, row.day_of_month, row.rolls) == (None, None, None, False)
    assert days(row) == [date(2026, 12, 1)]


def test_the_same_duty_is_registered_once_while_it_lives(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager)
    with pytest.raises(Refused, match="已有同一条款、同一名称的义务"):
        duty(agreement, contract_manager)

    obligations.end(row, reason="重新约定", by=contract_manager, at=NOW)
    duty(agreement, contract_manager)

    assert Obligation.objects.count() == 2


def test_the_database_itself_keeps_a_turn_single(agreement: Agreement, contract_manager: User) -> None:
    row = first(duty(agreement, contract_manager))
    row.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    "who, side, words",
    [
        pytest.param("operator", "b", "", id="staff follow up a duty of B"),
        pytest.param("party_b", "b", "", id="B's own"),
        pytest.param("party_b", "a", "不能代表义务方", id="B for A"),
        pytest.param("party_b_other", "b", "不能代表义务方", id="another organisation"),
        pytest.param("outsider", "both", "不能代表义务方", id="nobody's"),
    ],
)
def test_who_may_be_in_charge(
    agreement: Agreement, contract_manager: User, request: pytest.FixtureRequest, who: str, side: str, words: str
) -> None:
    person = request.getfixturevalue(who)
    if words:
        with pytest.raises(Refused, match=words):
            duty(agreement, contract_manager, person=person, side=side)
    else:
        assert duty(agreement, contract_manager, person=person, side=side).person == person


def test_a_closed_account_is_not_in_charge(agreement: Agreement, contract_manager: User, operator: User) -> None:
    operator.is_active = False
    operator.save()

    with pytest.raises(Refused, match="账号已停用"):
        duty(agreement, contract_manager, person=operator)


def test_a_new_rule_moves_only_open_turns_from_today(
    agreement: Agreement, contract_manager: User, operator: User
) -> None:
    row = duty(agreement, contract_manager)
    ahead = row.occurrences.get(due_on=date(2026, 10, 25))
    performing.done(ahead, done_on=TODAY, evidence="提前检查", by=operator, at=NOW)

    revised = terms(day_of_month=10)
    obligations.revise(row, revised, reason="改为每月 10 日", by=contract_manager, at=NOW)

    assert days(row, state="open")[:3] == [date(2026, 8, 25), date(2026, 10, 10), date(2026, 11, 10)]
    assert days(row, state="done") == [date(2026, 10, 25)]
    assert date(2026, 9, 25) in days(row, state="cancelled")
    row.refresh_from_db()
    assert row.tracked_from == TODAY
    assert scheduling.generate(row, by=None, at=NOW) == 0


def test_changing_a_rule_and_back_leaves_the_same_turns(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager, tracked_from=TODAY)
    before = days(row, state="open")

    obligations.revise(row, terms(every_number=2, tracked_from=TODAY), reason="试改", by=contract_manager, at=NOW)
    obligations.revise(row, terms(tracked_from=TODAY), reason="改回", by=contract_manager, at=NOW)

    assert days(row, state="open") == before
    assert row.occurrences.count() == len({key for (key,) in row.occurrences.values_list("period_key")})


def test_more_grace_reaches_open_turns(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager)

    obligations.revise(row, terms(grace_days=3, grace_kind="working"), reason="宽限", by=contract_manager, at=NOW)

    assert row.occurrences.get(due_on=date(2026, 9, 25)).late_after == date(2026, 9, 30)
    assert first(row).late_after == date(2026, 8, 25)
    row.refresh_from_db()
    assert row.tracked_from == date(2026, 8, 1)


def test_an_event_brings_its_turn(agreement: Agreement, contract_manager: User, operator: User, party_b: User) -> None:
    row = obligations.make(agreement, event_terms(), by=contract_manager, at=NOW)
    assert days(row) == []

    made = obligations.happened(row, happened_at=NOW - timedelta(hours=1), by=operator, at=NOW)

    assert (made.due_on, made.provisional) == (date(2026, 10, 9), False)
    assert made.calendar_version is not None
    notice = Notice.objects.get(recipient=party_b, channel="in_app")
    assert "2026-10-09 到期" in notice.subject


def test_a_count_into_an_unknown_year_is_provisional(agreement: Agreement, contract_manager: User) -> None:
    row = obligations.make(agreement, event_terms(), by=contract_manager, at=NOW)
    late = datetime(2026, 12, 25, 10, tzinfo=NOW.tzinfo)

    made = obligations.happened(row, happened_at=late, by=contract_manager, at=late)

    assert (made.due_on, made.provisional) == (date(2027, 1, 8), True)


@pytest.mark.parametrize(
    "made_of, happened_at, words",
    [
        pytest.param(terms(), NOW, "不是由事件引起", id="a recurring duty"),
        pytest.param(event_terms(), NOW + DAY, "不能晚于现在", id="in the future"),
    ],
)
def test_an_event_that_cannot_be(
    agreement: Agreement, contract_manager: User, made_of: obligations.Terms, happened_at: datetime, words: str
) -> None:
    row = obligations.make(agreement, made_of, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match=words):
        obligations.happened(row, happened_at=happened_at, by=contract_manager, at=NOW)


def test_an_event_is_recorded_once(agreement: Agreement, contract_manager: User) -> None:
    row = obligations.make(agreement, event_terms(), by=contract_manager, at=NOW)
    obligations.happened(row, happened_at=NOW, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="已经登记过"):
        obligations.happened(row, happened_at=NOW, by=contract_manager, at=NOW)
    obligations.suspend(row, reason="停用", by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="只有执行中的义务"):
        obligations.happened(row, happened_at=NOW - DAY, by=contract_manager, at=NOW)


def test_suspended_and_resumed(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager)

    row = obligations.suspend(row, reason="平台停用", by=contract_manager, at=NOW)
    assert days(row, state="open") == [date(2026, 8, 25)]
    assert scheduling.generate(row, by=None, at=NOW) == 0
    later = noon(date(2026, 11, 1))
    row = obligations.resume(row, reason="恢复使用", by=contract_manager, at=later)

    assert days(row, state="open")[:2] == [date(2026, 8, 25), date(2026, 11, 25)]
    with pytest.raises(Refused, match="只有已中止"):
        obligations.resume(row, reason="再次", by=contract_manager, at=later)


def test_an_ended_obligation_is_not_changed(agreement: Agreement, contract_manager: User) -> None:
    row = obligations.end(duty(agreement, contract_manager), reason="双方同意", by=contract_manager, at=NOW)

    assert days(row, state="open") == [date(2026, 8, 25)]
    for verb in (obligations.suspend, obligations.resume, obligations.end):
        with pytest.raises(Refused, match="已经结束"):
            verb(row, reason="再次", by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="已经结束"):
        obligations.revise(row, terms(), reason="再次", by=contract_manager, at=NOW)


def test_a_reason_is_needed(agreement: Agreement, contract_manager: User) -> None:
    row = duty(agreement, contract_manager)

    with pytest.raises(Refused, match="请写明修改义务的理由"):
        obligations.revise(row, terms(), reason=" ", by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="请写明理由"):
        obligations.end(row, reason="", by=contract_manager, at=NOW)


def test_the_nightly_task_ends_what_does_not_survive(agreement: Agreement, contract_manager: User) -> None:
    gone = duty(agreement, contract_manager)
    kept = duty(agreement, contract_manager, title="保密检查", survives=True)
    Agreement.objects.filter(pk=agreement.pk).update(state="terminated")

    first_run, again = make_occurrences(), make_occurrences()

    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.state, kept.state) == ("ended", "active")
    assert first_run["ended"] == 1
    assert again == {"made": 0, "ended": 0, "failed": 0}


def test_one_bad_row_stops_no_other(
    agreement: Agreement, contract_manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = duty(agreement, contract_manager)
    good = duty(agreement, contract_manager, title="漏洞修补")
    good.occurrences.filter(due_on__gt=TODAY).delete()
    real = scheduling.generate

    def breaking(row: Obligation, **said: Any) -> int:
        if row.pk == bad.pk:
            raise ValueError("坏行")
        return real(row, **said)

    monkeypatch.setattr(scheduling, "generate", breaking)

    told = make_occurrences()

    assert told["failed"] == 1
    assert told["made"] > 0


def extended(row: ObligationOccurrence, by: User, **changes: Any) -> ObligationExtension:
    said: dict[str, Any] = {
        "until": date(2026, 11, 30),
        "ground": "force_majeure",
        "reason": "洪水导致机房停电",
        "since": date(2026, 9, 10),
        **changes,
    }
    return obligations.extend(row, **said, by=by, at=NOW)


def test_force_majeure_gives_more_time(
    agreement: Agreement, contract_manager: User, operator: User, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    row = duty(agreement, contract_manager, person=operator, grace_days=2).occurrences.get(due_on=date(2026, 9, 25))

    made = extended(row, contract_manager, file=SimpleUploadedFile("证明.pdf", b"%PDF-1.4\n"))

    row.refresh_from_db()
    assert (row.due_on, row.late_after, row.counted_on) == (date(2026, 11, 30), date(2026, 12, 2), date(2026, 9, 25))
    assert made.before == date(2026, 9, 25)
    assert made.paper is not None
    assert Notice.objects.filter(recipient=operator, kind="obligation.extended", channel="in_app").count() == 1
    obligations.revise(row.obligation, terms(grace_days=5), reason="宽限", by=contract_manager, at=NOW)
    row.refresh_from_db()
    assert (row.due_on, row.late_after) == (date(2026, 11, 30), date(2026, 12, 5))


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"until": date(2026, 8, 25)}, "须晚于原到期日", id="not later"),
        pytest.param({"reason": " "}, "请写明延期的理由", id="no reason"),
        pytest.param({"since": None}, "请填写不可抗力发生的日期", id="force majeure without its day"),
        pytest.param({"since": date(2026, 8, 26)}, "民法典第590条", id="was late already"),
    ],
)
def test_an_extension_that_cannot_be(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    row = first(duty(agreement, contract_manager))

    with pytest.raises(Refused, match=words):
        extended(row, contract_manager, **changes)

    assert ObligationExtension.objects.count() == 0


def test_only_what_is_open_is_extended(agreement: Agreement, contract_manager: User, operator: User) -> None:
    row = first(duty(agreement, contract_manager))
    performing.done(row, done_on=TODAY, evidence="已查", by=operator, at=NOW)

    with pytest.raises(Refused, match="只有待完成"):
        extended(row, contract_manager)


@pytest.mark.parametrize("table", ["contracts_obligationevent", "contracts_obligationextension"])
def test_facts_are_append_only(agreement: Agreement, contract_manager: User, table: str) -> None:
    event = obligations.make(agreement, event_terms(), by=contract_manager, at=NOW)
    row = obligations.happened(event, happened_at=NOW, by=contract_manager, at=NOW)
    extended(row, contract_manager)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET by_id = by_id")
