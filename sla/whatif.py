"""What if: the same acts judged under other terms, by the same judgement as sla.replay.

What people did stays: when it was reported, answered, paused, proposed, disputed.  What the system found (warnings,
breaches) is found anew.  A stored breach or warning still says that somebody looked at that second, so that under the
pinned terms the answer is what was stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sla.replay import Course, Happening, advanced, broken_at, consumed_at
from worktime.clock import WorkCalendar

EVERY_PRIORITY = 0
FOUND = frozenset({"warned", "breached"})  # written by the system, not by an act
HOURS_SAID = ("hours", "carried_seconds")
CalendarOf = Callable[[Course], WorkCalendar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """The other terms.  What is not said stays as each clock has it pinned.

    targets: seconds by (clock kind, priority), priority 0 for all; kinds: the ticket kinds that they are promised for.
    """

    kinds: frozenset[str] = frozenset()
    targets: Mapping[tuple[str, int], int] = field(default_factory=dict)
    other_hours: bool = False
    calendar: int | None = None

    def target(self, ticket_kind: str, clock_kind: str, priority: int) -> int | None:
        """The other target of a clock in seconds; None where it stays as pinned."""
        if ticket_kind not in self.kinds:
            return None
        found = self.targets.get((clock_kind, priority))
        return self.targets.get((clock_kind, EVERY_PRIORITY)) if found is None else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the acts amount to: target and support seconds consumed until the stop or the look; when it broke, if so."""

    target: int | None
    consumed: int
    breached_at: datetime | None


def restated(happenings: Iterable[Happening], otherwise: Otherwise, target: int | None) -> Iterator[Happening]:
    """The events as they would say it under the other terms.  target: the other target of this clock, if any."""
    for happening in happenings:
        if happening.kind == "retargeted" and target is not None:
            continue
        if happening.kind == "calendar_revised" and otherwise.calendar is not None:
            continue
        yield _restated(happening, otherwise, target) if happening.kind in {"started", "retargeted"} else happening


def _restated(happening: Happening, otherwise: Otherwise, target: int | None) -> Happening:
    data: dict[str, Any] = dict(happening.data)
    if target is not None:
        data["target_seconds"] = target
    if otherwise.calendar is not None and "calendar_version" in data:
        data["calendar_version"] = otherwise.calendar
    if otherwise.other_hours:
        data = {name: value for name, value in data.items() if name not in HOURS_SAID}
    return replace(happening, data=data)


def judged(happenings: Iterable[Happening], calendar_of: CalendarOf, at: datetime) -> Verdict:
    """The verdict on a clock by its events, looked at whenever the events say that it was, and at the end.

    Raises ImpossibleCourse, and what the calendar raises.
    """
    course: Course | None = None
    for happening in happenings:
        if course is not None:
            course = _looked(course, calendar_of, _until(happening))
        if happening.kind in FOUND:
            continue
        course = advanced(course, happening)
        if happening.kind == "resumed":
            course = _looked(course, calendar_of, happening.at)
    assert course is not None, "a clock has events"  # noqa: S101
    course = _looked(course, calendar_of, at)
    used = consumed_at(course, calendar_of(course), at)
    return Verdict(target=course.target, consumed=used, breached_at=course.breached_at)


def _until(happening: Happening) -> datetime:
    """Up to when the clock counted before the event: a pause may say that it holds since earlier."""
    since = happening.data.get("since") if happening.kind == "paused" else None
    return happening.at if since is None else min(datetime.fromisoformat(since), happening.at)


def _looked(course: Course, calendar_of: CalendarOf, at: datetime) -> Course:
    if course.target is None or course.breached_at is not None or course.over:
        return course
    # Support time never runs faster than time itself: most clocks need no counting at all.
    if (at - course.started_at).total_seconds() <= course.target and course.retargeted_at is None:
        return course
    calendar = calendar_of(course)
    if consumed_at(course, calendar, at) <= course.target:
        return course
    instant = broken_at(course, calendar, at)
    return course if instant is None else replace(course, breached_at=instant)
