"""Stored columns are what the events say, whatever people and the sweep did in whatever order."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from sla import clocks, judging, tickets, watch
from sla.models import Attachment, Breach, Clock, ClockEvent, Ticket, TicketEntry
from tests.sla.make_sla import NINE, PDF, clock, make_ticket
from tests.sla.test_attaching import upload

pytestmark = pytest.mark.django_db

VERBS = ["accept", "respond", "ask_party_b", "reply", "propose", "confirm", "dispute", "close", "cancel", "note"]
STEPS = st.lists(st.tuples(st.sampled_from([*VERBS, "sweep"]), st.integers(0, 4 * 3600)), min_size=3, max_size=14)


def play(ticket: Ticket, steps: list[tuple[str, int]], by: User) -> None:
    """Do each step some seconds after the one before; what the state does not allow is refused and left."""
    at = NINE
    for verb, wait in steps:
        at += timedelta(seconds=wait)
        if verb == "sweep":
            watch.sweep(at)
            continue
        try:
            getattr(tickets, verb)(ticket, at=at, by=by, text="写明情况。")
        except Refused:
            continue


@given(STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_equal_replay_after_random_verbs(
    agreement: Agreement, party_b: User, operator: User, steps: list[tuple[str, int]]
) -> None:
    ticket = make_ticket(agreement, party_b)
    play(ticket, steps, operator)

    for row in ticket.clocks.all():
        assert clocks.differences(row) == {}
        broken = Breach.objects.filter(clock=row).count()
        assert broken == (row.breached_at is not None)
        if row.stopped_at is not None and row.state != "cancelled":
            assert (row.state == "met") == (row.consumed_seconds <= row.target_seconds)


def test_revision_counts_the_events(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = make_ticket(agreement, party_b)
    tickets.respond(ticket, at=NINE + timedelta(minutes=130), by=operator, text="抱歉。")

    response = clock(ticket, "response")

    assert list(response.events.values_list("seq", "kind")) == [(1, "started"), (2, "breached"), (3, "stopped")]
    assert response.revision == 3


def test_a_response_clock_never_pauses(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = make_ticket(agreement, party_b)

    with transaction.atomic(), pytest.raises(Refused, match="响应时限不能暂停"):
        judging.pause(clocks.locked(ticket)["response"], at=NINE, by=operator, reason="awaiting_party_b")


@pytest.fixture
def traces(agreement: Agreement, party_b: User) -> Ticket:
    """A ticket with a row in each append-only table."""
    ticket = make_ticket(agreement, party_b, files=[upload("截图.pdf", PDF)])
    watch.sweep(NINE + timedelta(days=10))
    return ticket


@pytest.mark.parametrize("model", [TicketEntry, Attachment, ClockEvent, Breach])
def test_what_happened_is_never_changed(traces: Ticket, model: Any) -> None:
    row = model.objects.order_by("pk").first()
    table = model._meta.db_table
    attempts = [f'UPDATE "{table}" SET id = id WHERE id = %s', f'DELETE FROM "{table}" WHERE id = %s']

    for attempt in attempts:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt, [row.pk])
    assert model.objects.filter(pk=row.pk).exists()


def test_a_breach_is_one_per_clock(traces: Ticket) -> None:
    again = Breach.objects.order_by("pk").first()
    assert again is not None
    again.pk, again.number, again.sha256, again.previous_sha256 = None, 99, "f" * 64, "e" * 64

    with pytest.raises(DatabaseError), transaction.atomic():
        again.save(force_insert=True)


def test_a_pause_needs_a_reason(traces: Ticket) -> None:
    solution = clock(traces, "solution")

    with pytest.raises(DatabaseError), transaction.atomic():
        ClockEvent.objects.create(clock=solution, seq=99, kind="paused", at=NINE, recorded_at=NINE)


def test_measured_clocks_agree_too(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = make_ticket(agreement, party_b, kind="question")
    tickets.respond(ticket, at=NINE + timedelta(minutes=5), by=operator, text="请看手册第三章。")

    assert watch.drifted() == {}
    assert {row.kind: row.state for row in Clock.objects.all()} == {"response": "measured", "solution": "running"}
