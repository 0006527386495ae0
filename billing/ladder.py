"""The dunning ladder: its steps as data, and the days on which they and a cure period fall.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from worktime.published import Reckoned
from worktime.workdays import RollOver, WorkdayCalendar, civil_period_end

REMINDER, DEMAND = "reminder", "demand"
WORKING, CALENDAR = "working", "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: so many days after the due date (before it when negative), and what is done then."""

    code: str
    name: str
    kind: str
    days: int
    counted: str = CALENDAR

    @property
    def is_before(self) -> bool:
        """Whether it reminds of a due date that has not passed."""
        return self.days <= 0


SOON = 3  # a due date is near when so many working days, or fewer, are left
# What applies where neither the house nor the agreement has set out steps of its own.
STANDARD = (
    Step(code="before", name="到期前提醒", kind=REMINDER, days=-SOON, counted=WORKING),
    Step(code="after", name="逾期提醒", kind=REMINDER, days=1),
    Step(code="again", name="再次催款", kind=REMINDER, days=8),
    Step(code="demand", name="提议催告函", kind=DEMAND, days=16),
)
# Where the terms name no cure period, whoever drafts the letter decides on one; this is what the form offers.
CURE_DAYS, CURE_COUNTED = 15, WORKING


def step_day(step: Step, due_on: date, workdays: WorkdayCalendar) -> date:
    """The civil day from which a step is due."""
    if step.counted == WORKING:
        return workdays.add_working_days(due_on, step.days).value
    return due_on + timedelta(days=step.days)


def reached(steps: Sequence[Step], due_on: date, today: date, workdays: WorkdayCalendar) -> list[Step]:
    """The steps that are due by a day, in their order; once the due date is past, those before it no longer are."""
    found = [(step_day(step, due_on, workdays), step) for step in steps if not (step.is_before and today > due_on)]
    return [step for day, step in sorted(found, key=lambda pair: (pair[0], pair[1].days)) if day <= today]


def upcoming(steps: Sequence[Step], due_on: date, today: date, workdays: WorkdayCalendar) -> tuple[date, Step] | None:
    """The next step after a day, and when it is due."""
    found = [(step_day(step, due_on, workdays), step) for step in steps]
    return min((pair for pair in found if pair[0] > today), key=lambda pair: (pair[0], pair[1].days), default=None)


def cure_end(delivered_on: date, days: int, counted: str, workdays: WorkdayCalendar) -> Reckoned[date]:
    """The last day of a cure period: the day of delivery is not counted (Civil Code 201).

    One in calendar days that ends on a day off ends on the next working day (203).  Provisional when the count reaches
    a year without a published calendar.
    """
    if counted == WORKING:
        return workdays.add_working_days(delivered_on, days)
    return civil_period_end(delivered_on, workdays, roll_over=RollOver.NEXT_WORKING_DAY, days=days)
