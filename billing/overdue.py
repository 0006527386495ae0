"""What a document owes on a day and the interest on it: a pure function of rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.interest import Basis, InterestStatement, InterestTerms, Order, Part, Payment, Settlement, accrue
from billing.models import Allocation, Document, FormalInvoice
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


@dataclass(frozen=True, slots=True)
class Debt:
    """A document as a debt: what interest and allocation are computed from."""

    principal: Decimal
    due_on: date | None
    terms: InterestTerms
    order: Order
    payments: tuple[Payment, ...]

    def on(self, day: date) -> InterestStatement:
        """The debt on a civil day.  Before the time to pay has begun no day bears interest."""
        return accrue(self.principal, self.due_on or day, self.payments, self.terms, day, order=self.order)

    def paying(self, amount: Decimal, day: date) -> InterestStatement:
        """The debt on a day, with one more payment on that day in the order of the terms."""
        paid = (*self.payments, Payment(on=day, amount=amount))
        return accrue(self.principal, self.due_on or day, paid, self.terms, day, order=self.order)


def terms_of(version: AgreementVersion) -> InterestTerms:
    """The interest terms of an agreement version (clause 6.3.2).

    Where none is agreed: 0.05 % a day owed to a small or medium Party A by a body that Order 802 art. 17 binds (both as
    at signing), else a rate of zero.
    """
    basis = _BASES.get(AgreementVersion.InterestBasis(version.interest_basis))
    rate = version.interest_rate
    if basis is None or (basis in (Basis.DAILY, Basis.ANNUAL) and rate is None):
        owed_to_small = version.agreement_id is not None and small_payee(version.agreement)
        return InterestTerms(basis=Basis.SME) if owed_to_small else NO_INTEREST
    if basis in (Basis.DAILY, Basis.ANNUAL) and rate is not None:
        return InterestTerms(basis=basis, rate=rate.scaleb(-2), day_count=version.interest_year_days)
    if basis is Basis.SME:
        return InterestTerms(basis=basis)
    return InterestTerms(basis=basis, multiple=rate or Decimal(1), day_count=version.interest_year_days)


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
        Payment(on=row.effective_on, amount=row.amount, to=Part(row.component), key=source_of(row)) for row in ordered
    )


def source_of(allocation: Allocation) -> str:
    """What paid: the receipt or the credit, as the key of a payment."""
    return f"receipt-{allocation.receipt_id}" if allocation.receipt_id else f"credit-{allocation.credit_id}"


def debt_of(document: Document) -> Debt:
    """A document as it stands now, by its rows (document.version must be at hand)."""
    return Debt(
        principal=document.gross,
        due_on=due_on(document),
        terms=terms_of(document.version),
        order=order_of(document.version),
        payments=payments_of(document.allocations.standing()),
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
