"""When a duty falls due: once, again and again from an anchor, or so many days after an event.

Civil days only.  The day of an event is not counted (Civil Code 201); a month without the day of a rule uses its last
day (202); natural days after an event that end on a day off end on the next working day (203).  A date that the
parties wrote stays where it is.  A count through a year whose holidays are not published is provisional.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from enum import StrEnum

from worktime.published import Reckoned
from worktime.workdays import RollOver, WorkdayCalendar


class Unit(StrEnum):
    """What a recurrence counts in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
STAY, ROLL = RollOver.STAY, RollOver.NEXT_WORKING_DAY


class Count(StrEnum):
    """Which days are counted."""

    NATURAL = "natural"
    WORKING = "working"


@dataclass(frozen=True, kw_only=True)
class Once:
    """Due on one written date, which never moves."""

    on: date


@dataclass(frozen=True, kw_only=True)
class Every:
    """Due every `number` units from the anchor on; day is the day of the month (31: its last day).

    Raises ValueError for fewer than one unit, a day for days or weeks, or days and weeks that roll over: theirs would
    pile up behind a holiday.
    """

    number: int
    unit: Unit
    anchor: date
    day: int | None = None
    roll_over: RollOver = STAY

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError("a duty recurs every one or more units")
        if self.unit in DAYS and (self.day is not None or self.roll_over is not STAY):
            raise ValueError("days and weeks have no day of the month and do not roll over")
        if self.day is not None and not 1 <= self.day <= 31:
            raise ValueError("a day of the month is 1 to 31")


@dataclass(frozen=True, kw_only=True)
class AfterEvent:
    """Due `number` days after an event; 0: on its day.  Raises ValueError for a number below 0."""

    number: int = 0
    counted: Count = Count.NATURAL
    roll_over: RollOver = ROLL

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("a duty is due on the day of its event or later")


Rule = Once | Every | AfterEvent


@dataclass(frozen=True, kw_only=True)
class Slack:
    """What surrounds a due date: days of grace after it, and days (natural) before it when people are reminded."""

    grace: int = 0
    grace_counted: Count = Count.NATURAL
    lead: int = 0


@dataclass(frozen=True, kw_only=True)
class Period:
    """One turn of a rule: a key that names it whatever the calendar says, and the day that the rule names."""

    key: str
    day: date


@dataclass(frozen=True, kw_only=True)
class Falling:
    """The dates of one turn: due, the last day that is not late, the first day of reminding; provisional with years."""

    due: date
    late_after: date
    remind_on: date
    unpublished_years: tuple[int, ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether a year that is not published may still move a date."""
        return bool(self.unpublished_years)


def periods(rule: Rule, *, since: date, until: date) -> Iterator[Period]:
    """The turns of a rule whose day lies in since..until (both included), in order; none for an event's rule."""
    if isinstance(rule, Once):
        if since <= rule.on <= until:
            yield Period(key=rule.on.isoformat(), day=rule.on)
    elif isinstance(rule, Every):
        for day in _days(rule, max(since, rule.anchor)):
            if day > until:
                return
            yield Period(key=day.isoformat(), day=day)


def due_on(rule: Rule, day: date, calendar: WorkdayCalendar) -> Reckoned[date]:
    """The due date of the turn of that day, or of the event of that day."""
    if isinstance(rule, Once):
        return Reckoned(day)
    if isinstance(rule, AfterEvent):
        if rule.counted is Count.WORKING:
            return calendar.add_working_days(day, rule.number)
        day += timedelta(rule.number)
        return calendar.roll_forward(day) if rule.roll_over is ROLL and rule.number else Reckoned(day)
    return calendar.roll_forward(day) if rule.roll_over is ROLL else Reckoned(day)


def falling(due: Reckoned[date], slack: Slack, calendar: WorkdayCalendar) -> Falling:
    """The dates around a due date."""
    late = Reckoned(due.value + timedelta(slack.grace))
    if slack.grace_counted is Count.WORKING:
        late = calendar.add_working_days(due.value, slack.grace)
    return Falling(
        due=due.value,
        late_after=late.value,
        remind_on=due.value - timedelta(slack.lead),
        unpublished_years=tuple(sorted({*due.unpublished_years, *late.unpublished_years})),
    )


def counts_workdays(rule: Rule, slack: Slack) -> bool:
    """Whether a new calendar can move a date of this rule."""
    if slack.grace and slack.grace_counted is Count.WORKING:
        return True
    if isinstance(rule, Once):
        return False
    return rule.roll_over is ROLL or (isinstance(rule, AfterEvent) and rule.counted is Count.WORKING)


def _days(rule: Every, since: date) -> Iterator[date]:
    """The days of a recurrence from `since` (on or after the anchor) without end, but for the end of the calendar."""
    if rule.unit in DAYS:
        step = timedelta(DAYS[rule.unit] * rule.number)
        day = rule.anchor + step * -((rule.anchor - since) // step)
        while True:
            yield day
            try:
                day += step
            except OverflowError:
                return
    step_months = MONTHS[rule.unit] * rule.number
    first = rule.anchor.year * 12 + rule.anchor.month - 1
    month = first + (since.year * 12 + since.month - 1 - first) // step_months * step_months
    while month < (MAXYEAR + 1) * 12:
        day = _in_month(month, rule.day or rule.anchor.day)
        if day >= since:
            yield day
        month += step_months


def _in_month(month: int, day: int) -> date:
    """That day of the month counted since year 0, or its last day where it is shorter (Civil Code 202)."""
    year, number = divmod(month, 12)
    return date(year, number + 1, min(day, monthrange(year, number + 1)[1]))
