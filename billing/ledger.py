"""The ledger: what moved what is owed, derived from documents, allocations, receipts and refunds; nothing is stored.

The view ledger_entry (billing.models.ledger) says the same in SQL; `manage.py ledger verify` compares the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet

from billing.models import Allocation, BankReceipt, Document, LedgerEntry, Refund
from contracts.models import Agreement

Kind = LedgerEntry.Kind
CREDITS = frozenset({Document.Kind.CREDIT_NOTE.value, Document.Kind.WRITE_OFF.value})
ACCESSORIES = {
    Allocation.Component.INTEREST.value: Kind.INTEREST,
    Allocation.Component.DOUBLED.value: Kind.INTEREST,
    Allocation.Component.COSTS.value: Kind.COSTS,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose movements: some agreements, and the money not allocated yet of some organisations.  None means all."""

    agreements: frozenset[int] | None = None
    bodies: frozenset[int] | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement in fen: above zero more is owed, below zero less.  No agreement: money that pays nothing yet."""

    on: date
    kind: Kind
    fen: int
    body: int
    agreement: int | None = None
    document: int | None = None
    receipt: int | None = None
    source: tuple[str, int] = ("", 0)

    @property
    def amount(self) -> Decimal:
        """The movement in yuan."""
        return Decimal(self.fen).scaleb(-2)


def of_agreement(agreement: Agreement) -> Scope:
    """The movements of one agreement; money that its Party B paid in advance belongs to no agreement yet."""
    return Scope(frozenset({agreement.pk}), frozenset())


def of_body(body: int) -> Scope:
    """All movements of an organisation: those of its agreements and its money that pays nothing yet."""
    agreements = Agreement.objects.filter(party_b=body).values_list("pk", flat=True)
    return Scope(frozenset(agreements), frozenset({body}))


def movements(scope: Scope, *, until: date, since: date | None = None) -> Iterator[Movement]:
    """Every movement of the scope up to a civil day (from another one), as the rows say; three queries."""
    days = (since or date.min, until)
    yield from _of_documents(scope, days)
    yield from _of_allocations(scope, days)
    yield from _of_receipts(scope, days)


def shown(found: Iterable[Movement]) -> list[Movement]:
    """Movements as a statement shows them, by day: what one paper moved that day on another is one line.

    What cancels out is left out: a payment that was reversed, a credit or advance that was used within the scope.
    """
    pairs: dict[tuple[date, tuple[str, int]], list[Movement]] = defaultdict(list)
    for one in found:
        pairs[one.on, one.source].append(one)
    lines: dict[tuple[Any, ...], Movement] = {}
    for one in chain.from_iterable(_standing(group) for group in pairs.values()):
        line = (one.on, one.kind, one.agreement, one.document, one.receipt)
        lines[line] = replace(one, fen=one.fen + lines[line].fen) if line in lines else one
    left = [one for one in lines.values() if one.fen]
    return sorted(left, key=lambda one: (one.on, _ORDER.index(one.kind), one.source))


# Within a day what is owed more comes before what is owed less.
_RISING = (Kind.INVOICE, Kind.INTEREST_INVOICE, Kind.INTEREST, Kind.COSTS)
_ORDER = [*_RISING, *(kind for kind in Kind if kind not in _RISING)]


def _standing(group: list[Movement]) -> list[Movement]:
    """Of the movements that one row makes, those that have no counterpart of the same amount."""
    left = list(group)
    for inner, outer in ((Kind.SPENT, Kind.CREDITED), (Kind.APPLIED, Kind.PAYMENT)):
        used = [one for one in left if one.kind == inner]
        paid = [one for one in left if one.kind == outer]
        if used and paid and not sum(one.fen for one in used + paid):
            left = [one for one in left if one not in used + paid]
    return left


def balance(scope: Scope, *, on: date) -> Decimal:
    """What the scope owes at the end of a civil day, in yuan; below zero it has credit."""
    return Decimal(sum(one.fen for one in movements(scope, until=on))).scaleb(-2)


def in_fen(amount: Decimal) -> int:
    """Yuan as whole fen."""
    return int(amount.scaleb(2))


def _of_documents(scope: Scope, days: tuple[date, date]) -> Iterator[Movement]:
    rows: QuerySet[Any] = Document.objects.issued().filter(issued_on__range=days)
    if scope.agreements is not None:
        rows = rows.filter(agreement__in=scope.agreements)
    columns = ("pk", "kind", "issued_on", "gross", "agreement_id", "agreement__party_b_id")
    for pk, kind, on, gross, agreement, body in rows.order_by().values_list(*columns).iterator(2000):
        fen = -in_fen(gross) if kind in CREDITS else in_fen(gross)
        yield Movement(on, Kind(kind), fen, body, agreement, pk, source=("document", pk))


def _of_allocations(scope: Scope, days: tuple[date, date]) -> Iterator[Movement]:
    rows: QuerySet[Any] = Allocation.objects.filter(effective_on__range=days)
    if scope.agreements is not None and scope.bodies is not None:
        rows = rows.filter(
            Q(document__agreement__in=scope.agreements)
            | Q(credit__agreement__in=scope.agreements)
            | Q(receipt__party__in=scope.bodies)
        )
    columns = (
        "pk", "effective_on", "amount", "component", "reverses_id", "receipt_id", "receipt__party_id",
        "document_id", "document__agreement_id", "document__agreement__party_b_id",
        "credit_id", "credit__kind", "credit__agreement_id", "credit__agreement__party_b_id",
    )  # fmt: skip
    for row in rows.order_by().values(*columns).iterator(2000):
        for one in _of_allocation(row):
            if _within(one, scope):
                yield one


def _of_allocation(row: dict[str, Any]) -> Iterator[Movement]:
    """What one allocation moves: on the bill, and on what paid it."""
    on, fen, source = row["effective_on"], in_fen(row["amount"]), ("allocation", row["pk"])
    bill = (row["document__agreement__party_b_id"], row["document__agreement_id"], row["document_id"])
    if row["credit__kind"] == Document.Kind.INTEREST_INVOICE:
        return  # interest moves from the bill to its own invoice, which is a movement itself
    if row["component"] in ACCESSORIES:
        yield Movement(on, ACCESSORIES[row["component"]], fen, *bill, source=source)
    if row["receipt_id"] is not None:
        yield Movement(on, Kind.PAYMENT, -fen, *bill, row["receipt_id"], source=source)
        if row["receipt__party_id"] is not None:
            yield Movement(on, Kind.APPLIED, fen, row["receipt__party_id"], receipt=row["receipt_id"], source=source)
    else:
        yield Movement(on, Kind.CREDITED, -fen, *bill, source=source)
        owner = (row["credit__agreement__party_b_id"], row["credit__agreement_id"], row["credit_id"])
        if row["reverses_id"] is None or row["credit__kind"] != Document.Kind.WRITE_OFF:
            yield Movement(on, Kind.SPENT, fen, *owner, source=source)  # a write-off that returns is no credit


def _within(one: Movement, scope: Scope) -> bool:
    if one.agreement is None:
        return scope.bodies is None or one.body in scope.bodies
    return scope.agreements is None or one.agreement in scope.agreements


def _of_receipts(scope: Scope, days: tuple[date, date]) -> Iterator[Movement]:
    receipts: QuerySet[Any] = BankReceipt.objects.filter(party__isnull=False, value_date__range=days)
    refunds: QuerySet[Any] = Refund.objects.filter(receipt__party__isnull=False, refunded_on__range=days)
    if scope.bodies is not None:
        receipts, refunds = receipts.filter(party__in=scope.bodies), refunds.filter(receipt__party__in=scope.bodies)
    for pk, on, amount, body in (
        receipts.order_by().values_list("pk", "value_date", "amount", "party_id").iterator(2000)
    ):
        yield Movement(on, Kind.RECEIPT, -in_fen(amount), body, receipt=pk, source=("receipt", pk))
    columns = ("pk", "refunded_on", "amount", "receipt_id", "receipt__party_id")
    for pk, on, amount, receipt, body in refunds.order_by().values_list(*columns).iterator(2000):
        yield Movement(on, Kind.REFUND, in_fen(amount), body, receipt=receipt, source=("refund", pk))
