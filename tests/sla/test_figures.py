"""The rows behind the numbers: what SQL finds is what the pure figures count, for every part and cell."""

from datetime import datetime, timedelta
from itertools import count, product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Agreement
from people.models import User
from sla import tickets, watch
from sla.attainment import Month, Part, by_clock, months_between, tally
from sla.figures import clocks_in, month_figures, runs
from sla.models import Adjudication, Breach, Clock, ClockEvent, Ticket
from tests import make
from tests.sla.make_sla import NINE, local, make_ticket

pytestmark = pytest.mark.django_db
SEPTEMBER = Month(2026, 9)
LATER = local("2026-12-01 00:00")
WHEN = {
    "never": None, "before": local("2026-08-20 10:00"), "inside": local("2026-09-10 10:00"),
    "edge": local("2026-10-01 00:00"), "after": local("2026-10-20 10:00"),
}  # fmt: skip
numbers = count(1)


def made_clock(agreement: Agreement, by: User, **columns: Any) -> Clock:
    """A ticket with one clock whose columns are as given: figures read columns only."""
    number = next(numbers)
    early = local("2026-07-01 09:00")
    version = agreement.versions.get()
    said = {"kind": "fault", "priority": number % 4 + 1, "title": "断网", "impact": "part", "urgency": "low"}
    times = {
        "found_at": early,
        "reported_at": early,
        "received_at": early,
        "cancelled_at": columns.pop("gone_at", None),
    }
    made = Ticket(number=f"T{number}", agreement=agreement, version=version, channel="portal", reporter=by, **said)
    for name, value in times.items():
        setattr(made, name, value)
    ticket = Ticket.objects.bulk_create([made])[0]
    fields = {
        "kind": "response",
        "started_at": early,
        "version": version,
        "calendar_version": make.calendar_version(),
        **columns,
    }
    return Clock.objects.create(ticket=ticket, **fields)


def state_of(stopped: datetime | None, broken: datetime | None, target: int | None, gone: bool) -> str:
    if stopped is None:
        return "running"
    if broken is not None:
        return "missed"
    return "cancelled" if gone else "measured" if target is None else "met"


@pytest.fixture
def rows(agreement: Agreement, party_b: User) -> None:
    """Every possible place of stop and breach about September, judged and measured, answered and withdrawn."""
    for stop, breach, target, gone in product(WHEN, WHEN, (None, 7200), (False, True)):
        stopped, broken = WHEN[stop], WHEN[breach]
        if (broken and (target is None or (stopped and stopped < broken))) or (gone and not stopped):
            continue
        made = made_clock(
            agreement, party_b, gone_at=stopped if gone else None, state=state_of(stopped, broken, target, gone),
            stopped_at=stopped, breached_at=broken, target_seconds=target, consumed_seconds=600,
        )  # fmt: skip
        paused = {"kind": "paused", "reason": "awaiting_party_b", "recorded_at": NINE}
        ClockEvent.objects.create(clock=made, seq=1, at=stopped or NINE, **paused)


@pytest.mark.parametrize("at", [LATER, local("2026-09-12 00:00"), local("2026-08-01 00:00")], ids=str)
@pytest.mark.parametrize("month", [SEPTEMBER, Month(2026, 8), Month(2026, 10)], ids=str)
def test_every_number_is_the_count_of_its_rows(rows: None, agreement: Agreement, month: Month, at: datetime) -> None:
    figures = month_figures(agreement, month, at)
    whole = figures.of("response")
    found = {part: Clock.objects.filter(clocks_in(part, month, month, at)).count() for part in Part}

    assert found == {part: whole.of(part) for part in Part}
    for cell, figure in figures.cells.items():
        own = Clock.objects.filter(kind=cell.clock_kind, ticket__kind=cell.ticket_kind, ticket__priority=cell.priority)
        assert {part: own.filter(clocks_in(part, month, month, at)).count() for part in Part} == {
            part: figure.of(part) for part in Part
        }


def test_several_months_are_the_sum_of_each(rows: None, agreement: Agreement) -> None:
    first, last = Month(2026, 8), Month(2026, 10)
    months = months_between(first, last)
    read = runs(Clock.objects.filter(ticket__agreement=agreement), first, last, LATER)
    whole = tally(read, months, LATER, by=by_clock)["response"]
    each = [month_figures(agreement, month, LATER).of("response") for month in months]

    for part in Part:
        assert Clock.objects.filter(clocks_in(part, first, last, LATER)).count() == whole.of(part), part
    for part in set(Part) - {Part.CARRIED, Part.PAUSED}:
        assert whole.of(part) == sum(figure.of(part) for figure in each), part


def test_figures_cost_the_same_queries_for_any_number_of_tickets(rows: None, agreement: Agreement) -> None:
    with CaptureQueriesContext(connection) as asked:
        month_figures(agreement, SEPTEMBER, LATER)

    assert len(asked) <= 6


def test_an_excused_breach_counts_in_the_second_figure_alone(
    agreement: Agreement, party_b: User, contract_manager: User
) -> None:
    make_ticket(agreement, party_b)
    watch.sweep(at=LATER)
    breach = Breach.objects.get(kind="response")
    Adjudication.objects.create(
        breach=breach, ground="late_notice", calendar_version=make.calendar_version(), consumed_seconds=1,
        target_seconds=7200, state="excused", proposed_at=NINE, decided_by=contract_manager, decided_at=LATER,
    )  # fmt: skip

    figure = month_figures(agreement, SEPTEMBER, LATER).of("response")

    assert [figure.raw, figure.adjudicated, figure.judged] == [0, 100, 1]
    assert month_figures(agreement, SEPTEMBER, LATER - timedelta(seconds=1)).of("response").adjudicated == 0


def test_real_tickets_give_the_expected_month(agreement: Agreement, party_b: User, operator: User) -> None:
    quick, slow = make_ticket(agreement, party_b), make_ticket(agreement, party_b)
    asked = make_ticket(agreement, party_b, kind="question")
    tickets.respond(quick, at=NINE + timedelta(hours=1), by=operator, text="正在查。")
    tickets.respond(slow, at=NINE + timedelta(hours=6), by=operator, text="正在查。")
    tickets.respond(asked, at=NINE + timedelta(hours=1), by=operator, text="见手册。")

    figures = month_figures(agreement, SEPTEMBER, NINE + timedelta(hours=7))
    whole = figures.of("response")

    assert (whole.kept, whole.broken, whole.of(Part.MEASURED)) == (1, 1, 1)
    assert str(whole.raw) == "50.00"
    assert whole.median == 3600
    assert [cell.ticket_kind for cell, figure in figures.cells.items() if not figure.promised] == ["question"]


def test_other_agreements_do_not_count(rows: None, other_agreement: Agreement) -> None:
    assert month_figures(other_agreement, SEPTEMBER, LATER).cells == {}
