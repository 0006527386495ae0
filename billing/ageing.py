"""Ageing (账龄): what is open on a day by how long it is overdue; disputes and credit apart, so that all adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.money_asking import Asked, chosen
from billing.money_sheets import Card, Column, MoneySheet, Row, yuan_of
from billing.open_items import Free, OpenBill, free_credit, open_bills
from contracts.models import Agreement, Organisation
from people.charting import Chart

NOT_DUE, DISPUTED, CREDIT = "not_due", "disputed", "credit"
# The last day late of each bucket.
AGES: tuple[tuple[str, int], ...] = (("d30", 30), ("d60", 60), ("d90", 90))
OLDEST = "older"
BUCKETS = (NOT_DUE, "d30", "d60", "d90", OLDEST)
LABELS: dict[str, object] = {
    NOT_DUE: gettext_lazy("未到期"),
    "d30": gettext_lazy("逾期 1–30 天"),
    "d60": gettext_lazy("逾期 31–60 天"),
    "d90": gettext_lazy("逾期 61–90 天"),
    OLDEST: gettext_lazy("逾期 90 天以上"),
    DISPUTED: gettext_lazy("争议中"),
    CREDIT: gettext_lazy("未核销贷项"),
}


def bucket_of(days_late: int) -> str:
    """The bucket of a bill that is so many calendar days over its due date."""
    if days_late <= 0:
        return NOT_DUE
    return next((name for name, last in AGES if days_late <= last), OLDEST)


@dataclass(slots=True)
class Aged:
    """One line of the ageing, in fen.  Credit is below zero; all columns add up to the balance."""

    fen: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def balance(self) -> int:
        return sum(self.fen.values())

    @property
    def overdue(self) -> int:
        """What is overdue and not disputed."""
        return sum(self.fen[name] for name in BUCKETS[1:])

    def add(self, other: Aged) -> None:
        for name, fen in other.fen.items():
            self.fen[name] += fen


def aged(bills: Iterable[OpenBill], free: Iterable[Free], *, on: date) -> dict[tuple[int, int | None], Aged]:
    """Lines by (organisation, agreement); money that is not allocated is a line without an agreement."""
    lines: dict[tuple[int, int | None], Aged] = defaultdict(Aged)
    for bill in bills:
        line = lines[bill.body, bill.agreement]
        line.fen[bucket_of(bill.days_late(on))] += bill.undisputed_fen
        line.fen[DISPUTED] += bill.disputed_fen
    for one in free:
        lines[one.body, one.agreement].fen[CREDIT] -= one.fen
    return dict(lines)


def ageing(on: date) -> dict[tuple[int, int | None], Aged]:
    """The ageing of everybody on a day."""
    return aged(open_bills(on), free_credit(on), on=on)


def ageing_sheet(what: Asked) -> MoneySheet:
    """The page: by agreement, or by organisation."""
    agreements, bodies = chosen(what)
    bills = open_bills(what.on, agreements=agreements)
    lines = aged(bills, free_credit(what.on, agreements=agreements, bodies=bodies), on=what.on)
    rows = _by_body(lines, what) if what.by == "organisation" else _by_agreement(lines, what)
    whole = Aged()
    for line in lines.values():
        whole.add(line)
    columns = [Column(name="body", label=_("乙方"))]
    if what.by != "organisation":
        columns.append(Column(name="agreement", label=_("协议")))
    columns += [Column(name=name, label=LABELS[name], shown="money") for name in (*BUCKETS, DISPUTED, CREDIT)]
    columns.append(Column(name="balance", label=_("余额"), shown="money"))
    return MoneySheet(
        columns=columns,
        rows=rows,
        total={"body": _("合计"), **_cells(whole)},
        cards=_cards(whole),
        charts=[_chart(whole)] if rows else [],
        notes=[
            _("按自然日计算逾期天数，与计息相同；到期日自乙方收到正式发票起算，尚未签收发票的列为未到期。"),
            _("争议中的金额从账龄各栏中单列；未核销贷项是已到账而未核销的款项，以及尚未用完的贷项和核销，以负数列示。"),
            _("各栏之和等于余额，并与往来明细账、对账单的期末余额相等（manage.py ledger verify）。"),
        ],
        empty=_("这一天没有未付的账单，也没有未核销的款项。"),
    ).sorted_by(what.order or "-balance")


def _cells(line: Aged) -> dict[str, Any]:
    named = {name: yuan_of(line.fen.get(name, 0)) for name in (*BUCKETS, DISPUTED, CREDIT)}
    return {**named, "balance": yuan_of(line.balance)}


def _by_agreement(lines: dict[tuple[int, int | None], Aged], what: Asked) -> list[Row]:
    names = names_of({body for body, _agreement in lines})
    numbers = dict(Agreement.objects.filter(pk__in={key for _body, key in lines if key}).values_list("pk", "number"))
    return [
        Row(
            cells={"body": names[body], "agreement": numbers.get(key or 0, _("（未分到协议）")), **_cells(line)},
            urls={"balance": account_url(what, body=body, agreement=key)},
        )
        for (body, key), line in lines.items()
    ]


def _by_body(lines: dict[tuple[int, int | None], Aged], what: Asked) -> list[Row]:
    together: dict[int, Aged] = defaultdict(Aged)
    for (body, _agreement), line in lines.items():
        together[body].add(line)
    names = names_of(together)
    return [
        Row(cells={"body": names[body], **_cells(line)}, urls={"balance": account_url(what, body=body)})
        for body, line in together.items()
    ]


def names_of(bodies: Iterable[int]) -> dict[int, str]:
    """The names of organisations by their keys (one query)."""
    return dict(Organisation.objects.filter(pk__in=set(bodies)).values_list("pk", "name"))


def account_url(what: Asked, *, body: int, agreement: int | None = None) -> str:
    """The statement of account up to the day of the page."""
    query = f"organisation={body}" + (f"&agreement={agreement}" if agreement else "")
    return f"{reverse('admin:billing_ledgerentry_account')}?{query}&on={what.on}"


def _cards(whole: Aged) -> list[Card]:
    return [
        Card(label=_("余额"), value=yuan_of(whole.balance), tone="info"),
        Card(label=_("其中逾期"), value=yuan_of(whole.overdue), tone="bad" if whole.overdue else "ok"),
        Card(
            label=LABELS[DISPUTED], value=yuan_of(whole.fen[DISPUTED]), tone="warn" if whole.fen[DISPUTED] else "muted"
        ),
        Card(label=LABELS[CREDIT], value=yuan_of(whole.fen[CREDIT])),
    ]


def _chart(whole: Aged) -> Chart:
    names = (*BUCKETS, DISPUTED)
    return Chart(
        name="ageing",
        label=_("账龄分布（元）"),
        kind="bar",
        labels=[str(LABELS[name]) for name in names],
        series={_("未付金额"): [whole.fen[name] / 100 for name in names]},
    )
