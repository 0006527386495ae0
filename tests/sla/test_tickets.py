"""The verbs of a ticket, one after the other, and what each refuses."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contracts.models import Agreement
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from sla import pausing, tickets
from sla.acts import second
from sla.models import Breach, Clock, Ticket, TicketEntry
from sla.steps import OPEN, STEPS, may
from tests import make
from tests.sla.make_sla import NINE, clock, local, make_ticket, report

pytestmark = pytest.mark.django_db


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


@pytest.fixture
def ticket(agreement: Agreement, party_b: User) -> Ticket:
    return make_ticket(agreement, party_b)


@pytest.fixture
def responded(ticket: Ticket, operator: User) -> Ticket:
    return tickets.respond(ticket, at=after(30), by=operator, text="已定位到网关，正在处理。")


@pytest.fixture
def proposed(responded: Ticket, operator: User) -> Ticket:
    return tickets.propose(responded, at=after(120), by=operator, text="已扩容网关，请验证。")


# --- Filing --------------------------------------------------------------------------------------------------


def test_due_after_the_national_day_holiday(agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b, local("2026-09-30 17:00"))

    response = clock(ticket, "response")

    assert response.due_at == local("2026-10-08 10:00")
    assert response.target_seconds == 7200
    assert not response.provisional


def test_a_filed_ticket_is_numbered_and_pins_its_terms_and_calendar(ticket: Ticket, agreement: Agreement) -> None:
    response, solution = clock(ticket, "response"), clock(ticket, "solution")

    assert ticket.number == "GZ-2026-000001"
    assert ticket.version == agreement.versions.get()
    assert (ticket.priority, ticket.state) == (3, "reported")
    assert response.due_at == local("2026-09-16 11:00")
    assert solution.due_at == local("2026-09-17 09:30")
    assert response.calendar_version == make.calendar_version()
    assert solution.started_at == ticket.received_at == NINE


def test_numbers_follow_one_another_within_a_civil_year(agreement: Agreement, party_b: User) -> None:
    made = [make_ticket(agreement, party_b, local(day)) for day in ("2026-09-16 09:00", "2026-09-17 09:00")]
    # 00:30 in Shanghai on New Year's Day is still the old year in UTC.
    made.append(make_ticket(agreement, party_b, local("2027-01-01 00:30")))

    assert [ticket.number for ticket in made] == ["GZ-2026-000001", "GZ-2026-000002", "GZ-2027-000001"]


def test_a_deadline_in_a_year_without_a_notice_is_provisional(agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b, local("2026-12-31 17:00"))

    assert clock(ticket, "response").provisional


def test_natural_hours_run_through_the_night(party_b: User, agreement: Agreement) -> None:
    make.reword(agreement.versions.get(), clock_hours="natural")

    ticket = make_ticket(agreement, party_b, local("2026-09-30 17:00"))

    assert clock(ticket, "response").due_at == local("2026-09-30 19:00")


@pytest.mark.parametrize("kind", ["question", "access", "data_quality", "upgrade", "security"])
def test_kinds_that_the_terms_do_not_name_are_measured_only(agreement: Agreement, party_b: User, kind: str) -> None:
    ticket = make_ticket(agreement, party_b, kind=kind)

    for measured in ticket.clocks.all():
        assert (measured.target_seconds, measured.due_at, measured.next_check_at) == (None, None, None)


def test_a_measured_clock_is_never_judged(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = make_ticket(agreement, party_b, kind="question")

    tickets.respond(ticket, at=local("2026-10-20 09:00"), by=operator, text="接口说明已发送。")

    assert clock(ticket, "response").state == "measured"
    assert not Breach.objects.exists()


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"found_at": NINE + timedelta(minutes=1)}, "发现时间不能晚于现在", id="found in the future"),
        pytest.param({"found_at": local("2025-12-31 23:59")}, "早于协议生效日期 2026-01-01", id="found too early"),
        pytest.param({"reported_at": NINE + timedelta(1)}, "报告时间不能晚于收到时间", id="reported in the future"),
        pytest.param({"reported_at": NINE - timedelta(hours=1)}, "发现时间不能晚于报告时间", id="reported, then found"),
        pytest.param({"title": "  "}, "请填写标题", id="no title"),
        pytest.param({"title": "故" * 121}, "标题太长，最多 120 字", id="long title"),
        pytest.param({"description": "\n"}, "请写明发生了什么", id="no description"),
        pytest.param({"kind": "holiday"}, "没有这种报告类型", id="unknown kind"),
    ],
)
def test_a_report_that_cannot_be_right_is_refused(
    agreement: Agreement, party_b: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        tickets.file(report(agreement, **changes), at=NINE, by=party_b)

    assert not Ticket.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("state", ["draft", "for_signing", "partly_signed", "expired", "terminated", "closed"])
def test_an_agreement_that_is_not_in_force_takes_no_reports(party_b: User, agreement: Agreement, state: str) -> None:
    agreement.state = state
    agreement.save()

    with pytest.raises(Refused, match="目前不在有效期内"):
        make_ticket(agreement, party_b)


def test_an_agreement_past_its_end_takes_no_reports(party_b: User, agreement: Agreement) -> None:
    agreement.ends_on = date(2026, 9, 15)
    agreement.save()

    with pytest.raises(Refused, match="目前不在有效期内"):
        make_ticket(agreement, party_b)


def test_the_same_submission_again_answers_with_the_first_ticket(agreement: Agreement, party_b: User) -> None:
    key = uuid.uuid4()

    first = make_ticket(agreement, party_b, submission_key=key)
    again = make_ticket(agreement, party_b, after(1), submission_key=key, title="另一个标题")

    assert first == again
    assert Ticket.objects.get().title == first.title
    assert TicketEntry.objects.count() == 1


def test_another_person_cannot_have_the_answer_to_somebody_elses_form(
    agreement: Agreement, party_b: User, outsider: User
) -> None:
    key = uuid.uuid4()
    make_ticket(agreement, party_b, submission_key=key)

    with pytest.raises(Refused, match="表单已失效"):
        make_ticket(agreement, outsider, submission_key=key)


def test_times_are_kept_to_the_second(agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b, NINE + timedelta(microseconds=999_999))

    assert ticket.received_at == second(NINE)


# --- Response and solution -----------------------------------------------------------------------------------


def test_accepting_is_no_answer(ticket: Ticket, operator: User) -> None:
    accepted = tickets.accept(ticket, at=after(5), by=operator)

    assert (accepted.state, accepted.assignee) == ("accepted", operator)
    assert clock(ticket, "response").state == Clock.State.RUNNING


def test_an_answer_stops_the_response_clock(responded: Ticket, operator: User) -> None:
    response = clock(responded, "response")

    assert (response.state, response.consumed_seconds, response.stopped_at) == ("met", 1800, after(30))
    assert clock(responded, "solution").state == "running"
    assert (responded.assignee, responded.accepted_at) == (operator, after(30))


def test_an_answer_at_lunch_after_a_deadline_on_closing_is_met(
    agreement: Agreement, party_b: User, operator: User
) -> None:
    ticket = make_ticket(agreement, party_b, local("2026-09-16 10:00"))

    tickets.respond(ticket, at=local("2026-09-16 12:45"), by=operator, text="正在处理。")

    response = clock(ticket, "response")
    assert response.due_at == local("2026-09-16 12:00")
    assert (response.state, response.consumed_seconds) == ("met", 7200)


def test_a_late_answer_is_missed_and_its_breach_is_written_by_the_answer(ticket: Ticket, operator: User) -> None:
    tickets.respond(ticket, at=after(121), by=operator, text="抱歉，刚看到。")

    response = clock(ticket, "response")
    assert (response.state, response.consumed_seconds) == ("missed", 7260)
    assert Breach.objects.get().breached_at == response.breached_at == local("2026-09-16 11:00")


def test_asking_party_b_pauses_only_the_solution_clock(responded: Ticket, operator: User, party_b: User) -> None:
    tickets.ask_party_b(responded, at=after(60), by=operator, text="请提供请求流水号。")
    paused = clock(responded, "solution")
    tickets.reply(responded, at=after(24 * 60), by=party_b, text="流水号 20260916-001。")

    solution = clock(responded, "solution")
    assert (paused.state, paused.due_at, paused.consumed_seconds) == ("paused", None, 3600)
    assert (solution.state, solution.consumed_seconds) == ("running", 3600)
    assert solution.due_at == local("2026-09-17 17:30")
    assert Ticket.objects.get().state == "responded"


def test_a_solution_may_come_while_party_b_is_asked(responded: Ticket, operator: User) -> None:
    tickets.ask_party_b(responded, at=after(60), by=operator, text="请提供请求流水号。")

    tickets.propose(responded, at=after(100), by=operator, text="已查明原因并修复。")

    assert (clock(responded, "solution").state, clock(responded, "solution").consumed_seconds) == ("met", 3600)


def test_a_dispute_reopens_the_same_solution_clock(proposed: Ticket, operator: User, party_b: User) -> None:
    disputed = tickets.dispute(proposed, at=local("2026-09-18 09:00"), by=party_b, text="仍然超时。")
    reopened = clock(proposed, "solution")
    tickets.propose(disputed, at=local("2026-09-18 10:00"), by=operator, text="已更换节点。")

    solution = clock(proposed, "solution")
    assert (reopened.state, reopened.consumed_seconds) == ("running", 7200)
    assert reopened.due_at == local("2026-09-18 16:30")
    assert (solution.state, solution.consumed_seconds, solution.cycle) == ("met", 10800, 1)
    assert proposed.clocks.count() == 2


def test_a_whole_life(proposed: Ticket, party_b: User, operator: User) -> None:
    confirmed = tickets.confirm(proposed, at=after(300), by=party_b)
    closed = tickets.close(confirmed, at=after(301), by=operator)

    assert (closed.state, closed.confirmed_at, closed.closed_at) == ("closed", after(300), after(301))
    assert [entry.kind for entry in closed.entries.all()] == ["filed", "responded", "proposed", "confirmed", "closed"]


def test_withdrawing_ends_both_clocks_without_a_verdict(ticket: Ticket, party_b: User) -> None:
    tickets.cancel(ticket, at=after(10), by=party_b, text="误报。")

    assert {c.state for c in ticket.clocks.all()} == {"cancelled"}


def test_striking_a_ticket_does_not_unbreak_a_promise(ticket: Ticket, operator: User) -> None:
    tickets.cancel(ticket, at=after(180), by=operator, text="重复报告。")

    assert clock(ticket, "response").state == "missed"
    assert clock(ticket, "solution").state == "cancelled"
    assert Breach.objects.get().kind == "response"


def test_reassigning_moves_the_ticket_and_tells_the_new_person(ticket: Ticket, operator: User, ops_lead: User) -> None:
    moved = tickets.reassign(ticket, at=after(5), by=ops_lead, to=operator, text="你来处理。")

    assert moved.assignee == operator
    assert Notice.objects.filter(recipient=operator, kind="ticket.reassigned").exists()


def test_a_ticket_cannot_be_given_to_somebody_who_may_not_handle_it(
    ticket: Ticket, ops_lead: User, finance: User
) -> None:
    with pytest.raises(Refused, match="李静 不能处理故障报告"):
        tickets.reassign(ticket, at=after(5), by=ops_lead, to=finance)


def test_time_on_a_ticket_never_runs_back(responded: Ticket, operator: User) -> None:
    proposed = tickets.propose(responded, at=after(20), by=operator, text="已恢复。")

    assert proposed.proposed_at == after(30)


# --- What the table allows -----------------------------------------------------------------------------------

STATES = [state.value for state in Ticket.State]


def in_state(state: str, agreement: Agreement, party_b: User, operator: User) -> Ticket:
    """A ticket brought to a state by verbs alone."""
    ticket = make_ticket(agreement, party_b)
    road = {
        "reported": [],
        "accepted": ["accept"],
        "responded": ["respond"],
        "awaiting_b": ["respond", "ask_party_b"],
        "proposed": ["respond", "propose"],
        "confirmed": ["respond", "propose", "confirm"],
        "disputed": ["respond", "propose", "dispute"],
        "closed": ["respond", "propose", "confirm", "close"],
        "cancelled": ["cancel"],
    }[state]
    for minute, verb in enumerate(road, start=10):
        ticket = say(verb, ticket, operator, after(minute))
    assert ticket.state == state
    return ticket


def say(verb: str, ticket: Ticket, by: User, at: datetime) -> Ticket:
    to: dict[str, Any] = {}
    if verb == "reassign":
        to = {"to": User.objects.filter(username="relief").first() or make.user("relief", "operations", name="替班")}
    if verb == "reprioritise":
        to = {"priority": 1}
    if verb in {"hold", "release"}:
        getattr(pausing, verb)(ticket, at=at, by=by, reason="maintenance")
        return Ticket.objects.get(pk=ticket.pk)
    call = getattr(tickets, verb)
    done: Ticket = call(ticket, at=at, by=by, text="写明情况。", **to)
    return done


@pytest.mark.parametrize("state", STATES)
def test_every_verb_in_every_state(state: str, agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = in_state(state, agreement, party_b, operator)

    for verb in STEPS:
        before = Ticket.objects.get(pk=ticket.pk)
        with transaction.atomic():
            if may(verb, state):
                done = say(verb, before, operator, after(60))
                # No window is agreed here: reopening begins a new cycle.
                expected = "reported" if verb == "reopen" else STEPS[verb].to
                assert done.state == expected or expected == "", verb
            else:
                with pytest.raises(Refused, match=f"现在是“{before.get_state_display()}”"):
                    say(verb, before, operator, after(60))
            transaction.set_rollback(True)
        assert Ticket.objects.get(pk=ticket.pk).state == state


def test_a_ticket_that_is_over_is_only_noted_released_or_reopened() -> None:
    over = {"closed", "cancelled"}

    assert {verb for verb, step in STEPS.items() if step.start & over} == {"note", "release", "reopen"}
    assert {verb for verb, step in STEPS.items() if "cancelled" in step.start} == {"note"}
    assert {"closed", "cancelled"} | OPEN == set(STATES)


@pytest.mark.parametrize(
    "verb, words",
    [
        pytest.param("respond", "请写明给乙方的答复内容", id="respond"),
        pytest.param("cancel", "请写明撤销原因", id="cancel"),
        pytest.param("note", "请填写备注内容", id="note"),
        pytest.param("reply", "请填写回复内容", id="reply"),
    ],
)
def test_what_must_be_said_must_be_said(ticket: Ticket, operator: User, verb: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        getattr(tickets, verb)(ticket, at=after(5), by=operator, text=" \n ")

    assert clock(ticket, "response").state == "running"


# --- Traces --------------------------------------------------------------------------------------------------


def test_every_verb_leaves_an_event_and_a_history_row(proposed: Ticket, party_b: User, operator: User) -> None:
    actions = list(Event.objects.of(proposed).order_by("seq").values_list("action", flat=True))
    authors = list(proposed.history.order_by("history_id").values_list("history_user__username", flat=True))

    assert actions == ["ticket.filed", "ticket.responded", "ticket.proposed"]
    assert authors == ["party_b", "operator", "operator"]


def test_the_receipt_tells_party_b_its_deadlines_and_operations_the_report(
    agreement: Agreement, party_b: User, operator: User
) -> None:
    ticket = make_ticket(agreement, party_b)

    receipt = Notice.objects.get(recipient=party_b, channel="in_app")
    assert receipt.subject == f"已收到报告 {ticket.number}：{ticket.title}"
    assert "响应时限：2026-09-16 11:00 前" in receipt.body
    assert receipt.url == f"/portal/tickets/{ticket.number}/"
    assert Notice.objects.filter(recipient=operator, kind="ticket.filed", channel="in_app").count() == 1


def test_nobody_is_told_of_what_he_did_himself(responded: Ticket, operator: User, party_b: User) -> None:
    tickets.reply(responded, at=after(40), by=party_b, text="收到。")

    assert not Notice.objects.filter(recipient=party_b, kind="ticket.replied").exists()
    assert Notice.objects.filter(recipient=operator, kind="ticket.replied", channel="in_app").count() == 1


def test_an_internal_note_is_told_to_nobody_of_party_b(responded: Ticket, operator: User, party_b: User) -> None:
    before = Notice.objects.filter(recipient=party_b).count()

    tickets.note(responded, at=after(40), by=operator, text="乙方网络配置有误。")

    assert Notice.objects.filter(recipient=party_b).count() == before


def test_another_organisation_sees_nothing(ticket: Ticket, party_b: User, party_b_other: User, outsider: User) -> None:
    assert list(Ticket.objects.for_user(party_b)) == [ticket]
    assert not Ticket.objects.for_user(party_b_other).exists()
    assert not Ticket.objects.for_user(outsider).exists()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"found_at": NINE + timedelta(1)}, id="found after it was reported"),
        pytest.param({"priority": 5}, id="unknown priority"),
        pytest.param({"state": "lost"}, id="unknown state"),
        pytest.param({"kind": "lost"}, id="unknown kind"),
        pytest.param({"state": "closed"}, id="closed without a time"),
        pytest.param({"title": ""}, id="no title"),
    ],
)
def test_the_database_refuses_a_ticket_that_cannot_be(ticket: Ticket, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(ticket, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        ticket.save()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"state": "met", "stopped_at": NINE, "consumed_seconds": 7201, "next_check_at": None,
                      "next_level": None}, id="met with more than the target"),
        pytest.param({"state": "missed", "stopped_at": NINE, "next_check_at": None, "next_level": None},
                     id="missed without a breach"),
        pytest.param({"state": "met", "next_check_at": None, "next_level": None}, id="stopped without a time"),
        pytest.param({"state": "paused", "next_check_at": None, "next_level": None}, id="a paused response"),
        pytest.param({"next_check_at": None}, id="a level without a time"),
        pytest.param({"target_seconds": 0}, id="no time at all"),
        pytest.param({"breach_from": None}, id="due and never broken"),
        pytest.param({"due_at": NINE - timedelta(1)}, id="due before it started"),
    ],
)  # fmt: skip
def test_the_database_refuses_a_clock_that_cannot_be(ticket: Ticket, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ticket.clocks.filter(kind="response").update(**changes)


def test_there_is_one_clock_of_a_kind_in_a_cycle(ticket: Ticket) -> None:
    again = clock(ticket, "response")
    again.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
