"""The statement of account (往来对账单): opening balance, movements and closing balance between two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from django.utils.translation import gettext as _

from billing import document as papers
from billing.ledger import Movement, Scope, movements, of_agreement, of_body, shown
from billing.models import BankReceipt, Document, LedgerEntry
from billing.money_sheets import Card, Column, MoneySheet, Row, yuan_of
from billing.pdf import draw
from billing.printing import require_drawable
from billing.wording import sayer
from contracts.models import Agreement, Organisation
from people.charting import Chart
from people.models import User

MOST_POINTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The movements of a scope from `since` to `until`, both included, in fen, with the names of their papers."""

    since: date
    until: date
    opening: int
    moved: Sequence[Movement]
    references: dict[tuple[str, int], str]

    @property
    def closing(self) -> int:
        return self.opening + sum(one.fen for one in self.moved)

    @property
    def balances(self) -> list[int]:
        """The balance after each movement."""
        return list(accumulate((one.fen for one in self.moved), initial=self.opening))[1:]

    def reference(self, one: Movement) -> str:
        """The number of the paper that a movement comes from: of the bill, of the credit note, of the bank."""
        if one.receipt is not None and one.agreement is None:
            return self.references.get(("receipt", one.receipt), "")
        return self.references.get(("document", one.document or 0), "")


def account(scope: Scope, *, since: date, until: date) -> Account:
    """The statement of a scope between two days."""
    opening = sum(one.fen for one in movements(scope, until=since - timedelta(days=1)))
    moved = shown(movements(scope, since=since, until=until))
    return Account(since=since, until=until, opening=opening, moved=moved, references=_references(moved))


def _references(moved: Sequence[Movement]) -> dict[tuple[str, int], str]:
    documents = {one.document for one in moved if one.document}
    receipts = {one.receipt for one in moved if one.receipt}
    named = Document.objects.filter(pk__in=documents).values_list("pk", "number")
    paid = BankReceipt.objects.filter(pk__in=receipts).values_list("pk", "bank_txn_id")
    return {
        **{("document", pk): number or "" for pk, number in named},
        **{("receipt", pk): txn for pk, txn in paid},
    }


def scope_of(body: Organisation, agreement: Agreement | None) -> Scope:
    """One agreement, or all that an organisation owes."""
    return of_agreement(agreement) if agreement else of_body(body.pk)


def account_sheet(found: Account) -> MoneySheet:
    """The statement as a page."""
    debit = sum(one.fen for one in found.moved if one.fen > 0)
    credit = -sum(one.fen for one in found.moved if one.fen < 0)
    opening = {"on": found.since, "text": _("期初余额"), "balance": yuan_of(found.opening)}
    rows = [Row(cells=opening)]
    for one, left in zip(found.moved, found.balances, strict=True):
        rows.append(Row(cells=_cells(found, one, left)))
    return MoneySheet(
        columns=[
            Column(name="on", label=_("日期"), shown="day", sortable=False),
            Column(name="reference", label=_("单据编号"), sortable=False),
            Column(name="text", label=_("摘要"), sortable=False),
            Column(name="debit", label=_("应收增加"), shown="money", sortable=False),
            Column(name="credit", label=_("应收减少"), shown="money", sortable=False),
            Column(name="balance", label=_("余额"), shown="money", sortable=False),
        ],
        rows=rows,
        total={
            "on": found.until, "text": _("期末余额"), "debit": yuan_of(debit), "credit": yuan_of(credit),
            "balance": yuan_of(found.closing),
        },
        cards=[
            Card(label=_("期初余额"), value=yuan_of(found.opening)),
            Card(label=_("应收增加"), value=yuan_of(debit)),
            Card(label=_("应收减少"), value=yuan_of(credit)),
            Card(label=_("期末余额"), value=yuan_of(found.closing), tone="info"),
        ],
        charts=[_chart(found)] if found.moved else [],
        notes=[
            _("余额为正数是应付，为负数是预收。逾期利息在付清、减免或开具利息账单时计入，未计入的利息另见各账单。"),
        ],
    )  # fmt: skip


def _cells(found: Account, one: Movement, left: int) -> dict[str, object]:
    return {
        "on": one.on,
        "reference": found.reference(one),
        "text": str(LedgerEntry.Kind(one.kind).label),
        "debit": yuan_of(one.fen) if one.fen > 0 else None,
        "credit": yuan_of(-one.fen) if one.fen < 0 else None,
        "balance": yuan_of(left),
    }


def _chart(found: Account) -> Chart:
    ends = {found.since: found.opening}
    ends.update({one.on: left for one, left in zip(found.moved, found.balances, strict=True)})
    points = sorted(ends.items())[-MOST_POINTS:]
    return Chart(
        name="account",
        label=_("余额（元）"),
        kind="line",
        labels=[day.isoformat() for day, _fen in points],
        series={_("余额"): [fen / 100 for _day, fen in points]},
    )


def account_paper(
    found: Account, body: Organisation, agreement: Agreement | None, *, by: User | None, on: date, language: str
) -> papers.AccountStatement:
    """The statement as it is printed."""
    say = sayer(language)
    first = agreement or body.agreements.order_by("effective_on", "pk").select_related("party_a").first()
    return papers.AccountStatement(
        heading=papers.Heading(
            number=f"{found.since:%Y%m%d}-{found.until:%Y%m%d}",
            issued_on=on,
            agreement_no=agreement.number if agreement else say("全部协议"),
            agreement_title=agreement.title if agreement else "",
            language=language,
            prepared_by=by.get_full_name() if by else "",
        ),
        creditor=_party(first.party_a) if first else papers.Party(name=""),
        debtor=_party(body),
        period_from=found.since,
        period_to=found.until,
        opening=yuan_of(found.opening),
        entries=tuple(_entry(found, one, language) for one in found.moved),
        closing=yuan_of(found.closing),
    )


def _entry(found: Account, one: Movement, language: str) -> papers.AccountEntry:
    say = sayer(language)
    return papers.AccountEntry(
        on=one.on,
        text=say(PAPER_WORDS[one.kind]),
        reference=found.reference(one),
        debit=yuan_of(max(one.fen, 0)),
        credit=yuan_of(max(-one.fen, 0)),
    )


def _party(body: Organisation) -> papers.Party:
    return papers.Party(
        name=body.name, uscc=body.uscc, address=body.address, phone=body.contact_phone, contact=body.contact_name
    )


def account_pdf(paper: papers.AccountStatement) -> bytes:
    """The statement as a PDF; Refused names the characters that cannot be printed."""
    require_drawable(paper)
    return draw(paper)


PAPER_WORDS = {
    "invoice": "服务账单",
    "interest_invoice": "利息账单",
    "credit_note": "贷项通知单",
    "write_off": "核销单",
    "payment": "收款核销",
    "interest": "利息（已付或已减免）",
    "costs": "费用（已付或已减免）",
    "credited": "贷项抵减",
    "spent": "贷项用出",
    "receipt": "收款",
    "applied": "预收款用出",
    "refund": "退款",
}
