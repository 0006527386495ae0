"""What a bill's page shows, in portal and admin alike: lines with their working, due date, payments, interest."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.translation import get_language

from billing.document import LANGUAGES
from billing.due_dates import in_words
from billing.faces import Today, countdown
from billing.interest import InterestStatement, InterestTerms, Segment, Settlement
from billing.models import Allocation, BankReceipt, CollectionCost, Document, DocumentLine, FormalInvoice, Judgment
from billing.overdue import NO_INTEREST, Rows, debt_from, order_of, source_of, whole_settlements
from billing.pricing import in_words as working_of
from billing.querysets import DocumentQuerySet
from billing.stating import rule_lines
from billing.wording import rate, sayer


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days with one principal and one rate, and the rate in words."""

    segment: Segment
    rate: str


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment: what it paid, and the receipt or the credit that it came from."""

    settlement: Settlement
    receipt: BankReceipt | None
    credit: Document | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One bill on one day."""

    document: Document
    on: date
    lines: list[tuple[DocumentLine, list[str]]]
    invoices: list[FormalInvoice]
    accepted: FormalInvoice | None
    due_words: list[str]
    countdown: str
    debt: InterestStatement
    payments: list[Paid]
    stretches: list[Stretch]
    rules: tuple[str, ...]

    @property
    def bears_interest(self) -> bool:
        """Whether the terms agree interest at all."""
        return self.debt.terms != NO_INTEREST

    @property
    def is_overdue(self) -> bool:
        """Whether something was still open after the due date."""
        return self.accepted is not None and self.debt.outstanding > 0 and self.debt.due_on < self.on


def with_sheet(documents: DocumentQuerySet) -> DocumentQuerySet:
    """Documents with everything their sheets read, in a fixed number of queries."""
    standing = Allocation.objects.standing().select_related("receipt", "credit").order_by("effective_on", "pk")
    return documents.select_related(
        "agreement__party_a", "agreement__party_b", "version", "period", "judgment"
    ).prefetch_related(
        "lines__rate_line",
        "disputes",
        Prefetch(
            "formal_invoices",
            FormalInvoice.objects.select_related("replaces").prefetch_related("files").order_by("-recorded_at", "-pk"),
        ),
        Prefetch("allocations", standing, to_attr="paid_by"),
        Prefetch("costs", CollectionCost.objects.standing(), to_attr="standing_costs"),
    )


def judgment_of(document: Document) -> Judgment | None:
    """The judgment on a document whose query named it (with_sheet)."""
    return getattr(document, "judgment", None)


def sheet_of(document: Document, *, today: Today) -> Sheet:
    """The sheet of a document (from with_sheet) on a day."""
    invoices = list(document.formal_invoices.all())
    accepted = next((invoice for invoice in invoices if invoice.state == FormalInvoice.State.ACCEPTED), None)
    due_on = accepted.due_on if accepted else None
    rows = document.paid_by
    debt = debt_from(document, Rows(due_on, rows, document.standing_costs, judgment_of(document)))
    terms, found = debt.terms, debt.on(today.day)
    receipts = {source_of(row): row.receipt for row in rows}
    credits_ = {source_of(row): row.credit for row in rows}
    return Sheet(
        document=document,
        on=today.day,
        lines=[(line, working_of(line.trace, line.unit)) for line in document.lines.all()],
        invoices=invoices,
        accepted=accepted,
        due_words=in_words(accepted.due_working) if accepted else [],
        countdown=countdown(due_on, today) if found.principal_open else "",
        debt=found,
        payments=[
            Paid(row, receipts.get(row.key), credits_.get(row.key)) for row in whole_settlements(found.settlements)
        ],
        stretches=[Stretch(segment, rate_words(segment)) for segment in found.segments] if terms != NO_INTEREST else [],
        rules=rules_of(terms, document),
    )


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a document with their working, alone."""

    lines: list[tuple[DocumentLine, list[str]]]


def lines_of(document: Document) -> Lines:
    """The lines of a document (from with_sheet) that asks for no money."""
    return Lines([(line, working_of(line.trace, line.unit)) for line in document.lines.all()])


def rules_of(terms: InterestTerms, document: Document) -> tuple[str, ...]:
    """The rules that interest follows, in the reader's language; none where no interest is agreed."""
    return rule_lines(terms, order_of(document.version), _language()) if terms != NO_INTEREST else ()


def rate_words(segment: Segment) -> str:
    """The rate of a segment, a day or a year, in the reader's language."""
    return sayer(_language())("日 {rate}" if segment.divisor == 1 else "年 {rate}", rate=rate(segment.rate))


def _language() -> str:
    wanted = (get_language() or LANGUAGES[0]).lower()
    return wanted if wanted in LANGUAGES else LANGUAGES[0]
