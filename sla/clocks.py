"""Clocks: every change is an event, and the columns are what sla.replay reads from the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.models import AgreementVersion
from contracts.terms import support_calendar
from people.models import User
from sla.models import Clock, ClockEvent, Ticket
from sla.promises import CLOCK_KINDS, target_seconds, warning_shares
from sla.replay import Course, Happening, Reading, follow, read
from worktime.clock import WorkCalendar
from worktime.models import CalendarVersion

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
    """Start both clocks of a new ticket at the instant when it was received."""
    calendar = support_calendar(ticket.version, calendar_version)
    return [_start(ticket, kind, (calendar_version, calendar), by=by, at=at) for kind in CLOCK_KINDS]


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
    pinned = course.version, course.calendar
    return working_times({pinned})[pinned]


def working_times(pinned: set[tuple[int, int]]) -> dict[tuple[int, int], WorkCalendar]:
    """The working time of each pair of terms and calendar version; two queries for all of them."""
    terms = AgreementVersion.objects.select_related("support_hours__calendar").in_bulk({t for t, _days in pinned})
    days = CalendarVersion.objects.select_related("calendar").in_bulk({days for _terms, days in pinned})
    return {(t, d): support_calendar(terms[t], days[d]) for t, d in pinned}


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
    if (course.version, course.calendar) != (dial.course.version, dial.course.calendar):
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


def _start(
    ticket: Ticket, kind: str, counted: tuple[CalendarVersion, WorkCalendar], *, by: User, at: datetime
) -> Clock:
    calendar_version, calendar = counted
    target = target_seconds(ticket.version, ticket.kind, kind)
    said: Mapping[str, Any] = {
        "target_seconds": target,
        "shares": list(warning_shares(target)),
        "version": ticket.version_id,
        "calendar_version": calendar_version.pk,
    }
    happening = Happening("started", ticket.received_at, said)
    reading = read(follow([happening]), calendar)
    clock = Clock.objects.create(ticket=ticket, kind=kind, **columns(reading))
    ClockEvent.objects.create(
        clock=clock, seq=1, kind=happening.kind, at=happening.at, recorded_at=at, by=by, data=dict(said)
    )
    return clock


def _store(clock: Clock, reading: Reading) -> None:
    fields = columns(reading)
    for name, value in fields.items():
        setattr(clock, name, value)
    clock.save(update_fields=[name.removesuffix("_id") for name in fields])
