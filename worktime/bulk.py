"""A million deadlines at once, for replays and reports. Needs numpy, which is optional; same answers as the clock.

Times are numpy datetime64 in UTC (any unit), spans are whole seconds; no pauses. Where many questions fall on few
days, both directions are table look-ups: the line of time and the line of support time are cut into equal cells in
which nothing opens or closes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worktime.clock import WorkCalendar
from worktime.published import PublishedYears, UnpublishedYear
from worktime.spans import NEVER, SECOND, BeyondCalendar, Spans

Instants = NDArray[np.datetime64]
Integers = NDArray[np.int64]
CHUNK = 1 << 13  # questions worked on at a time: intermediate results stay in the processor's cache
MOST_CELLS = 4_000_000
CELLS_A_QUESTION = 4


@dataclass(frozen=True, slots=True)
class Answers:
    """Deadlines in microseconds UTC, and for each whether it leans on an unpublished year."""

    values: Instants
    provisional: NDArray[np.bool_]


def add_many(calendar: WorkCalendar, starts: Instants, seconds: Integers | int) -> Instants:
    """`calendar.add` for each start. Raises UnpublishedYear, BeyondCalendar, ValueError for NaT."""
    at, spans = _questions(starts, seconds)
    found = _moved(calendar, at, spans)
    if not _firm(calendar.published, at, found):
        _demand(calendar.published, *_stretch(at, found, spans))
    return _instants(found, starts)


def reckon_add_many(calendar: WorkCalendar, starts: Instants, seconds: Integers | int) -> Answers:
    """`calendar.reckon_add` for each start. Raises BeyondCalendar, ValueError for NaT."""
    at, spans = _questions(starts, seconds)
    found = _moved(calendar, at, spans)
    if _firm(calendar.published, at, found):
        return Answers(_instants(found, starts), np.zeros(starts.shape, dtype=bool))
    provisional = _provisional(calendar.published, *_stretch(at, found, spans))
    return Answers(_instants(found, starts), provisional.reshape(starts.shape))


def elapsed_many(calendar: WorkCalendar, starts: Instants, ends: Instants) -> Integers:
    """`calendar.elapsed` for each pair, whole seconds. Raises UnpublishedYear, BeyondCalendar, ValueError for NaT."""
    starts, ends = np.broadcast_arrays(starts, ends)
    at, to = _micros(starts), _micros(ends)
    if not _firm(calendar.published, at, to):
        _demand(calendar.published, np.minimum(at, to), np.maximum(at, to))
    counted = np.empty_like(at)
    if at.size:
        first, last = min(int(at.min()), int(to.min())), max(int(at.max()), int(to.max()))
        line = _Line.between(calendar, first, last, questions=at.size)
        for part in _parts(at.size):
            spent = line.position(to[part]) - line.position(at[part])
            counted[part] = np.sign(spent) * (np.abs(spent) // SECOND)
    return counted.reshape(starts.shape)


def _moved(calendar: WorkCalendar, at: Integers, spans: Integers) -> Integers:
    found = np.empty_like(at)
    if at.size:
        timeline = calendar.timeline
        low, high = int(at.min()), int(at.max())
        last = timeline.moved(timeline.next_open(high), max(int(spans.max()), 0))
        first = min(low, timeline.moved(low, min(int(spans.min()), 0)))
        line = _Line.between(calendar, first, last, questions=at.size)
        for part in _parts(at.size):
            found[part] = line.moved(at[part], spans[part])
    return found


class _Line:
    """A stretch of a timeline as arrays: by cells when they pay, else by binary search."""

    def __init__(self, opens: Integers, closes: Integers, after: Integers) -> None:
        self.opens, self.closes, self.after = opens, closes, after
        self.ahead = np.append(opens, NEVER)

    @classmethod
    def between(cls, calendar: WorkCalendar, first: int, last: int, *, questions: int) -> _Line:
        """The open spans that questions and answers from first to last can meet."""
        calendar.timeline.between(first, last)
        table: Spans = calendar.timeline.table
        if not table.since <= first <= last < table.until:
            raise BeyondCalendar("the questions lie too far apart for one calendar")
        opens, closes, after = (
            np.array(part, dtype=np.int64) for part in (table.opens[:-1], table.closes, table.after)
        )
        low, high = np.searchsorted(closes, first, "right"), np.searchsorted(opens, last, "right")
        kept = opens[low:high], closes[low:high], after[low : high + 1] - after[low]
        return _CellLine.fitting(*kept, first, last, questions) or cls(*kept)

    def position(self, at: Integers) -> Integers:
        """Open time of the stretch before each instant."""
        k = np.searchsorted(self.closes, at, "right")
        found: Integers = self.after[k] + np.maximum(at - self.ahead[k], 0)
        return found

    def earliest(self, goal: Integers) -> Integers:
        """The earliest instants with that much open time before them (> 0)."""
        k = np.searchsorted(self.after, goal, "left")
        return goal + (self.closes[k - 1] - self.after[k])

    def latest(self, goal: Integers) -> Integers:
        """The latest instants with that much open time before them."""
        k = np.searchsorted(self.after, goal, "right") - 1
        return goal + (self.opens[k] - self.after[k])

    def moved(self, at: Integers, spans: Integers) -> Integers:
        goal = self.position(at)
        goal += spans
        forward = spans > 0
        if forward.all():
            return self.earliest(goal)
        found = np.empty_like(at)
        found[forward] = self.earliest(goal[forward])
        found[~forward] = self.latest(goal[~forward])
        return found


class _CellLine(_Line):
    """Cells as long as the greatest common divisor of all edges: within one, position is base + slope x time."""

    @classmethod
    def fitting(
        cls, opens: Integers, closes: Integers, after: Integers, first: int, last: int, questions: int
    ) -> _CellLine | None:
        """The cells from first to last, or None where there would be too many for the questions."""
        size = int(np.gcd.reduce(np.concatenate([opens, closes]))) or SECOND
        origin = first // size * size
        count = (last - origin) // size + 1
        if count > min(MOST_CELLS, CELLS_A_QUESTION * questions):
            return None
        line = cls(opens, closes, after)
        line.size, line.origin = size, origin
        line._cut(count)
        return line

    size: int
    origin: int

    def _cut(self, count: int) -> None:
        edges = self.origin + self.size * np.arange(count)
        k = np.searchsorted(self.closes, edges, "right")
        slope = self.ahead[k] <= edges
        self.slope = slope.astype(np.int64)
        self.base = self.after[k] - np.where(slope, self.ahead[k], 0)
        goals = self.size * np.arange(int(self.after[-1]) // self.size)
        self.early = super().earliest(goals + self.size) - goals - self.size
        self.late = super().latest(goals) - goals

    def position(self, at: Integers) -> Integers:
        cell = (at - self.origin) // self.size
        found = self.slope[cell]
        found *= at
        found += self.base[cell]
        return found

    def earliest(self, goal: Integers) -> Integers:
        return goal + self.early[(goal - 1) // self.size]

    def latest(self, goal: Integers) -> Integers:
        return goal + self.late[goal // self.size]


def _questions(starts: Instants, seconds: Integers | int) -> tuple[Integers, Integers]:
    at = _micros(starts)
    return at, np.broadcast_to(np.asarray(seconds, dtype=np.int64) * SECOND, starts.shape).ravel()


def _micros(instants: Instants) -> Integers:
    """Microseconds since 1970. Raises ValueError for NaT."""
    micros: Integers = instants.astype("datetime64[us]", copy=False).view(np.int64).ravel()
    if micros.size and micros.min() == np.datetime64("NaT").view(np.int64):
        raise ValueError("one of the instants is NaT")
    return micros


def _instants(micros: Integers, like: Instants) -> Instants:
    return micros.view("datetime64[us]").reshape(like.shape)


def _parts(size: int) -> list[slice]:
    return [slice(low, low + CHUNK) for low in range(0, size, CHUNK)]


def _stretch(at: Integers, found: Integers, spans: Integers) -> tuple[Integers, Integers]:
    """What each answer depends on; a zero span also looks at the instant itself."""
    return np.minimum(at, found), np.maximum(at, found) + (spans == 0)


def _firm(published: PublishedYears | None, at: Integers, found: Integers) -> bool:
    """Whether all of it lies well inside the published years."""
    if published is None or not at.size:
        return True
    first, last = published.firm()
    return bool(first <= at.min() and first <= found.min() and at.max() < last and found.max() < last)


def _provisional(published: PublishedYears | None, low: Integers, high: Integers) -> NDArray[np.bool_]:
    """Which stretches touch an unpublished year."""
    if published is None or not low.size:
        return np.zeros(low.shape, dtype=bool)
    ends = np.unique(np.concatenate([low, high]))[[0, -1]]
    years = range(published.year(int(ends[0]) - published.tail * SECOND), published.year(int(ends[1])) + 1)
    edges = np.array([published.new_year(year) for year in years])
    missing = np.cumsum([0, *(year not in published.years for year in years)])
    begins = np.searchsorted(edges, low - published.tail * SECOND, "right") - 1
    stops = np.searchsorted(edges, np.maximum(high - 1, low), "right") - 1
    return np.asarray(missing[stops + 1] > missing[begins])


def _demand(published: PublishedYears | None, low: Integers, high: Integers) -> None:
    unsure = _provisional(published, low, high)
    if published is not None and unsure.any():
        first = int(np.argmax(unsure))
        raise UnpublishedYear(published.missing(int(low[first]), int(high[first])))
