"""Parts of periods: how much of a month, quarter or year a first or last stretch covers."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

MONTHS = {"MONTHLY": 1, "BIMONTHLY": 2, "QUARTERLY": 3, "BIANNUAL": 6, "ANNUAL": 12, "YEARLY": 12}


def add_months(day: date, months: int) -> date:
    """The corresponding day, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def period_days(start: date, months: int) -> int:
    """The days of the period that starts on `start`: 23 February 2023 and one month are 28."""
    return (add_months(start, months) - start).days


def share_of_period(start: date, end: date, months: int) -> Fraction:
    """The part of the period starting on `start` that lies before `end` (not included), by actual days."""
    return Fraction((end - start).days, period_days(start, months))


def share_by_days(days: int, of: int) -> Fraction:
    """`days` out of `of`; raises ValueError for an empty period."""
    if of <= 0:
        raise ValueError("a period has at least one day")
    return Fraction(days, of)


def days_in_equal_months(start: date, end: date, days_in_month: int) -> int:
    """Days between two dates when every month counts the same number of days (30/360 style)."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * days_in_month + min(end.day, days_in_month) - min(start.day, days_in_month)


def calendar_period_end(start: date, months: int) -> date:
    """The last day of the calendar block of `months` (month, quarter, year) in which `start` lies."""
    last = -(-start.month // months) * months
    return month_end(add_months(start.replace(day=1), last - start.month))


def anniversary_period_end(start: date, months: int) -> date:
    """The last day of the period of `months` that begins on `start`."""
    return add_months(start, months) - timedelta(days=1)
