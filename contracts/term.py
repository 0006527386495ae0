"""The term of an agreement: its last day by the text, by law and by what was decided, and how far away it is.

The written date rules unless the recorded decision says otherwise (contracts.deciding, end_rule); a written date does
not move over a holiday, a period of years does (Civil Code 203).  An agreement runs to 24:00 of its last day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from contracts.models import Agreement, AgreementVersion
from worktime.calendars import CHINA, current_version, workday_calendar
from worktime.models import Calendar
from worktime.published import Reckoned
from worktime.workdays import RollOver, WorkdayCalendar, civil_period_end, corresponding_day, end_of_day

LEVELS = (90, 60, 30, 7)  # days before the last day on which people are reminded


def level_of(days_left: int) -> int | None:
    """The most urgent reminder reached: 25 days before the end that is 30; None earlier than 90 days and after the end.

    Levels that nobody was told of meanwhile collapse into this one.
    """
    reached = [level for level in LEVELS if 0 <= days_left <= level]
    return min(reached) if reached else None


def legal_end(effective_on: date, years: int, workdays: WorkdayCalendar | None) -> Reckoned[date]:
    """The last day of so many years by law: the corresponding day, moved to the next working day (Civil Code 201-203).

    Provisional where moving needs a year that is not published; unmoved without a calendar.
    """
    if workdays is None:
        return Reckoned(corresponding_day(effective_on, years=years))
    return civil_period_end(effective_on, workdays, roll_over=RollOver.NEXT_WORKING_DAY, years=years)


def runs_out_at(last_day: date) -> datetime:
    """24:00 of the last day."""
    return end_of_day(last_day)


@dataclass(frozen=True, kw_only=True)
class Term:
    """An agreement's term on a civil day.  difference is by law minus written, in days."""

    last_day: date | None
    written: date | None
    by_law: Reckoned[date] | None
    days_left: int | None

    @property
    def difference(self) -> int:
        """How many days the end by law lies after the written one; 0 when either is unknown."""
        return (self.by_law.value - self.written).days if self.by_law and self.written else 0

    @property
    def level(self) -> int | None:
        """The reminder level reached."""
        return None if self.days_left is None else level_of(self.days_left)


def term_of(agreement: Agreement, *, today: date) -> Term:
    """The term of an agreement as it is seen on a day."""
    starts_on = agreement.effective_on or agreement.agreed_effective_on
    by_law = None
    if starts_on and agreement.term_years:
        by_law = legal_end(starts_on, agreement.term_years, workdays_of(agreement))
    last_day = agreement.ends_on
    return Term(
        last_day=last_day,
        written=agreement.written_ends_on or agreement.ends_on,
        by_law=by_law,
        days_left=(last_day - today).days if last_day else None,
    )


def workdays_of(agreement: Agreement) -> WorkdayCalendar | None:
    """The working days that the agreement's support hours name, else those of China; None when none are loaded."""
    version = agreement.versions.filter(support_hours__isnull=False).select_related("support_hours__calendar").last()
    calendar = version.support_hours.calendar if version else Calendar.objects.filter(code=CHINA).first()
    return workday_calendar(current_version(calendar)) if calendar else None


@dataclass(frozen=True, kw_only=True)
class Tacit:
    """The rule of tacit renewal that applies at an agreement's end: by when to object, until when it would go on."""

    version: AgreementVersion
    ends_on: date
    object_by: date
    new_end: date


def tacit_of(agreement: Agreement) -> Tacit | None:
    """The tacit renewal that the terms of the last day provide for; None when none is agreed or there is no end."""
    if agreement.ends_on is None:
        return None
    version = agreement.versions.filter(state=AgreementVersion.State.ACTIVE).applying_on(agreement.ends_on).first()
    if version is None or version.tacit_years is None:
        return None
    return Tacit(
        version=version,
        ends_on=agreement.ends_on,
        object_by=agreement.ends_on - timedelta(days=version.tacit_notice_days),
        new_end=corresponding_day(agreement.ends_on, years=version.tacit_years),
    )


def today_at(at: datetime) -> date:
    """The civil day of an instant."""
    return timezone.localdate(at)
