"""How fresh an item must be: the arithmetic of update frequencies, in civil days.

The next update is due one period after the last real one, never after the last due day (clause 2.2.2): what came late
is late once.  The grace days follow the due day; the first day after them is overdue.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from worktime.published import Reckoned
from worktime.workdays import RollOver, WorkdayCalendar, civil_period_end

SOON_DAYS = 3


class Unit(StrEnum):
    """In what an update frequency is counted."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Standing(StrEnum):
    """Where an item stands on a day."""

    FRESH = "fresh"
    DUE_SOON = "due_soon"
    IN_GRACE = "in_grace"
    OVERDUE = "overdue"
    NOT_MEASURABLE = "not_measurable"


@dataclass(frozen=True, slots=True)
class Frequency:
    """Every so many days, weeks, months, quarters or years, with days of grace after the due day.

    rolls_over: a due day that is a day off moves to the next working day (Civil Code 203), unless the parties agreed
    otherwise (204).
    """

    every: int
    unit: Unit
    grace_days: int = 0
    rolls_over: bool = True

    def __post_init__(self) -> None:
        if self.every < 1 or self.grace_days < 0:
            raise ValueError("a frequency needs at least one unit and no negative grace")


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of the period, and the first day on which the item is overdue; provisional as Reckoned says."""

    on: date
    overdue_from: date
    provisional: bool


def due_after(last: date, frequency: Frequency, workdays: WorkdayCalendar) -> Due:
    """When the next update is due after one on a day, which is not counted itself (Civil Code 201)."""
    end = _period_end(last, frequency, workdays)
    overdue_from = end.value + timedelta(frequency.grace_days + 1)
    return Due(end.value, overdue_from, end.provisional)


def standing_on(day: date, due_on: date | None, overdue_from: date | None) -> Standing:
    """Where an item with these two days stands; without them there is nothing to measure."""
    if due_on is None or overdue_from is None:
        return Standing.NOT_MEASURABLE
    if day >= overdue_from:
        return Standing.OVERDUE
    if day > due_on:
        return Standing.IN_GRACE
    return Standing.DUE_SOON if due_on - day <= timedelta(SOON_DAYS) else Standing.FRESH


def _period_end(last: date, frequency: Frequency, workdays: WorkdayCalendar) -> Reckoned[date]:
    every = frequency.every
    roll = RollOver.NEXT_WORKING_DAY if frequency.rolls_over else RollOver.STAY
    if frequency.unit in {Unit.DAY, Unit.WEEK}:
        days = every * (7 if frequency.unit == Unit.WEEK else 1)
        return civil_period_end(last, workdays, roll_over=roll, days=days)
    if frequency.unit == Unit.YEAR:
        return civil_period_end(last, workdays, roll_over=roll, years=every)
    months = every * (3 if frequency.unit == Unit.QUARTER else 1)
    return civil_period_end(last, workdays, roll_over=roll, months=months)
