"""What was open at the end of a day: bills with their due dates and disputes, and credit that pays nothing yet.

Everything is read from the rows by their own days, so that a past day reads the same whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce, Round

from billing.ledger import in_fen
from billing.models import Allocation, BankReceipt, BillDispute, Document, Refund
from billing.querysets import scaled_sum

BILLS = (Document.Kind.INVOICE, Document.Kind.INTEREST_INVOICE)
CREDITS = (Document.Kind.CREDIT_NOTE, Document.Kind.WRITE_OFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBill:
    """A bill with something open, in fen; `due_on` is None while the time to pay has not begun."""

    document: int
    number: str
    agreement: int
    body: int
    issued_on: date
    due_on: date | None
    provisional: bool
    open_fen: int
    disputed_fen: int

    def days_late(self, on: date) -> int:
        """Calendar days since the due date; nought or less while it is not past."""
        return (on - self.due_on).days if self.due_on else 0

    @property
    def undisputed_fen(self) -> int:
        return self.open_fen - self.disputed_fen


@dataclass(frozen=True, slots=True)
class Free:
    """Credit that pays nothing yet, in fen; of no agreement where it is money that was not allocated."""

    body: int
    agreement: int | None
    fen: int


def sum_of(rows: QuerySet[Any], link: str, name: str = "amount") -> Any:
    """The amounts of rows grouped by a link, in fen, as a subquery; nought where there are none."""
    grouped = rows.order_by().values(link).annotate(total=scaled_sum(name, 2)).values("total")
    return Coalesce(Subquery(grouped, output_field=BigIntegerField()), 0)


def fen_of(name: str) -> Any:
    """A column of yuan in whole fen."""
    return Cast(Round(F(name) * 100), BigIntegerField())


def open_bills(on: date, *, agreements: QuerySet[Any] | None = None) -> list[OpenBill]:
    """The bills that were not paid in full at the end of a day; two queries."""
    paid = Allocation.objects.filter(document=OuterRef("pk"), component="principal", effective_on__lte=on)
    stood = Q(formal_invoices__received_on__lte=on) & (
        Q(formal_invoices__state="accepted")
        | Q(formal_invoices__state="red_lettered", formal_invoices__red_lettered_on__gt=on)
    )
    rows: QuerySet[Any] = Document.objects.issued().filter(kind__in=BILLS, issued_on__lte=on)
    rows = rows.annotate(
        stood=FilteredRelation("formal_invoices", condition=stood),
        gross_fen=fen_of("gross"),
        paid_fen=sum_of(paid, "document"),
    ).filter(paid_fen__lt=F("gross_fen"))
    if agreements is not None:
        rows = rows.filter(agreement__in=agreements)
    disputed = _disputed(on)
    columns = (
        "pk", "number", "agreement_id", "agreement__party_b_id", "issued_on", "stood__due_on",
        "stood__due_provisional", "gross_fen", "paid_fen",
    )  # fmt: skip
    found = []
    for pk, number, agreement, body, issued_on, due_on, provisional, gross, paid in rows.order_by().values_list(
        *columns
    ):
        found.append(
            OpenBill(
                document=pk, number=number, agreement=agreement, body=body, issued_on=issued_on, due_on=due_on,
                provisional=bool(provisional), open_fen=gross - paid,
                disputed_fen=min(disputed.get(pk, 0), gross - paid),
            )
        )  # fmt: skip
    return found


def free_credit(
    on: date, *, agreements: QuerySet[Any] | None = None, bodies: Iterable[int] | None = None
) -> list[Free]:
    """Credit notes and write-offs not used up, and money of known payers not allocated, at the end of a day."""
    return [*_unspent(on, agreements), *_unallocated(on, bodies)]


def _disputed(on: date) -> dict[int, int]:
    rows = BillDispute.objects.standing_on(on).order_by().values("document")
    return {row["document"]: row["fen"] for row in rows.annotate(fen=scaled_sum("amount", 2))}


def _unspent(on: date, agreements: QuerySet[Any] | None) -> list[Free]:
    rows: QuerySet[Any] = Document.objects.issued().filter(kind__in=CREDITS, issued_on__lte=on)
    used: QuerySet[Any] = Allocation.objects.filter(credit__kind__in=CREDITS, effective_on__lte=on)
    used = used.exclude(credit__kind=Document.Kind.WRITE_OFF, reverses__isnull=False)  # what returns is no credit
    if agreements is not None:
        rows, used = rows.filter(agreement__in=agreements), used.filter(credit__agreement__in=agreements)
    spent = {
        row["credit"]: row["fen"] for row in used.order_by().values("credit").annotate(fen=scaled_sum("amount", 2))
    }
    columns = ("pk", "agreement_id", "agreement__party_b_id", "gross")
    left = (
        (body, agreement, in_fen(gross) - spent.get(pk, 0)) for pk, agreement, body, gross in rows.values_list(*columns)
    )
    return [Free(*one) for one in left if one[2] > 0]


def _unallocated(on: date, bodies: Iterable[int] | None) -> list[Free]:
    paid = Allocation.objects.filter(receipt=OuterRef("pk"), effective_on__lte=on)
    back = Refund.objects.filter(receipt=OuterRef("pk"), refunded_on__lte=on)
    rows: QuerySet[Any] = BankReceipt.objects.filter(party__isnull=False, value_date__lte=on)
    rows = rows.annotate(left=fen_of("amount") - sum_of(paid, "receipt") - sum_of(back, "receipt")).filter(left__gt=0)
    if bodies is not None:
        rows = rows.filter(party__in=list(bodies))
    return [Free(body, None, fen) for body, fen in rows.order_by().values_list("party_id", "left")]
