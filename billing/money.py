"""Amounts of money: exact decimals, one way to round, shares that always sum to the whole."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction

FEN = Decimal("0.01")
MICRO = Decimal("0.000001")
ZERO = Decimal("0.00")
LARGEST = Decimal("999999999999.99")  # numeric(14, 2)

# Wide enough for amount x price x days; a caller's own decimal context never reaches our rounding.
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d*)?|[+-]?\.\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")


class AmountError(ValueError):
    """An amount that must not be guessed at; `reason` is one of the words of `REASONS`."""

    REASONS = ("empty", "float", "not_a_number", "not_finite", "too_many_decimals", "too_large", "negative")

    def __init__(self, reason: str, value: object) -> None:
        super().__init__(f"{reason}: {value!r}")
        self.reason = reason
        self.value = value


class WeightsError(ValueError):
    """Shares were asked for weights that cannot carry them (none, negative, or all zero)."""


def exact(amount: object) -> Decimal:
    """`amount` as a finite Decimal. Floats are refused, never converted: 1.025 is not 1.025 in binary."""
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | float):
        raise AmountError("not_a_number", amount)
    if isinstance(amount, float):
        raise AmountError("float", amount)
    value = Decimal(amount)
    if not value.is_finite():
        raise AmountError("not_finite", amount)
    return value


def round_to(amount: Decimal | int | Fraction, unit: Decimal = FEN) -> Decimal:
    """`amount` to the nearest multiple of `unit`, halves away from zero (四舍五入)."""
    if isinstance(amount, Fraction):
        return _round_fraction(amount, unit)
    value = exact(amount)
    try:
        steps = WIDE.divide(value, unit).to_integral_value(ROUND_HALF_UP)
        return WIDE.multiply(steps, unit).quantize(unit, context=WIDE)
    except InvalidOperation as error:
        raise AmountError("too_large", amount) from error


def _round_fraction(amount: Fraction, unit: Decimal) -> Decimal:
    steps, rest = divmod(abs(amount), Fraction(unit))
    whole = steps + (1 if 2 * rest >= Fraction(unit) else 0)
    return WIDE.multiply(Decimal(whole if amount >= 0 else -whole), unit).quantize(unit, context=WIDE)


def fen(amount: Decimal | int | Fraction) -> Decimal:
    """Yuan rounded half up to the fen: the one rounding of every line, tax and interest total."""
    return round_to(amount, FEN)


def price(amount: Decimal | int | Fraction) -> Decimal:
    """A unit price in yuan, kept to six places, numeric(18, 6)."""
    return round_to(amount, MICRO)


def parse_amount(text: str) -> Decimal:
    """Yuan as typed by a person (`1,234.50`, `￥１２３４．５`): two decimals at most, nothing rounded.

    Raises AmountError with the reason empty, not_a_number, too_many_decimals or too_large.
    """
    value = parse_number(text)
    if value != value.quantize(FEN, ROUND_DOWN, context=WIDE):
        raise AmountError("too_many_decimals", text)
    if abs(value) > LARGEST:
        raise AmountError("too_large", text)
    return value.quantize(FEN, context=WIDE)


def parse_number(text: str) -> Decimal:
    """A plain decimal number as typed: full-width digits, thousands commas and a currency sign are understood."""
    if not isinstance(text, str):
        raise AmountError("float" if isinstance(text, float) else "not_a_number", text)
    # NFKC only here: it turns ￥１，０００．５０ into what the patterns read; the text itself is not kept.
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("¥").removesuffix("元").strip()
    if not plain:
        raise AmountError("empty", text)
    if not (_PLAIN.fullmatch(plain) or _GROUPED.fullmatch(plain)):
        raise AmountError("not_a_number", text)
    if len(plain) > 40:
        raise AmountError("too_large", text)
    return Decimal(plain.replace(",", ""))


def whole_fen(amount: Decimal) -> Decimal:
    """`amount` unchanged if it is whole fen, else AmountError too_many_decimals: shares need a rounded total."""
    value = exact(amount)
    if value != fen(value):
        raise AmountError("too_many_decimals", amount)
    return fen(value)


def largest_remainder(
    total: Decimal, weights: Sequence[Decimal | int], *, unit: Decimal = FEN, keys: Sequence[object] | None = None
) -> list[Decimal]:
    """`total` in shares by weight that sum to it exactly, each less than one unit from its exact share.

    The units left after rounding down go to the largest remainders; ties go to the smaller key, or without
    keys to the earlier place. A negative total is the mirror image of the positive one, so that reversals cancel.
    Raises AmountError when the total is not in whole units, WeightsError when the weights cannot carry it.
    """
    value = exact(total)
    if value != round_to(value, unit):
        raise AmountError("too_many_decimals", total)
    shares = _units(int(abs(value) / unit), [Fraction(exact(weight)) for weight in weights], keys)
    sign = -1 if value < 0 else 1
    return [round_to(sign * share * unit, unit) for share in shares]


def _units(count: int, weights: list[Fraction], keys: Sequence[object] | None) -> list[int]:
    whole = sum(weights)
    if any(weight < 0 for weight in weights) or (count and not whole):
        raise WeightsError("weights must not be negative, nor all zero")
    if not whole:
        return [0] * len(weights)
    ideal = [count * weight / whole for weight in weights]
    shares = [int(part) for part in ideal]
    ties = _tie_order(len(weights), keys)
    neediest = sorted(range(len(weights)), key=lambda at: (shares[at] - ideal[at], ties[at]))
    for at in neediest[: count - sum(shares)]:
        shares[at] += 1
    return shares


def _tie_order(size: int, keys: Sequence[object] | None) -> list[int]:
    if keys is None:
        return list(range(size))
    if len(keys) != size:
        raise WeightsError("one key for each weight is needed")
    ranked = sorted(range(size), key=lambda at: (str(keys[at]), at))
    return [rank for _, rank in sorted(zip(ranked, range(size), strict=True))]


def floor_units(quantity: Decimal, unit: Decimal) -> int:
    """How many whole `unit`s fit in `quantity` (towards minus infinity; `//` on Decimal truncates instead)."""
    return int(WIDE.divide(exact(quantity), unit).to_integral_value(ROUND_FLOOR))


def ceil_units(quantity: Decimal, unit: Decimal) -> int:
    """How many `unit`s are begun by `quantity`: 121 of ten are 13."""
    return -floor_units(-quantity, unit)
