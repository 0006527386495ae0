"""A clock as a clerk would keep it on paper: stretches of running time cut by hand out of a list of opening hours.

Written from docs/rules/service-levels.md alone; it shares nothing with sla.replay and worktime.  Seconds since BASE.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BASE = datetime(2026, 9, 14, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
HOUR, DAY = 3600, 86400
DAYS = 17  # up to the end of 30 September
WORKED = {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 14, 15, 16}  # 20 September is worked for the holiday of the 25th
FOREVER = DAYS * DAY
Spans = list[tuple[int, int]]


def second_of(at: datetime) -> int:
    return int((at - BASE).total_seconds())


def moment_of(second: int) -> datetime:
    return BASE + timedelta(seconds=second)


def opening(hours: str, closed: frozenset[int]) -> Spans:
    """When support time runs: a plain list."""
    if hours == "natural":
        return [(0, FOREVER)]
    half_hours = ((17, 24), (27, 35))  # 08:30-12:00, 13:30-17:30
    worked = [day for day in range(DAYS) if day in WORKED and day not in closed]
    return [(day * DAY + first * 1800, day * DAY + last * 1800) for day in worked for first, last in half_hours]


def common(left: Spans, right: Spans) -> Spans:
    """What two lists of stretches share."""
    shared = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return sorted((a, b) for a, b in shared if a < b)


def without(spans: Spans, holes: Spans) -> Spans:
    """The stretches with the holes cut out."""
    for low, high in holes:
        spans = [piece for a, b in spans for piece in ((a, min(b, low)), (max(a, high), b)) if piece[0] < piece[1]]
    return spans


@dataclass
class Part:
    """A part of a clock's life in which one kind of hours counted."""

    since: int
    hours: str
    closed: frozenset[int] = frozenset()


@dataclass
class PaperClock:
    """One promise.  holes: what does not count; holds: reasons that hold it now, each with its beginning."""

    kind: str
    started: int
    target: int | None
    hours: str = "support"
    cap: int | None = None
    parts: list[Part] = field(default_factory=list)
    holes: Spans = field(default_factory=list)
    holds: dict[str, int] = field(default_factory=dict)
    stopped: int | None = None
    cancelled: bool = False
    changed: int | None = None
    broken: int | None = None

    def __post_init__(self) -> None:
        self.parts = self.parts or [Part(self.started, self.hours)]

    @property
    def running(self) -> bool:
        return self.stopped is None and not self.holds

    def counted(self, until: int) -> Spans:
        """The stretches that count up to an instant, supposing nothing else happens."""
        end = min(until, self.stopped) if self.stopped is not None else until
        found: Spans = []
        for part, following in zip(self.parts, [*self.parts[1:], None], strict=True):
            last = following.since if following else FOREVER
            found += common(opening(part.hours, part.closed), [(part.since, last)])
        holes = [*self.holes, *((since, FOREVER) for since in self.holds.values())]
        return common(without(sorted(found), holes), [(0, end)])

    def used(self, until: int) -> int:
        return sum(b - a for a, b in self.counted(until))

    def last_in_time(self, until: int) -> int | None:
        """The last instant before more than the target is used, if that comes by `until`."""
        used = 0
        for a, b in self.counted(until):
            if self.target is not None and used + b - a > self.target:
                return a + self.target - used
            used += b - a
        return None

    def look(self, now: int) -> None:
        """Whoever looks at the clock sees whether the promise is broken."""
        if self.stopped is not None or self.broken is not None:
            return
        last = self.last_in_time(now)
        if last is not None and last < now:
            self.broken = max(last, self.changed if self.changed is not None else last)

    def hold(self, reason: str, now: int) -> None:
        self.look(now)
        if not self.cancelled:
            self.holds.setdefault(reason, now)

    def capped_at(self) -> int | None:
        """When the present wait for Party B has lasted as long as agreed."""
        since = self.holds.get("awaiting_party_b")
        if since is None or self.cap is None:
            return None
        left, part = self.cap, self.parts[-1]
        for a, b in common(opening(part.hours, part.closed), [(since, FOREVER)]):
            if b - a >= left:
                return a + left
            left -= b - a
        return None

    def uncap(self, now: int) -> None:
        end = self.capped_at() if self.stopped is None else None
        if end is not None and end <= now:
            self.holes.append((self.holds.pop("awaiting_party_b"), end))

    def release(self, reason: str, now: int) -> None:
        if reason not in self.holds:
            return
        end = self.capped_at() if reason == "awaiting_party_b" and self.stopped is None else None
        floor = self.stopped if self.stopped is not None else 0
        self.holes.append((self.holds.pop(reason), max(min(now, now if end is None else end), floor)))
        self.look(now)

    def stop(self, now: int) -> None:
        self.uncap(now)
        self.look(now)
        self.stopped = now

    def go_on(self, now: int) -> None:
        if self.stopped is not None:
            self.holes.append((self.stopped, now))
            self.stopped = None

    def aim(self, target: int | None, hours: str, cap: int | None, now: int) -> None:
        """Another target: what was used stays, in the hours in which it was used."""
        self.uncap(now)
        self.look(now)
        same = (target, hours, cap) == (self.target, self.hours, self.cap)
        if self.stopped is not None or same or (target is None and self.broken is not None):
            return
        if hours != self.hours:
            self.parts.append(Part(now, hours, self.parts[-1].closed))
        self.target, self.hours, self.cap, self.changed = target, hours, cap, now
        self.look_at_change(now)

    def look_at_change(self, now: int) -> None:
        if self.broken is None and self.target is not None and self.used(now) > self.target:
            self.broken = now

    def close_day(self, day: int, now: int) -> None:
        """A holiday is declared: an open clock that may still need the day counts without it."""
        if self.stopped is not None or self.target is None or self.hours == "natural":
            return
        due = None if self.holds else self.last_in_time(FOREVER)
        if due is not None and due < day * DAY:
            return
        self.look(now)
        self.parts[-1] = Part(self.parts[-1].since, self.parts[-1].hours, frozenset({day}))
        self.changed = now

    def cancel(self, now: int) -> None:
        if self.stopped is None:
            self.look(now)
            self.holes += [(since, now) for since in self.holds.values()]
            self.holds = {}
            self.stopped, self.cancelled = now, True

    def verdict(self) -> str:
        if self.stopped is None:
            return "paused" if self.holds else "running"
        if self.broken is not None:
            return "missed"
        if self.cancelled:
            return "cancelled"
        return "measured" if self.target is None else "met"
