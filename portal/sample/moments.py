"""Instants for sample rows: so many support hours or working days before the day the sample is made for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from worktime.clock import WorkCalendar
from worktime.workdays import WorkdayCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall time in Shanghai."""
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


@dataclass(frozen=True)
class Moments:
    """The present of the sample, and what lies before it."""

    now: datetime
    hours: WorkCalendar
    days: WorkdayCalendar

    @property
    def today(self) -> date:
        """The civil day of the present."""
        return self.now.astimezone(SHANGHAI).date()

    def hours_ago(self, hours: float) -> datetime:
        """The instant so many support hours before the present."""
        return self.hours.reckon_add(self.now, -round(hours * 3600)).value

    def working_day(self, number: int) -> date:
        """The working day so many working days after today (before it when negative)."""
        return self.days.add_working_days(self.today, number).value

    def days_ago(self, days: int) -> date:
        """A civil day before today."""
        return self.today - timedelta(days)


def months_before(day: date, months: int) -> date:
    """The first day of the month so many months before the day's."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
