"""Which years have a published calendar, and answers that depend on one that has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Generic, NamedTuple, TypeVar

from worktime.spans import EPOCH, NEVER, SECOND
from worktime.windows import DAY

T = TypeVar("T")


class UnpublishedYear(LookupError):
    """The computation needs the working days of a year whose notice is not loaded."""

    def __init__(self, years: Iterable[int]) -> None:
        self.years = tuple(sorted(years))
        listed = ", ".join(map(str, self.years))
        super().__init__(f"no holiday calendar is published for {listed}: load its notice, or ask provisionally")


class Reckoned(NamedTuple, Generic[T]):
    """An answer and the unpublished years it leans on; with any, it is provisional and must be shown so."""

    value: T
    unpublished_years: tuple[int, ...] = ()

    @property
    def provisional(self) -> bool:
        return bool(self.unpublished_years)


@dataclass(frozen=True, slots=True)
class PublishedYears:
    """Civil years of the zone whose calendar is known; `tail` = seconds a night shift runs into the new year."""

    years: frozenset[int]
    zone: tzinfo
    tail: int = 0

    def missing(self, low: int, high: int) -> tuple[int, ...]:
        """Unpublished years that the stretch low..high (microseconds since 1970) depends on."""
        last = high - 1 if high > low else high
        first_year = self.year(low - self.tail * SECOND)
        return tuple(year for year in range(first_year, self.year(last) + 1) if year not in self.years)

    def firm(self) -> tuple[int, int]:
        """The longest stretch without an unpublished year, in microseconds."""
        run = longest_run(self.years)
        if run is None:
            return NEVER, -NEVER
        return self.new_year(run[0]) + self.tail * SECOND, self.new_year(run[1] + 1)

    def year(self, at: int) -> int:
        """The civil year of an instant."""
        return (EPOCH + timedelta(microseconds=at)).astimezone(self.zone).year

    def new_year(self, year: int) -> int:
        """Microseconds since 1970 of the zone's new year."""
        gap = datetime(year, 1, 1, tzinfo=self.zone) - EPOCH
        return (gap.days * DAY + gap.seconds) * SECOND


def longest_run(years: frozenset[int]) -> tuple[int, int] | None:
    """First and last year of the longest unbroken run, the latest of equals; None without years."""
    best: tuple[int, int] | None = None
    start = None
    for year in sorted(years):
        start = year if start is None or year - 1 not in years else start
        if best is None or year - start >= best[1] - best[0]:
            best = (start, year)
    return best
