"""An independent judge of support time: it steps minute by minute along UTC and reads the wall clock.

It shares no code with the engine and knows nothing of spans, totals or bisection.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
Hours = Sequence[tuple[int, int]]  # minutes after midnight; end <= start runs into the next day


@dataclass
class SteppingOracle:
    """Open or not at each whole minute, by the wall reading of that minute."""

    zone: str
    weekly: Sequence[Hours]
    holidays: Iterable[date] = ()
    replaced: Mapping[date, Hours] = field(default_factory=dict)
    pauses: Sequence[tuple[datetime, datetime]] = ()

    def __post_init__(self) -> None:
        self.tz = ZoneInfo(self.zone)
        self.shut = set(self.holidays)

    def hours(self, day: date) -> Hours:
        if day in self.replaced:
            return self.replaced[day]
        return () if day in self.shut else self.weekly[day.weekday()]

    def open(self, at: datetime) -> bool:
        """Whether the minute that starts at `at` is support time."""
        if any(start <= at < end for start, end in self.pauses):
            return False
        wall = at.astimezone(self.tz)
        day, minute = wall.date(), wall.hour * 60 + wall.minute
        for opens, closes in self.hours(day):
            if opens <= minute and (minute < closes or closes <= opens):
                return True
        if self.closed(day):
            return False
        eve = self.hours(day - timedelta(1))
        return any(closes <= opens and minute < closes for opens, closes in eve)

    def closed(self, day: date) -> bool:
        if day in self.replaced:
            return not self.replaced[day]
        return day in self.shut

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Open minutes from start to end (start <= end, whole minutes)."""
        total = 0
        while start < end:
            total += self.open(start)
            start += MINUTE
        return total

    def add(self, start: datetime, minutes: int, *, limit: int) -> datetime | None:
        """The earliest instant with that many open minutes since start; None beyond `limit` minutes."""
        for _ in range(limit):
            if minutes == 0:
                return start
            minutes -= self.open(start)
            start += MINUTE
        return None
