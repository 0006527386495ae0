"""Targets by kind, priority and clock: what applies, what a change of priority does, restoration, reopening."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client

from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import clocks, evidence, pausing, stating, targets, tickets, watch
from sla.models import Breach, ServiceTarget, Ticket
from sla.promises import promised
from sla.reopening import reopens_until
from sla.target_carrying import TARGETS
from sla.targets import matrix_of
from sla.timeline import lines_of
from tests import make
from tests.sla.make_sla import NINE, clock, local, make_ticket
from tests.sla.make_targets import matrix, target

pytestmark = pytest.mark.django_db
HOUR = 3600


def at(text: str) -> datetime:
    return local(f"2026-09-{text}")


@pytest.fixture
def version(agreement: Agreement) -> AgreementVersion:
    """Two hours for the response, eight for the solution, by the text itself."""
    return agreement.versions.get()


def filed(agreement: Agreement, by: User, impact: str = "part", urgency: str = "medium", **changes: Any) -> Ticket:
    return make_ticket(agreement, by, impact=impact, urgency=urgency, **changes)


# --- Which target applies -----------------------------------------------------------------------------------------


def row(**changes: Any) -> ServiceTarget:
    fields = {"pk": 1, "ticket_kind": "fault", "clock": "solution", "target_hours": Decimal(4), **changes}
    return ServiceTarget(**fields)


@pytest.mark.parametrize(
    "rows, asked, seconds",
    [
        pytest.param([], ("fault", 1, "solution"), 8 * HOUR, id="the text alone"),
        pytest.param([], ("question", 1, "solution"), None, id="a kind that nothing names"),
        pytest.param([row()], ("fault", 3, "solution"), 4 * HOUR, id="a row for all"),
        pytest.param([row(priority=1)], ("fault", 1, "solution"), 4 * HOUR, id="its own row"),
        pytest.param([row(priority=1)], ("fault", 2, "solution"), 8 * HOUR, id="no row of its priority: the text"),
        pytest.param([row(priority=1), row(target_hours=6)], ("fault", 2, "solution"), 6 * HOUR, id="the row for all"),
        pytest.param([row(priority=1), row(target_hours=6)], ("fault", 1, "solution"), 4 * HOUR, id="the nearer row"),
        pytest.param([row()], ("fault", 1, "response"), 2 * HOUR, id="another clock: the text"),
        pytest.param([row(ticket_kind="question")], ("question", 4, "solution"), 4 * HOUR, id="another kind"),
    ],
)
def test_the_nearest_promise_applies(
    version: AgreementVersion, rows: list[ServiceTarget], asked: tuple[str, int, str], seconds: int | None
) -> None:
    found = promised(version, rows, *asked)

    assert found is not None
    assert found.target == seconds


def test_a_restoration_that_nobody_agreed_has_no_clock(agreement: Agreement, party_b: User) -> None:
    ticket = filed(agreement, party_b)

    assert promised(agreement.versions.get(), [], "fault", 1, "restoration") is None
    assert {row.kind for row in ticket.clocks.all()} == {"response", "solution"}


def test_a_clock_pins_what_its_row_said(agreement: Agreement, version: AgreementVersion, party_b: User) -> None:
    kept = target(version, time="4", shares=[80], pause_cap_hours=Decimal("1.5"), reopen_days=5, priority=3)

    solution = clock(filed(agreement, party_b), "solution")

    said = solution.events.get().data
    assert said == {
        "target_seconds": 4 * HOUR, "shares": [80], "hours": "support", "cap_seconds": 5400, "reopen_days": 5,
        "pause_reasons": ["awaiting_party_b", "maintenance", "force_majeure", "suspension"], "target": kept.pk,
        "version": version.pk, "calendar_version": solution.calendar_version_id,
    }  # fmt: skip
    assert (solution.due_at, solution.hours) == (at("16 14:30"), "support")


def test_without_rows_the_event_is_as_it_always_was(agreement: Agreement, party_b: User) -> None:
    said = clock(filed(agreement, party_b), "response").events.get().data

    assert set(said) == {"target_seconds", "shares", "version", "calendar_version"}


def test_one_target_may_count_natural_hours_beside_another(
    agreement: Agreement, version: AgreementVersion, party_b: User
) -> None:
    target(version, "response", "1", priority=1, hours="natural")

    ticket = filed(agreement, party_b, "whole", "high", at=at("16 23:00"))

    assert clock(ticket, "response").due_at == at("17 00:00")
    assert clock(ticket, "solution").due_at == at("18 09:00")
    assert watch.drifted() == {}


def test_the_matrix_of_the_agreement_sets_the_priority(
    agreement: Agreement, version: AgreementVersion, party_b: User
) -> None:
    matrix(version, single_low=1)

    assert filed(agreement, party_b, "single", "low").priority == 1
    assert filed(agreement, party_b, "whole", "high").priority == 1


# --- Priority ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def by_priority(version: AgreementVersion) -> None:
    """Solutions: one hour at priority 1, four at 2, the text's eight below."""
    target(version, time="1", priority=1)
    target(version, time="4", priority=2)


def raised(ticket: Ticket, to: int, when: datetime, by: User) -> Ticket:
    return tickets.reprioritise(ticket, at=when, by=by, priority=to, text="窗口业务已停。")


@pytest.mark.usefixtures("by_priority")
def test_what_was_consumed_stays(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = filed(agreement, party_b)

    raised(ticket, 2, at("16 11:00"), operator)

    solution = clock(ticket, "solution")
    assert (solution.target_seconds, solution.consumed_seconds, solution.due_at) == (4 * HOUR, 2 * HOUR, at("16 14:30"))
    assert clock(ticket, "response").events.count() == 1


@pytest.mark.usefixtures("by_priority")
def test_already_over_breaks_at_the_change(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = filed(agreement, party_b)

    raised(ticket, 1, at("16 11:30"), operator)

    broken = Breach.objects.get(kind="solution")
    assert (broken.breached_at, broken.detected_at) == (at("16 11:30"), at("16 11:30"))
    assert evidence.flaws(broken) == []


@pytest.mark.usefixtures("by_priority")
def test_lowering_never_unbreaks(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = filed(agreement, party_b, "whole", "high")
    watch.sweep(at("16 10:30"))

    raised(ticket, 4, at("16 11:00"), operator)

    solution = clock(ticket, "solution")
    assert (solution.target_seconds, solution.breached_at, solution.next_check_at) == (8 * HOUR, at("16 10:00"), None)
    assert Breach.objects.filter(kind="solution").count() == 1


@pytest.mark.usefixtures("by_priority")
def test_paused_time_is_kept_when_the_priority_changes(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = filed(agreement, party_b)
    pausing.hold(ticket, reason="maintenance", at=at("16 10:00"))
    raised(ticket, 2, at("16 11:00"), operator)
    pausing.release(ticket, reason="maintenance", at=at("16 11:30"))

    assert clock(ticket, "solution").consumed_seconds == HOUR
    assert clock(ticket, "solution").due_at == at("16 16:00")


@pytest.mark.usefixtures("by_priority")
def test_a_stopped_clock_keeps_its_target(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = filed(agreement, party_b)
    tickets.respond(ticket, at=at("16 09:30"), by=operator, text="正在处理。")
    tickets.propose(ticket, at=at("16 11:30"), by=operator, text="已修复。")

    raised(ticket, 1, at("16 11:40"), operator)

    assert (clock(ticket, "solution").state, clock(ticket, "solution").target_seconds) == ("met", 8 * HOUR)


def test_other_hours_carry_over_what_was_consumed(
    agreement: Agreement, version: AgreementVersion, party_b: User, operator: User
) -> None:
    target(version, time="6", priority=1, hours="natural")
    ticket = filed(agreement, party_b, at=at("16 16:30"))

    raised(ticket, 1, at("16 20:00"), operator)

    solution = clock(ticket, "solution")
    # One support hour was consumed by 17:30; five natural hours are left from 20:00.
    assert (solution.consumed_seconds, solution.due_at, solution.hours) == (HOUR, at("17 01:00"), "natural")
    watch.sweep(at("17 02:00"))
    assert Breach.objects.get(kind="solution").breached_at == at("17 01:00")
    assert all(evidence.flaws(broken) == [] for broken in Breach.objects.all())
    assert watch.drifted() == {}


def test_other_hours_with_more_consumed_than_promised_break_at_the_change(
    agreement: Agreement, version: AgreementVersion, party_b: User, operator: User
) -> None:
    target(version, time="6", priority=1, hours="natural")
    ticket = filed(agreement, party_b)

    raised(ticket, 1, at("16 17:30"), operator)

    assert Breach.objects.get(kind="solution").breached_at == at("16 17:30")
    assert all(evidence.flaws(broken) == [] for broken in Breach.objects.all())
    assert watch.drifted() == {}


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"text": " "}, "请写明调整优先级的理由", id="no reason"),
        pytest.param({"priority": 3}, "已经是 3 级", id="the same"),
        pytest.param({"priority": 5}, "没有这个优先级", id="unknown"),
    ],
)
def test_a_priority_is_refused(
    agreement: Agreement, party_b: User, operator: User, changes: dict[str, Any], words: str
) -> None:
    ticket = filed(agreement, party_b)

    with pytest.raises(Refused, match=words):
        tickets.reprioritise(ticket, at=NINE, by=operator, **{"priority": 1, "text": "理由", **changes})


def test_party_b_reads_the_new_priority_and_why(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = filed(agreement, party_b)
    raised(ticket, 1, at("16 10:00"), operator)

    line = lines_of(ticket.entries.for_party_b())[-1]

    assert line.text == "优先级由 3 级 一般 调整为 1 级 特急。\n窗口业务已停。"


# --- Restoration ------------------------------------------------------------------------------------------------------


@pytest.fixture
def restorable(agreement: Agreement, version: AgreementVersion, party_b: User, operator: User) -> Ticket:
    """A fault to be restored within three support hours, accepted at once."""
    target(version, "restoration", "3")
    return tickets.accept(filed(agreement, party_b), at=NINE, by=operator)


def test_restoring_stops_its_own_clock_alone(restorable: Ticket, operator: User) -> None:
    tickets.restore(restorable, at=at("16 11:00"), by=operator, text="已切换到备用线路。")

    states = {row.kind: row.state for row in restorable.clocks.all()}
    assert states == {"response": "running", "solution": "running", "restoration": "met"}
    assert Ticket.objects.get().restored_at == at("16 11:00")


def test_a_restoration_breaks_by_itself(restorable: Ticket) -> None:
    watch.sweep(at("16 14:00"))

    broken = Breach.objects.get(kind="restoration")
    # Three hours end at noon; more is consumed from the opening at half past one.
    assert (broken.breached_at, evidence.flaws(broken)) == (at("16 13:30"), [])


def test_a_report_is_not_closed_before_its_restoration(restorable: Ticket, operator: User, party_b: User) -> None:
    tickets.respond(restorable, at=at("16 09:10"), by=operator, text="正在处理。")
    tickets.propose(restorable, at=at("16 09:20"), by=operator, text="更换设备。")
    tickets.confirm(restorable, at=at("16 09:30"), by=party_b)

    with transaction.atomic(), pytest.raises(Refused, match="请先登记故障恢复"):
        tickets.close(restorable, at=at("16 09:40"), by=operator)
    tickets.restore(restorable, at=at("16 09:50"), by=operator)

    assert tickets.close(restorable, at=at("16 10:00"), by=operator).state == "closed"


def test_a_restoration_is_said_once(restorable: Ticket, operator: User) -> None:
    tickets.restore(restorable, at=at("16 11:00"), by=operator)

    with pytest.raises(Refused, match="已于 2026-09-16 11:00 登记恢复"):
        tickets.restore(restorable, at=at("16 11:30"), by=operator)


def test_a_question_has_nothing_to_restore(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = tickets.accept(filed(agreement, party_b, kind="question"), at=NINE, by=operator)

    with pytest.raises(Refused, match="只有故障报告"):
        tickets.restore(ticket, at=at("16 11:00"), by=operator)


def test_a_higher_priority_may_bring_a_restoration_clock(
    agreement: Agreement, version: AgreementVersion, party_b: User, operator: User
) -> None:
    target(version, "restoration", "1", priority=1)
    ticket = filed(agreement, party_b)

    raised(ticket, 1, at("16 11:00"), operator)

    # Counted from the receipt, yet nobody was late before it was promised.
    restoration = clock(ticket, "restoration")
    assert (restoration.started_at, restoration.breached_at) == (NINE, at("16 11:00"))
    assert watch.drifted() == {}


# --- Reopening --------------------------------------------------------------------------------------------------------


def closed(ticket: Ticket, operator: User, party_b: User) -> Ticket:
    """Answered at a quarter past nine, proposed at ten, confirmed and closed at eleven on the 16th, a Wednesday."""
    tickets.respond(ticket, at=at("16 09:15"), by=operator, text="正在处理。")
    tickets.propose(ticket, at=at("16 10:00"), by=operator, text="已修复。")
    tickets.confirm(ticket, at=at("16 11:00"), by=party_b)
    return tickets.close(ticket, at=at("16 11:00"), by=operator)


def reopened(ticket: Ticket, when: str, by: User) -> Ticket:
    return tickets.reopen(ticket, at=at(when), by=by, text="故障又出现了。")


@pytest.mark.parametrize(
    "days, until",
    [
        pytest.param(1, "18 00:00", id="the end of the next support day"),
        pytest.param(2, "19 00:00", id="a Friday"),
        # 19 is a Saturday, 20 a Sunday worked for the holiday, 25 to 27 the Mid-Autumn holiday.
        pytest.param(3, "21 00:00", id="a make-up Sunday counts"),
        pytest.param(8, "29 00:00", id="the holiday does not"),
    ],
)
def test_the_window_counts_support_days(agreement: Agreement, party_b: User, days: int, until: str) -> None:
    dial = clocks.dial_of(clock(filed(agreement, party_b), "solution"))

    assert reopens_until(dial.calendar, at("16 11:00"), days) == at(until)


def test_inside_the_window_the_same_clock_goes_on(
    agreement: Agreement, version: AgreementVersion, party_b: User, operator: User
) -> None:
    target(version, reopen_days=2)
    ticket = closed(filed(agreement, party_b), operator, party_b)

    again = reopened(ticket, "18 09:00", party_b)

    solution = clock(ticket, "solution")
    assert (again.state, again.closed_at, solution.cycle) == ("disputed", None, 1)
    assert (solution.consumed_seconds, solution.due_at) == (HOUR, at("18 17:30"))
    assert clock(ticket, "response").state == "met"
    assert watch.drifted() == {}


@pytest.mark.parametrize("days", [pytest.param(1, id="after the window"), pytest.param(None, id="no window agreed")])
def test_after_the_window_a_new_cycle_begins(
    agreement: Agreement, version: AgreementVersion, party_b: User, operator: User, days: int | None
) -> None:
    target(version, reopen_days=days)
    ticket = closed(filed(agreement, party_b), operator, party_b)

    again = reopened(ticket, "18 09:00", party_b)

    assert (again.state, again.responded_at) == ("reported", None)
    second = {row.kind: row for row in ticket.clocks.filter(cycle=2)}
    assert (second["response"].due_at, second["response"].started_at) == (at("18 11:00"), at("18 09:00"))
    assert (second["solution"].state, second["solution"].consumed_seconds) == ("running", 0)
    assert {row.state for row in ticket.clocks.filter(cycle=1)} == {"met"}
    tickets.respond(ticket, at=at("18 10:00"), by=operator, text="正在处理。")
    assert ticket.clocks.get(kind="response", cycle=2).state == "met"


def test_a_new_cycle_needs_an_agreement_in_force(
    agreement: Agreement, version: AgreementVersion, party_b: User, operator: User
) -> None:
    ticket = closed(filed(agreement, party_b), operator, party_b)
    Agreement.objects.filter(pk=agreement.pk).update(state="expired")

    with transaction.atomic(), pytest.raises(Refused, match="不在有效期内"):
        reopened(ticket, "18 09:00", party_b)


def test_reopening_says_why(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = closed(filed(agreement, party_b), operator, party_b)

    with pytest.raises(Refused, match="请写明为什么重新打开"):
        tickets.reopen(ticket, at=at("18 09:00"), by=party_b, text=" ")


# --- The cap of a wait ------------------------------------------------------------------------------------------------


def test_a_wait_ends_by_itself_at_its_cap(
    agreement: Agreement, version: AgreementVersion, party_b: User, operator: User
) -> None:
    target(version, pause_cap_hours=Decimal(2))
    ticket = tickets.respond(filed(agreement, party_b), at=at("16 09:15"), by=operator, text="正在处理。")
    tickets.ask_party_b(ticket, at=at("16 11:00"), by=operator, text="请提供日志。")
    waiting = clock(ticket, "solution")

    counts = watch.sweep(at("16 16:00"))

    capped = clock(ticket, "solution")
    assert (waiting.next_check_at, counts["released"]) == (at("16 14:30"), 1)
    assert (capped.state, capped.due_at) == ("running", at("17 11:30"))
    assert Ticket.objects.get().state == "awaiting_b"
    tickets.reply(ticket, at=at("16 16:30"), by=party_b, text="日志见附件。")
    assert watch.drifted() == {}


def test_a_reason_that_the_terms_do_not_name_lets_the_clock_run(
    agreement: Agreement, version: AgreementVersion, party_b: User, operator: User
) -> None:
    target(version, pause_reasons=["maintenance"])
    ticket = tickets.respond(filed(agreement, party_b), at=at("16 09:15"), by=operator, text="正在处理。")

    tickets.ask_party_b(ticket, at=at("16 11:00"), by=operator, text="请提供日志。")

    assert clock(ticket, "solution").state == "running"
    assert tickets.reply(ticket, at=at("16 11:30"), by=party_b, text="见附件。").state == "responded"


# --- Keeping the rows -------------------------------------------------------------------------------------------------

MOMENT = datetime(2026, 9, 16, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"target_hours": Decimal(0)}, "须大于 0", id="no time at all"),
        pytest.param({"shares": [50, 120]}, "1 至 99", id="a share beyond the target"),
        pytest.param({"shares": ["50"]}, "1 至 99", id="a share that is no number"),
        pytest.param({"pause_reasons": ["lunch"]}, "没有这种暂停原因", id="an unknown reason"),
        pytest.param(
            {"pause_reasons": ["maintenance"], "pause_cap_hours": Decimal(1)}, "不用填写最长暂停", id="cap of nothing"
        ),
        pytest.param({"clock": "response", "reopen_days": 3}, "重新打开期限填在", id="window on a response"),
        pytest.param({"reopen_days": 61}, "60", id="window too long"),
        pytest.param({"priority": 7}, "7", id="unknown priority"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(
    version: AgreementVersion, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    fields = {"clock": "solution", "target_hours": Decimal(8), **changes}
    with make.thawed(version), transaction.atomic(), pytest.raises(Refused, match=words):
        targets.keep_target(ServiceTarget(version=version, **fields), by=contract_manager, at=MOMENT)


def test_the_same_row_is_refused_twice(version: AgreementVersion, contract_manager: User) -> None:
    target(version)
    with make.thawed(version), pytest.raises(Refused, match="已经有"):
        again = ServiceTarget(version=version, clock="solution", target_hours=Decimal(4))
        targets.keep_target(again, by=contract_manager, at=MOMENT)


def test_terms_in_force_are_frozen(version: AgreementVersion, contract_manager: User) -> None:
    kept = target(version)

    with pytest.raises(Refused, match="已经不是草稿"):
        targets.keep_target(kept, by=contract_manager, at=MOMENT)
    with pytest.raises(Refused, match="已经不是草稿"):
        targets.remove_target(kept, by=contract_manager, at=MOMENT)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE sla_servicetarget SET target_hours = 9", id="changed"),
        pytest.param("DELETE FROM sla_servicetarget", id="deleted"),
    ],
)
def test_the_database_freezes_them_too(version: AgreementVersion, statement: str) -> None:
    target(version)

    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        ServiceTarget.objects.create(version=version, clock="response", target_hours=Decimal(1))
    assert ServiceTarget.objects.count() == 1


# --- Supplements and what people read ---------------------------------------------------------------------------------


def test_a_supplement_takes_the_rows_over_and_says_what_changed(
    agreement: Agreement, version: AgreementVersion, contract_manager: User
) -> None:
    target(version, time="4", priority=1)
    matrix(version, single_low=1)
    new = AgreementVersion.objects.create(
        agreement=agreement, number=2, kind="supplement", effective_from=version.effective_from, base=version,
        support_hours=version.support_hours,
    )  # fmt: skip
    TARGETS.carry(version, new, by=contract_manager, at=MOMENT)
    same = list(TARGETS.changes(version, new))
    row = new.targets.get()
    row.target_hours = Decimal(3)
    targets.keep_target(row, by=contract_manager, at=MOMENT)

    (change,) = TARGETS.changes(version, new)

    assert (same, matrix_of(new)) == ([], matrix_of(version))
    assert change.what == "服务时限 故障 · 1 级 特急 · 提出解决方案"
    assert (change.old[:4], change.new[:4]) == ("4 小时", "3 小时")


def test_both_parties_read_the_table_on_the_agreement(
    agreement: Agreement, version: AgreementVersion, party_b: User, contract_manager: User
) -> None:
    target(version, time="4", priority=1, hours="natural", pause_cap_hours=Decimal("1.50"), reopen_days=5)
    (panel,) = stating.agreement_panels(contract_manager, agreement)
    (section,) = stating.agreement_sections(party_b, agreement)

    for drawn in (str(panel.html), str(section.html)):
        assert "4 小时（自然小时（7×24））" in drawn
        assert "单次等待乙方最长暂停 1.5 小时" in drawn
        assert "关闭后 5 个支持日内重新打开的，原时限继续" in drawn
        assert "故障 · 响应" in drawn


def test_the_text_states_the_table_as_an_annex(version: AgreementVersion) -> None:
    assert stating.annex(version).rows == ()
    target(version, time="4", priority=1)
    matrix(version, single_low=1)

    rows = stating.annex(version).rows

    assert rows[0].label == "故障 · 1 级 特急 · 提出解决方案"
    assert rows[-1].value == "紧急，业务已停：3 级 一般；较急，有临时办法：4 级 较低；一般，可以等待：1 级 特急"


# --- The console ------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(agreement: Agreement, version: AgreementVersion) -> AgreementVersion:
    """A supplement that is being drafted."""
    return AgreementVersion.objects.create(
        agreement=agreement, number=2, kind="supplement", effective_from=version.effective_from, base=version,
        support_hours=version.support_hours,
    )  # fmt: skip


def typed(draft: AgreementVersion, **changes: Any) -> dict[str, Any]:
    fields = {
        "version": draft.pk, "ticket_kind": "fault", "priority": "1", "clock": "solution", "target_hours": "4",
        "hours": "natural", "shares": "50，90", "pause_reasons": ["maintenance"], "pause_cap_hours": "",
        "reopen_days": "",
    }  # fmt: skip
    return {**fields, **changes}


def test_a_contract_manager_adds_and_takes_out_a_row(
    client: Client, draft: AgreementVersion, contract_manager: User
) -> None:
    client.force_login(contract_manager)
    added = client.post("/admin/sla/servicetarget/add/", typed(draft))
    row = draft.targets.get()

    assert added.status_code == 302
    assert (row.shares, row.hours, row.pause_reasons) == ([50, 90], "natural", ["maintenance"])
    client.post(f"/admin/sla/servicetarget/{row.pk}/do/take-out/", {KEY_FIELD: new_key()})
    assert not draft.targets.exists()


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"shares": "50, x"}, "请填写用逗号分开的整数", id="letters"),
        pytest.param({"shares": "50, 100"}, "1 至 99", id="too much"),
        pytest.param({"target_hours": "0"}, "须大于 0", id="no time"),
        pytest.param({"pause_cap_hours": "2"}, "不用填写最长暂停", id="a cap of nothing"),
        pytest.param({"version": "999999"}, "选择一个有效的选项", id="no such version"),
    ],
)
def test_the_form_says_what_is_wrong(
    client: Client, draft: AgreementVersion, contract_manager: User, changes: dict[str, str], words: str
) -> None:
    client.force_login(contract_manager)

    page = client.post("/admin/sla/servicetarget/add/", typed(draft, **changes))

    assert words in page.content.decode()
    assert not draft.targets.exists()


def test_rows_in_force_are_read_only(client: Client, version: AgreementVersion, contract_manager: User) -> None:
    kept = target(version)
    client.force_login(contract_manager)

    page = client.get(f"/admin/sla/servicetarget/{kept.pk}/change/").content.decode()
    client.post(f"/admin/sla/servicetarget/{kept.pk}/change/", typed(version, target_hours="1"))

    assert 'name="target_hours"' not in page
    assert ServiceTarget.objects.get().target_hours == 8


def test_the_list_asks_the_same_queries_for_many_rows(
    client: Client, version: AgreementVersion, contract_manager: User, django_assert_max_num_queries: Any
) -> None:
    for priority in (1, 2, 3, 4):
        target(version, priority=priority)
    client.force_login(contract_manager)

    with django_assert_max_num_queries(14):
        assert client.get("/admin/sla/servicetarget/").status_code == 200


# --- Party B reopens --------------------------------------------------------------------------------------------------


def test_party_b_reopens_in_the_portal(client: Client, agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = closed(filed(agreement, party_b), operator, party_b)
    client.force_login(party_b)
    with time_machine.travel(at("17 10:00"), tick=False):
        page = client.get(f"/portal/tickets/{ticket.number}/").content.decode()
        said = {KEY_FIELD: new_key(), "text": "又出现了。"}
        done = client.post(f"/portal/tickets/{ticket.number}/reopen/", said)

    assert "重新打开" in page
    assert done.status_code == 302
    assert Ticket.objects.get().state == "reported"
