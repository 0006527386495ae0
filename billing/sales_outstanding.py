"""DSO: how many working days of billing are unpaid at the end of a month, and how long bills took to be paid.

DSO = receivable at the end of the month ÷ billed in the three months up to it × working days of those three months.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.ageing import names_of
from billing.faces import today_is
from billing.ledger import Kind
from billing.models import LedgerEntry
from billing.money import round_to
from billing.money_asking import Asked
from billing.money_sheets import Card, Column, MoneySheet, Row, yuan_of
from billing.paying_habits import TENTH, PaidBill, median_by, paid_bills
from people.charting import Chart
from worktime.workdays import WorkdayCalendar

MONTHS = 12
WINDOW = 3
BILLED = (Kind.INVOICE, Kind.INTEREST_INVOICE, Kind.CREDIT_NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEnd:
    """One month (its last day, or the day asked for): the receivable, what was billed before it, and the days."""

    day: date
    first: date
    receivable: int
    billed: int
    working_days: int

    @property
    def dso(self) -> Decimal | None:
        """Working days of billing that are unpaid, to a tenth; None where nothing was billed."""
        return days_outstanding(self.receivable, self.billed, self.working_days)


def days_outstanding(receivable: int, billed: int, working_days: int) -> Decimal | None:
    """receivable ÷ billed × working days, half up to a tenth; None where nothing was billed."""
    if billed <= 0:
        return None
    return round_to(Decimal(max(receivable, 0)) * working_days / billed, TENTH)


def month_ends(on: date, count: int = MONTHS) -> list[tuple[date, date]]:
    """(first day of the window, last day) of the months up to the one of a day, which ends with the day."""
    ends = [on]
    while len(ends) < count:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return [(_months_back(end, WINDOW - 1), end) for end in reversed(ends)]


def _months_back(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


def by_month(what: Asked, days: WorkdayCalendar | None) -> list[MonthEnd]:
    """The last twelve months up to the day asked for, from the ledger; one query."""
    rows = LedgerEntry.objects.until(what.on)
    if what.body:
        rows = rows.filter(body=what.body)
    if what.agreement:
        rows = rows.filter(agreement=what.agreement)
    entries = list(rows.filter(agreement__isnull=False).order_by().values_list("entered_on", "kind", "fen"))
    daily: dict[date, int] = defaultdict(int)
    billed: dict[date, int] = defaultdict(int)
    for entered_on, kind, fen in entries:
        daily[entered_on] += fen
        if kind in BILLED:
            billed[entered_on] += fen
    return [
        MonthEnd(
            day=last,
            first=first,
            receivable=sum(fen for day, fen in daily.items() if day <= last),
            billed=sum(fen for day, fen in billed.items() if first <= day <= last),
            working_days=_working_days(first, last, days),
        )
        for first, last in month_ends(what.on)
    ]


def _working_days(first: date, last: date, days: WorkdayCalendar | None) -> int:
    """The working days of [first, last]; all days where no calendar is loaded."""
    before = first - timedelta(days=1)
    return days.count_working_days(before, last).value if days else (last - before).days


def habits(what: Asked, days: WorkdayCalendar) -> dict[tuple[int, date], tuple[Decimal, int]]:
    """By organisation (and all together) and month of payment: the median of working days, of how many bills."""
    found = [bill for bill in paid_bills(what.on) if _asked_for(bill, what)]
    since = month_ends(what.on)[0][1].replace(day=1)
    found = [bill for bill in found if bill.paid_on >= since]
    return {**_medians(found, days, _of_all), **_medians(found, days, _of_one)}


EVERYBODY = 0  # no organisation has this key


def _of_all(bill: PaidBill) -> tuple[int, date]:
    return EVERYBODY, bill.paid_on.replace(day=1)


def _of_one(bill: PaidBill) -> tuple[int, date]:
    return bill.body, bill.paid_on.replace(day=1)


def _medians(
    found: list[PaidBill], days: WorkdayCalendar, key: Callable[[PaidBill], tuple[int, date]]
) -> dict[tuple[int, date], tuple[Decimal, int]]:
    counts: dict[tuple[int, date], int] = defaultdict(int)
    for bill in found:
        counts[key(bill)] += 1
    medians = median_by(found, key, lambda bill: bill.working_days(days))
    return {name: (value, counts[name]) for name, value in medians.items()}


def _asked_for(bill: PaidBill, what: Asked) -> bool:
    return what.body in {None, bill.body} and what.agreement in {None, bill.agreement}


def dso_sheet(what: Asked) -> MoneySheet:
    """The page: the months with their DSO, then each debtor's median by month of payment."""
    days = today_is(what.on).days
    months = by_month(what, days)
    paid = habits(what, days) if days else {}
    rows = [Row(cells=_month_cells(one, paid)) for one in months]
    own = {key: value for key, value in paid.items() if key[0] != EVERYBODY}
    names = names_of({body for body, _month in own})
    rows += [
        Row(cells={"month": f"{month:%Y-%m}", "body": names[body], "median": value, "count": count})
        for (body, month), (value, count) in sorted(own.items(), key=lambda pair: (names[pair[0][0]], pair[0][1]))
    ]
    last = months[-1]
    return MoneySheet(
        columns=[
            Column(name="month", label=_("月份")),
            Column(name="body", label=_("乙方")),
            Column(name="receivable", label=_("月末应收"), shown="money"),
            Column(name="billed", label=_("近三个月开具"), shown="money"),
            Column(name="days", label=_("工作日数"), shown="figure"),
            Column(name="dso", label=_("应收周转（工作日）"), shown="figure"),
            Column(name="median", label=_("付款用时中位数（工作日）"), shown="figure"),
            Column(name="count", label=_("付清账单"), shown="figure"),
        ],
        rows=rows,
        cards=[
            Card(label=_("应收周转（工作日）"), value="—" if last.dso is None else last.dso, tone="info"),
            Card(label=_("月末应收"), value=yuan_of(last.receivable)),
            Card(label=_("近三个月开具"), value=yuan_of(last.billed)),
        ],
        charts=[_chart(months)],
        notes=[
            _("应收周转 = 月末应收 ÷ 近三个月（含本月）开具额（减贷项） × 这三个月的工作日数，保留一位小数。"),
            _("付款用时：从乙方收到正式发票（当日不计）到付清本金之日的工作日数，按付清的月份取中位数；末次由贷项或核销付清的不计入。"),
        ],
    ).sorted_by(what.order)  # fmt: skip


def _month_cells(one: MonthEnd, paid: dict[tuple[int, date], tuple[Decimal, int]]) -> dict[str, Any]:
    value, count = paid.get((EVERYBODY, one.day.replace(day=1)), (None, None))
    return {
        "month": f"{one.day:%Y-%m}", "body": _("全部"), "receivable": yuan_of(one.receivable),
        "billed": yuan_of(one.billed), "days": one.working_days, "dso": one.dso, "median": value, "count": count,
    }  # fmt: skip


def _chart(months: list[MonthEnd]) -> Chart:
    return Chart(
        name="dso",
        label=_("应收周转（工作日）"),
        kind="line",
        labels=[f"{one.day:%Y-%m}" for one in months],
        series={_("应收周转"): [None if one.dso is None else float(one.dso) for one in months]},
    )
