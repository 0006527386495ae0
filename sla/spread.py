"""How long things took: the middle, and the time within which nine of ten were done."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

NINE_TENTHS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """count values; median (the mean of the two middle ones for an even count) and p90 (nearest rank), None of none."""

    count: int
    median: Decimal | None
    p90: int | None


def spread_of(values: Iterable[int]) -> Spread:
    """The spread of whole numbers, in their own unit."""
    ordered = sorted(values)
    count = len(ordered)
    if not count:
        return Spread(count=0, median=None, p90=None)
    middle = Decimal(ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return Spread(count=count, median=middle, p90=ordered[-(-NINE_TENTHS * count // 100) - 1])
