"""Open spans on the UTC line with running totals, built year by year and searched by bisection.

Everything is whole microseconds since 1970-01-01 UTC. A table is immutable: growing makes a new one, so a
calendar shared by threads needs no lock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from worktime.windows import DAY, EPOCH_ORDINAL, DayRules

SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = 1 << 62
LONGEST_TABLE = 400  # years held at once: about 30 MB for two windows a day
FIRST_YEAR, LAST_YEAR = 2, 9998


class BeyondCalendar(LookupError):
    """No such instant within the reach of a calendar: 400 years, or the years 2 to 9998."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Open spans of the UTC years first..last; `after[k]` is the open time of the first k spans.

    `opens` ends with a sentinel, so that `opens[k]` is safe for k = number of spans.
    """

    first: int
    last: int
    since: int
    until: int
    opens: list[int]
    closes: list[int]
    after: list[int]

    def position(self, at: int) -> int:
        """Open time of the table before `at`."""
        k = bisect_right(self.closes, at)
        opened = self.opens[k]
        return self.after[k] + at - opened if at > opened else self.after[k]


def year_start(year: int) -> int:
    """Microseconds since 1970 of the UTC new year."""
    gap = datetime(year, 1, 1, tzinfo=UTC) - EPOCH
    return gap.days * DAY * SECOND


def offset_at(zone: tzinfo, second: int) -> int:
    """Seconds east of UTC at a UTC second."""
    offset = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return 0 if offset is None else offset.days * DAY + offset.seconds


def offset_runs(zone: tzinfo, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """(from, to, offset) stretches of one UTC offset that cover [start, stop), in seconds."""
    since, offset = start, offset_at(zone, start)
    probe = start
    while probe < stop:
        ahead = min(probe + DAY, stop)
        later = offset_at(zone, ahead)
        if later != offset:
            change = _change_between(zone, probe, ahead)
            yield since, change, offset
            since, offset = change, offset_at(zone, change)
            probe = change
            continue
        probe = ahead
    yield since, stop, offset


def _change_between(zone: tzinfo, low: int, high: int) -> int:
    """The first second in (low, high] with another offset than at `low`."""
    before = offset_at(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def utc_spans(rules: DayRules, zone: tzinfo, year: int) -> list[tuple[int, int]]:
    """Open spans of one UTC year in UTC seconds: instants whose wall reading lies in a window.

    So a repeated hour counts twice and a skipped one not at all.
    """
    start, stop = year_start(year) // SECOND, year_start(year + 1) // SECOND
    first, last = start // DAY + EPOCH_ORDINAL - 2, stop // DAY + EPOCH_ORDINAL + 1
    walls = list(rules.wall_spans(max(first, 1), last))
    spans: list[tuple[int, int]] = []
    for since, until, offset in offset_runs(zone, start, stop):
        for opened, closed in walls:
            low, high = max(opened - offset, since), min(closed - offset, until)
            if low < high:
                spans.append((low, high))
    return spans


def tabulate(spans: Iterable[tuple[int, int]], first: int, last: int) -> Spans:
    """Sorted second spans as a table, touching ones merged."""
    opens: list[int] = []
    closes: list[int] = []
    for opened, closed in spans:
        if closes and opened * SECOND <= closes[-1]:
            closes[-1] = max(closes[-1], closed * SECOND)
        else:
            opens.append(opened * SECOND)
            closes.append(closed * SECOND)
    return _summed(opens, closes, first, last)


def joined(left: Spans, right: Spans) -> Spans:
    """Two tables of neighbouring years as one."""
    opens, closes = left.opens[:-1] + right.opens[:-1], left.closes + right.closes
    seam = len(left.closes)
    if left.closes and right.closes and closes[seam - 1] == opens[seam]:
        del opens[seam], closes[seam - 1]
    return _summed(opens, closes, left.first, right.last)


def _summed(opens: list[int], closes: list[int], first: int, last: int) -> Spans:
    after, total = [0], 0
    for opened, closed in zip(opens, closes, strict=True):
        total += closed - opened
        after.append(total)
    return Spans(first, last, year_start(first), year_start(last + 1), [*opens, NEVER], closes, after)


def built(rules: DayRules, zone: tzinfo, *, first: int, last: int) -> Spans:
    """The table of the UTC years first..last. Raises BeyondCalendar outside what a calendar can hold."""
    if first < FIRST_YEAR or last > LAST_YEAR:
        raise BeyondCalendar(f"the computation leaves the years {FIRST_YEAR} to {LAST_YEAR}")
    if last - first >= LONGEST_TABLE:
        raise BeyondCalendar(f"the computation spans more than {LONGEST_TABLE} years")
    return tabulate((span for year in range(first, last + 1) for span in utc_spans(rules, zone, year)), first, last)
