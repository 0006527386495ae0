"""Weekly opening windows in local wall time, and the rules that say which apply on a date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

DAY = 86_400
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
DAYS_A_WEEK = 7


class ImpossibleCalendar(ValueError):
    """The hours contradict themselves, or leave no open second in a year."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from `open` to `close`, seconds after local midnight, half-open.

    `close <= open` is a night shift that ends on the next civil day; 86400 is 24:00.
    """

    open: int
    close: int

    def __post_init__(self) -> None:
        if not 0 <= self.open < DAY:
            raise ImpossibleCalendar(f"a window cannot open at second {self.open} of the day")
        if not 0 <= self.close <= DAY:
            raise ImpossibleCalendar(f"a window cannot close at second {self.close} of the day")

    @property
    def overnight(self) -> bool:
        return self.close <= self.open

    @property
    def end(self) -> int:
        """The closing second counted from the midnight before the opening."""
        return self.close + DAY if self.overnight else self.close

    @property
    def seconds(self) -> int:
        return self.end - self.open

    @classmethod
    def parse(cls, opens: str, closes: str) -> Window:
        """From wall times such as "08:30" and "24:00"; raises ImpossibleCalendar."""
        return cls(clock_seconds(opens), clock_seconds(closes))

    def __str__(self) -> str:
        return f"{clock_text(self.open)}-{clock_text(self.close)}"


def clock_seconds(text: str) -> int:
    """Seconds after midnight of "HH:MM" or "HH:MM:SS"; 24:00 is allowed. Raises ImpossibleCalendar."""
    parts = text.split(":") if isinstance(text, str) else []
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        raise ImpossibleCalendar(f"{text!r} is not a wall time such as 08:30")
    hour, minute, second = (*map(int, parts), 0)[:3]
    total = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or total > DAY:
        raise ImpossibleCalendar(f"{text!r} is not a wall time of one day")
    return total


def clock_text(second: int) -> str:
    """ "08:30" of 30600, with seconds only where there are some."""
    hour, rest = divmod(second, 3600)
    minute, left = divmod(rest, 60)
    return f"{hour:02}:{minute:02}:{left:02}" if left else f"{hour:02}:{minute:02}"


def in_order(windows: Iterable[Window], *, of: object) -> tuple[Window, ...]:
    """The windows of one day sorted by opening. Raises ImpossibleCalendar where two overlap."""
    ordered = tuple(sorted(windows))
    for earlier, later in pairwise(ordered):
        if later.open < earlier.end:
            raise ImpossibleCalendar(f"{of}: {earlier} and {later} overlap")
    return ordered


def week_of(weekly: Iterable[Iterable[Window]]) -> tuple[tuple[Window, ...], ...]:
    """Seven tuples of windows, Monday first, checked. Raises ImpossibleCalendar."""
    week = tuple(in_order(windows, of=f"weekday {day + 1}") for day, windows in enumerate(weekly))
    if len(week) != DAYS_A_WEEK:
        raise ImpossibleCalendar(f"a week has seven days, not {len(week)}")
    return week


MonthDay = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DayRules:
    """Which windows start on a date (by ordinal), and whether the civil date is closed.

    Order of strength: dated override, yearly override, holiday, yearly holiday, make-up day, week.
    """

    week: tuple[tuple[Window, ...], ...]
    shut: frozenset[int]
    made_up: Mapping[int, tuple[Window, ...]]
    replaced: Mapping[int, tuple[Window, ...]]
    shut_yearly: frozenset[MonthDay] = frozenset()
    replaced_yearly: Mapping[MonthDay, tuple[Window, ...]] = field(default_factory=dict)

    def windows(self, ordinal: int) -> tuple[Window, ...]:
        """Windows that start on the date."""
        found = self.replacement(ordinal)
        if found is not None:
            return found
        if self.holiday(ordinal):
            return ()
        return self.made_up.get(ordinal) or self.week[(ordinal + 6) % DAYS_A_WEEK]

    def closed(self, ordinal: int) -> bool:
        """Whether the civil date is closed 00:00-24:00, the tail of the eve's night shift included."""
        found = self.replacement(ordinal)
        return not found if found is not None else self.holiday(ordinal)

    def replacement(self, ordinal: int) -> tuple[Window, ...] | None:
        found = self.replaced.get(ordinal)
        if found is None and self.replaced_yearly:
            return self.replaced_yearly.get(month_day(ordinal))
        return found

    def holiday(self, ordinal: int) -> bool:
        return ordinal in self.shut or (bool(self.shut_yearly) and month_day(ordinal) in self.shut_yearly)

    def wall_spans(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Open spans of shifts that start on the ordinals first..last, in wall seconds since 1970, merged."""
        opened = closed = None
        for ordinal in range(first, last + 1):
            base = (ordinal - EPOCH_ORDINAL) * DAY
            for window in self.windows(ordinal):
                start, end = base + window.open, base + window.end
                if window.overnight and self.closed(ordinal + 1):
                    end = base + DAY
                if opened is not None and closed is not None and start <= closed:
                    closed = max(closed, end)
                    continue
                if opened is not None and closed is not None:
                    yield opened, closed
                opened, closed = start, end
        if opened is not None and closed is not None:
            yield opened, closed


def month_day(ordinal: int) -> MonthDay:
    day = date.fromordinal(ordinal)
    return day.month, day.day
