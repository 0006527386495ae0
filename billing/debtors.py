"""The largest debtors on a day: what is open, what is overdue, how old the oldest is, and the interest that has run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from billing.ageing import account_url, names_of
from billing.ledger import in_fen
from billing.many_debts import debts
from billing.models import Document
from billing.money_asking import Asked, chosen
from billing.money_sheets import Card, Column, MoneySheet, Row, yuan_of
from billing.open_items import OpenBill, open_bills
from people.charting import Chart

MOST = 50
DRAWN = 10


@dataclass(slots=True)
class Debtor:
    """One organisation, in fen and calendar days."""

    open_fen: int = 0
    overdue_fen: int = 0
    oldest: int = 0
    interest_fen: int = 0
    bills: int = 0


def debtors(bills: Iterable[OpenBill], interest: dict[int, int], *, on: date) -> dict[int, Debtor]:
    """The debtors of open bills; interest by bill, in fen."""
    found: dict[int, Debtor] = defaultdict(Debtor)
    for bill in bills:
        one, late = found[bill.body], bill.days_late(on)
        one.open_fen += bill.open_fen
        one.bills += 1
        if late > 0:
            one.overdue_fen += bill.open_fen
            one.oldest = max(one.oldest, late)
            one.interest_fen += interest.get(bill.document, 0)
    return dict(found)


def interest_on(bills: Iterable[OpenBill], on: date) -> dict[int, int]:
    """The interest of overdue bills that has run by a day and is not paid, in fen by bill (fixed queries)."""
    late = {bill.document: bill.due_on for bill in bills if bill.days_late(on) > 0}
    rows = Document.objects.filter(pk__in=late)
    return {
        document.pk: in_fen(debt.on(on).interest_open + debt.doubled_open(on))
        for document, debt in debts(rows, late, until=on)
    }


def debtors_sheet(what: Asked) -> MoneySheet:
    """The page: one row for each organisation that owes something."""
    agreements, _bodies = chosen(what)
    bills = open_bills(what.on, agreements=agreements)
    found = debtors(bills, interest_on(bills, what.on), on=what.on)
    names = names_of(found)
    rows = [
        Row(
            cells={
                "body": names[body], "bills": one.bills, "open": yuan_of(one.open_fen),
                "overdue": yuan_of(one.overdue_fen), "oldest": one.oldest or None,
                "interest": yuan_of(one.interest_fen),
            },
            urls={"open": account_url(what, body=body)},
        )
        for body, one in found.items()
    ]  # fmt: skip
    sheet = MoneySheet(
        columns=[
            Column(name="body", label=_("乙方")),
            Column(name="bills", label=_("未付账单"), shown="figure"),
            Column(name="open", label=_("未付金额"), shown="money"),
            Column(name="overdue", label=_("其中逾期"), shown="money"),
            Column(name="oldest", label=_("最长逾期（天）"), shown="figure"),
            Column(name="interest", label=_("已产生的逾期利息"), shown="money"),
        ],
        rows=rows,
        total=_total(found),
        cards=_cards(found),
        charts=[_chart(found, names)] if found else [],
        notes=[
            _("金额是这一天未付的本金，争议中的也计入，不扣除未核销的款项；天数是自然日，与计息相同。"),
            _("已产生的逾期利息按协议条款算到这一天、扣除已付，不在余额之内；只列出前 %(most)d 个单位，合计包括全部。")
            % {"most": MOST},
        ],
        empty=_("这一天没有单位欠款。"),
    ).sorted_by(what.order or "-open")
    return replace(sheet, rows=sheet.rows[:MOST])


def _total(found: dict[int, Debtor]) -> dict[str, object]:
    sums = {
        name: sum(getattr(one, f"{name}_fen") for one in found.values()) for name in ("open", "overdue", "interest")
    }
    oldest = max((one.oldest for one in found.values()), default=0)
    bills = sum(one.bills for one in found.values())
    return {"body": _("合计"), "bills": bills, "oldest": oldest or None, **{k: yuan_of(fen) for k, fen in sums.items()}}


def _cards(found: dict[int, Debtor]) -> list[Card]:
    total = _total(found)
    late = sum(one.overdue_fen > 0 for one in found.values())
    return [
        Card(label=_("未付金额"), value=total["open"], tone="info"),
        Card(label=_("其中逾期"), value=total["overdue"], tone="bad" if late else "ok"),
        Card(label=_("逾期单位"), value=late, tone="bad" if late else "ok"),
        Card(label=_("已产生的逾期利息"), value=total["interest"]),
    ]


def _chart(found: dict[int, Debtor], names: dict[int, str]) -> Chart:
    largest = sorted(found.items(), key=lambda pair: -pair[1].open_fen)[:DRAWN]
    return Chart(
        name="debtors",
        label=_("欠款最多的单位（元）"),
        kind="bar",
        labels=[names[body] for body, _one in largest],
        series={
            _("未付金额"): [one.open_fen / 100 for _body, one in largest],
            _("其中逾期"): [one.overdue_fen / 100 for _body, one in largest],
        },
    )
