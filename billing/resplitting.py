"""What each payment of a bill pays when all are put into the order of their days: arithmetic alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.interest import Part, Payment
from billing.money import ZERO
from billing.overdue import Debt
from billing.receipts import credited_after, shares_of


@dataclass(frozen=True, slots=True)
class Split:
    """What one payment pays of each part, and what the bill did not need of it."""

    key: str
    on: date
    parts: tuple[tuple[Part, Decimal], ...]
    unneeded: Decimal


def in_order(payments: Iterable[Payment]) -> list[Payment]:
    """Payments by day; on one day those that name their part (credits, waivers) come first, then by key."""
    return sorted(payments, key=lambda paid: (paid.on, paid.to is None, paid.key))


def resplit(debt: Debt, payments: Iterable[Payment]) -> list[Split]:
    """Each payment split by what was open on its day; the same whatever the order in which they were recorded.

    What names its part (a credit, a waiver) keeps it; money leaves to later credits what they take of the principal.
    """
    paid = in_order(payments)
    fixed = [payment for payment in paid if payment.to is not None]
    splits: list[Split] = []
    for payment in paid:
        if payment.to is None:
            splits.append(_split(replace(debt, payments=(*fixed, *as_payments(splits))), payment))
    return [*_kept(replace(debt, payments=(*fixed, *as_payments(splits)))), *splits]


def _split(debt: Debt, payment: Payment) -> Split:
    owed, kept = debt.on(payment.on), credited_after(debt, payment.on)
    paying = min(payment.amount, max(owed.outstanding - kept, ZERO))
    if not paying:
        return Split(payment.key, payment.on, (), payment.amount)
    shares = shares_of(debt.paying(paying, payment.on), most_principal=owed.principal_open - kept)
    parts = tuple((Part(component), amount) for component, amount in shares)
    return Split(payment.key, payment.on, parts, payment.amount - paying)


def _kept(debt: Debt) -> list[Split]:
    """The payments that name their part, and whether they still fit among the others."""
    named = [payment for payment in debt.payments if payment.key.startswith("credit-")]
    if not named:
        return []
    last = max(payment.on for payment in debt.payments)
    rows = [row for row in debt.on(last).settlements if row.key.startswith("credit-")]
    kinds = {(payment.key, payment.on, payment.amount): payment.to for payment in named}
    return [
        Split(row.key, row.on, ((kinds[row.key, row.on, row.amount] or Part.PRINCIPAL, row.amount),), row.credit)
        for row in rows
    ]


def as_payments(splits: Sequence[Split]) -> tuple[Payment, ...]:
    """The splits as payments that are kept: each to the part that it paid."""
    return tuple(
        Payment(on=split.on, amount=amount, to=part, key=split.key) for split in splits for part, amount in split.parts
    )
