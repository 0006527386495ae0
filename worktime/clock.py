"""Support-time arithmetic on a calendar: deadlines, elapsed time, openings and closings.

Semantics (agreement clause 7.3.2, Civil Code 201(2): an hour clock starts at the minute itself):

* weekly windows are wall time of the calendar's zone, half-open; a window that closes at or before its opening
  is a night shift of the day it starts on; 24:00 is the end of the civil day;
* a holiday closes the civil date 00:00-24:00, the tail of the eve's night shift included; a make-up day opens it;
  a dated override beats both (an empty one closes the date);
* durations are real elapsed time: a repeated hour counts twice, a skipped hour does not exist;
* a deadline that lands on closing is closing time today.

Results are aware UTC datetimes. Cost does not grow with the span: running totals and bisection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from worktime.pauses import Pause, StillPaused, micros, stretches
from worktime.published import PublishedYears, Reckoned, UnpublishedYear
from worktime.settling import Given, Hours, named_days, served_week, settled, zone_of
from worktime.spans import EPOCH, NEVER, SECOND, BeyondCalendar
from worktime.timeline import PausedLine, Timeline
from worktime.windows import DAY, DayRules, ImpossibleCalendar, MonthDay, Window

__all__ = [
    "NATURAL_HOURS",
    "BeyondCalendar",
    "ImpossibleCalendar",
    "Pause",
    "Reckoned",
    "StillPaused",
    "UnpublishedYear",
    "Window",
    "WorkCalendar",
]

SHANGHAI = "Asia/Shanghai"


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """When support time runs. Immutable; refuses impossible hours with ImpossibleCalendar.

    weekly: seven tuples of windows, Monday first.
    weekends_served: False drops Saturday and Sunday hours; True demands some; None leaves the week as it is.
    makeup_days_served: must be answered when there are make-up days (调休). True: they take `makeup_hours`, else
    the hours of the first weekday that has any. False: they stay the weekend days they are.
    published_years: years whose notice is known; None when the hours do not depend on notices (natural hours).
    yearly_holidays, yearly_overrides: by (month, day), every year; a dated entry is stronger.
    notices: the notice that names a date, by date or by year, for explanations.
    """

    zone: str = SHANGHAI
    weekly: tuple[Hours, ...]
    holidays: Mapping[date, str] | Iterable[date] = ()
    overrides: Mapping[date, Hours] = field(default_factory=dict)
    makeup_days: Mapping[date, str] | Iterable[date] = ()
    makeup_hours: Hours | None = None
    weekends_served: bool | None = None
    makeup_days_served: bool | None = None
    published_years: Iterable[int] | None = None
    yearly_holidays: Iterable[MonthDay] = ()
    yearly_overrides: Mapping[MonthDay, Hours] = field(default_factory=dict)
    notices: Mapping[date, str] | Mapping[int, str] = field(default_factory=dict)
    tz: ZoneInfo = field(init=False, repr=False, compare=False)
    timeline: Timeline = field(init=False, repr=False, compare=False)
    published: PublishedYears | None = field(init=False, repr=False, compare=False)
    holiday_names: dict[date, str] = field(init=False, repr=False, compare=False)
    makeup_names: dict[date, str] = field(init=False, repr=False, compare=False)
    _firm: tuple[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.makeup_days and self.makeup_days_served is None:
            raise ImpossibleCalendar("say whether make-up days are served: makeup_days_served must be True or False")
        settle = object.__setattr__
        settle(self, "weekly", tuple(map(tuple, self.weekly)))
        settle(self, "holiday_names", named_days(self.holidays))
        settle(self, "makeup_names", named_days(self.makeup_days))
        settle(self, "overrides", {day: tuple(hours) for day, hours in self.overrides.items()})
        settle(self, "holidays", self.holiday_names)
        settle(self, "makeup_days", self.makeup_names)
        settle(self, "yearly_holidays", frozenset(self.yearly_holidays))
        settle(self, "tz", zone_of(self.zone))
        settle(self, "timeline", Timeline(self._rules(), self.tz))
        settle(self, "published", self._published())
        settle(self, "_firm", (-NEVER, NEVER) if self.published is None else self.published.firm())

    def __hash__(self) -> int:
        return hash((self.zone, self.weekly, len(self.holiday_names), len(self.overrides)))

    @property
    def rules(self) -> DayRules:
        """Which windows start on a date."""
        return self.timeline.rules

    def notice_for(self, day: date) -> str:
        """The notice that names the date, or speaks for its year; empty when none is known."""
        named: Mapping[Any, str] = self.notices
        return named.get(day) or named.get(day.year, "")

    def _rules(self) -> DayRules:
        return settled(
            Given(
                week=served_week(self.weekly, self.weekends_served),
                holidays=self.holiday_names,
                overrides=self.overrides,
                makeup_days=self.makeup_names if self.makeup_days_served else {},
                makeup_hours=self.makeup_hours,
                yearly_holidays=frozenset(self.yearly_holidays),
                yearly_overrides=self.yearly_overrides,
            )
        )

    def _published(self) -> PublishedYears | None:
        if self.published_years is None:
            return None
        object.__setattr__(self, "published_years", frozenset(self.published_years))
        week = (*self.rules.week, *self.overrides.values())
        tail = max((window.end - DAY for hours in week for window in hours if window.overnight), default=0)
        return PublishedYears(frozenset(self.published_years), self.tz, tail)

    # The four questions of a service clock

    def add(self, start: datetime, seconds: float, pauses: Iterable[Pause] = ()) -> datetime:
        """The deadline `seconds` of support time after `start`; before it when negative; 0 = next open instant.

        Raises UnpublishedYear, StillPaused (an endless pause stands in the way), BeyondCalendar, ValueError (naive).
        """
        at = micros(start)
        span = seconds * SECOND if type(seconds) is int else span_of(seconds)
        found = (self._line(pauses) if pauses else self.timeline).moved(at, span)
        low, high = self._firm
        if low <= at <= high and low <= found <= high and span:
            return EPOCH + timedelta(0, 0, found)
        return self._answer(at, found, peek=0 if span else 1)

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> int:
        """Whole seconds of support time from start to end, signed; a second counts once it is complete.

        Raises UnpublishedYear, BeyondCalendar, ValueError (naive).
        """
        at, to = micros(start), micros(end)
        if at > to:
            return -self.elapsed(end, start, pauses)
        low, high = self._firm
        if at < low or to > high:
            self._demand(at, to)
        return (self._line(pauses) if pauses else self.timeline).between(at, to) // SECOND

    def elapsed_exact(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """Support time from start to end to the microsecond, signed: judge a breach by this. Raises as `elapsed`."""
        at, to = micros(start), micros(end)
        if at > to:
            return -self.elapsed_exact(end, start, pauses)
        self._demand(at, to)
        return timedelta(microseconds=self._line(pauses).between(at, to))

    def due_at(self, start: datetime, seconds: float, pauses: Iterable[Pause] = ()) -> datetime:
        """The earliest instant at which the target is used up: the deadline that people are shown. Raises as `add`."""
        return self.add(start, seconds, pauses)

    def breach_from(self, start: datetime, seconds: float, pauses: Iterable[Pause] = ()) -> datetime:
        """The last instant before more than the target is consumed: `due_at`, or the next open one. Raises as `add`."""
        at, line = micros(start), self._line(pauses)
        return self._answer(at, line.next_open(line.moved(at, span_of(seconds))), peek=1)

    # The same where a year may be unpublished: never silent

    def reckon_add(self, start: datetime, seconds: float, pauses: Iterable[Pause] = ()) -> Reckoned[datetime]:
        """As `add`, provisional where a year is unpublished (its weeks taken as ordinary)."""
        at = micros(start)
        return self._reckoned(at, self._line(pauses).moved(at, span_of(seconds)), peek=0 if seconds else 1)

    def reckon_breach_from(self, start: datetime, seconds: float, pauses: Iterable[Pause] = ()) -> Reckoned[datetime]:
        """As `breach_from`, provisional where a year is unpublished."""
        at, line = micros(start), self._line(pauses)
        return self._reckoned(at, line.next_open(line.moved(at, span_of(seconds))), peek=1)

    def reckon_elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> Reckoned[timedelta]:
        """As `elapsed_exact`, provisional where a year is unpublished."""
        at, to = micros(start), micros(end)
        low, high = min(at, to), max(at, to)
        counted = timedelta(microseconds=self._line(pauses).between(low, high))
        return Reckoned(counted if at <= to else -counted, self._unpublished(low, high))

    def unpublished_between(self, start: datetime, end: datetime) -> tuple[int, ...]:
        """The years without a published calendar that hours between the two instants depend on."""
        at, to = micros(start), micros(end)
        return self._unpublished(min(at, to), max(at, to))

    # Openings and closings; all raise UnpublishedYear, BeyondCalendar, StillPaused, ValueError (naive)

    def is_open(self, at: datetime, pauses: Iterable[Pause] = ()) -> bool:
        """Whether support time runs at the instant (opening instants yes, closing instants no)."""
        moment = micros(at)
        self._demand(moment, moment + 1)
        return self._line(pauses).is_open(moment)

    def next_open(self, at: datetime, pauses: Iterable[Pause] = ()) -> datetime:
        """The earliest open instant at or after `at`."""
        moment = micros(at)
        return self._answer(moment, self._line(pauses).next_open(moment), peek=1)

    def prev_open(self, at: datetime, pauses: Iterable[Pause] = ()) -> datetime:
        """The latest instant at or before `at` with open time just before it (closing instants count)."""
        moment = micros(at)
        return self._answer(moment, self._line(pauses).prev_open(moment), peek=-1)

    def next_opening(self, at: datetime, pauses: Iterable[Pause] = ()) -> datetime:
        """The first change from closed to open after `at`."""
        moment = micros(at)
        return self._answer(moment, self._line(pauses).next_opening(moment), peek=1)

    def next_closing(self, at: datetime, pauses: Iterable[Pause] = ()) -> datetime:
        """The first change from open to closed after `at`."""
        moment = micros(at)
        return self._answer(moment, self._line(pauses).next_closing(moment), peek=1)

    def prev_opening(self, at: datetime, pauses: Iterable[Pause] = ()) -> datetime:
        """The last change from closed to open before `at`."""
        moment = micros(at)
        return self._answer(moment, self._line(pauses).prev_opening(moment), peek=-1)

    def prev_closing(self, at: datetime, pauses: Iterable[Pause] = ()) -> datetime:
        """The last change from open to closed before `at`."""
        moment = micros(at)
        return self._answer(moment, self._line(pauses).prev_closing(moment), peek=0)

    # Inside

    def _line(self, pauses: Iterable[Pause]) -> Timeline | PausedLine:
        return PausedLine(self.timeline, stretches(pauses)) if pauses else self.timeline

    def _answer(self, at: int, found: int, *, peek: int) -> datetime:
        self._demand(min(at, found, found + peek), max(at, found, found + peek))
        return EPOCH + timedelta(microseconds=found)

    def _reckoned(self, at: int, found: int, *, peek: int) -> Reckoned[datetime]:
        years = self._unpublished(min(at, found, found + peek), max(at, found, found + peek))
        return Reckoned(EPOCH + timedelta(microseconds=found), years)

    def _demand(self, low: int, high: int) -> None:
        if missing := self._unpublished(low, high):
            raise UnpublishedYear(missing)

    def _unpublished(self, low: int, high: int) -> tuple[int, ...]:
        first, last = self._firm
        if self.published is None or (first <= low and high <= last):
            return ()
        return self.published.missing(low, high)


def span_of(seconds: float) -> int:
    """Whole microseconds. Raises ValueError for what is not a finite number."""
    try:
        return round(seconds * SECOND)
    except (ValueError, OverflowError):
        raise ValueError(f"{seconds} is not a finite number of seconds") from None


def natural_hours(zone: str = SHANGHAI) -> WorkCalendar:
    """The 7x24 calendar of a zone: every second counts, no notice matters."""
    return WorkCalendar(zone=zone, weekly=((Window(0, DAY),),) * 7)


NATURAL_HOURS = natural_hours()
