"""Cases of payment terms: due dates by calendar rules, payment days, closed periods and working days."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from billing.calendar_terms import (
    MonthDay,
    UnreadTerm,
    due_by_words,
    next_payment_day,
    on_day_after,
    past_closed,
    postponed,
)
from billing.cases.reading import BadCase, Inputs, Result, as_day, day, rows, whole
from billing.proration import add_months, month_end
from worktime.almanac import Almanac, Notice, YearDays
from worktime.china import china_almanac
from worktime.workdays import WorkdayCalendar

_LONGEST = 36500


def by_words(inputs: Inputs) -> Result:
    """A term in plain English."""
    try:
        return _due(due_by_words(_start(inputs), str(inputs.get("term", ""))))
    except UnreadTerm as error:
        raise BadCase(f"term is not understood: {inputs.get('term')!r}") from error


def weeks(inputs: Inputs) -> Result:
    """Whole weeks after the date, moved where a table of postponed days says so."""
    days = 7 * whole(inputs, "weeks", default=0) + whole(inputs, "days", default=0)
    return _due(postponed(_start(inputs) + _days(days), _moves(inputs)))


def months_after(inputs: Inputs) -> Result:
    """The end of the month that lies so many months after the date's month, or the corresponding day."""
    found = add_months(_start(inputs), whole(inputs, "months"))
    to_end = str(inputs.get("option", "after_invoice_month")) in ("after_invoice_month", "end_of_month")
    return _due(postponed(month_end(found) if to_end else found, _moves(inputs)))


def days_then_month_end(kind: str) -> Any:
    """A handler for `60_days_end_of_month`: the days are named by the kind."""
    found = re.fullmatch(r"(\d+)_days_end_of_month", kind)
    return (lambda inputs: _due(month_end(_start(inputs) + _days(int(found[1]))))) if found else None


def two_instalments(inputs: Inputs) -> Result:
    """Two part payments, each on the next of its payment days; a sequential second follows the first."""
    start = _start(inputs)
    first = _instalment(start, inputs.get("first"), same_day_counts=True)
    second_terms = inputs.get("second")
    sequential = isinstance(second_terms, Mapping) and bool(second_terms.get("sequential"))
    second = _instalment(first if sequential else start, second_terms, same_day_counts=not sequential)
    return {"due": [first.isoformat(), second.isoformat()]}


def _instalment(start: date, terms: object, *, same_day_counts: bool) -> date:
    if not isinstance(terms, Mapping):
        raise BadCase("first and second are objects with payment_days")
    days = [whole({"day": one}, "day") for one in rows(terms, "payment_days")]
    return next_payment_day(start + _days(whole(terms, "days", default=0)), days, same_day_counts=same_day_counts)


def closed_periods(inputs: Inputs) -> Result:
    """A due date that slides past the payer's closed periods."""
    closed = [(_month_day(first), _month_day(last)) for first, last in rows(inputs, "closed")]
    return _due(past_closed(_start(inputs) + _days(whole(inputs, "days", default=0)), closed))


def _month_day(text: str) -> MonthDay:
    found = re.fullmatch(r"(\d{2})-(\d{2})", str(text))
    if not found:
        raise BadCase(f"closed periods are month-day pairs, not {text!r}")
    return int(found[1]), int(found[2])


def day_of_month(inputs: Inputs) -> Result:
    """The next such day of a month, strictly after the date; the last day of a shorter month."""
    return _due(on_day_after(_start(inputs), whole(inputs, "day")))


def working_days(inputs: Inputs) -> Result:
    """N working days after receipt, by the case's own table of holidays and make-up days."""
    received, count = day(inputs, "received", "receipt"), _count(whole(inputs, "working_days", "n"))
    off = {as_day(one): "case" for one in inputs.get("holidays") or ()}
    work = {as_day(one): "case" for one in inputs.get("make_up_workdays") or ()}
    almanac = Almanac.of(_year(year, off, work) for year in range(received.year - 1, received.year + 3 + count // 200))
    return _due(WorkdayCalendar(almanac).nth_working_day(received, count))


def _year(year: int, off: Mapping[date, str], work: Mapping[date, str]) -> YearDays:
    free, worked = ({at: why for at, why in days.items() if at.year == year} for days in (off, work))
    return YearDays(year, free, worked, (Notice("case", date(year, 1, 1)),))


def china_working_days(inputs: Inputs) -> Result:
    """N working days after receipt in China, as known on a day; never a firm date in an unpublished year."""
    received, count = day(inputs, "received", "receipt"), _count(whole(inputs, "n_working_days", "working_days", "n"))
    known = as_day(inputs["known_on"], "known_on") if inputs.get("known_on") else None
    reckoned = WorkdayCalendar(china_almanac(known)).add_working_days(received, count)
    if not reckoned.provisional:
        return {"due": reckoned.value.isoformat(), "provisional": False}
    needs = list(reckoned.unpublished_years)
    return {"due": None, "provisional": True, "provisional_due": reckoned.value.isoformat(), "needs": needs}


def _count(count: int) -> int:
    if abs(count) > _LONGEST:
        raise BadCase("so many working days are not counted")
    return count


def _start(inputs: Inputs) -> date:
    return day(inputs, "invoice_date", "date", "start")


def _days(count: int) -> timedelta:
    if abs(count) > _LONGEST:
        raise BadCase("so many days are not counted")
    return timedelta(days=count)


def _moves(inputs: Inputs) -> dict[date, date]:
    given = inputs.get("holidays") or {}
    if not isinstance(given, Mapping):
        raise BadCase("holidays maps a day to the day it is postponed to")
    return {as_day(day_off): as_day(moved) for day_off, moved in given.items()}


def _due(found: date) -> Result:
    return {"due": found.isoformat()}
