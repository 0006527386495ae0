"""What a document owes on a day and the interest on it: a pure function of rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing import lpr_rates
from billing.interest import (
    Basis,
    Cost,
    Counting,
    InterestStatement,
    InterestTerms,
    Order,
    Part,
    Payment,
    Settlement,
    accrue,
)
from billing.lpr import LprTable
from billing.models import Allocation, CollectionCost, Document, FormalInvoice, Judgment
from billing.money import ZERO, fen
from contracts.models import AgreementVersion
from contracts.parties import small_payee

_BASES = {
    AgreementVersion.InterestBasis.DAILY: Basis.DAILY,
    AgreementVersion.InterestBasis.ANNUAL: Basis.ANNUAL,
    AgreementVersion.InterestBasis.LPR_FIXED: Basis.LPR_FIXED,
    AgreementVersion.InterestBasis.LPR_FLOATING: Basis.LPR_FLOATING,
    AgreementVersion.InterestBasis.SME: Basis.SME,
}
_ORDERS = {
    AgreementVersion.AllocationOrder.CIVIL_CODE: Order.COSTS_INTEREST_PRINCIPAL,
    AgreementVersion.AllocationOrder.PRINCIPAL_FIRST: Order.COSTS_PRINCIPAL_INTEREST,
}
NO_INTEREST = InterestTerms(basis=Basis.DAILY, rate=Decimal(0))
BY_LPR = frozenset({Basis.LPR_FIXED, Basis.LPR_FLOATING})
DOUBLED = InterestTerms(basis=Basis.JUDGMENT)


@dataclass(frozen=True, slots=True)
class Debt:
    """A document as a debt: what interest and allocation are computed from."""

    principal: Decimal
    due_on: date | None
    terms: InterestTerms
    order: Order
    payments: tuple[Payment, ...]
    costs: tuple[Cost, ...] = ()
    table: LprTable | None = None
    pay_by: date | None = None  # the day set by a judgment, after which the doubled part runs
    doubled_paid: tuple[Payment, ...] = ()

    def on(self, day: date) -> InterestStatement:
        """The debt on a civil day.  Before the time to pay has begun no day bears interest."""
        return self._accrued(self.payments, day)

    def paying(self, amount: Decimal, day: date) -> InterestStatement:
        """The debt on a day, with one more payment on that day in the order of the terms."""
        return self._accrued((*self.payments, Payment(on=day, amount=amount)), day)

    def doubled(self, day: date) -> InterestStatement | None:
        """The doubled part on the principal unpaid after the day that a judgment set; None without a judgment."""
        if self.pay_by is None:
            return None
        settled = (Payment(row.on, row.to_principal, to=Part.PRINCIPAL) for row in self.on(day).settlements)
        paid = [payment for payment in settled if payment.amount]
        return accrue(self.principal, self.pay_by, [*paid, *self.doubled_paid], DOUBLED, day)

    def owed(self, day: date) -> Decimal:
        """All that settles the debt on a day, the doubled part included."""
        return self.on(day).outstanding + self.doubled_open(day)

    def doubled_open(self, day: date) -> Decimal:
        """What of the doubled part is open on a day."""
        doubled = self.doubled(day)
        return doubled.interest_open if doubled else ZERO

    def _accrued(self, payments: tuple[Payment, ...], day: date) -> InterestStatement:
        return accrue(
            self.principal, self.due_on or day, payments, self.terms, day,
            lpr_table=self.table, order=self.order, costs=self.costs,
        )  # fmt: skip


def terms_of(version: AgreementVersion) -> InterestTerms:
    """The interest terms of an agreement version (clause 6.3.2).

    Where none is agreed: 0.05 % a day owed to a small or medium Party A by a body that Order 802 art. 17 binds (both as
    at signing), else a rate of zero.
    """
    basis = _BASES.get(AgreementVersion.InterestBasis(version.interest_basis))
    rate, counting = version.interest_rate, Counting(version.interest_counting)
    if basis is None or (basis in (Basis.DAILY, Basis.ANNUAL) and rate is None):
        owed_to_small = version.agreement_id is not None and small_payee(version.agreement)
        return InterestTerms(basis=Basis.SME, counting=counting) if owed_to_small else NO_INTEREST
    if basis is Basis.SME:
        return InterestTerms(basis=basis, counting=counting)
    if basis in BY_LPR:
        share, multiple = None, rate or Decimal(1)
    else:
        share, multiple = (rate or Decimal(0)).scaleb(-2), Decimal(1)
    return InterestTerms(basis, share, version.interest_year_days, multiple, counting)


def terms_for(document: Document, agreed: InterestTerms | None = None) -> InterestTerms:
    """How interest runs on a document: by its version, up to the agreed cap; none on a bill for interest itself.

    `agreed` are the terms of its version, where they are at hand already.
    """
    if document.kind == Document.Kind.INTEREST_INVOICE:
        return NO_INTEREST
    terms, cap = agreed or terms_of(document.version), document.version.interest_cap
    if cap is None or terms == NO_INTEREST:
        return terms
    return replace(terms, cap=fen(document.gross * cap / 100))


def order_of(version: AgreementVersion) -> Order:
    """What a payment pays first by the terms."""
    return _ORDERS[AgreementVersion.AllocationOrder(version.allocation_order)]


def due_on(document: Document) -> date | None:
    """When payment is due: set by the accepted formal invoice, None while there is none."""
    accepted = document.formal_invoices.filter(state=FormalInvoice.State.ACCEPTED)
    found: date | None = accepted.values_list("due_on", flat=True).first()
    return found


def payments_of(allocations: Iterable[Allocation]) -> tuple[Payment, ...]:
    """Standing allocations as payments, each kept to the part that it paid."""
    ordered = sorted(allocations, key=lambda row: (row.effective_on, row.pk))
    return tuple(
        Payment(on=row.effective_on, amount=row.amount, to=Part(row.component), key=source_of(row))
        for row in ordered
        if row.component != Allocation.Component.DOUBLED
    )


def doubled_payments_of(allocations: Iterable[Allocation]) -> tuple[Payment, ...]:
    """What standing allocations paid of the doubled part."""
    return tuple(
        Payment(on=row.effective_on, amount=row.amount, to=Part.INTEREST, key=source_of(row))
        for row in sorted(allocations, key=lambda row: (row.effective_on, row.pk))
        if row.component == Allocation.Component.DOUBLED
    )


def source_of(allocation: Allocation) -> str:
    """What paid: the receipt or the credit, as the key of a payment."""
    return f"receipt-{allocation.receipt_id}" if allocation.receipt_id else f"credit-{allocation.credit_id}"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a document's debt is computed from."""

    due_on: date | None
    allocations: list[Allocation]
    costs: list[CollectionCost]
    judgment: Judgment | None


def debt_from(
    document: Document, rows: Rows, *, table: LprTable | None = None, agreed: InterestTerms | None = None
) -> Debt:
    """The debt of a document from its rows; the LPR and the version's terms where at hand, for pages of many bills."""
    terms = terms_for(document, agreed)
    return Debt(
        principal=document.gross,
        due_on=rows.due_on,
        terms=terms,
        order=order_of(document.version),
        payments=payments_of(rows.allocations),
        costs=tuple(Cost(cost.incurred_on, cost.amount) for cost in rows.costs),
        table=table or (lpr_rates.table() if terms.basis in BY_LPR else None),
        pay_by=rows.judgment.pay_by if rows.judgment else None,
        doubled_paid=doubled_payments_of(rows.allocations),
    )


def debt_of(document: Document) -> Debt:
    """A document as it stands now, by its rows (document.version must be at hand)."""
    return debt_from(document, rows_of(document))


def rows_of(document: Document) -> Rows:
    """The rows of one document, with what paid at hand."""
    standing = document.allocations.standing().select_related("receipt", "credit").defer("credit__snapshot")
    return Rows(
        due_on=due_on(document),
        allocations=list(standing),
        costs=list(document.costs.standing()),
        judgment=Judgment.objects.filter(document=document).first(),
    )


def statement(document: Document, *, on: date) -> InterestStatement:
    """What a document owes on a civil day: principal, interest by segments, and what each payment paid."""
    return debt_of(document).on(on)


def whole_settlements(settlements: Iterable[Settlement]) -> list[Settlement]:
    """One row for each payment: its interest and its principal, kept as two rows, are shown together."""
    merged: list[Settlement] = []
    for row in settlements:
        last = merged[-1] if merged else None
        if last is None or (last.key, last.on) != (row.key, row.on):
            merged.append(row)
            continue
        merged[-1] = replace(
            row,
            amount=last.amount + row.amount,
            interest_due=last.interest_due,
            to_costs=last.to_costs + row.to_costs,
            to_interest=last.to_interest + row.to_interest,
            to_principal=last.to_principal + row.to_principal,
            credit=last.credit + row.credit,
        )
    return merged
