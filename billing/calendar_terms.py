"""Due dates by calendar rules of other agreements: ends of months, payment days, closed periods."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from billing.proration import add_months, month_end

MonthDay = tuple[int, int]


class UnreadTerm(ValueError):
    """A payment term in words that these rules do not know."""


def on_day_after(day: date, wanted: int, *, same_day_counts: bool = False) -> date:
    """The next `wanted`th of a month after `day`, or that month's last day where it is shorter."""
    for months in (0, 1):
        found = month_end(add_months(day.replace(day=1), months))
        found = found.replace(day=min(wanted, found.day))
        if found > day or (same_day_counts and found == day):
            return found
    raise AssertionError("the next month always has a later day")


def next_payment_day(day: date, wanted: Iterable[int], *, same_day_counts: bool) -> date:
    """The earliest of several payment days of the month."""
    return min(on_day_after(day, one, same_day_counts=same_day_counts) for one in wanted)


def past_closed(day: date, closed: Sequence[tuple[MonthDay, MonthDay]]) -> date:
    """The first day on or after `day` in none of the yearly closed periods, however they follow one another."""
    for _ in range(732):
        if not any(first <= (day.month, day.day) <= last for first, last in closed):
            return day
        day += timedelta(days=1)
    raise UnreadTerm("the closed periods leave no day")


def postponed(day: date, moves: Mapping[date, date]) -> date:
    """`day` moved as the table says, again and again; the table must move forward."""
    for _ in range(len(moves) + 1):
        if day not in moves:
            return day
        day = moves[day]
    raise UnreadTerm("the table of postponed days runs in a circle")


def due_by_words(start: date, term: str) -> date:
    """The due date of a term in plain English: `45 days from end of month`, `last day of month`, `30 days`.

    Raises UnreadTerm for words it does not know.
    """
    words = term.lower()
    if re.search(r"immediate|today|on receipt|same day", words):
        return start
    if "last day" in words or words in ("end of month", "month end"):
        return month_end(add_months(start, 1) if "next month" in words or "following" in words else start)
    if "first day" in words:
        return month_end(start) + timedelta(days=1)
    return _counted(start, words)


def _counted(start: date, words: str) -> date:
    days = re.search(r"(\d+)\s*(?:days?|d)\b", words)
    weeks, months = (re.search(rf"(\d+)\s*{unit}", words) for unit in ("week", "month"))
    named = re.search(r"(\d+)(?:st|nd|rd|th)\b|\bday (\d+)", words)
    if not (days or weeks or months or named):
        raise UnreadTerm(words)
    if re.search(r"(from|after|following)\s+(the\s+)?end of (the\s+)?(invoice\s+)?month", words):
        start = month_end(start)
    due = add_months(start, int(months[1])) if months else start
    due += timedelta(days=int(days[1]) if days else 0, weeks=int(weeks[1]) if weeks else 0)
    if named:
        return on_day_after(due, int(named[1] or named[2]), same_day_counts=True)
    ends = re.search(r"\bend of (the\s+)?month|\beom\b", words) and "from" not in words and "after" not in words
    return month_end(due) if ends else due
