"""Cases of periods: proration, billing periods, the end of an agreement's term."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.cases.reading import BadCase, Inputs, Result, Unsupported, day, maybe, money, number, whole
from billing.money import fen, round_to
from billing.proration import (
    MONTHS,
    add_months,
    anniversary_period_end,
    calendar_period_end,
    days_in_equal_months,
    period_days,
    share_by_days,
    share_of_period,
)

_RATIO = Decimal("0.000000001")


def ratio_by_days(inputs: Inputs) -> Result:
    """The part of the period that begins on `start`, by actual days."""
    start, end, months = day(inputs, "start"), _end(inputs), _months(inputs)
    result = _ratio(share_of_period(start, end, months))
    return {**result, "days": (end - start).days, "period_days": period_days(start, months)}


def ratio_by_equal_months(inputs: Inputs) -> Result:
    """The part of a period whose months all count the same days."""
    in_month = whole(inputs, "fixed_days_in_month", "fixed_days", "days_in_month")
    days = days_in_equal_months(day(inputs, "start"), _end(inputs), in_month)
    of = in_month * _months(inputs)
    return {**_ratio(share_by_days(days, of)), "days": days, "period_days": of}


def days_in_fixed_months(inputs: Inputs) -> Result:
    """Days between two dates when every month counts the same."""
    in_month = whole(inputs, "fixed_days_in_month", "fixed_days", "days_in_month")
    return {"days": days_in_equal_months(day(inputs, "start"), _end(inputs), in_month)}


def prorated_amount(inputs: Inputs) -> Result:
    """An amount for some days of a period."""
    cents = maybe(inputs, "amount_cents")
    share = share_by_days(_days(inputs), _period_days(inputs))
    if cents is not None:
        return {"amount_cents": int(round_to(Fraction(cents) * share, Decimal(1)))}
    return {"amount": money(fen(Fraction(number(inputs, "amount", "price")) * share))}


def _days(inputs: Inputs) -> int:
    days = maybe(inputs, "days", "used_days")
    return int(days) if days is not None else (_end(inputs) - day(inputs, "start")).days


def _period_days(inputs: Inputs) -> int:
    days = maybe(inputs, "period_days", "days_in_period")
    if days is not None:
        return int(days)
    if inputs.get("period_start") and inputs.get("period_end"):
        return (day(inputs, "period_end") - day(inputs, "period_start")).days + 1
    return period_days(day(inputs, "start"), _months(inputs))


def _ratio(share: Fraction) -> Result:
    return {"ratio": money(round_to(share, _RATIO))}


def _end(inputs: Inputs) -> date:
    """The day after the last: `end_exclusive` or `end` as given, `end_inclusive` plus one."""
    if inputs.get("end_inclusive") is not None:
        return date.fromordinal(day(inputs, "end_inclusive").toordinal() + 1)
    return day(inputs, "end_exclusive", "end")


def _months(inputs: Inputs) -> int:
    period = str(inputs.get("billing_period") or inputs.get("period") or "MONTHLY").upper()
    if period not in MONTHS:
        raise BadCase(f"billing_period is not one of {', '.join(MONTHS)}")
    return MONTHS[period]


def first_period(inputs: Inputs) -> Result:
    """The last day of the first period: of the calendar block, or counted from the start."""
    start, interval = day(inputs, "start"), str(inputs.get("interval", "Month")).lower()
    count = whole(inputs, "count", default=1)
    if interval in ("day", "week"):
        days = count * (7 if interval == "week" else 1)
        return {"first_period_end": date.fromordinal(start.toordinal() + days - 1).isoformat()}
    months = count * (12 if interval == "year" else 1)
    ends = calendar_period_end if inputs.get("follow_calendar_months") else anniversary_period_end
    return {"first_period_end": ends(start, months).isoformat()}


def term_end(inputs: Inputs) -> Result:
    """The first day after the term as it stands today: tacit renewals that have begun are counted."""
    begin, today, renewal = day(inputs, "begin", "start"), day(inputs, "today"), str(inputs.get("renewal", "never"))
    months = whole(inputs, "initial_months", "duration_months")
    more = whole(inputs, "renewal_months", default=0)
    if renewal == "express" and more:
        raise Unsupported("express_renewal")
    if renewal == "tacit" and (step := more or months) > 0:
        while add_months(begin, months) <= today:
            months += step
    return {"expires": add_months(begin, months).isoformat()}
