"""The loan prime rate (LPR) as dated rows; a month without its row makes an answer provisional, never silent."""

import csv
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

_BUNDLED = Path(__file__).with_name("data") / "lpr.csv"
PUBLISHED_FROM_DAY = 20  # the 20th, or the next working day


class LprUnknown(LookupError):
    """No rate is known for a day before the first row; it must not be taken from the first row."""


@dataclass(frozen=True, slots=True)
class LprRow:
    """One publication. Rates are shares of one (0.0310 is 3.10 %); `status` is found, derived or entered."""

    published: date
    one_year: Decimal
    five_year: Decimal
    status: str = "found"
    source: str = ""
    verified_on: date | None = None


@dataclass(frozen=True, slots=True)
class LprQuote:
    """The one-year rate in force on a day; provisional when a later month that should have a row has none."""

    rate: Decimal
    published: date
    provisional: bool
    missing: str = ""  # the first month without a row, as 2026-10
    status: str = "found"


class LprTable:
    """Publications in order; a rate is in force from the day it is published until the next."""

    def __init__(self, rows: Iterable[LprRow], *, works: Callable[[date], bool] | None = None) -> None:
        """`works` says which days are worked: a row is missed from its publication day on."""
        self.rows = tuple(sorted(rows, key=lambda row: row.published))
        self._works = works or (lambda day: True)
        months = [_month(row.published) for row in self.rows]
        if len(set(months)) != len(months):
            raise ValueError("two LPR rows for one month")
        self._months = frozenset(months)
        self._days = [row.published for row in self.rows]

    def on(self, day: date) -> LprQuote:
        """The quote for `day`; raises LprUnknown before the first row."""
        place = bisect_right(self._days, day)
        if not place:
            raise LprUnknown(f"no LPR row on or before {day}")
        row = self.rows[place - 1]
        missing = self._first_gap(row.published, day)
        return LprQuote(row.one_year, row.published, bool(missing), missing, row.status)

    def changes(self, start: date, end: date) -> list[date]:
        """The days after `start` and up to `end` on which the quote (rate, or being provisional) may change."""
        published = [day for day in self._days if start < day <= end]
        expected = [publication_day(year, month, self._works) for year, month in _months_between(start, end)]
        gaps = [day for day in expected if start < day <= end and _month(day) not in self._months]
        return sorted({*published, *gaps})

    def missing(self, after: date, until: date) -> tuple[str, ...]:
        """The months (2026-10) whose rate was to be published after a day and up to another one, and has no row."""
        return tuple(
            f"{year}-{month:02d}"
            for year, month in _months_between(after, until)
            if (year, month) not in self._months and after < publication_day(year, month, self._works) <= until
        )

    def _first_gap(self, published: date, day: date) -> str:
        gaps = self.missing(published, day)
        return gaps[0] if gaps else ""


def publication_day(year: int, month: int, works: Callable[[date], bool]) -> date:
    """The 20th of a month, or the next working day."""
    day = date(year, month, PUBLISHED_FROM_DAY)
    while not works(day):
        day += timedelta(days=1)
    return day


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _months_between(start: date, end: date) -> list[tuple[int, int]]:
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [(at // 12, at % 12 + 1) for at in range(first, last + 1)]


def read(lines: Iterable[str]) -> LprTable:
    """A table from CSV with the columns published_date, lpr_1y_pct, lpr_5y_pct, status and source."""
    return LprTable(
        LprRow(
            published=date.fromisoformat(row["published_date"]),
            one_year=Decimal(row["lpr_1y_pct"]).scaleb(-2),
            five_year=Decimal(row["lpr_5y_pct"]).scaleb(-2),
            status=row["status"],
            source=row["source"],
        )
        for row in csv.DictReader(lines)
    )


@lru_cache(maxsize=1)
def bundled() -> LprTable:
    """The rows that ship with the program: August 2019 to September 2026."""
    with _BUNDLED.open(encoding="utf-8", newline="") as lines:
        return read(lines)
