"""One balance, found in four ways that share no code: documents, ledger view, statement of account, ageing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from billing.ageing import aged
from billing.ledger import Scope, in_fen, movements
from billing.models import Allocation, BankReceipt, Document, LedgerEntry, Refund
from billing.open_items import free_credit, open_bills
from contracts.models import Agreement

Key = tuple[int, int | None]  # the organisation, and the agreement or None for money that is not allocated
CREDITS = frozenset({"credit_note", "write_off"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that is not the same in all four ways, in fen, and the papers whose own balance differs."""

    body: int
    agreement: int | None
    documents: int
    view: int
    statement: int
    ageing: int
    papers: tuple[int, ...]

    @property
    def ways(self) -> tuple[int, int, int, int]:
        return self.documents, self.view, self.statement, self.ageing


def differences(on: date, *, agreement: Agreement | None = None) -> Iterator[Difference]:
    """Every balance at the end of a day that the four ways do not agree on; one agreement's, or all."""
    by_paper = of_documents(on, agreement)
    ways = [_summed(by_paper), of_view(on, agreement), of_statement(on, agreement), of_ageing(on, agreement)]
    keys = sorted({key for way in ways for key in way}, key=lambda key: (key[0], key[1] or 0))
    wrong = [key for key in keys if len({way.get(key, 0) for way in ways}) > 1]
    if not wrong:
        return
    seen = _papers_of_view(on, {key[1] for key in wrong})
    for key in wrong:
        own = {pk: fen for (paper_key, pk), fen in by_paper.items() if paper_key == key}
        listed = seen.get(key[1], {})
        papers = sorted(pk for pk in {*own, *listed} if own.get(pk, 0) != listed.get(pk, 0))
        documents, view, statement, age = (way.get(key, 0) for way in ways)
        yield Difference(*key, documents, view, statement, age, tuple(papers))


def _summed(by_paper: dict[tuple[Key, int], int]) -> dict[Key, int]:
    sums: dict[Key, int] = defaultdict(int)
    for (key, _paper), fen in by_paper.items():
        sums[key] += fen
    return dict(sums)


def of_documents(on: date, agreement: Agreement | None = None) -> dict[tuple[Key, int], int]:
    """Way one, by paper: what a bill has open, less what a credit or a receipt has left.  Only what stands counts."""
    documents: QuerySet[Any] = Document.objects.filter(state="issued", issued_on__lte=on)
    standing: QuerySet[Any] = Allocation.objects.standing().filter(effective_on__lte=on)
    if agreement is not None:
        documents = documents.filter(agreement=agreement)
        standing = standing.filter(Q(document__agreement=agreement) | Q(credit__agreement=agreement))
    paid: dict[int, Decimal] = defaultdict(Decimal)
    spent: dict[int, Decimal] = defaultdict(Decimal)
    used: dict[int, Decimal] = defaultdict(Decimal)
    columns = ("document_id", "credit_id", "receipt_id", "component", "amount")
    for document, credit, receipt, component, amount in standing.order_by().values_list(*columns).iterator(5000):
        if component == "principal":
            paid[document] += amount
        for left, source in ((spent, credit), (used, receipt)):
            if source is not None:
                left[source] += amount
    found: dict[tuple[Key, int], int] = {}
    rows = documents.order_by().values_list("pk", "kind", "gross", "agreement_id", "agreement__party_b_id")
    for pk, kind, gross, number, body in rows.iterator(5000):
        if kind == "write_off":
            found[(body, number), pk] = 0  # it is spent whole, or returned: never anybody's credit
        elif kind in CREDITS:
            found[(body, number), pk] = -in_fen(max(gross - spent[pk], Decimal(0)))
        else:
            found[(body, number), pk] = in_fen(max(gross - paid[pk], Decimal(0)))
    if agreement is None:
        found.update(_of_receipts(on, used))
    return found


def _of_receipts(on: date, used: dict[int, Decimal]) -> Iterator[tuple[tuple[Key, int], int]]:
    refunds = Refund.objects.filter(refunded_on__lte=on).order_by().values_list("receipt_id", "amount")
    for receipt, amount in refunds:
        used[receipt] += amount
    rows = BankReceipt.objects.filter(party__isnull=False, value_date__lte=on).order_by()
    for pk, amount, body in rows.values_list("pk", "amount", "party_id").iterator(5000):
        # Below zero, so that no receipt shares a key with a document.
        yield ((body, None), -pk), -in_fen(max(amount - used[pk], Decimal(0)))


def of_view(on: date, agreement: Agreement | None = None) -> dict[Key, int]:
    """Way two: the sums of the database view."""
    rows = LedgerEntry.objects.until(on)
    if agreement is not None:
        rows = rows.filter(agreement=agreement)
    grouped = rows.order_by().values_list("body", "agreement").annotate(total=Sum("fen"))
    return {(body, number): total for body, number, total in grouped}


def _papers_of_view(on: date, agreements: set[int | None]) -> dict[int | None, dict[int, int]]:
    rows = LedgerEntry.objects.until(on).filter(
        Q(agreement__in=[key for key in agreements if key is not None])
        | (Q(agreement__isnull=True) if None in agreements else Q(pk__in=[]))
    )
    found: dict[int | None, dict[int, int]] = defaultdict(dict)
    columns = ("agreement", "document", "receipt")
    for number, document, receipt, fen in rows.order_by().values_list(*columns).annotate(total=Sum("fen")):
        paper = document if document is not None else -receipt
        found[number][paper] = found[number].get(paper, 0) + fen
    return found


def of_statement(on: date, agreement: Agreement | None = None) -> dict[Key, int]:
    """Way three: the movements that a statement of account adds up, to its closing line."""
    scope = Scope(frozenset({agreement.pk}), frozenset()) if agreement is not None else Scope()
    sums: dict[Key, int] = defaultdict(int)
    for one in movements(scope, until=on):
        sums[one.body, one.agreement] += one.fen
    return dict(sums)


def of_ageing(on: date, agreement: Agreement | None = None) -> dict[Key, int]:
    """Way four: the rows of the ageing, all columns added up."""
    agreements = Agreement.objects.filter(pk=agreement.pk) if agreement is not None else None
    bodies = None if agreement is None else ()
    lines = aged(open_bills(on, agreements=agreements), free_credit(on, agreements=agreements, bodies=bodies), on=on)
    return {key: line.balance for key, line in lines.items()}
