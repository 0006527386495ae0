"""Revenue (收入) by kind of fee and month of service: the lines of issued bills less credit notes, interest apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from billing.ledger import in_fen
from billing.models import Allocation, Document, DocumentLine, RateLine
from billing.money import largest_remainder
from billing.money_asking import Asked
from billing.money_sheets import Card, Column, MoneySheet, Row, yuan_of
from people.charting import Chart

INTEREST = "interest"
KINDS: tuple[str, ...] = tuple(RateLine.FeeKind.values)
MOST_MONTHS = 36
SERVICE = (Document.Kind.INVOICE, Document.Kind.CREDIT_NOTE)


@dataclass(frozen=True, slots=True)
class Earned:
    """What one kind of fee earned in one month of service, in fen before tax."""

    month: date
    kind: str
    fen: int


def earned(what: Asked) -> list[Earned]:
    """Everything billed by the end of a day, by month and kind; three queries."""
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for one in (*_lines(what), *_interest_bills(what), *_interest_paid(what)):
        sums[one.month, one.kind] += one.fen
    return [Earned(month, kind, fen) for (month, kind), fen in sorted(sums.items()) if fen]


def month_of(day: date) -> date:
    return day.replace(day=1)


def by_months(fen: int, first: date, ends: date) -> list[tuple[date, int]]:
    """An amount over the months of [first, ends) by their days; what rounding leaves goes to the largest remainders."""
    parts: list[tuple[date, int]] = []
    day = first
    while day < ends:
        following = min(month_of(month_of(day) + timedelta(days=32)), ends)
        parts.append((month_of(day), (following - day).days))
        day = following
    shares = largest_remainder(yuan_of(fen), [days for _month, days in parts])
    return [(month, in_fen(share)) for (month, _days), share in zip(parts, shares, strict=True)]


def _lines(what: Asked) -> Iterator[Earned]:
    """Lines of bills and of credit notes, by the service period that they are about."""
    rows = _narrowed(
        DocumentLine.objects.filter(document__state="issued", document__kind__in=SERVICE), what, "document__"
    )
    rows = rows.filter(document__issued_on__lte=what.on).annotate(
        fee=Coalesce("rate_line__fee_kind", "corrects__rate_line__fee_kind", "service_credit__rule__fee_kind"),
        starts=Coalesce("period__starts_on", "corrects__period__starts_on", "document__period__starts_on"),
        ends=Coalesce("period__ends_on", "corrects__period__ends_on", "document__period__ends_on"),
    )
    columns = ("net", "document__kind", "document__issued_on", "fee", "starts", "ends")
    for net, kind, issued_on, fee, starts, ends in rows.order_by().values_list(*columns).iterator(2000):
        fen = -in_fen(net) if kind == Document.Kind.CREDIT_NOTE else in_fen(net)
        parts = by_months(fen, starts, ends) if starts else [(month_of(issued_on), fen)]
        for month, part in parts:
            yield Earned(month, fee if fee in KINDS else RateLine.FeeKind.OTHER, part)


def _interest_bills(what: Asked) -> Iterator[Earned]:
    rows = _narrowed(Document.objects.issued().filter(kind=Document.Kind.INTEREST_INVOICE), what)
    for net, on in rows.filter(issued_on__lte=what.on).order_by().values_list("net", "issued_on"):
        yield Earned(month_of(on), INTEREST, in_fen(net))


def _interest_paid(what: Asked) -> Iterator[Earned]:
    """Interest that was paid by money without an interest invoice, in the month it was paid."""
    rows: QuerySet[Any] = Allocation.objects.filter(
        component__in=("interest", "doubled"), receipt__isnull=False, effective_on__lte=what.on
    )
    rows = _narrowed(rows.exclude(document__kind=Document.Kind.INTEREST_INVOICE), what, "document__")
    for amount, on in rows.order_by().values_list("amount", "effective_on"):
        yield Earned(month_of(on), INTEREST, in_fen(amount))


def _narrowed(rows: QuerySet[Any], what: Asked, path: str = "") -> QuerySet[Any]:
    chosen = Q()
    if what.body:
        chosen &= Q(**{f"{path}agreement__party_b": what.body})
    if what.agreement:
        chosen &= Q(**{f"{path}agreement": what.agreement})
    return rows.filter(chosen)


def kind_label(kind: str) -> str:
    """A kind of fee, or the interest, in words."""
    return _("逾期利息") if kind == INTEREST else str(RateLine.FeeKind(kind).label)


def revenue_sheet(what: Asked) -> MoneySheet:
    """The page: one row for each month of service, one column for each kind of fee."""
    kinds = [kind for kind in (*KINDS, INTEREST) if what.kind in {"", kind}] or [*KINDS, INTEREST]
    found = [one for one in earned(what) if one.kind in kinds and one.month >= month_of(what.since)]
    months = sorted({one.month for one in found})[-MOST_MONTHS:]
    cells: dict[date, dict[str, int]] = {month: defaultdict(int) for month in months}
    for one in found:
        if one.month in cells:
            cells[one.month][one.kind] += one.fen
    whole = {kind: sum(row[kind] for row in cells.values()) for kind in kinds}
    rows = [Row(cells={"month": f"{month:%Y-%m}", **_cells(cells[month], kinds)}) for month in months]
    return MoneySheet(
        columns=[
            Column(name="month", label=_("服务月份")),
            *(Column(name=kind, label=kind_label(kind), shown="money") for kind in kinds),
            Column(name="total", label=_("合计"), shown="money"),
        ],
        rows=rows,
        total={"month": _("合计"), **_cells(whole, kinds)},
        cards=[Card(label=kind_label(kind), value=yuan_of(whole[kind])) for kind in kinds if whole[kind]],
        charts=[_chart(cells, kinds)] if rows else [],
        notes=[
            _(
                "不含税金额，按用量所属的服务月份列示（迟报用量的调整行列入原月份）；跨月的周期按天数分摊，尾差按最大余数法归属。"
            ),
            _(
                "已减去贷项通知单和服务减免；核销单是坏账，不冲减收入。逾期利息单列：利息账单按开具月份，直接付清的利息按付款月份。"
            ),
        ],
        empty=_("这段时间没有已开具的账单。"),
    ).sorted_by(what.order or "month")


def _cells(fen: dict[str, int], kinds: list[str]) -> dict[str, Any]:
    named = {kind: yuan_of(fen.get(kind, 0)) for kind in kinds}
    return {**named, "total": yuan_of(sum(fen.get(kind, 0) for kind in kinds))}


def _chart(cells: dict[date, dict[str, int]], kinds: list[str]) -> Chart:
    return Chart(
        name="revenue",
        label=_("收入（元，不含税）"),
        kind="bar",
        labels=[f"{month:%Y-%m}" for month in cells],
        series={kind_label(kind): [row[kind] / 100 for row in cells.values()] for kind in kinds},
    )
