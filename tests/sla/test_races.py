"""Races: what two do at once has the effect of one after the other.  PostgreSQL, with real threads and connections."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from contracts.models import Agreement, Suspension
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from sla import evidence, halting, judging, tickets, watch
from sla.clocks import Dial, dial_of
from sla.models import Breach, Clock, ClockEvent, Ticket, TicketEntry
from tests.sla.make_sla import NINE, make_ticket, report
from tests.sla.make_targets import target

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
LATE = NINE + timedelta(minutes=121)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run the works in threads of their own that start together; what each answers, or the refusal it got."""
    gate = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        gate.wait()
        try:
            answers[place] = work()
        except (Refused, IntegrityError) as refused:
            answers[place] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    return make_ticket(agreement, party_b)


def test_four_workers_sweep_each_clock_once(agreement: Agreement, party_b: User, operator: User) -> None:
    for minute in range(6):
        make_ticket(agreement, party_b, NINE + timedelta(seconds=minute))

    at_once(*[lambda: watch.sweep(NINE + timedelta(days=9))] * 4)
    watch.sweep(NINE + timedelta(days=9))

    assert Breach.objects.count() == 12
    assert ClockEvent.objects.filter(kind="breached").count() == 12
    assert Notice.objects.filter(kind="clock.breached", channel="in_app", recipient=party_b).count() == 12
    assert Event.objects.filter(action="clock.breached").count() == 12
    assert [flaw for breach in Breach.objects.all() for flaw in evidence.flaws(breach)] == []
    assert sorted(Breach.objects.values_list("number", flat=True)) == list(range(1, 13))


def test_without_the_lock_the_second_worker_would_write_the_breach_again(ticket: Ticket) -> None:
    """Negative control: two readings of the same clock, both before either writes; only the constraint is left."""
    row = ticket.clocks.get(kind="response")
    stale = [dial_of(Clock.objects.select_related("ticket__agreement").get(pk=row.pk)) for _ in range(2)]

    def settled(dial: Dial) -> Any:
        with transaction.atomic():
            return judging.settle(dial, at=LATE)

    answers = at_once(*[partial(settled, dial) for dial in stale])

    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1
    assert Breach.objects.count() == 1


def test_a_verb_that_waits_for_the_sweep_does_not_stop_it(ticket: Ticket, operator: User) -> None:
    """The verb holds the ticket and waits for the clock; the sweep holds the clock and writes a line of the ticket."""
    answers: list[Any] = []

    def respond() -> None:
        answers.extend(at_once(lambda: tickets.respond(ticket, at=NINE, by=operator, text="已处理。")))

    verb = threading.Thread(target=respond)
    with transaction.atomic():
        Clock.objects.select_for_update().get(ticket=ticket, kind="response")
        verb.start()
        wait_for_a_waiter()
        TicketEntry.objects.create(ticket=ticket, kind="warned", at=NINE, internal=True)
    verb.join(30)

    assert [answer.state for answer in answers] == ["responded"]


def wait_for_a_waiter() -> None:
    """Return when another connection waits for a row."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


def test_the_same_form_sent_twice_at_once_makes_one_ticket(agreement: Agreement, party_b: User) -> None:
    key = uuid.uuid4()

    made = at_once(*[lambda: tickets.file(report(agreement, submission_key=key), at=NINE, by=party_b)] * 4)

    assert {ticket.number for ticket in made} == {"GZ-2026-000001"}
    assert Ticket.objects.count() == 1
    assert Clock.objects.count() == 2


def test_reports_at_once_get_numbers_of_their_own(agreement: Agreement, party_b: User) -> None:
    made = at_once(*[lambda: make_ticket(agreement, party_b)] * 6)

    assert sorted(ticket.number for ticket in made) == [f"GZ-2026-{number:06d}" for number in range(1, 7)]


def test_confirming_and_disputing_at_once_does_one_of_the_two(ticket: Ticket, operator: User, party_b: User) -> None:
    tickets.respond(ticket, at=NINE + timedelta(minutes=5), by=operator, text="处理中。")
    tickets.propose(ticket, at=NINE + timedelta(minutes=10), by=operator, text="已修复。")
    at = NINE + timedelta(minutes=20)

    answers = at_once(
        lambda: tickets.confirm(ticket, at=at, by=party_b),
        lambda: tickets.dispute(ticket, at=at, by=party_b, text="仍然报错。"),
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    state = Ticket.objects.get().state
    assert state == ("confirmed" if isinstance(answers[1], Refused) else "disputed")
    assert ticket.clocks.get(kind="solution").state == ("met" if state == "confirmed" else "running")
    assert ticket.entries.filter(kind__in=["confirmed", "disputed"]).count() == 1


@pytest.mark.parametrize("seconds, met", [(0, True), (1, False)], ids=["in the last second", "one second late"])
def test_answering_while_the_sweep_runs_gives_one_verdict(
    ticket: Ticket, operator: User, seconds: int, met: bool
) -> None:
    at = NINE + timedelta(minutes=120, seconds=seconds)

    at_once(
        lambda: tickets.respond(ticket, at=at, by=operator, text="已处理。"),
        lambda: watch.sweep(at),
        lambda: watch.sweep(at),
    )

    assert ticket.clocks.get(kind="response").state == ("met" if met else "missed")
    assert Breach.objects.count() == (0 if met else 1)
    assert watch.drifted() == {}


def test_four_sweeps_hold_a_ticket_once(ticket: Ticket, agreement: Agreement) -> None:
    at = NINE + timedelta(minutes=20)
    Suspension.objects.create(agreement=agreement, scope="service", reason="逾期未付", starts_at=NINE)

    at_once(*[lambda: halting.follow(at)] * 4)

    assert ClockEvent.objects.filter(kind="paused", reason="suspension").count() == 1
    assert ticket.entries.filter(kind="held").count() == 1
    assert watch.drifted() == {}


def test_without_the_lock_a_reason_would_be_written_twice(ticket: Ticket) -> None:
    """Negative control: two readings of the same clock, both before either writes; only the constraint is left."""
    row = ticket.clocks.get(kind="solution")
    stale = [dial_of(Clock.objects.select_related("ticket__agreement").get(pk=row.pk)) for _ in range(2)]

    def held(dial: Dial) -> Any:
        with transaction.atomic():
            return judging.pause(dial, at=NINE, by=None, reason="maintenance")

    answers = at_once(*[partial(held, dial) for dial in stale])

    assert sorted(map(type, answers), key=str) == sorted([IntegrityError, bool], key=str)


def test_two_who_change_the_priority_at_once_change_it_one_after_the_other(ticket: Ticket, operator: User) -> None:
    target(ticket.version, time="1", priority=1)
    target(ticket.version, time="4", priority=2)
    at = NINE + timedelta(minutes=90)

    def to(priority: int) -> Callable[[], Any]:
        return lambda: tickets.reprioritise(ticket, at=at, by=operator, priority=priority, text="业务已停。")

    at_once(to(1), to(2), lambda: watch.sweep(at))

    solution = ticket.clocks.get(kind="solution")
    assert solution.target_seconds == {1: 3600, 2: 4 * 3600}[Ticket.objects.get().priority]
    # Whoever came first, priority 1 was over when it was set, and stays broken.
    assert solution.breached_at == at
    assert ticket.entries.filter(kind="priority").count() == 2
    assert watch.drifted() == {}
