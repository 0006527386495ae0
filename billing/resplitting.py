"""What each payment of a bill pays when all are put into the order of their days: arithmetic alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.interest import Part, Payment
from billing.overdue import Debt


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
    """Each payment split by what was open on its day; the same whatever the order in which they were recorded."""
    paid = in_order(payments)
    if not paid:
        return []
    splits = []
    for row in replace(debt, payments=tuple(paid)).on(paid[-1].on).settlements:
        parts = {Part.COSTS: row.to_costs, Part.INTEREST: row.to_interest, Part.PRINCIPAL: row.to_principal}
        splits.append(Split(row.key, row.on, tuple((part, it) for part, it in parts.items() if it), row.credit))
    return splits


def as_payments(splits: Sequence[Split]) -> tuple[Payment, ...]:
    """The splits as payments that are kept: each to the part that it paid."""
    return tuple(
        Payment(on=split.on, amount=amount, to=part, key=split.key) for split in splits for part, amount in split.parts
    )
