"""A year as twelve months of marked days, for a person to check against the notice."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

MONDAY_FIRST = Calendar(firstweekday=0)
SATURDAY = 5


class Mark(Enum):
    """What a day is on the picture."""

    PLAIN = "plain"
    WEEKEND = "weekend"
    OFF = "off"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Day:
    """One cell: the date, what it is, the name of its holiday, and whether it differs from the version before."""

    day: date
    mark: Mark
    name: str = ""
    changed: bool = False


Week = tuple[Day | None, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """One month in weeks from Monday to Sunday; cells outside the month are None."""

    number: int
    weeks: tuple[Week, ...]


def mark_of(day: date, off: Mapping[date, str], work: Mapping[date, str]) -> Mark:
    """What a day is by a year's days off and make-up working days."""
    if day in off:
        return Mark.OFF
    if day in work:
        return Mark.WORK
    return Mark.WEEKEND if day.weekday() >= SATURDAY else Mark.PLAIN


def picture(
    year: int,
    *,
    off: Mapping[date, str],
    work: Mapping[date, str],
    changed: frozenset[date] = frozenset(),
) -> tuple[Month, ...]:
    """The twelve months of a year."""

    def cell(day: date, month: int) -> Day | None:
        if day.month != month:
            return None
        name = off.get(day) or work.get(day) or ""
        return Day(day, mark_of(day, off, work), name, day in changed)

    return tuple(
        Month(
            month,
            tuple(tuple(cell(day, month) for day in week) for week in MONDAY_FIRST.monthdatescalendar(year, month)),
        )
        for month in range(1, 13)
    )
