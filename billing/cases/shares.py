"""Cases of sharing and allocating: remainders, credits over lines, instalments, refunds."""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from billing.cases.reading import (
    BadCase,
    Inputs,
    RefusedCase,
    Result,
    Unsupported,
    decimal,
    money,
    number,
    plain,
    rows,
    whole,
)
from billing.money import FEN, AmountError, WeightsError, fen, largest_remainder, round_to
from billing.settlement import in_order

_ONE = Decimal(1)


def by_remainder(inputs: Inputs) -> Result:
    """Shares of an amount by weight."""
    keys = inputs.get("tie_keys")
    shares = _shared(
        number(inputs, "amount", "total"),
        [decimal(weight, "weights") for weight in rows(inputs, "weights", "ratios")],
        unit=number(inputs, "unit", default="0.01"),
        keys=list(keys) if isinstance(keys, list) else None,
    )
    return {"shares": [money(share) for share in shares]}


def _shared(
    amount: Decimal, weights: Sequence[Decimal], *, unit: Decimal = FEN, keys: Sequence[object] | None = None
) -> list[Decimal]:
    if unit <= 0:
        raise BadCase("unit must be above zero")
    try:
        return largest_remainder(amount, weights, unit=unit, keys=keys)
    except AmountError as error:
        raise RefusedCase("amount must be rounded to currency precision") from error
    except WeightsError as error:
        raise RefusedCase("weights must be positive") from error


def minor_units(inputs: Inputs) -> Result:
    """Shares of a whole number of fen."""
    ratios = [decimal(ratio, "ratios") for ratio in rows(inputs, "ratios", "weights")]
    return _whole_shares(number(inputs, "minor_units", "amount"), ratios)


def equal_parts(inputs: Inputs) -> Result:
    """A whole number of fen in equal parts, the first ones a fen larger where it does not divide."""
    count = whole(inputs, "parts")
    if not 0 < count <= 100_000:
        raise RefusedCase("parts must be positive")
    return _whole_shares(number(inputs, "minor_units", "amount"), [_ONE] * count)


def _whole_shares(amount: Decimal, ratios: list[Decimal]) -> Result:
    shares = _shared(amount, ratios, unit=_ONE)
    if amount < 0 and shares != _floored(amount, ratios):
        raise Unsupported("negative_mirrors")
    return {"shares": [int(share) for share in shares]}


def _floored(amount: Decimal, ratios: list[Decimal]) -> list[Decimal]:
    """What sharing by rounding down, then filling up, would give: for a negative amount no mirror of the positive."""
    total = sum(map(Fraction, ratios))
    ideal = [Fraction(amount) * Fraction(ratio) / total for ratio in ratios]
    shares = [part.numerator // part.denominator for part in ideal]
    neediest = sorted(range(len(ideal)), key=lambda at: (shares[at] - ideal[at], at))
    for at in neediest[: int(amount) - sum(shares)]:
        shares[at] += 1
    return [Decimal(share) for share in shares]


def over_lines(inputs: Inputs) -> Result:
    """Credits used up in order on lines in order. What no line needs stays the payer's credit."""
    lines, credits = ([decimal(one, name) for one in rows(inputs, name)] for name in ("lines", "credits"))
    taken, left = in_order(lines, credits)
    if sum(left):
        raise Unsupported("overpayment_is_credit")
    remaining = [line - sum(parts, Decimal(0)) for line, parts in zip(lines, taken, strict=True)]
    return {
        "applied": [[plain(part) for part in parts] for parts in taken],
        "remaining": [plain(one) for one in remaining],
    }


def split_rows(inputs: Inputs) -> Result:
    """Payment rows used up in order; the last one touched is split into what is used and what is left."""
    given = [decimal(one, "payment_rows") for one in rows(inputs, "payment_rows")]
    left, shown = number(inputs, "allocate", "amount"), []
    for row in given:
        used = min(row, left)
        left -= used
        shown += [plain(used)] if used else []
        shown += [f"{plain(row - used)} unallocated"] if used < row else []
    return {"rows": shown}


def instalments(inputs: Inputs) -> Result:
    """Instalments as percentages of the net or the gross; the balance takes the tax and every remainder."""
    net, tax = number(inputs, "net", "untaxed"), number(inputs, "tax", default="0")
    left, parts = net + tax, []
    for term in rows(inputs, "terms"):
        part = left if str(term).strip().lower() == "balance" else _percentage(str(term), net, net + tax)
        parts.append(part)
        left -= part
    return {"instalments": [plain(part) for part in parts]}


def _percentage(term: str, net: Decimal, gross: Decimal) -> Decimal:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%(?:\s*of\s+(.+?))?\s*", term)
    if not found:
        raise BadCase(f"term is not understood: {term!r}")
    base = net if found[2] and re.search("untaxed|net", found[2]) else gross
    return fen(base * Decimal(found[1]).scaleb(-2))


def refund(inputs: Inputs) -> Result:
    """A refund is the sum of what is taken back from items, and never more than was paid."""
    paid, asked = number(inputs, "paid"), number(inputs, "requested", "refund")
    items = [decimal(one, "item_adjustments") for one in rows(inputs, "item_adjustments")]
    if items and sum(items, Decimal(0)) != asked:
        raise RefusedCase("REFUND_AMOUNT_DONT_MATCH_ITEMS_TO_ADJUST")
    if asked > paid:
        raise RefusedCase("REFUND_AMOUNT_TOO_HIGH")
    return {"refund": plain(asked)}


def schedule(inputs: Inputs) -> Result:
    """A total by percentages: each rounded alone, and by largest remainder, which always sums to the total."""
    total = number(inputs, "total", "amount")
    percents = [decimal(one, "percents") for one in rows(inputs, "percents")]
    naive = [fen(total * one / 100) for one in percents]
    return {
        "naive": [money(one) for one in naive],
        "largest_remainder": [money(one) for one in _shared(round_to(total), percents)],
    }


def refuse_discount(inputs: Inputs) -> Result:
    """See docs/rules/otherwise.md."""
    raise Unsupported("early_discount")
