"""Clocks follow a calendar: a published notice moves what is still open, and what is frozen is looked at again.

A running or paused clock takes the new version from the publication on, with one event.  A breach never moves: where
the new version would have kept the promise, an adjudication is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse

from contracts.models import AgreementVersion
from journal.recording import record
from people.models import User
from sla.acts import second
from sla.clocks import Dial, dial_of, happen
from sla.judging import settle
from sla.models import Adjudication, Breach, Clock
from sla.replay import Course, Happening, Reading, broken_at, consumed_at, read
from worktime.almanac import Almanac
from worktime.calendars import almanac_of, hours_on
from worktime.clock import WorkCalendar
from worktime.following import Move, Outcome
from worktime.models import CalendarVersion
from worktime.publishing import changed_dates

ROWS = ("ticket__agreement__party_b", "version__support_hours", "calendar_version__calendar")


class ClockFollower:
    """Moves the clocks of a calendar (worktime.following.Follower)."""

    def preview(self, version: CalendarVersion, almanac: Almanac, *, at: datetime) -> list[Move]:
        """The clocks that would move and the breaches that would be looked at again; changes nothing."""
        at, changed = second(at), changed_dates(almanac_of(version), almanac)
        moves = [_clock_move(dial_of(clock), almanac, at) for clock in affected(version, changed)]
        moves += [_breach_move(breach, almanac) for breach, _used in excusable(version, changed, almanac)]
        return [move for move in moves if move is not None]

    def follow(self, version: CalendarVersion, *, by: User | None, at: datetime) -> list[Move]:
        """Give every open clock the new version, by one event each, and propose the adjudications."""
        before = version.calendar.versions.filter(number__lt=version.number).order_by("-number").first()
        if before is None:
            return []
        at, almanac = second(at), almanac_of(version)
        changed = changed_dates(almanac_of(before), almanac)
        moves = []
        for clock in affected(before, changed).select_for_update(of=("self",), no_key=True):
            dial = dial_of(clock)
            move = _clock_move(dial, almanac, at)
            _revise(dial, version, by=by, at=at)
            if move is not None:
                moves.append(move)
        for breach, used in excusable(before, changed, almanac):
            _propose(breach, version, used, by=by, at=at)
            moves.append(_breach_move(breach, almanac))
        return moves


def affected(version: CalendarVersion, changed: frozenset[date]) -> QuerySet[Clock]:
    """The open clocks on a calendar whose remaining time may touch a changed date, or is provisional."""
    rows = Clock.objects.filter(
        _support_hours(""),
        state__in=[Clock.State.RUNNING, Clock.State.PAUSED],
        calendar_version__calendar=version.calendar,
        target_seconds__isnull=False,
    ).select_related(*ROWS)
    if not changed:
        return rows.filter(provisional=True)
    first, after = _span(version, changed)
    touched = Q(started_at__lt=after) & (Q(breach_from__isnull=True) | Q(breach_from__gte=first))
    return rows.filter(touched | Q(provisional=True)).order_by("pk")


def excusable(version: CalendarVersion, changed: frozenset[date], almanac: Almanac) -> Iterator[tuple[Breach, int]]:
    """Breaches that the new days would not have seen, with the support seconds then consumed."""
    if not changed:
        return
    first, after = _span(version, changed)
    broken = Breach.objects.filter(
        _support_hours("clock__"),
        clock__calendar_version__calendar=version.calendar,
        clock__started_at__lt=after,
        breached_at__gte=first,
    ).select_related("clock__version__support_hours", "clock__calendar_version__calendar", "ticket__agreement__party_b")
    for breach in broken.order_by("pk"):
        used = _used_until_known(breach, almanac)
        if breach.clock.target_seconds is not None and used <= breach.clock.target_seconds:
            yield breach, used


def _support_hours(path: str) -> Q:
    """Clocks that count support hours: by their own target, or by their version where that says nothing."""
    own, left_to_version = Q(**{f"{path}hours": Clock.Hours.SUPPORT}), Q(**{f"{path}hours": ""})
    by_version = Q(**{f"{path}version__clock_hours": AgreementVersion.ClockHours.SUPPORT})
    return own | (left_to_version & by_version)


def _span(version: CalendarVersion, changed: frozenset[date]) -> tuple[datetime, datetime]:
    """The instants at which the changed dates begin and end."""
    zone = ZoneInfo(version.calendar.zone)
    first = datetime.combine(min(changed), time(0), zone)
    return first, datetime.combine(max(changed) + timedelta(days=1), time(0), zone)


def _revised(dial: Dial, almanac: Almanac, at: datetime) -> tuple[Course, Reading, Reading, WorkCalendar]:
    """The course as it would go on, and the columns before and after."""
    calendar = hours_on(dial.clock.version.support_hours, almanac)
    course = replace(dial.course, retargeted_at=at)
    return course, read(dial.course, dial.calendar), read(course, calendar), calendar


def _clock_move(dial: Dial, almanac: Almanac, at: datetime) -> Move | None:
    """What becomes of an open clock; None when its deadline stays where it is."""
    clock = dial.clock
    course, old, new, calendar = _revised(dial, almanac, at)
    outcome: Outcome = "moved"
    if course.breached_at is None and broken_at(course, calendar, at) is not None:
        outcome = "breached"
    elif old.provisional and not new.provisional and old.due_at == new.due_at:
        outcome = "firm"
    elif old.due_at == new.due_at:
        return None
    elif old.due_at is not None and new.due_at is not None and old.due_at <= at < new.due_at:
        outcome = "relieved"
    before, after = old.due_at or clock.started_at, new.due_at or clock.started_at
    return Move(
        label=str(clock),
        url=reverse("admin:sla_ticket_change", args=[clock.ticket_id]),
        organisation=clock.ticket.agreement.party_b.name,
        before=before,
        after=after,
        outcome=outcome,
    )


def _revise(dial: Dial, version: CalendarVersion, *, by: User | None, at: datetime) -> None:
    """One event, after what was broken under the old days is written down."""
    settle(dial, at=at)
    data = {"calendar_version": version.pk, "sha256": version.sha256}
    happen(
        dial, Happening("calendar_revised", max(at, dial.course.last_at), data, version.source), by=by, recorded_at=at
    )


def _used_until_known(breach: Breach, almanac: Almanac) -> int:
    """Support seconds by the new days, up to the stop or, for a clock that still ran, up to the breach."""
    dial = dial_of(breach.clock)
    until = dial.course.stopped_at or breach.detected_at
    return consumed_at(dial.course, hours_on(breach.clock.version.support_hours, almanac), until)


def _breach_move(breach: Breach, almanac: Almanac) -> Move:
    dial = dial_of(breach.clock)
    new = read(dial.course, hours_on(breach.clock.version.support_hours, almanac))
    return Move(
        label=str(breach),
        url=reverse("admin:sla_breach_change", args=[breach.pk]),
        organisation=breach.ticket.agreement.party_b.name,
        before=breach.breached_at,
        after=new.breach_from or breach.breached_at,
        outcome="excused",
    )


def _propose(breach: Breach, version: CalendarVersion, used: int, *, by: User | None, at: datetime) -> None:
    made, new = Adjudication.objects.get_or_create(
        breach=breach,
        calendar_version=version,
        ground=Adjudication.Ground.LATE_NOTICE,
        defaults={
            "consumed_seconds": used,
            "target_seconds": breach.clock.target_seconds or 0,
            "proposed_at": at,
        },
    )
    if new:
        record(
            "adjudication.proposed",
            obj=made,
            by=by,
            at=at,
            reason=version.source,
            data={"breach": breach.number, "consumed_seconds": used, "target_seconds": breach.clock.target_seconds},
            organisation_id=breach.ticket.agreement.party_b_id,
            agreement_id=breach.agreement_id,
        )
