"""Prices of use: flat, per unit, graduated, volume, package; with free allowance, minimum, cap, and parts of a period.

Amounts are exact until the line is rounded once, half up to the fen. What is to bill is always the price of the whole
use so far less what was billed before, so that billing in two steps gives what one step gives.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from billing.money import WIDE, AmountError, exact, fen

Number = Decimal | Fraction


class RatingError(ValueError):
    """A price or a quantity that cannot be rated; `reason` is a word for machines."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Model(StrEnum):
    """How use is priced."""

    FLAT = "flat"  # one amount a period, whatever the use
    UNIT = "unit"  # each unit one price
    GRADUATED = "graduated"  # each tier's units at that tier's price
    VOLUME = "volume"  # all units at the price of the tier that the total reaches
    PACKAGE = "package"  # each package begun at one price


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and with `up_to` (None: without end). `flat` is due once the tier is entered."""

    up_to: Decimal | None
    unit_price: Decimal = Decimal(0)
    flat: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class RateCard:
    """One price of an agreement. `unit_price` is of a unit, or of a package of `package_size` units."""

    model: Model
    unit_price: Decimal = Decimal(0)
    flat_amount: Decimal = Decimal(0)
    package_size: Decimal = Decimal(1)
    tiers: tuple[Tier, ...] = ()
    free_units: Decimal = Decimal(0)
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def __post_init__(self) -> None:
        if self.package_size <= 0:
            raise RatingError("package_size", "a package holds more than nothing")
        if self.model in (Model.GRADUATED, Model.VOLUME):
            check_tiers(self.tiers)
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise RatingError("minimum_over_maximum", "the minimum is above the maximum")


class Did(StrEnum):
    """What a step of the working did; the words are the page's."""

    USED = "used"
    FREE = "free"
    FLAT = "flat"
    UNITS = "units"
    TIER = "tier"
    TIER_FLAT = "tier_flat"
    PACKAGES = "packages"
    PART = "part"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    ROUNDED = "rounded"
    BILLED = "billed"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the working: quantity × price = amount, with the tier it belongs to."""

    did: Did
    amount: Number = Decimal(0)
    quantity: Number | None = None
    price: Decimal | None = None
    tier: int | None = None
    above: Decimal | None = None
    up_to: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """A price with its working: `exact` as computed, `amount` rounded half up to the fen."""

    exact: Number
    amount: Decimal
    steps: tuple[Step, ...]


def check_tiers(tiers: tuple[Tier, ...]) -> None:
    """Raise RatingError unless the bounds rise from above zero and only the last tier is without end."""
    if not tiers:
        raise RatingError("tiers_missing", "a tiered price needs tiers")
    bounds = [tier.up_to for tier in tiers]
    if bounds[-1] is not None or None in bounds[:-1]:
        raise RatingError("tiers_open", "the last tier, and no other, has no upper bound")
    known = [Decimal(0), *(bound for bound in bounds if bound is not None)]
    if any(low >= high for low, high in pairwise(known)):
        raise RatingError("tiers_order", "the upper bounds of tiers must rise")


def tiers_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Tier, ...]:
    """Tiers as stored: up_to (text or null), unit_price, flat. Raises RatingError for anything else."""
    try:
        tiers = tuple(
            Tier(
                up_to=None if row.get("up_to") is None else _decimal(row["up_to"]),
                unit_price=_decimal(row.get("unit_price") or "0"),
                flat=_decimal(row.get("flat") or "0"),
            )
            for row in rows
        )
    except (AttributeError, InvalidOperation, TypeError, AmountError) as error:
        raise RatingError("tiers_format", f"tiers cannot be read: {error}") from error
    check_tiers(tiers)
    if any(min(tier.unit_price, tier.flat) < 0 for tier in tiers):
        raise RatingError("negative", "prices are not negative")
    return tiers


def _decimal(value: object) -> Decimal:
    return Decimal(value) if isinstance(value, str) else exact(value)


def rate(card: RateCard, quantity: Decimal, *, share: Fraction = Fraction(1)) -> Rated:
    """The price of `quantity` used in one period, with its working.

    `share` is the part of a period that a first or last one covers: it scales the flat amount, the free allowance,
    the minimum and the maximum, never prices or tiers. Raises RatingError for a negative quantity or share.
    """
    if exact(quantity) < 0 or share < 0:
        raise RatingError("negative", "use is not negative: a correction is rated as the difference of two totals")
    billable, steps = _after_allowance(card, quantity, share)
    steps += list(_priced(card, billable, share))
    total = _sum(steps)
    steps += _bounded(card, total, share)
    total = _sum(steps)
    amount = fen(total)
    if amount != total:
        steps.append(Step(Did.ROUNDED, _minus(amount, total)))
    return Rated(total, amount, tuple(steps))


def rate_difference(card: RateCard, before: Decimal, after: Decimal, *, share: Fraction = Fraction(1)) -> Rated:
    """What the use between two totals of one period adds (or takes back): price of `after` less price of `before`."""
    earlier = rate(card, before, share=share).amount
    return to_bill(card, after, earlier, share=share)


def to_bill(card: RateCard, total: Decimal, billed: Decimal, *, share: Fraction = Fraction(1)) -> Rated:
    """What is left to bill for the `total` use of a period of which `billed` yuan are billed already.

    Negative when a correction or a cheaper volume tier lowered the price: then it is to be credited.
    """
    rated = rate(card, total, share=share)
    left = rated.amount - billed
    return Rated(left, left, (*rated.steps, Step(Did.BILLED, -billed)))


def _after_allowance(card: RateCard, quantity: Decimal, share: Fraction) -> tuple[Number, list[Step]]:
    free = min(_scaled(card.free_units, share), Fraction(quantity))
    used = Step(Did.USED, quantity=quantity)
    if card.model is Model.FLAT or not free:
        return quantity, [used]
    return _minus(quantity, free), [used, Step(Did.FREE, quantity=_plain(free))]


def _priced(card: RateCard, billable: Number, share: Fraction) -> Iterator[Step]:
    if card.model is Model.FLAT:
        yield Step(Did.FLAT, card.flat_amount)
        if share != 1:
            whole = _scaled(card.flat_amount, share)
            yield Step(Did.PART, _minus(whole, card.flat_amount), quantity=share)
    elif card.model is Model.UNIT:
        yield Step(Did.UNITS, _times(billable, card.unit_price), billable, card.unit_price)
    elif card.model is Model.PACKAGE:
        count = packages(billable, card.package_size)
        yield Step(Did.PACKAGES, count * card.unit_price, count, card.unit_price, up_to=card.package_size)
    elif card.model is Model.GRADUATED:
        yield from graduated(card.tiers, billable)
    else:
        yield from volume(card.tiers, billable)


def packages(quantity: Number, size: Decimal) -> Decimal:
    """How many packages are begun: none at zero use, 13 for 121 units in tens."""
    return Decimal(-(-Fraction(quantity) // Fraction(size)))


def graduated(tiers: tuple[Tier, ...], quantity: Number) -> Iterator[Step]:
    """Each tier's units at its own price. The flat fee of the first tier is due even at zero use."""
    low = Decimal(0)
    for number, tier in enumerate(tiers, 1):
        if number > 1 and quantity <= low:
            return
        units = _minus(quantity if tier.up_to is None else min(quantity, tier.up_to), low)
        yield from _in_tier(tier, units, (number, low))
        low = tier.up_to if tier.up_to is not None else low


def volume(tiers: tuple[Tier, ...], quantity: Number) -> Iterator[Step]:
    """All units at the price of the tier that the total falls into, and that tier's flat fee."""
    low = Decimal(0)
    for number, tier in enumerate(tiers, 1):
        if tier.up_to is None or quantity <= tier.up_to:
            yield from _in_tier(tier, quantity, (number, low))
            return
        low = tier.up_to


def _in_tier(tier: Tier, units: Number, place: tuple[int, Decimal]) -> Iterator[Step]:
    number, low = place
    if tier.flat:
        yield Step(Did.TIER_FLAT, tier.flat, None, None, number, low, tier.up_to)
    yield Step(Did.TIER, _times(units, tier.unit_price), units, tier.unit_price, number, low, tier.up_to)


def _bounded(card: RateCard, total: Number, share: Fraction) -> list[Step]:
    if card.minimum is not None and total < (least := _scaled(card.minimum, share)):
        return [Step(Did.MINIMUM, _minus(least, total))]
    if card.maximum is not None and total > (most := _scaled(card.maximum, share)):
        return [Step(Did.MAXIMUM, _minus(most, total))]
    return []


def allowance_left(free_units: Decimal, before: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Billable units of use `before` and of the `quantity` after it, when the allowance is used up in order."""
    earlier = max(before - free_units, Decimal(0))
    return earlier, max(before + quantity - free_units, Decimal(0)) - earlier


def _sum(steps: Iterable[Step]) -> Number:
    return _plain(sum((Fraction(step.amount) for step in steps), Fraction(0)))


def _scaled(amount: Decimal, share: Fraction) -> Fraction:
    return Fraction(amount) * share


def _times(quantity: Number, unit_price: Decimal) -> Number:
    return _plain(Fraction(quantity) * Fraction(unit_price))


def _minus(one: Number, other: Number) -> Number:
    return _plain(Fraction(one) - Fraction(other))


def _plain(value: Fraction) -> Number:
    """A Decimal where the value is a finite decimal, else the exact fraction."""
    rest, twos = _without(value.denominator, 2)
    rest, fives = _without(rest, 5)
    if rest != 1:
        return value
    places = max(twos, fives)
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places, WIDE)


def _without(number: int, prime: int) -> tuple[int, int]:
    count = 0
    while number % prime == 0:
        number //= prime
        count += 1
    return number, count
