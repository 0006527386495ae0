"""What a month gives Party B back where the agreed service level was missed: tiers, fee and caps; no database.

Nothing agreed gives nothing.  Only the adjudicated figures count: an excused breach costs nothing.  Rounding is half up
to the fen at two named points: the credit of a tier (CREDIT) and a cap that is a share of the fee (SHARE_CAP).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = 100
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)  # a caller's own decimal context never reaches our rounding


class TierError(ValueError):
    """A tier that says two things, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One agreed rule.  below: per cent under which it applies; None means "for every breach".

    It gives a share (per cent) of the month's fee or a fixed amount, before tax.  Caps that nobody agreed are None.
    """

    key: int
    below: Decimal | None = None
    share: Decimal | None = None
    amount: Decimal | None = None
    month_cap: Decimal | None = None
    month_cap_share: Decimal | None = None
    year_cap: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.share is None) == (self.amount is None):
            raise TierError("a tier gives either a share of the fee or an amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a month shows for one promise.  attainment: per cent as an exact fraction; None where nothing was judged."""

    attainment: Fraction | None
    breaches: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What one tier gives.  amount is None while the month's fee is not known; caps names those that bit."""

    tier: Tier
    before_caps: Decimal | None
    amount: Decimal | None
    caps: tuple[str, ...] = ()


def attained(judged: int, broken: int) -> Fraction | None:
    """The share of judged promises that were kept, in per cent and exact; None where none was judged.

    Raises ValueError for counts that cannot be.
    """
    if not 0 <= broken <= judged:
        raise ValueError("more broken than judged")
    return Fraction((judged - broken) * HUNDRED, judged) if judged else None


def tier_reached(tiers: Sequence[Tier], figure: Figure) -> Tier | None:
    """The one tier that applies: of several thresholds the lowest that was missed; they do not add up.

    The comparison is exact: 99.995 % is below 100 %, however it is rounded for show.
    """
    if figure.attainment is None and not figure.breaches:
        return None
    missed = [
        tier for tier in tiers if (figure.breaches > 0 if tier.below is None else _below(figure.attainment, tier.below))
    ]
    return min(missed, key=lambda tier: (tier.below is None, tier.below or ZERO, tier.key), default=None)


def credit_of(tier: Tier, figure: Figure, *, fee: Decimal | None, given_this_year: Decimal = ZERO) -> Credit:
    """What the tier gives for the month, after its caps.

    fee: the month's fee of the fee kind before tax, None while it is not billed.  given_this_year: what the earlier
    months of the calendar year gave for the same promise.
    """
    times = figure.breaches if tier.below is None else 1
    if tier.amount is not None:
        before = _fen(tier.amount * times)
    elif fee is None:
        return Credit(tier=tier, before_caps=None, amount=None)
    else:
        before = _share_of(fee, WIDE.multiply(tier.share or ZERO, Decimal(times)))
    if tier.month_cap_share is not None and fee is None:
        return Credit(tier=tier, before_caps=before, amount=None)
    amount = before
    bitten: list[str] = []
    for name, cap in _caps(tier, fee, given_this_year):
        if cap < amount:
            amount, bitten = cap, [*bitten, name]
    return Credit(tier=tier, before_caps=before, amount=amount, caps=tuple(bitten))


def _caps(tier: Tier, fee: Decimal | None, given: Decimal) -> list[tuple[str, Decimal]]:
    caps = []
    if tier.month_cap is not None:
        caps.append(("month", tier.month_cap))
    if tier.month_cap_share is not None and fee is not None:
        caps.append(("month_share", _share_of(fee, tier.month_cap_share)))
    if tier.year_cap is not None:
        caps.append(("year", max(tier.year_cap - given, ZERO)))
    return caps


def _below(attainment: Fraction | None, threshold: Decimal) -> bool:
    return attainment is not None and attainment < Fraction(threshold)


def _share_of(fee: Decimal, share: Decimal) -> Decimal:
    return _fen(WIDE.divide(WIDE.multiply(fee, share), Decimal(HUNDRED)))


def _fen(value: Decimal) -> Decimal:
    """Half up to the fen; the one place where a credit is rounded."""
    return value.quantize(FEN, context=WIDE)
