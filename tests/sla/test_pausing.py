"""Clocks held for several reasons at once, for a suspension, for force majeure, and up to the cap of a wait."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from contracts import relieving
from contracts.models import Agreement, Clause, Relief, Suspension
from people.models import User
from people.refusal import Refused
from sla import clocks, halting, tickets, watch
from sla.models import Breach, Clock, ClockEvent, Ticket, TicketEntry
from sla.pausing import hold, release
from sla.querysets.tickets import REASONS
from sla.timeline import lines_of
from tests.contracts import making_cases
from tests.sla.make_sla import NINE, clock, local, make_ticket

pytestmark = pytest.mark.django_db
HOUR = 3600


def at(text: str) -> datetime:
    return local(f"2026-09-{text}")


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    """Reported at nine, answered at a quarter past: its solution is due at 09:30 the next day."""
    made = make_ticket(agreement, party_b)
    return tickets.respond(made, at=at("16 09:15"), by=operator, text="正在处理。")


def test_a_clock_stays_paused_while_another_reason_holds(ticket: Ticket, operator: User, party_b: User) -> None:
    hold(ticket, reason="maintenance", at=at("16 10:00"))
    tickets.ask_party_b(ticket, at=at("16 10:30"), by=operator, text="请提供日志。")
    release(ticket, reason="maintenance", at=at("16 11:00"))
    between = clock(ticket, "solution")
    tickets.reply(ticket, at=at("16 11:30"), by=party_b, text="日志见附件。")
    after = clock(ticket, "solution")

    assert (between.state, between.held, between.due_at) == ("paused", "awaiting_party_b", None)
    # From 10:00 to 11:30 does not count, once: 09:30 becomes 11:00.
    assert (after.state, after.held, after.due_at) == ("running", "", at("17 11:00"))
    assert watch.drifted() == {}


def test_the_order_of_the_reasons_does_not_matter(ticket: Ticket, operator: User, party_b: User) -> None:
    tickets.ask_party_b(ticket, at=at("16 10:00"), by=operator, text="请提供日志。")
    hold(ticket, reason="maintenance", at=at("16 10:30"))
    tickets.reply(ticket, at=at("16 11:00"), by=party_b, text="日志见附件。")
    held = clock(ticket, "solution")
    release(ticket, reason="maintenance", at=at("16 11:30"))

    assert (held.state, held.held) == ("paused", "maintenance")
    assert clock(ticket, "solution").due_at == at("17 11:00")


def test_a_response_clock_runs_through_a_hold(agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b)

    held = hold(ticket, reason="maintenance", at=at("16 10:00"))

    assert [row.kind for row in held] == ["solution"]
    assert clock(ticket, "response").state == "running"


def test_holding_twice_and_releasing_what_is_free_write_nothing(ticket: Ticket) -> None:
    hold(ticket, reason="maintenance", at=at("16 10:00"))
    before = ClockEvent.objects.count(), TicketEntry.objects.count()

    assert hold(ticket, reason="maintenance", at=at("16 10:05")) == []
    assert release(ticket, reason="suspension", at=at("16 10:05")) == []
    assert (ClockEvent.objects.count(), TicketEntry.objects.count()) == before


def test_a_breach_is_settled_before_the_hold(ticket: Ticket) -> None:
    hold(ticket, reason="maintenance", at=at("17 09:31"))

    assert Breach.objects.get().breached_at == at("17 09:30")
    assert clock(ticket, "solution").state == "paused"


def test_a_hold_settled_earlier_counts_from_then(ticket: Ticket) -> None:
    hold(ticket, reason="maintenance", at=at("17 09:40"), since=at("17 09:20"))
    release(ticket, reason="maintenance", at=at("17 10:05"), until=at("17 10:00"))

    assert clock(ticket, "solution").due_at == at("17 10:10")
    assert not Breach.objects.exists()


def test_a_release_seen_late_breaks_at_the_computed_instant(ticket: Ticket) -> None:
    hold(ticket, reason="maintenance", at=at("16 17:00"))
    release(ticket, reason="maintenance", at=at("17 12:00"), until=at("17 08:30"))

    assert (Breach.objects.get().breached_at, Breach.objects.get().detected_at) == (at("17 10:00"), at("17 12:00"))


def test_a_solution_may_be_proposed_while_another_reason_holds(ticket: Ticket, operator: User, party_b: User) -> None:
    hold(ticket, reason="maintenance", at=at("16 10:00"))
    tickets.propose(ticket, at=at("16 11:00"), by=operator, text="已修复。")
    proposed = clock(ticket, "solution")
    tickets.dispute(ticket, at=at("16 11:30"), by=party_b, text="仍然超时。")
    disputed = clock(ticket, "solution")
    release(ticket, reason="maintenance", at=at("16 14:00"))

    assert (proposed.state, proposed.consumed_seconds) == ("met", HOUR)
    assert (disputed.state, disputed.held) == ("paused", "maintenance")
    assert clock(ticket, "solution").consumed_seconds == HOUR
    assert watch.drifted() == {}


def test_party_b_reads_why_the_clock_stands(ticket: Ticket, operator: User) -> None:
    hold(ticket, reason="maintenance", at=at("16 10:00"))
    tickets.ask_party_b(ticket, at=at("16 10:30"), by=operator, text="请提供日志。")
    release(ticket, reason="maintenance", at=at("16 11:00"))

    said = [line.text for line in lines_of(ticket.entries.for_party_b()) if line.kind in {"held", "released"}]

    assert said == [
        "因约定的计划维护，提出解决方案时限暂停计时。",
        "约定的计划维护的暂停结束；因等待乙方补充，提出解决方案时限仍暂停计时。",
    ]


@pytest.mark.parametrize("over", ["closed", "cancelled"])
def test_a_ticket_that_is_over_cannot_be_held(ticket: Ticket, over: str) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(state=over, closed_at=NINE, cancelled_at=NINE)

    with transaction.atomic(), pytest.raises(Refused, match="不能进行此操作"):
        hold(ticket, reason="maintenance", at=at("16 10:00"))


def test_old_events_with_one_reason_read_as_before(ticket: Ticket, operator: User, party_b: User) -> None:
    tickets.ask_party_b(ticket, at=at("16 10:00"), by=operator, text="请提供日志。")
    solution = clock(ticket, "solution")
    ClockEvent.objects.create(
        clock=solution, seq=solution.revision + 1, kind="resumed", at=at("16 11:00"), recorded_at=at("16 11:00")
    )

    replayed = clocks.dial_of(clock(ticket, "solution")).course

    assert (replayed.held, [(p.reason, p.end) for p in replayed.pauses]) == (
        (),
        [("awaiting_party_b", at("16 11:00"))],
    )


# --- Suspension and force majeure, pulled by the sweep ------------------------------------------------------------


def suspended(agreement: Agreement, starts_at: datetime, **changes: Any) -> Suspension:
    fields: dict[str, Any] = {"scope": "service", "reason": "逾期未付", "starts_at": starts_at, **changes}
    return Suspension.objects.create(agreement=agreement, **fields)


def test_a_suspension_holds_from_its_start_until_it_is_lifted(ticket: Ticket, agreement: Agreement) -> None:
    made = suspended(agreement, at("16 10:00"))
    held = halting.follow(at("16 10:05"))
    again = halting.follow(at("16 10:06"))
    made.ends_at, made.lift_reason = at("16 11:30"), "已付清"
    made.save()
    released = halting.follow(at("16 11:31"))

    assert (held, again, released) == ({"held": 1}, {}, {"released": 1})
    assert clock(ticket, "solution").due_at == at("17 11:00")


def test_a_ticket_filed_during_a_suspension_is_held_from_its_receipt(agreement: Agreement, party_b: User) -> None:
    suspended(agreement, at("16 08:30"))
    ticket = make_ticket(agreement, party_b)

    halting.follow(at("16 09:01"))

    assert (clock(ticket, "solution").held, clock(ticket, "solution").consumed_seconds) == ("suspension", 0)


def test_a_suspension_that_no_run_saw_is_left_out_all_the_same(ticket: Ticket, agreement: Agreement) -> None:
    suspended(agreement, at("16 10:00"), ends_at=at("16 11:30"), lift_reason="已付清")

    assert halting.follow(at("17 09:20")) == {"held": 1, "released": 1}
    assert clock(ticket, "solution").due_at == at("17 11:00")
    assert halting.follow(at("17 09:21")) == {}


def test_a_partial_suspension_is_left_to_people(ticket: Ticket, agreement: Agreement) -> None:
    suspended(agreement, at("16 10:00"), scope="part", scope_note="短信服务")

    assert halting.follow(at("16 10:05")) == {}


def relieved(agreement: Agreement, by: User, **changes: Any) -> Relief:
    """Party A relieved of an obligation at ten on the 16th until the end of the 17th."""
    what = relieving.Happening(party="a", title="地震", cause="机房断电。", started_on=date(2026, 9, 9))
    event = relieving.report(agreement, what, by=by, at=at("09 12:00"))
    notice = making_cases.arrived(agreement, by, sender="a", kind="force_majeure")
    relieving.notify(event, notice=notice, by=by, at=at("10 11:00"))
    said = {"clause_number": "7.3.2", "obligation": "响应与解决", "reason": "断电", **changes}
    put_off = relieving.PutOff(debtor="a", due_on=date(2026, 9, 16), until=date(2026, 9, 17), **said)
    return relieving.relieve(event, put_off, by=by, at=at("16 10:00"))


@pytest.fixture
def clause(agreement: Agreement) -> Clause:
    return Clause.objects.create(
        version=agreement.versions.get(), number="7.3.2", heading="响应", text="二小时内响应。", klass="sla",
        topic="response", side="a", position=1,
    )  # fmt: skip


@pytest.mark.usefixtures("clause")
def test_relief_holds_from_its_record_to_the_end_of_its_last_day(
    ticket: Ticket, agreement: Agreement, contract_manager: User
) -> None:
    relieved(agreement, contract_manager)

    assert halting.follow(at("16 10:01")) == {"held": 1}
    assert halting.follow(at("18 00:00")) == {"released": 1}
    # One hour was used on the 16th; seven are left from the opening of the 18th.
    assert clock(ticket, "solution").due_at == at("18 17:00")


@pytest.mark.usefixtures("clause")
def test_relief_that_is_taken_back_ends_now(ticket: Ticket, agreement: Agreement, contract_manager: User) -> None:
    made = relieved(agreement, contract_manager)
    halting.follow(at("16 10:01"))
    relieving.lift(made, reason="登记错误", by=contract_manager, at=at("16 11:00"))

    assert halting.follow(at("16 11:00")) == {"released": 1}
    assert clock(ticket, "solution").due_at == at("17 10:30")


@pytest.mark.usefixtures("clause")
def test_relief_of_another_obligation_holds_nothing(
    ticket: Ticket, agreement: Agreement, contract_manager: User
) -> None:
    relieved(agreement, contract_manager, clause_number="6.2.1")

    assert halting.follow(at("16 10:01").astimezone(UTC)) == {}


@pytest.mark.parametrize(
    "reasons", [("maintenance",), ("awaiting_party_b", "maintenance"), ("maintenance", "suspension")]
)
def test_who_holds_is_found_alone_and_with_others(ticket: Ticket, operator: User, reasons: tuple[str, ...]) -> None:
    for reason in reasons:
        if reason == "awaiting_party_b":
            tickets.ask_party_b(ticket, at=at("16 10:00"), by=operator, text="请提供日志。")
        else:
            hold(ticket, reason=reason, at=at("16 10:00"))

    assert tuple(sorted(Clock.Reason.values)) == REASONS
    found = {reason for reason in REASONS if Clock.objects.held_by(reason).exists()}
    assert found == set(reasons)


def test_a_sweep_with_nothing_held_asks_little(ticket: Ticket, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):
        assert halting.follow(at("16 10:00")) == {}
