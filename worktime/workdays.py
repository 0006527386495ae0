"""Working days and civil periods: the day counts of the agreement.

N working days after receipt: the receipt day is day 0 (Civil Code 201), make-up weekends count, the Nth working day
is due at its 24:00 local time (203). Periods in days, months and years end on the corresponding day (202); one that
ends on a day off ends on the next working day (203) unless the parties wrote a date or agreed otherwise (204).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from worktime.almanac import Almanac
from worktime.clock import SHANGHAI, BeyondCalendar
from worktime.published import Reckoned, UnpublishedYear
from worktime.settling import zone_of
from worktime.spans import FIRST_YEAR, LAST_YEAR

SATURDAY = 5
ONE_DAY = timedelta(1)


class RollOver(Enum):
    """What happens when a period ends on a day off."""

    NEXT_WORKING_DAY = "next_working_day"  # Civil Code 203(1)
    STAY = "stay"  # a written end date, or agreed otherwise (204)


class DayKind(Enum):
    """Why a day is a working day, or is not."""

    WORKDAY = "workday"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class WorkdayCalendar:
    """Working days of an almanac: Monday to Friday and make-up days, less days off."""

    almanac: Almanac
    off: Mapping[date, str] = field(init=False, repr=False, compare=False)
    work: Mapping[date, str] = field(init=False, repr=False, compare=False)
    _years: dict[int, list[int]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _firm: dict[int, list[int]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "off", self.almanac.off)
        object.__setattr__(self, "work", self.almanac.work)

    def kind_of(self, day: date) -> DayKind:
        """What the day is by what is published; an unpublished year has only workdays and weekends."""
        if day in self.off:
            return DayKind.HOLIDAY
        if day.weekday() < SATURDAY:
            return DayKind.WORKDAY
        return DayKind.MAKEUP if day in self.work else DayKind.WEEKEND

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked. Raises UnpublishedYear."""
        if missing := self.unpublished(day, day):
            raise UnpublishedYear(missing)
        return self._works(day)

    def add_working_days(self, received: date, n: int) -> Reckoned[date]:
        """The nth working day after the receipt day (day 0), before it when negative; the day itself for 0.

        Provisional when a day in between lies in an unpublished year. Raises BeyondCalendar.
        """
        days = self._firm.get(received.year)
        if days is not None and n > 0:  # the usual case, without leaving a published year
            place = bisect_right(days, received.toordinal()) + n - 1
            if place < len(days):
                return Reckoned(date.fromordinal(days[place]))
        if n == 0:
            return Reckoned(received)
        found = self._nth(received, n)
        first, last = (received + ONE_DAY, found) if n > 0 else (found, received - ONE_DAY)
        return Reckoned(found, self.unpublished(first, last))

    def nth_working_day(self, received: date, n: int) -> date:
        """As `add_working_days`, but raises UnpublishedYear instead of answering provisionally."""
        reckoned = self.add_working_days(received, n)
        if reckoned.provisional:
            raise UnpublishedYear(reckoned.unpublished_years)
        return reckoned.value

    def count_working_days(self, received: date, until: date) -> Reckoned[int]:
        """Working days after the receipt day up to `until` included; the other way round when `until` is earlier."""
        if until < received:
            counted = self.count_working_days(until, received)
            return Reckoned(-counted.value, counted.unpublished_years)
        if until == received:
            return Reckoned(0)
        first = received + timedelta(1)
        total = sum(
            bisect_right(days, until.toordinal()) - bisect_left(days, first.toordinal())
            for days in map(self._working_ordinals, range(first.year, until.year + 1))
        )
        return Reckoned(total, self.unpublished(first, until))

    def roll_forward(self, day: date) -> Reckoned[date]:
        """The day itself when it is worked, else the next working day (Civil Code 203(1))."""
        found = day if self._works(day) else self._nth(day, 1)
        return Reckoned(found, self.unpublished(day, found))

    def unpublished(self, first: date, last: date) -> tuple[int, ...]:
        """Years from first to last that have no published calendar."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.almanac.years)

    def _works(self, day: date) -> bool:
        return self.kind_of(day) in {DayKind.WORKDAY, DayKind.MAKEUP}

    def _nth(self, received: date, n: int) -> date:
        year, step, ordinal = received.year, 1 if n > 0 else -1, received.toordinal()
        days = self._years.get(year) or self._working_ordinals(year)
        place = bisect_right(days, ordinal) - 1 + n if n > 0 else bisect_left(days, ordinal) + n
        while not 0 <= place < len(days):
            left = place - len(days) if n > 0 else place
            year += step
            days = self._working_ordinals(year)
            place = left if n > 0 else left + len(days)
        return date.fromordinal(days[place])

    def _working_ordinals(self, year: int) -> list[int]:
        if year not in self._years:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise BeyondCalendar(f"the count leaves the years {FIRST_YEAR} to {LAST_YEAR}")
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            self._years[year] = [day for day in range(first, last + 1) if self._works(date.fromordinal(day))]
            if year in self.almanac.years:
                self._firm[year] = self._years[year]
        return self._years[year]


def end_of_day(day: date, zone: str = SHANGHAI) -> datetime:
    """24:00 of the civil day in the zone, as a UTC instant: the last moment of a day period (Civil Code 203(2))."""
    return datetime.combine(day + timedelta(1), time(0), zone_of(zone)).astimezone(UTC)


def corresponding_day(start: date, *, years: int = 0, months: int = 0) -> date:
    """The corresponding day of the last month, or that month's last day (Civil Code 202). Raises BeyondCalendar."""
    count = start.year * 12 + start.month - 1 + years * 12 + months
    year, month = count // 12, count % 12 + 1
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BeyondCalendar(f"the period leaves the years {FIRST_YEAR} to {LAST_YEAR}")
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def civil_period_end(
    start: date,
    workdays: WorkdayCalendar,
    *,
    roll_over: RollOver,
    years: int = 0,
    months: int = 0,
    days: int = 0,
) -> Reckoned[date]:
    """The last day of a period; the start day is not counted (Civil Code 201-204). Ends at its 24:00.

    Provisional when rolling needs an unpublished year. Raises ValueError for an empty or backward period.
    """
    if min(years, months, days) < 0 or not (years or months or days):
        raise ValueError("a period needs at least one day, month or year, and none of them negative")
    end = corresponding_day(start, years=years, months=months) + timedelta(days)
    return Reckoned(end) if roll_over is RollOver.STAY else workdays.roll_forward(end)
