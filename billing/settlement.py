"""What a payment pays: within one debt, and among several, by agreement or by the Civil Code.

Civil Code 560: as the payer says; else what is due first, then the least secured, the most burdensome, the earliest
due, and in proportion where all that is equal. Civil Code 561: costs, interest, principal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from billing.interest import SEQUENCE, Order, Part
from billing.money import ZERO, AmountError, largest_remainder, whole_fen

_FAR = date.max


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """What is open of one bill on the day of payment; `secured` in yuan, `burden` is its yearly interest rate."""

    key: str
    principal: Decimal
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    due_on: date | None = None
    secured: Decimal = ZERO
    burden: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """All that is open."""
        return self.principal + self.interest + self.costs


@dataclass(frozen=True, slots=True)
class Paid:
    """What one debt receives of a payment."""

    key: str
    costs: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All that it receives."""
        return self.costs + self.interest + self.principal


@dataclass(frozen=True, slots=True)
class Spread:
    """A payment spread over debts; `credit` is what no debt needed and stays the payer's."""

    paid: tuple[Paid, ...]
    credit: Decimal


def pay(debt: OpenDebt, amount: Decimal, order: Order = Order.COSTS_INTEREST_PRINCIPAL) -> Paid:
    """`amount`, at most what is open, within one debt."""
    left = amount
    taken: dict[str, Decimal] = {}
    for part in SEQUENCE[order]:
        taken[part.value] = min(left, _open(debt, part))
        left -= taken[part.value]
    return Paid(debt.key, **taken)


def _open(debt: OpenDebt, part: Part) -> Decimal:
    return {Part.COSTS: debt.costs, Part.INTEREST: debt.interest, Part.PRINCIPAL: debt.principal}[part]


def spread(
    amount: Decimal,
    debts: Iterable[OpenDebt],
    *,
    on: date,
    named: Sequence[str] = (),
    order: Order = Order.COSTS_INTEREST_PRINCIPAL,
) -> Spread:
    """A payment over several debts, in the order they are to be paid; nothing is lost, what is over is credit.

    `named` are the keys that the payer designated, in the payer's order. Raises AmountError for a negative amount.
    """
    if whole_fen(amount) < 0:
        raise AmountError("negative", amount)
    left, paid = whole_fen(amount), []
    for group in ranked(debts, on=on, named=named):
        share = min(left, sum((debt.total for debt in group), ZERO))
        left -= share
        keys = [debt.key for debt in group]
        parts = largest_remainder(share, [debt.total for debt in group], keys=keys) if share else []
        paid += [pay(debt, part, order) for debt, part in zip(group, parts, strict=False)]
    return Spread(tuple(one for one in paid if one.total), left)


def ranked(debts: Iterable[OpenDebt], *, on: date, named: Sequence[str] = ()) -> list[list[OpenDebt]]:
    """Debts in the order of Civil Code 560; those equal in every respect stand together and share in proportion."""
    places = {key: at for at, key in enumerate(named)}

    def rank(debt: OpenDebt) -> tuple[int, bool, Decimal, Decimal, date]:
        due = debt.due_on or _FAR
        place = places.get(debt.key, len(places))
        return place, due > on, debt.secured, -debt.burden, due

    return [list(group) for _, group in groupby(sorted(debts, key=rank), key=rank)]


def in_order(amounts: Sequence[Decimal], funds: Sequence[Decimal]) -> tuple[list[list[Decimal]], list[Decimal]]:
    """Funds used up one after another on amounts in order: what each amount takes, and what each fund keeps."""
    left = list(funds)
    taken: list[list[Decimal]] = []
    for amount in amounts:
        parts: list[Decimal] = []
        for at, fund in enumerate(left):
            part = min(amount - sum(parts, Decimal(0)), fund)
            if part > 0:
                parts.append(part)
                left[at] = fund - part
        taken.append(parts)
    return taken, left
