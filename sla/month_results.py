"""What a month shows for each promise that credits may rest on: raw, and with excused breaches left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from contracts.models import Agreement
from sla.attainment import Month, Part
from sla.credits import Figure, attained
from sla.figures import clocks_in, month_figures
from sla.models import Breach, Clock
from sla.uptime import Row, availability_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthResult:
    """One promise in one month.  judged: kept or broken in it; broken_raw counts excused ones, broken does not.

    breaches: the numbers of those that count.  For availability there are no counts, only the percentage.
    """

    judged: int = 0
    broken_raw: int = 0
    broken: int = 0
    breaches: tuple[int, ...] = ()
    percent: Fraction | None = None

    @property
    def raw(self) -> Figure:
        """As it was seen, excused breaches counted."""
        return self._figure(self.broken_raw)

    @property
    def adjudicated(self) -> Figure:
        """As two persons decided: only un-excused breaches count."""
        return self._figure(self.broken)

    def _figure(self, broken: int) -> Figure:
        if self.percent is not None:
            return Figure(attainment=self.percent)
        return Figure(attainment=attained(self.judged, broken), breaches=broken)


def worst_availability(rows: Iterable[Row]) -> Fraction | None:
    """The lowest availability, in per cent and exact, among the services that an availability is agreed for.

    A service whose terms change within the month is measured over its stretches together.  None where none is agreed
    or nothing is left to measure.
    """
    base: dict[int, int] = defaultdict(int)
    down: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.target is not None:
            base[row.service.pk] += row.seconds
            down[row.service.pk] += row.down
    return min((Fraction((base[pk] - down[pk]) * 100, base[pk]) for pk in base if base[pk] > 0), default=None)


def result_of(agreement: Agreement, month: date, measure: str, *, at: datetime) -> MonthResult:
    """The result of one promise, by the figures of sla.attainment: the same that reports show."""
    if measure == "availability":
        return MonthResult(percent=worst_availability(availability_of(agreement, month, at)))
    wanted = Month(month.year, month.month)
    found = month_figures(agreement, wanted, at).of(measure)
    rows = Breach.objects.filter(agreement=agreement, kind=measure)
    counted = rows.filter(clock__in=Clock.objects.filter(clocks_in(Part.BROKEN, wanted, wanted, at))).exclude(
        clock__in=Clock.objects.filter(clocks_in(Part.EXCUSED, wanted, wanted, at))
    )
    return MonthResult(
        judged=found.judged,
        broken_raw=found.broken,
        broken=found.broken - found.excused,
        breaches=tuple(counted.order_by("number").values_list("number", flat=True)),
    )
