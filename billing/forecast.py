"""The cash forecast (回款预测): what is open by the day it is due, and by the day its debtor usually pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.money_asking import Asked, chosen
from billing.money_sheets import Card, Column, MoneySheet, Row, yuan_of
from billing.open_items import OpenBill, open_bills
from billing.paying_habits import PaidBill, median_by, paid_bills
from people.charting import Chart

OVERDUE, LATER, UNSTARTED, DISPUTED = "overdue", "later", "unstarted", "disputed"
SPANS = {"week": 8, "month": 6}


@dataclass(frozen=True, slots=True)
class Span:
    """Days [first, last] that money is expected in."""

    first: date
    last: date


def spans(on: date, step: str) -> list[Span]:
    """The spans from a day on: the rest of its week (to Sunday) or month, then whole ones."""
    found: list[Span] = []
    first = on
    for _number in range(SPANS[step]):
        last = _week_end(first) if step == "week" else _month_end(first)
        found.append(Span(first, last))
        first = last + timedelta(days=1)
    return found


def _week_end(day: date) -> date:
    return day + timedelta(days=6 - day.weekday())


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def place(day: date | None, ahead: Iterable[Span], on: date) -> str | Span:
    """Where money expected on a day belongs: overdue, a span, later, or nowhere yet."""
    if day is None:
        return UNSTARTED
    if day < on:
        return OVERDUE
    return next((span for span in ahead if span.first <= day <= span.last), LATER)


def expected_on(bill: OpenBill, lateness: Mapping[int, Decimal]) -> date | None:
    """The due date moved by the days that the debtor is usually late (median of its paid bills, whole days)."""
    if bill.due_on is None:
        return None
    late = lateness.get(bill.body, Decimal(0)).quantize(Decimal(1), ROUND_HALF_UP)
    return bill.due_on + timedelta(days=int(late))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Open amounts in fen by where they belong: by due date and by habit.  Both add up to the same."""

    spans: list[Span]
    due: dict[str | Span, int]
    habit: dict[str | Span, int]
    provisional: dict[str | Span, int]


def forecast(bills: Iterable[OpenBill], paid: Iterable[PaidBill], *, on: date, step: str = "month") -> Forecast:
    """The forecast of some open bills, with the lateness of the bills that were paid."""
    ahead = spans(on, step)
    lateness = median_by(paid, lambda one: one.body, lambda one: one.days_late)
    due: dict[str | Span, int] = defaultdict(int)
    habit: dict[str | Span, int] = defaultdict(int)
    provisional: dict[str | Span, int] = defaultdict(int)
    for bill in bills:
        at = place(bill.due_on, ahead, on)
        due[at] += bill.undisputed_fen
        habit[place(expected_on(bill, lateness), ahead, on)] += bill.undisputed_fen
        due[DISPUTED] += bill.disputed_fen
        habit[DISPUTED] += bill.disputed_fen
        if bill.provisional:
            provisional[at] += bill.undisputed_fen
    return Forecast(spans=ahead, due=dict(due), habit=dict(habit), provisional=dict(provisional))


def forecast_sheet(what: Asked) -> MoneySheet:
    """The page: by months, or by weeks."""
    agreements, _bodies = chosen(what)
    step = what.step if what.step in SPANS else "month"
    bills = open_bills(what.on, agreements=agreements)
    found = forecast(bills, paid_bills(what.on, agreements=agreements), on=what.on, step=step)
    places: list[tuple[str | Span, str]] = [(OVERDUE, _("已逾期"))]
    places += [(span, _("%(first)s 至 %(last)s") % {"first": span.first, "last": span.last}) for span in found.spans]
    places += [(LATER, _("更晚")), (UNSTARTED, _("未签收发票，尚无到期日")), (DISPUTED, _("争议中"))]
    rows = [Row(cells=_cells(found, at, label)) for at, label in places]
    total, late = sum(found.due.values()), found.due.get(OVERDUE, 0)
    return MoneySheet(
        columns=[
            Column(name="span", label=_("期间"), sortable=False),
            Column(name="due", label=_("按到期日"), shown="money", sortable=False),
            Column(name="provisional", label=_("其中到期日暂定"), shown="money", sortable=False),
            Column(name="habit", label=_("按付款习惯"), shown="money", sortable=False),
        ],
        rows=rows,
        total={
            "span": _("合计"), "due": yuan_of(total), "habit": yuan_of(sum(found.habit.values())),
            "provisional": yuan_of(sum(found.provisional.values())),
        },
        cards=[
            Card(label=_("未付合计"), value=yuan_of(total), tone="info"),
            Card(label=_("已逾期"), value=yuan_of(late), tone="bad" if late else "ok"),
        ],
        charts=[_chart(found)],
        notes=[
            _("按到期日：未付金额列入到期日所在的期间；已过到期日的列入“已逾期”。"),
            _("按付款习惯：到期日加上该单位已付清账单的逾期天数中位数（自然日，四舍五入到整日；提前付款为负）；没有已付清账单的按到期日。"),
            _("暂定：所涉年份的放假安排尚未公布，公布后到期日会重新计算。两列合计相等。"),
        ],
    )  # fmt: skip


def _cells(found: Forecast, at: str | Span, label: str) -> dict[str, Any]:
    named = {"due": found.due, "habit": found.habit, "provisional": found.provisional}
    return {"span": label, **{name: yuan_of(values.get(at, 0)) for name, values in named.items()}}


def _chart(found: Forecast) -> Chart:
    places: list[str | Span] = [OVERDUE, *found.spans, LATER]
    labels = [_("已逾期"), *(f"{span.first:%m-%d}–{span.last:%m-%d}" for span in found.spans), _("更晚")]
    return Chart(
        name="forecast",
        label=_("预计回款（元）"),
        kind="bar",
        labels=labels,
        series={
            _("按到期日"): [found.due.get(at, 0) / 100 for at in places],
            _("按付款习惯"): [found.habit.get(at, 0) / 100 for at in places],
        },
    )
