"""The watch: warnings before, one breach after, any run repairing any gap, one bad row stopping nobody."""

import io
import logging
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Agreement
from journal.models import Event, Notice
from people.models import User
from sla import tickets, watch
from sla.models import Breach, Clock, ClockEvent, Ticket, TicketEntry
from sla.tasks import find_drift, sweep_clocks
from tests.sla.make_sla import NINE, clock, local, make_ticket

pytestmark = pytest.mark.django_db


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User, ops_lead: User) -> Ticket:
    return make_ticket(agreement, party_b)


def notices(kind: str, **about: object) -> list[str]:
    """Who got an in-app notice of a kind."""
    found = Notice.objects.filter(kind=kind, channel="in_app", **about).order_by("pk")
    return sorted(found.values_list("recipient__username", flat=True))


def test_nothing_happens_before_its_time(ticket: Ticket) -> None:
    counts = watch.sweep(after(59))

    assert counts == {}
    assert not Notice.objects.filter(kind__startswith="clock.").exists()


def test_half_of_the_target_warns_operations_and_not_party_b(ticket: Ticket) -> None:
    counts = watch.sweep(after(60))

    assert counts == {"warned": 1}
    assert notices("clock.warned") == ["operator", "ops_lead"]
    assert clock(ticket, "response").next_level == 75
    notice = Notice.objects.filter(kind="clock.warned").first()
    assert notice is not None
    assert notice.subject == f"响应时限已用 50%：{ticket.number} {ticket.title}"


def test_an_assigned_ticket_warns_its_person_and_from_ninety_per_cent_the_lead(ticket: Ticket, operator: User) -> None:
    tickets.accept(ticket, at=after(5), by=operator)

    watch.sweep(after(60))
    half = notices("clock.warned")
    watch.sweep(after(108))

    assert half == ["operator"]
    assert notices("clock.warned") == ["operator", "operator", "ops_lead"]


def test_each_warning_is_told_once(ticket: Ticket) -> None:
    for minute in (60, 61, 62, 89, 90, 91, 108, 109):
        watch.sweep(after(minute))

    levels = list(clock(ticket, "response").events.filter(kind="warned").values_list("data__level", flat=True))
    assert levels == [50, 75, 90]
    assert notices("clock.warned", recipient__username="operator") == ["operator"] * 3


def test_levels_missed_in_an_outage_collapse_into_the_highest(ticket: Ticket) -> None:
    watch.sweep(after(110))

    warned = clock(ticket, "response").events.get(kind="warned")
    assert warned.data == {"level": 90, "skipped": [50, 75]}
    assert notices("clock.warned", recipient__username="operator") == ["operator"]


def test_at_the_target_itself_the_promise_still_stands(ticket: Ticket) -> None:
    watch.sweep(after(120))

    assert not Breach.objects.exists()


def test_a_breach_carries_the_computed_instant_however_late_it_is_seen(ticket: Ticket) -> None:
    counts = watch.sweep(local("2026-09-20 03:00"))

    breach = Breach.objects.get(kind="response")
    assert counts["breached"] == 2
    assert breach.breached_at == local("2026-09-16 11:00")
    assert breach.detected_at == local("2026-09-20 03:00")
    assert clock(ticket, "response").breached_at == breach.breached_at
    assert clock(ticket, "response").state == Clock.State.RUNNING


def test_a_breach_tells_operations_the_lead_and_party_b_once(ticket: Ticket) -> None:
    for minute in (121, 122, 200):
        watch.sweep(after(minute))

    assert Breach.objects.count() == 1
    assert notices("clock.breached") == ["operator", "ops_lead", "party_b"]
    theirs = Notice.objects.get(kind="clock.breached", recipient__username="party_b", channel="in_app")
    assert theirs.body == "甲方未在约定时限内完成响应（时限至 2026-09-16 11:00）。系统已记录这次超时。"
    assert Event.objects.filter(action="clock.breached").count() == 1


def test_the_timeline_shows_the_breach_to_party_b_and_keeps_the_warning_inside(ticket: Ticket) -> None:
    watch.sweep(after(60))
    watch.sweep(after(121))

    assert [entry.kind for entry in ticket.entries.for_party_b()] == ["filed", "breached"]
    assert list(ticket.entries.filter(kind=TicketEntry.Kind.WARNED).values_list("internal", flat=True)) == [True]


def test_an_answer_in_the_very_second_of_the_deadline_is_met(ticket: Ticket, operator: User) -> None:
    watch.sweep(after(120))
    tickets.respond(ticket, at=after(120), by=operator, text="已处理。")
    watch.sweep(after(121))

    assert clock(ticket, "response").state == "met"
    assert not Breach.objects.exists()


def test_an_answer_after_the_sweep_saw_the_breach_stays_missed(ticket: Ticket, operator: User) -> None:
    watch.sweep(after(121))
    # The page was opened in time; the sweep had the lock first.
    tickets.respond(ticket, at=after(120), by=operator, text="已处理。")

    response = clock(ticket, "response")
    assert (response.state, response.stopped_at) == ("missed", after(121))
    assert Breach.objects.count() == 1


def test_a_paused_clock_is_left_alone(ticket: Ticket, operator: User) -> None:
    tickets.respond(ticket, at=after(30), by=operator, text="处理中。")
    tickets.ask_party_b(ticket, at=after(31), by=operator, text="请提供流水号。")

    assert watch.sweep(local("2026-10-30 09:00")) == {}


def test_stopped_clocks_are_left_alone(ticket: Ticket, operator: User) -> None:
    tickets.cancel(ticket, at=after(5), by=operator, text="误报。")

    assert watch.sweep(local("2026-10-30 09:00")) == {}


def test_batches_go_on_until_nothing_is_due(agreement: Agreement, party_b: User) -> None:
    for minute in range(5):
        make_ticket(agreement, party_b, after(minute))

    counts = watch.sweep(after(70), batch=2)

    assert counts == {"warned": 5}


def test_a_bad_row_is_put_back_and_stops_nobody(
    ticket: Ticket, agreement: Agreement, party_b: User, caplog: pytest.LogCaptureFixture
) -> None:
    bad = clock(ticket, "response")
    ClockEvent.objects.create(clock=bad, seq=2, kind="resumed", at=after(1), recorded_at=after(1))
    other = make_ticket(agreement, party_b, after(1))

    with caplog.at_level(logging.ERROR, logger="sla.watch"):
        counts = watch.sweep(after(61))

    assert counts["failed"] == 1
    assert clock(ticket, "response").next_check_at == after(121)
    assert clock(other, "response").next_level == 75
    assert f"clock {bad.pk} could not be judged" in caplog.text


def test_the_lag_is_the_wait_of_the_oldest(ticket: Ticket) -> None:
    assert watch.lag(after(59)) == timedelta(0)
    assert watch.lag(after(65)) == timedelta(minutes=5)


def test_a_sweep_with_nothing_due_is_two_queries_whatever_is_open(agreement: Agreement, party_b: User) -> None:
    for _ in range(3):
        make_ticket(agreement, party_b)

    with CaptureQueriesContext(connection) as captured:
        watch.sweep(after(10))

    assert len(captured) == 2, "the clocks that run, and those that are broken and still run"
    assert all("next_check_at" in query["sql"] for query in captured)


def test_the_sweep_reads_the_partial_index(ticket: Ticket) -> None:
    """The plan of its query names the index of running clocks and sorts nothing."""
    query = Clock.objects.due_for_check(NINE).values_list("next_check_at", "pk")[:200]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of so few rows any plan is cheap: asked is whether the index alone gives them in their order.
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
    plan = query.explain()

    assert "clock_running_next" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


# --- Drift ---------------------------------------------------------------------------------------------------


def test_clocks_agree_with_their_events(ticket: Ticket, capsys: pytest.CaptureFixture[str]) -> None:
    watch.sweep(after(121))

    call_command("clocks", "verify")

    assert watch.drifted() == {}
    assert "2 clocks agree with their events" in capsys.readouterr().out
    assert find_drift() == 0


def test_a_column_changed_behind_the_events_is_found(ticket: Ticket) -> None:
    Clock.objects.filter(ticket=ticket, kind="response").update(consumed_seconds=17)

    found = watch.drifted()

    assert list(found.values()) == [{"consumed_seconds": (17, 0)}]
    with pytest.raises(CommandError, match="1 clocks differ"):
        call_command("clocks", "verify", stderr=io.StringIO())
    assert find_drift() == 1


def test_the_task_sweeps(ticket: Ticket, time_machine: object) -> None:
    time_machine.move_to(after(121))  # type: ignore[attr-defined]

    assert sweep_clocks() == {"breached": 1}
