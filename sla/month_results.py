"""What a month shows for each promise that credits may rest on: raw, and with excused breaches left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Protocol

from contracts.models import Agreement
from sla.attainment import Month, Part
from sla.credits import Figure, attained
from sla.figures import clocks_in, month_figures
from sla.models import Breach, Clock


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


class Availability(Protocol):
    """Who measures availability: the per cent of the month, None where it is not measured."""

    def __call__(self, agreement: Agreement, month: date, at: datetime) -> Fraction | None: ...


_availability: list[Availability] = []


def add_availability(source: Availability) -> None:
    """Let a module answer how available the platform was; call it from AppConfig.ready."""
    if source not in _availability:
        _availability.append(source)


def result_of(agreement: Agreement, month: date, measure: str, *, at: datetime) -> MonthResult:
    """The result of one promise, by the figures of sla.attainment: the same that reports show."""
    if measure == "availability":
        measured = (source(agreement, month, at) for source in _availability)
        return MonthResult(percent=next((percent for percent in measured if percent is not None), None))
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
