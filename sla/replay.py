"""A clock read from its events: every stored column of a clock is what this module says.

Agreement clause 7.3.2.  Time is judged by consumed support seconds: met while consumed <= target.  Times are whole
seconds: an act takes effect at the second in which it was done.

A clock may be held for several reasons at once: their union does not count, and it runs on when the last one is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from worktime.clock import Pause, StillPaused, WorkCalendar

RUNNING, PAUSED, MET, MISSED, MEASURED, CANCELLED = "running", "paused", "met", "missed", "measured", "cancelled"
BREACH_LEVEL = 100
CAP_LEVEL = 0  # the look at a clock whose wait for Party B reaches its cap
SECOND = timedelta(seconds=1)
AWAITING_PARTY_B = "awaiting_party_b"
ANSWERED = "answered"  # the pause between a stop and its reopening
CLOSED = "closed"  # the same where the ticket had been closed meanwhile


class ImpossibleCourse(ValueError):
    """The events contradict one another."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a clock: its kind, the second from which it counts, and what it says."""

    kind: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What the events say, before any calendar is asked.

    carried: support seconds consumed before counted_from, in hours that another target counted.
    """

    started_at: datetime
    target: int | None
    shares: tuple[int, ...]
    calendar: int
    version: int
    counted_from: datetime
    carried: int = 0
    hours: str = ""
    pause_reasons: tuple[str, ...] | None = None
    cap_seconds: int | None = None
    reopen_days: int | None = None
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    cancelled: bool = False
    told: int = 0
    retargeted_at: datetime | None = None
    breached_at: datetime | None = None
    last_at: datetime
    revision: int = 1

    @property
    def left_to_count(self) -> int:
        """The seconds of the target that are not carried; negative when more is."""
        return (self.target or 0) - self.carried

    @property
    def held(self) -> tuple[str, ...]:
        """The reasons for which the clock is held now, sorted."""
        return tuple(sorted(pause.reason for pause in self.pauses if pause.end is None))

    @property
    def paused(self) -> bool:
        return any(pause.end is None for pause in self.pauses)

    @property
    def counted_pauses(self) -> tuple[Pause, ...]:
        """The pauses that matter for the count: of a stopped clock only what lies before its stop."""
        if self.stopped_at is None:
            return self.pauses
        until = self.stopped_at
        before = (pause for pause in self.pauses if pause.start < until)
        return tuple(Pause(pause.start, min(pause.end or until, until), pause.reason) for pause in before)

    def allows(self, reason: str) -> bool:
        """Whether the pinned terms let the clock pause for this reason; terms that name none let it for each."""
        return self.pause_reasons is None or reason in self.pause_reasons

    @property
    def over(self) -> bool:
        return self.stopped_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The columns of a clock."""

    state: str
    held: str
    hours: str
    version: int
    calendar: int
    started_at: datetime
    stopped_at: datetime | None
    target_seconds: int | None
    consumed_seconds: int
    due_at: datetime | None
    breach_from: datetime | None
    breached_at: datetime | None
    next_check_at: datetime | None
    next_level: int | None
    provisional: bool
    revision: int


def replay(happenings: Iterable[Happening], calendars: Mapping[int, WorkCalendar]) -> Reading:
    """The columns that the events amount to.  calendars: the working time of each pinned calendar version, by its key.

    Raises ImpossibleCourse, KeyError for a calendar that was not given, and what WorkCalendar.reckon_add raises.
    """
    course = follow(happenings)
    return read(course, calendars[course.calendar])


def follow(happenings: Iterable[Happening]) -> Course:
    """The events folded in order.  Raises ImpossibleCourse."""
    course: Course | None = None
    for happening in happenings:
        course = advanced(course, happening)
    if course is None:
        raise ImpossibleCourse("a clock without events")
    return course


def advanced(course: Course | None, happening: Happening) -> Course:
    """The course after one more event; the first one begins it.  Raises ImpossibleCourse."""
    return _started(happening) if course is None else _followed(course, happening)


def read(course: Course, calendar: WorkCalendar) -> Reading:
    """The columns at a point of the course."""
    until = max(course.stopped_at or course.last_at, course.counted_from)
    counted = calendar.reckon_elapsed(course.counted_from, until, course.counted_pauses)
    due_at, breach_from, leaning = _deadline(course, calendar)
    next_at, level = _next_check(course, calendar, breach_from)
    return Reading(
        state=_state(course),
        held=",".join(course.held),
        hours=course.hours,
        version=course.version,
        calendar=course.calendar,
        started_at=course.started_at,
        stopped_at=course.stopped_at,
        target_seconds=course.target,
        consumed_seconds=course.carried + int(counted.value.total_seconds()),
        due_at=due_at,
        breach_from=breach_from,
        breached_at=course.breached_at,
        next_check_at=next_at,
        next_level=level,
        provisional=counted.provisional or leaning,
        revision=course.revision,
    )


def consumed_at(course: Course, calendar: WorkCalendar, at: datetime) -> int:
    """Support seconds consumed up to an instant, stopped and paused time left out."""
    end = min(course.stopped_at, at) if course.stopped_at else at
    if end <= course.counted_from:
        return course.carried
    since = calendar.reckon_elapsed(course.counted_from, end, course.pauses).value
    return course.carried + int(since.total_seconds())


def broken_at(course: Course, calendar: WorkCalendar, at: datetime) -> datetime | None:
    """When the promise broke, if by `at` more than the target is consumed and nobody has written it down; else None.

    The computed instant: the last one before more than the target was consumed, but never before the target was set.
    """
    if course.target is None or course.breached_at is not None or course.over:
        return None
    _, breach_from, _ = _deadline(course, calendar)
    if breach_from is None or at <= breach_from:
        return None
    return max(breach_from, course.retargeted_at or breach_from)


def levels_reached(course: Course, calendar: WorkCalendar, at: datetime) -> list[int]:
    """The warning shares of the target that are consumed by `at` and were not told yet, ascending."""
    if course.over or course.paused or course.breached_at is not None:
        return []
    used = consumed_at(course, calendar, at)
    return [share for share in _untold(course) if used >= seconds_of(course.target or 0, share)]


def cap_reached(course: Course, calendar: WorkCalendar) -> datetime | None:
    """When the present wait for Party B has lasted as long as the terms let the clock stand; None without a cap."""
    waits = [pause for pause in course.pauses if pause.end is None and pause.reason == AWAITING_PARTY_B]
    if course.cap_seconds is None or course.over or not waits:
        return None
    return calendar.reckon_add(waits[0].start, course.cap_seconds).value


def seconds_of(target: int, share: int) -> int:
    """The whole seconds at which a share (per cent) of the target is consumed, rounded up."""
    return -(-target * share // 100)


def _started(happening: Happening) -> Course:
    if happening.kind != "started":
        raise ImpossibleCourse(f"a clock begins by starting, not by {happening.kind}")
    said = happening.data
    reasons = said.get("pause_reasons")
    return Course(
        started_at=happening.at,
        counted_from=happening.at,
        target=said["target_seconds"],
        shares=tuple(said["shares"]),
        calendar=said["calendar_version"],
        version=said["version"],
        hours=said.get("hours", ""),
        pause_reasons=None if reasons is None else tuple(reasons),
        cap_seconds=said.get("cap_seconds"),
        reopen_days=said.get("reopen_days"),
        last_at=happening.at,
    )


def _followed(course: Course, happening: Happening) -> Course:
    """The course after one more event."""
    step = STEPS.get(happening.kind)
    if step is None:
        raise ImpossibleCourse(f"no such event: {happening.kind}")
    if happening.at < course.last_at:
        raise ImpossibleCourse(f"{happening.kind} goes back in time")
    changes = {"last_at": happening.at, "revision": course.revision + 1, **step(course, happening)}
    return _changed(course, changes)


def _changed(course: Course, changes: Mapping[str, Any]) -> Course:
    kept = {name: getattr(course, name) for name in Course.__slots__}
    return Course(**{**kept, **changes})


def _demand(fits: bool, kind: str) -> None:  # noqa: FBT001  the condition itself
    if not fits:
        raise ImpossibleCourse(f"{kind} does not follow here")


def _paused(course: Course, happening: Happening) -> dict[str, Any]:
    _demand(not course.cancelled and happening.reason not in course.held, happening.kind)
    # What a stopped clock consumed is never counted again: an earlier start would do that.
    start = max(_said_at(happening, "since"), course.started_at, course.stopped_at or course.started_at)
    return {"pauses": (*course.pauses, Pause(start, None, happening.reason))}


def _resumed(course: Course, happening: Happening) -> dict[str, Any]:
    """One reason is over; an event without a reason, as they were before there were several, ends them all."""
    _demand(course.paused and not course.cancelled, happening.kind)
    _demand(not happening.reason or happening.reason in course.held, happening.kind)
    until = max(_said_at(happening, "until"), course.stopped_at or course.started_at)
    return {"pauses": tuple(_ended(pause, happening.reason, until) for pause in course.pauses)}


def _ended(pause: Pause, reason: str, until: datetime) -> Pause:
    if pause.end is not None or reason not in {"", pause.reason}:
        return pause
    return Pause(pause.start, max(until, pause.start), pause.reason)


def _said_at(happening: Happening, name: str) -> datetime:
    """The instant from which an event counts where it says an earlier one than its own."""
    said = happening.data.get(name)
    return happening.at if said is None else min(datetime.fromisoformat(said), happening.at)


def _stopped(course: Course, happening: Happening) -> dict[str, Any]:
    _demand(not course.over, happening.kind)
    return {"stopped_at": happening.at}


def _reopened(course: Course, happening: Happening) -> dict[str, Any]:
    _demand(course.stopped_at is not None and not course.cancelled, happening.kind)
    since = course.stopped_at or happening.at
    over = Pause(since, happening.at, happening.reason or ANSWERED)
    return {"stopped_at": None, "pauses": (*course.pauses, over)}


def _retargeted(course: Course, happening: Happening) -> dict[str, Any]:
    _demand(not course.over, happening.kind)
    said = happening.data
    reasons = said.get("pause_reasons", course.pause_reasons)
    return {
        **_counted_otherwise(course, happening),
        "pause_reasons": None if reasons is None else tuple(reasons),
        "cap_seconds": said.get("cap_seconds", course.cap_seconds),
        "reopen_days": said.get("reopen_days", course.reopen_days),
        "target": said["target_seconds"],
        "version": said.get("version", course.version),
        "shares": tuple(said.get("shares", course.shares)),
        "retargeted_at": happening.at,
        "told": 0,
    }


def _counted_otherwise(course: Course, happening: Happening) -> dict[str, Any]:
    """Where the new target counts other hours: what was consumed in the old ones is carried over as it is."""
    hours = happening.data.get("hours", course.hours)
    if hours == course.hours:
        return {}
    return {"hours": hours, "carried": happening.data["carried_seconds"], "counted_from": happening.at}


def _calendar_revised(course: Course, happening: Happening) -> dict[str, Any]:
    _demand(not course.over, happening.kind)
    # A day that was worked after all never breaks a promise in the past: a breach counts from the publication.
    return {"calendar": happening.data["calendar_version"], "retargeted_at": happening.at}


def _warned(course: Course, happening: Happening) -> dict[str, Any]:
    _demand(not course.over and not course.paused, happening.kind)
    # A warning is no act of anybody: what people did in the same moment may still be recorded after it.
    return {"told": happening.data["level"], "last_at": course.last_at}


def _breached(course: Course, happening: Happening) -> dict[str, Any]:
    _demand(not course.over and course.breached_at is None and course.target is not None, happening.kind)
    return {"breached_at": datetime.fromisoformat(happening.data["breached_at"])}


def _cancelled(course: Course, happening: Happening) -> dict[str, Any]:
    _demand(not course.over, happening.kind)
    ended = tuple(_ended(pause, "", happening.at) for pause in course.pauses)
    return {"pauses": ended, "stopped_at": happening.at, "cancelled": True}


STEPS = {
    "paused": _paused,
    "resumed": _resumed,
    "stopped": _stopped,
    "reopened": _reopened,
    "retargeted": _retargeted,
    "calendar_revised": _calendar_revised,
    "warned": _warned,
    "breached": _breached,
    "cancelled": _cancelled,
}


def _state(course: Course) -> str:
    if not course.over:
        return PAUSED if course.paused else RUNNING
    if course.breached_at is not None:
        return MISSED
    if course.cancelled:
        return CANCELLED
    return MEASURED if course.target is None else MET


def _deadline(course: Course, calendar: WorkCalendar) -> tuple[datetime | None, datetime | None, bool]:
    """due_at, breach_from, whether they lean on an unpublished year; none without a target or behind a pause."""
    if course.target is None:
        return None, None, False
    if course.left_to_count < 0:
        # More than the target was consumed before it was set: it was over the second before.
        over = course.counted_from - SECOND
        return over, over, False
    pauses = course.counted_pauses
    try:
        due = calendar.reckon_add(course.counted_from, course.left_to_count, pauses)
        last = calendar.reckon_breach_from(course.counted_from, course.left_to_count, pauses)
    except StillPaused:
        return None, None, False
    return due.value, last.value, due.provisional or last.provisional


def _next_check(
    course: Course, calendar: WorkCalendar, breach_from: datetime | None
) -> tuple[datetime | None, int | None]:
    """When the sweep must look next, and for which share of the target."""
    if course.over:
        return None, None
    if course.paused:
        capped_at = cap_reached(course, calendar)
        return capped_at, None if capped_at is None else CAP_LEVEL
    if course.target is None or course.breached_at is not None or breach_from is None:
        return None, None
    for share in _untold(course):
        spent = max(seconds_of(course.target, share) - course.carried, 0)
        return calendar.reckon_add(course.counted_from, spent, course.pauses).value, share
    # At breach_from itself the target is used up and not exceeded: the promise still stands in that second.
    return breach_from + SECOND, BREACH_LEVEL


def _untold(course: Course) -> Sequence[int]:
    return [share for share in course.shares if share > course.told and share < BREACH_LEVEL]
