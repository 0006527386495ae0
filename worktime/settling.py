"""Settles what a calendar was given into rules of each date, and refuses what cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from worktime.windows import DayRules, ImpossibleCalendar, MonthDay, Window, in_order, week_of

Hours = tuple[Window, ...]
Names = Mapping[date, str]
SATURDAY = 5
CYCLE = range(2000, 2028)  # every combination of leap year and first weekday
CLOSABLE = 52  # fewer closed dates than this cannot empty a year that is open one weekday


@dataclass(frozen=True, slots=True)
class Given:
    """What the maker of a calendar said, before it is checked."""

    week: tuple[Hours, ...]
    holidays: Names
    overrides: Mapping[date, Hours]
    makeup_days: Names
    makeup_hours: Hours | None
    yearly_holidays: frozenset[MonthDay]
    yearly_overrides: Mapping[MonthDay, Hours]


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone. Raises ImpossibleCalendar for an unknown one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        raise ImpossibleCalendar(f"{name!r} is not a time zone of the IANA database") from None


def named_days(days: Names | Iterable[date]) -> dict[date, str]:
    """Dates with their names; a bare list of dates has empty ones. Raises ImpossibleCalendar for what is no date."""
    named = dict(days) if isinstance(days, Mapping) else dict.fromkeys(days, "")
    for day in named:
        civil_date(day)
    return named


def civil_date(day: object) -> date:
    """The date itself. Raises ImpossibleCalendar for anything else, datetimes included."""
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ImpossibleCalendar(f"{day!r} is not a civil date")
    return day


def served_week(weekly: Iterable[Iterable[Window]], weekends_served: bool | None) -> tuple[Hours, ...]:  # noqa: FBT001
    """The week after the agreement's answer on weekends. Raises ImpossibleCalendar."""
    week = week_of(weekly)
    if weekends_served is False:
        return (*week[:SATURDAY], (), ())
    if weekends_served and not any(week[SATURDAY:]):
        raise ImpossibleCalendar("weekends are served, but neither Saturday nor Sunday has hours")
    return week


def settled(given: Given) -> DayRules:
    """The rules of each date. Raises ImpossibleCalendar for a contradiction or a year without an open second."""
    both = sorted(given.holidays.keys() & given.makeup_days.keys() - given.overrides.keys())
    if both:
        raise ImpossibleCalendar(f"{both[0]} is both a holiday and a make-up day")
    rules = DayRules(
        week=given.week,
        shut=frozenset(day.toordinal() for day in given.holidays),
        made_up=dict.fromkeys((day.toordinal() for day in given.makeup_days), _makeup_hours(given)),
        replaced={civil_date(day).toordinal(): in_order(hours, of=day) for day, hours in given.overrides.items()},
        shut_yearly=given.yearly_holidays,
        replaced_yearly={day: in_order(hours, of=day) for day, hours in given.yearly_overrides.items()},
    )
    _refuse_a_closed_year(given, rules)
    return rules


def _makeup_hours(given: Given) -> Hours:
    """Hours of a make-up day: its own, else those of the first weekday that has any."""
    if given.makeup_hours is not None:
        return in_order(given.makeup_hours, of="make-up day")
    return next((hours for hours in given.week[:SATURDAY] if hours), ())


def _refuse_a_closed_year(given: Given, rules: DayRules) -> None:
    opening = (*given.week, *given.overrides.values(), *given.yearly_overrides.values())
    if not any(opening):
        raise ImpossibleCalendar("the calendar has no hours at all: no deadline could ever fall")
    if not any(given.week) and not any(given.yearly_overrides.values()):
        return  # a bare list of opening dates: finite by nature
    for year in sorted(_suspect_years(given)):
        if not any(rules.windows(ordinal) for ordinal in _ordinals(year)):
            raise ImpossibleCalendar(f"the calendar has no open second in {year}")


def _suspect_years(given: Given) -> set[int]:
    """Years with so many closed dates that nothing may be left."""
    closed = [*given.holidays, *(day for day, hours in given.overrides.items() if not hours)]
    yearly = len(given.yearly_holidays) + sum(not hours for hours in given.yearly_overrides.values())
    years = {year for year, count in Counter(day.year for day in closed).items() if count + yearly >= CLOSABLE}
    return years | set(CYCLE) if yearly >= CLOSABLE else years


def _ordinals(year: int) -> range:
    first = date(year, 1, 1).toordinal()
    return range(first, date(year, 12, 31).toordinal() + 1)
