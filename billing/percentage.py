"""Fees as a percentage of what passed through, with free events, a free sum and a fee for each event."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.rating import Tier, graduated


@dataclass(frozen=True, slots=True)
class PercentageFee:
    """`rate` is a share of one. Events are free while both limits last; a limit of None is no limit.

    With neither limit nothing is free.
    """

    rate: Decimal
    per_event: Decimal = Decimal(0)
    free_sum: Decimal | None = None
    free_events: int | None = None

    def price(self, total: Decimal, events: int, running: Sequence[Decimal] = ()) -> Decimal:
        """The fee on `total` of `events`; `running` are the totals after the first, second … event."""
        if not total:
            return Decimal(0)
        free, waived = self._free(events, running)
        return max(total - free, Decimal(0)) * self.rate + max(events - waived, 0) * self.per_event

    def _free(self, events: int, running: Sequence[Decimal]) -> tuple[Decimal, int]:
        count = events if self.free_events is None else min(self.free_events, events)
        if self.free_sum is None and self.free_events is None:
            return Decimal(0), 0
        reached = running[min(count, len(running)) - 1] if running and count else Decimal(0)
        if self.free_sum is None:
            return reached, count
        if self.free_events is not None and reached <= self.free_sum:
            return reached, count
        return self.free_sum, sum(1 for total in running if total <= self.free_sum)


def graduated_percentage(tiers: tuple[Tier, ...], total: Decimal) -> Decimal:
    """Each tier's part at its own share, and the flat fee of each tier entered; nothing for nothing."""
    if not total:
        return Decimal(0)
    return sum((Decimal(str(step.amount)) for step in graduated(tiers, total)), Decimal(0))
