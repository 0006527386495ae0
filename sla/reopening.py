"""Until when a closed report may be reopened so that the same clocks go on."""

from datetime import date, datetime, time, timedelta

from worktime.clock import WorkCalendar


def reopens_until(calendar: WorkCalendar, closed_at: datetime, days: int) -> datetime:
    """The end of the Nth support day after the civil day of closing, which is day 0 (Civil Code 201).

    A support day is a civil day on which support time starts; in natural hours every day is one.
    """
    ordinal = closed_at.astimezone(calendar.tz).date().toordinal()
    while days > 0:
        ordinal += 1
        days -= bool(calendar.rules.windows(ordinal))
    return datetime.combine(date.fromordinal(ordinal) + timedelta(days=1), time(0), calendar.tz)
