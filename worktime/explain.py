"""Why a deadline is what it is: the spans and days counted, those skipped and why, and running totals.

Explanations are plain data with reason codes, kept as JSON with the deadline they explain; `worktime.wording` puts
them into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from worktime.clock import Pause, WorkCalendar, span_of
from worktime.pauses import micros, stretches
from worktime.spans import EPOCH
from worktime.windows import DAY
from worktime.workdays import DayKind, WorkdayCalendar

SATURDAY = 5
LUNCH_FROM, LUNCH_UNTIL = 10 * 3600 + 1800, 15 * 3600


class Reason(StrEnum):
    """Why a span is counted, or is not."""

    HOURS = "hours"
    MAKEUP = "makeup"
    SPECIAL = "special"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_UNSERVED = "makeup_unserved"
    CLOSED = "closed"
    NO_HOURS = "no_hours"
    OUTSIDE = "outside"
    LUNCH = "lunch"
    BREAK = "break"
    PAUSE = "pause"


COUNTED = frozenset({Reason.HOURS, Reason.MAKEUP, Reason.SPECIAL})


@dataclass(frozen=True, slots=True)
class Entry:
    """One span: why it counts or not, and the support time counted up to its end, in microseconds."""

    start: datetime
    end: datetime
    reason: Reason
    name: str = ""
    notice: str = ""
    total: int = 0

    @property
    def counts(self) -> bool:
        return self.reason in COUNTED

    @property
    def counted(self) -> int:
        """Microseconds of support time in the span."""
        return (self.end - self.start) // timedelta(microseconds=1) if self.counts else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "reason": self.reason.value,
            "name": self.name,
            "notice": self.notice,
            "total": self.total,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Entry:
        return cls(
            datetime.fromisoformat(given["start"]),
            datetime.fromisoformat(given["end"]),
            Reason(given["reason"]),
            given["name"],
            given["notice"],
            given["total"],
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a deadline was counted. `target` is in microseconds; the counted spans sum to its size exactly."""

    zone: str
    start: datetime
    target: int
    due_at: datetime
    entries: tuple[Entry, ...]
    unpublished_years: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for json.dumps; `from_json` restores an equal explanation."""
        return {
            "zone": self.zone,
            "start": self.start.isoformat(),
            "target": self.target,
            "due_at": self.due_at.isoformat(),
            "entries": [entry.as_json() for entry in self.entries],
            "unpublished_years": list(self.unpublished_years),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Explanation:
        """Raises KeyError or ValueError for anything but `as_json`'s shape."""
        return cls(
            given["zone"],
            datetime.fromisoformat(given["start"]),
            given["target"],
            datetime.fromisoformat(given["due_at"]),
            tuple(map(Entry.from_json, given["entries"])),
            tuple(given["unpublished_years"]),
        )


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One day after receipt: its kind, and the working days counted up to it."""

    day: date
    kind: DayKind
    name: str = ""
    notice: str = ""
    total: int = 0

    @property
    def counts(self) -> bool:
        return self.kind in {DayKind.WORKDAY, DayKind.MAKEUP}


@dataclass(frozen=True, slots=True)
class WorkdayExplanation:
    """How the nth working day after receipt was counted; the receipt day itself is day 0."""

    received: date
    target: int
    due: date
    days: tuple[DayEntry, ...]
    unpublished_years: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for json.dumps; `from_json` restores an equal explanation."""
        return {
            "received": self.received.isoformat(),
            "target": self.target,
            "due": self.due.isoformat(),
            "days": [[day.day.isoformat(), day.kind.value, day.name, day.notice, day.total] for day in self.days],
            "unpublished_years": list(self.unpublished_years),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> WorkdayExplanation:
        """Raises KeyError or ValueError for anything but `as_json`'s shape."""
        days = (DayEntry(date.fromisoformat(day), DayKind(kind), *rest) for day, kind, *rest in given["days"])
        received, due = date.fromisoformat(given["received"]), date.fromisoformat(given["due"])
        return cls(received, given["target"], due, tuple(days), tuple(given["unpublished_years"]))


def explain(calendar: WorkCalendar, start: datetime, seconds: float, pauses: Iterable[Pause] = ()) -> Explanation:
    """The deadline of `calendar.reckon_add` with every span between start and deadline and its reason.

    Raises as `reckon_add`. For a negative target the spans run from the answer up to `start`.
    """
    pauses = tuple(pauses)
    reckoned = calendar.reckon_add(start, seconds, pauses)
    at, due = micros(start), micros(reckoned.value)
    reader = _Reader(calendar, pauses)
    entries = _totalled(_merged(reader.entries(min(at, due), max(at, due))))
    target = span_of(seconds)
    return Explanation(
        calendar.zone, start.astimezone(UTC), target, reckoned.value, entries, reckoned.unpublished_years
    )


def explain_workdays(workdays: WorkdayCalendar, received: date, n: int) -> WorkdayExplanation:
    """Every day from receipt to the nth working day, counted or skipped and why (n > 0, else ValueError)."""
    if n < 1:
        raise ValueError("explain at least one working day")
    reckoned = workdays.add_working_days(received, n)
    notices = workdays.almanac.notice_of
    days, total = [], 0
    for ordinal in range(received.toordinal() + 1, reckoned.value.toordinal() + 1):
        day = date.fromordinal(ordinal)
        kind = workdays.kind_of(day)
        total += kind in {DayKind.WORKDAY, DayKind.MAKEUP}
        name = workdays.off.get(day) or workdays.work.get(day, "")
        days.append(DayEntry(day, kind, name, notices.get(day, ""), total))
    return WorkdayExplanation(received, n, reckoned.value, tuple(days), reckoned.unpublished_years)


class _Reader:
    """Reads a stretch of a calendar span by span."""

    def __init__(self, calendar: WorkCalendar, pauses: tuple[Pause, ...]) -> None:
        self.calendar = calendar
        self.paused = _labelled(pauses)

    def entries(self, low: int, high: int) -> Iterator[Entry]:
        """Counted and skipped spans that cover [low, high) without a gap."""
        spans = self.calendar.timeline.spans(low, high)
        edges = [low, *(edge for span in spans for edge in span), high]
        for number, (start, stop) in enumerate(pairwise(edges)):
            if start < stop:
                yield from self.open_span(start, stop) if number % 2 else self.closed_span(start, stop)

    def open_span(self, start: int, stop: int) -> Iterator[Entry]:
        for pause_start, pause_end, why in self.paused:
            begins, ends = max(start, pause_start), min(stop, pause_end)
            if begins < ends:
                yield from self.counted(start, begins)
                yield _entry(begins, ends, Reason.PAUSE, why)
                start = ends
        yield from self.counted(start, stop)

    def counted(self, start: int, stop: int) -> Iterator[Entry]:
        for low, high, day in self.by_day(start, stop):
            owner = self.shift_day(low, day)
            yield self.named(_entry(low, high, self.why_open(owner)), owner)

    def shift_day(self, at: int, day: date) -> date:
        """The day on which the shift started that is open at the instant: the day itself or its eve."""
        second = self.wall_second(at, day)
        own = any(window.open <= second < window.end for window in self.calendar.rules.windows(day.toordinal()))
        return day if own else day - timedelta(1)

    def why_open(self, day: date) -> Reason:
        if self.calendar.rules.replacement(day.toordinal()) is not None:
            return Reason.SPECIAL
        return Reason.MAKEUP if day.toordinal() in self.calendar.rules.made_up else Reason.HOURS

    def closed_span(self, start: int, stop: int) -> Iterator[Entry]:
        for low, high, day in self.by_day(start, stop):
            yield self.named(_entry(low, high, self.why_closed(low, high, day)), day)

    def why_closed(self, low: int, high: int, day: date) -> Reason:
        rules, ordinal = self.calendar.rules, day.toordinal()
        if rules.replacement(ordinal) is None and rules.holiday(ordinal):
            return Reason.HOLIDAY
        if rules.windows(ordinal):
            return self.within_day(low, high, day)
        if rules.replacement(ordinal) is not None:
            return Reason.CLOSED
        if day in self.calendar.makeup_names:
            return Reason.MAKEUP_UNSERVED
        return Reason.WEEKEND if day.weekday() >= SATURDAY else Reason.NO_HOURS

    def within_day(self, low: int, high: int, day: date) -> Reason:
        """Outside the hours of a day that has some, or between two of its windows."""
        windows = self.calendar.rules.windows(day.toordinal())
        begins, ends = self.wall_second(low, day), self.wall_second(high, day)
        if not (windows[0].open < begins and ends <= windows[-1].open):
            return Reason.OUTSIDE
        return Reason.LUNCH if begins >= LUNCH_FROM and ends <= LUNCH_UNTIL else Reason.BREAK

    def wall_second(self, at: int, day: date) -> int:
        """The wall reading in seconds after the day's midnight; 24:00 at the day's end."""
        local = _moment(at).astimezone(self.calendar.tz)
        return local.hour * 3600 + local.minute * 60 + local.second if local.date() == day else DAY

    def named(self, entry: Entry, day: date) -> Entry:
        """The entry with the holiday's name and notice where the calendar of days is the reason."""
        if entry.reason not in {Reason.HOLIDAY, Reason.MAKEUP, Reason.MAKEUP_UNSERVED}:
            return entry
        calendar = self.calendar
        name = calendar.holiday_names.get(day) or calendar.makeup_names.get(day, "")
        return replace(entry, name=name, notice=calendar.notice_for(day))

    def by_day(self, start: int, stop: int) -> Iterator[tuple[int, int, date]]:
        """The stretch cut at local midnights, with the civil date of each piece."""
        while start < stop:
            day = _moment(start).astimezone(self.calendar.tz).date()
            midnight = micros(datetime.combine(day + timedelta(1), time(0), self.calendar.tz))
            cut = min(stop, midnight) if midnight > start else stop
            yield start, cut, day
            start = cut


def _moment(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def _entry(start: int, stop: int, reason: Reason, name: str = "") -> Entry:
    return Entry(_moment(start), _moment(stop), reason, name)


def _labelled(pauses: tuple[Pause, ...]) -> list[tuple[int, int, str]]:
    """Sorted, disjoint pauses with their reasons; where several overlap, all of their reasons."""
    bounds = [(*stretch, pause.reason) for pause in pauses for stretch in stretches([pause])]
    edges = sorted({edge for start, end, _ in bounds for edge in (start, end)})
    cuts = []
    for low, high in pairwise(edges):
        covering = [why for start, end, why in bounds if start <= low and high <= end]
        if covering:
            cuts.append((low, high, "、".join(dict.fromkeys(filter(None, covering)))))
    return cuts


def _merged(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Neighbours with one reason as one."""
    kept: Entry | None = None
    for entry in entries:
        if kept is not None and (entry.reason, entry.name, entry.notice) == (kept.reason, kept.name, kept.notice):
            kept = replace(kept, end=entry.end)
            continue
        if kept is not None:
            yield kept
        kept = entry
    if kept is not None:
        yield kept


def _totalled(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    done, total = [], 0
    for entry in entries:
        total += entry.counted
        done.append(replace(entry, total=total))
    return tuple(done)
