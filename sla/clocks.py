"""Clocks: every change is an event, and the columns are what sla.replay reads from the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from contracts.models import AgreementVersion
from contracts.terms import support_calendar
from people.models import User
from sla.models import Clock, ClockEvent, Ticket
from sla.promises import CLOCK_KINDS, RESTORATION, Promise, promised
from sla.replay import Course, Happening, Reading, follow, read
from worktime.clock import WorkCalendar
from worktime.models import CalendarVersion

EVERY_KIND = (*CLOCK_KINDS, RESTORATION)
Pinned = tuple[int, int, str]  # version of the terms, version of the calendar, choice of hours
COLUMNS = (
    "state",
    "held",
    "hours",
    "started_at",
    "stopped_at",
    "target_seconds",
    "consumed_seconds",
    "due_at",
    "breach_from",
    "breached_at",
    "next_check_at",
    "next_level",
    "provisional",
    "revision",
)


@dataclass
class Dial:
    """A clock row with its events folded and its working time at hand.  To change it, its row must be locked."""

    clock: Clock
    happenings: list[Happening]
    course: Course
    calendar: WorkCalendar


def start_all(ticket: Ticket, *, calendar_version: CalendarVersion, by: User, at: datetime) -> list[Clock]:
    """Start the clocks of a new ticket at the instant when it was received."""
    promises = promises_on(ticket)
    start = partial(_start, ticket, calendar_version=calendar_version, since=ticket.received_at, by=by, at=at)
    return [start(kind, promise) for kind, promise in promises.items()]


def start_again(
    ticket: Ticket, dials: Iterable[Dial], *, calendar_version: CalendarVersion, by: User, at: datetime
) -> list[Clock]:
    """Start a new cycle of the ticket's clocks, as for a report received now."""
    cycle = 1 + max(dial.clock.cycle for dial in dials)
    start = partial(_start, ticket, calendar_version=calendar_version, since=at, by=by, at=at, cycle=cycle)
    return [start(kind, promise) for kind, promise in promises_on(ticket).items()]


def start_late(ticket: Ticket, like: Clock, kind: str, *, by: User, at: datetime) -> Dial:
    """Start a clock that the ticket had none of, beside the others of its cycle; measured until it gets a target."""
    began = _start(
        ticket, kind, Promise(target=None), calendar_version=like.calendar_version, since=like.started_at, by=by,
        at=at, cycle=like.cycle,
    )  # fmt: skip
    return dial_of(began)


def promises_on(ticket: Ticket) -> dict[str, Promise]:
    """What the ticket's terms hold its clocks to, by kind; one query."""
    rows = list(ticket.version.targets.filter(ticket_kind=ticket.kind))
    found = {kind: promised(ticket.version, rows, ticket.kind, ticket.priority, kind) for kind in EVERY_KIND}
    return {kind: promise for kind, promise in found.items() if promise is not None}


def locked(ticket: Ticket) -> dict[str, Dial]:
    """The clocks of a ticket's present cycle by kind, their rows locked until the transaction ends."""
    clocks = list(ticket.clocks.select_for_update(no_key=True).order_by("cycle", "kind"))
    return {clock.kind: dial_of(clock) for clock in clocks}


def dial_of(clock: Clock) -> Dial:
    """The clock with its events followed."""
    past = happenings(clock)
    course = follow(past)
    return Dial(clock, past, course, working_time(course))


def happenings(clock: Clock) -> list[Happening]:
    """The events of a clock in their order, as plain values."""
    events = sorted(clock.events.all(), key=lambda event: event.seq)
    return [Happening(event.kind, event.at, event.data, event.reason) for event in events]


def working_time(course: Course) -> WorkCalendar:
    """The working time that the terms and the calendar version pinned by a course amount to."""
    pinned = _pinned(course)
    return working_times({pinned})[pinned]


def working_times(pinned: set[Pinned]) -> dict[Pinned, WorkCalendar]:
    """The working time of each terms, calendar version and choice of hours; two queries for all of them."""
    terms = AgreementVersion.objects.select_related("support_hours__calendar").in_bulk({t for t, _, _ in pinned})
    days = CalendarVersion.objects.select_related("calendar").in_bulk({d for _, d, _ in pinned})
    return {(t, d, hours): support_calendar(terms[t], days[d], hours) for t, d, hours in pinned}


def happen(dial: Dial, happening: Happening, *, by: User | None, recorded_at: datetime) -> ClockEvent:
    """Append one event and bring the columns up to date.  Raises ImpossibleCourse for an event that cannot follow."""
    seq = dial.course.revision + 1
    course = follow([*dial.happenings, happening])
    event = ClockEvent.objects.create(
        clock=dial.clock,
        seq=seq,
        kind=happening.kind,
        at=happening.at,
        recorded_at=recorded_at,
        by=by,
        reason=happening.reason,
        data=dict(happening.data),
    )
    if _pinned(course) != _pinned(dial.course):
        dial.calendar = working_time(course)
    dial.happenings.append(happening)
    dial.course = course
    _store(dial.clock, read(course, dial.calendar))
    return event


def columns(reading: Reading) -> dict[str, Any]:
    """The reading as the clock's fields."""
    return {
        **{name: getattr(reading, name) for name in COLUMNS},
        "version_id": reading.version,
        "calendar_version_id": reading.calendar,
    }


def differences(clock: Clock) -> dict[str, tuple[Any, Any]]:
    """Columns where the row and its events disagree: name -> (stored, replayed).  Empty when all is well."""
    dial = dial_of(clock)
    replayed = columns(read(dial.course, dial.calendar))
    stored = {name: getattr(clock, name) for name in replayed}
    return {name: (stored[name], value) for name, value in replayed.items() if stored[name] != value}


def latest(dials: Iterable[Dial]) -> list[datetime]:
    """The instants of the last acts on the clocks."""
    return [dial.course.last_at for dial in dials]


def _pinned(course: Course) -> Pinned:
    return course.version, course.calendar, course.hours


def _start(
    ticket: Ticket,
    kind: str,
    promise: Promise,
    *,
    calendar_version: CalendarVersion,
    since: datetime,
    by: User,
    at: datetime,
    cycle: int = 1,
) -> Clock:
    said: Mapping[str, Any] = {
        **promise.pinned(),
        "version": ticket.version_id,
        "calendar_version": calendar_version.pk,
    }
    happening = Happening("started", since, said)
    calendar = support_calendar(ticket.version, calendar_version, promise.hours)
    reading = read(follow([happening]), calendar)
    clock = Clock.objects.create(ticket=ticket, kind=kind, cycle=cycle, **columns(reading))
    ClockEvent.objects.create(
        clock=clock, seq=1, kind=happening.kind, at=happening.at, recorded_at=at, by=by, data=dict(said)
    )
    return clock


def _store(clock: Clock, reading: Reading) -> None:
    fields = columns(reading)
    for name, value in fields.items():
        setattr(clock, name, value)
    clock.save(update_fields=[name.removesuffix("_id") for name in fields])
