"""The line of support time in microseconds since 1970 UTC: moving along it, measuring it, its openings and closings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import timedelta, tzinfo

from worktime.pauses import StillPaused, stretch_at
from worktime.spans import EPOCH, FIRST_YEAR, LAST_YEAR, LONGEST_TABLE, NEVER, BeyondCalendar, Spans, built, joined
from worktime.windows import DayRules

NOTHING = Spans(0, -1, 0, 0, [NEVER], [], [0])


def year_of(at: int) -> int:
    """The UTC year of an instant. Raises BeyondCalendar outside the years of datetime."""
    try:
        return (EPOCH + timedelta(microseconds=at)).year
    except OverflowError:
        raise BeyondCalendar("the computation leaves the years that a date can have") from None


class Timeline:
    """Open spans grown on demand. Tables are replaced, never changed, so threads may share a timeline."""

    __slots__ = ("rules", "table", "zone")

    def __init__(self, rules: DayRules, zone: tzinfo) -> None:
        self.rules = rules
        self.zone = zone
        self.table = NOTHING

    def moved(self, at: int, span: int) -> int:
        """The earliest instant with `span` of open time since `at`; mirrored for a negative span; 0 = next open."""
        if span == 0:
            return self.next_open(at)
        return self._ahead(at, span) if span > 0 else self._back(at, -span)

    def _ahead(self, at: int, span: int) -> int:
        table = self.table
        if not table.since <= at < table.until:
            table = self.reach(at)
        while True:
            after = table.after
            k = bisect_right(table.closes, at)
            opened = table.opens[k]
            goal = after[k] + span + (at - opened if at > opened else 0)
            if goal <= after[-1]:
                k = bisect_left(after, goal, k)
                return table.closes[k - 1] - after[k] + goal
            table = self.later(table, at)

    def _back(self, at: int, span: int) -> int:
        table = self.reach(at)
        while True:
            goal = table.position(at) - span
            if goal >= 0:
                k = bisect_right(table.after, goal) - 1
                return table.opens[k] + goal - table.after[k]
            table = self.sooner(table, at)

    def between(self, low: int, high: int) -> int:
        """Open time from low to high (low <= high)."""
        table = self.table
        if not (table.since <= low and high < table.until):
            self.reach(low)
            table = self.reach(high)
            if low < table.since:
                raise BeyondCalendar(f"the computation spans more than {LONGEST_TABLE} years")
        return table.position(high) - table.position(low)

    def spans(self, low: int, high: int) -> list[tuple[int, int]]:
        """Open spans between low and high, cut to them, in order."""
        self.between(low, high)
        table = self.table
        first, last = bisect_right(table.closes, low), bisect_left(table.opens, high)
        pairs = zip(table.opens[first:last], table.closes[first:last], strict=True)
        return [(max(low, opened), min(high, closed)) for opened, closed in pairs]

    def is_open(self, at: int) -> bool:
        table = self.reach(at)
        return table.opens[bisect_right(table.closes, at)] <= at

    def next_open(self, at: int) -> int:
        """The earliest open instant at or after `at`."""
        table = self.reach(at)
        while True:
            k = bisect_right(table.closes, at)
            if k < len(table.closes):
                return max(at, table.opens[k])
            table = self.later(table, at)

    def prev_open(self, at: int) -> int:
        """The latest instant at or before `at` with open time just before it."""
        table = self.reach(at)
        while True:
            k = bisect_left(table.opens, at) - 1
            if k >= 0:
                return min(at, table.closes[k])
            table = self.sooner(table, at)

    def next_opening(self, at: int) -> int:
        table = self.reach(at)
        while True:
            k = bisect_right(table.opens, at)
            if k < len(table.closes):
                return table.opens[k]
            table = self.later(table, at)

    def prev_opening(self, at: int) -> int:
        table = self.reach(at)
        while True:
            k = bisect_left(table.opens, at) - 1
            if k >= 0 and table.opens[k] > table.since:
                return table.opens[k]
            table = self.sooner(table, at)

    def next_closing(self, at: int) -> int:
        table = self.reach(at)
        while True:
            k = bisect_right(table.closes, at)
            if k < len(table.closes) and table.closes[k] < table.until:
                return table.closes[k]
            table = self.later(table, at)

    def prev_closing(self, at: int) -> int:
        table = self.reach(at)
        while True:
            k = bisect_left(table.closes, at) - 1
            if k >= 0:
                return table.closes[k]
            table = self.sooner(table, at)

    # Growing

    def reach(self, at: int) -> Spans:
        """The table, grown to hold the instant."""
        table = self.table
        if table.since <= at < table.until:
            return table
        year = year_of(at)
        if table is NOTHING:
            return self._keep(built(self.rules, self.zone, first=year, last=year))
        return self._grown(table, min(year, table.first), max(year, table.last), year)

    def later(self, table: Spans, at: int) -> Spans:
        """A table of at least one more year at the end."""
        self._refuse_the_edge(table.last + 1)
        return self._grown(table, table.first, min(table.last + _step(table), LAST_YEAR), year_of(at))

    def sooner(self, table: Spans, at: int) -> Spans:
        """A table of at least one more year at the start."""
        self._refuse_the_edge(table.first - 1)
        return self._grown(table, max(table.first - _step(table), FIRST_YEAR), table.last, year_of(at))

    def _refuse_the_edge(self, year: int) -> None:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise BeyondCalendar(f"the computation leaves the years {FIRST_YEAR} to {LAST_YEAR}")

    def _grown(self, table: Spans, first: int, last: int, year: int) -> Spans:
        if last - first >= LONGEST_TABLE:
            return self._restarted(table, first, last, year)
        if first < table.first:
            table = joined(built(self.rules, self.zone, first=first, last=table.first - 1), table)
        if last > table.last:
            table = joined(table, built(self.rules, self.zone, first=table.last + 1, last=last))
        return self._keep(table)

    def _restarted(self, table: Spans, first: int, last: int, year: int) -> Spans:
        """Too long to hold: drop the years on the other side of the year that is asked for, if there are any."""
        if last > table.last:
            first, last = max(first, year), min(last, max(first, year) + LONGEST_TABLE - 1)
        else:
            first, last = max(first, min(last, year) - LONGEST_TABLE + 1), min(last, year)
        if first >= table.first and last <= table.last:
            raise BeyondCalendar(f"the computation spans more than {LONGEST_TABLE} years")
        return self._keep(built(self.rules, self.zone, first=first, last=last))

    def _keep(self, table: Spans) -> Spans:
        self.table = table
        return table


def _step(table: Spans) -> int:
    return max(1, table.last - table.first + 1)


class PausedLine:
    """A timeline less sorted, disjoint stretches."""

    __slots__ = ("line", "paused")

    def __init__(self, line: Timeline, paused: list[tuple[int, int]]) -> None:
        self.line = line
        self.paused = paused

    def between(self, low: int, high: int) -> int:
        lost = (
            self.line.between(max(low, start), min(high, end))
            for start, end in self.paused
            if start < high and end > low
        )
        return self.line.between(low, high) - sum(lost)

    def moved(self, at: int, span: int) -> int:
        if span == 0:
            return self.next_open(at)
        return self._ahead(at, span) if span > 0 else self._back(at, -span)

    def _ahead(self, at: int, span: int) -> int:
        for start, end in self.paused:
            if end <= at:
                continue
            run = self.line.between(at, start) if start > at else 0
            if span <= run:
                break
            span, at = span - run, _ended(end)
        return self.line.moved(at, span)

    def _back(self, at: int, span: int) -> int:
        for start, end in reversed(self.paused):
            if start >= at:
                continue
            run = self.line.between(end, at) if end < at else 0
            if span <= run:
                break
            span, at = span - run, start
        return self.line.moved(at, -span)

    def is_open(self, at: int) -> bool:
        return stretch_at(self.paused, at) is None and self.line.is_open(at)

    def next_open(self, at: int) -> int:
        at = self.line.next_open(at)
        while (pause := stretch_at(self.paused, at)) is not None:
            at = self.line.next_open(_ended(pause[1]))
        return at

    def prev_open(self, at: int) -> int:
        at = self.line.prev_open(at)
        while (pause := stretch_at(self.paused, at - 1)) is not None:
            at = self.line.prev_open(pause[0])
        return at

    def next_opening(self, at: int) -> int:
        resumed = (end for _, end in self.paused if at < end < NEVER and self.line.is_open(end))
        return self._first(self.line.next_opening, at, next(resumed, NEVER), before=0)

    def next_closing(self, at: int) -> int:
        stopped = (start for start, _ in self.paused if start > at and self.line.prev_open(start) == start)
        return self._first(self.line.next_closing, at, next(stopped, NEVER), before=1)

    def prev_opening(self, at: int) -> int:
        resumed = (end for _, end in reversed(self.paused) if end < at and self.line.is_open(end))
        return self._last(self.line.prev_opening, at, next(resumed, -NEVER), before=0)

    def prev_closing(self, at: int) -> int:
        stopped = (start for start, _ in reversed(self.paused) if start < at and self.line.prev_open(start) == start)
        return self._last(self.line.prev_closing, at, next(stopped, -NEVER), before=1)

    def _first(self, change: Callable[[int], int], at: int, own: int, *, before: int) -> int:
        """The earlier of `own` and the first change of the calendar after `at` that no pause hides."""
        while True:
            found = _or(own, change, at)
            if found >= own or (pause := stretch_at(self.paused, found - before)) is None:
                return min(found, own)
            at = _ended(pause[1]) - 1 + before

    def _last(self, change: Callable[[int], int], at: int, own: int, *, before: int) -> int:
        """The later of `own` and the last change of the calendar before `at` that no pause hides."""
        while True:
            found = _or(own, change, at)
            if found <= own or (pause := stretch_at(self.paused, found - before)) is None:
                return max(found, own)
            at = pause[0] + before


def _or(own: int, change: Callable[[int], int], at: int) -> int:
    """The calendar's change, or `own` where the calendar has none but a pause does."""
    try:
        return change(at)
    except BeyondCalendar:
        if abs(own) == NEVER:
            raise
        return own


def _ended(end: int) -> int:
    if end == NEVER:
        raise StillPaused("a pause without an end stands before the answer")
    return end
