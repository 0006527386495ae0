"""What a page of money shows: one table with its sums, cards, charts and notes; the same rows are exported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from billing.wording import yuan
from people.charting import Chart
from people.showing import Tone

Shown = Literal["text", "money", "day", "figure"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the table: how its cells are shown and whether the table can be sorted by it."""

    name: str
    label: object
    shown: Shown = "text"
    sortable: bool = True

    @property
    def is_number(self) -> bool:
        return self.shown in {"money", "figure"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: values by column name, and where some of them lead."""

    cells: Mapping[str, Any]
    urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number above the table."""

    label: object
    value: object
    tone: Tone = "muted"
    note: object = ""

    @property
    def shown(self) -> object:
        return _text(self.value)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A cell as the page draws it."""

    column: Column
    text: object
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class MoneySheet:
    """The content of a page of money."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Mapping[str, Any] | None = None
    cards: Sequence[Card] = ()
    charts: Sequence[Chart] = ()
    notes: Sequence[object] = ()
    order: str = ""
    empty: object = ""

    def sorted_by(self, order: str) -> MoneySheet:
        """The sheet in the order asked for (a column's name, with - before it downwards), or in its own."""
        name = order.removeprefix("-")
        if not any(column.name == name and column.sortable for column in self.columns):
            return self
        filled = [row for row in self.rows if row.cells.get(name) is not None]
        bare = [row for row in self.rows if row.cells.get(name) is None]
        filled.sort(key=lambda row: row.cells[name], reverse=order.startswith("-"))
        return replace(self, rows=[*filled, *bare], order=order)

    @property
    def heads(self) -> list[tuple[Column, str, str]]:
        """Each column with the order that a press on it asks for, and how the table is ordered by it now."""
        return [(column, self._next(column), self._state(column)) for column in self.columns]

    def _next(self, column: Column) -> str:
        if not column.sortable:
            return ""
        first = f"-{column.name}" if column.is_number else column.name
        second = column.name if column.is_number else f"-{column.name}"
        return second if self.order == first else first

    def _state(self, column: Column) -> str:
        return {column.name: "ascending", f"-{column.name}": "descending"}.get(self.order, "")

    @property
    def drawn(self) -> list[list[Drawn]]:
        """The rows as the page draws them."""
        return [[self._cell(column, row.cells, row.urls) for column in self.columns] for row in self.rows]

    @property
    def drawn_total(self) -> list[Drawn]:
        """The row of sums."""
        total = self.total or {}
        return [self._cell(column, {column.name: "", **total}, {}) for column in self.columns]

    def _cell(self, column: Column, cells: Mapping[str, Any], urls: Mapping[str, str]) -> Drawn:
        return Drawn(column=column, text=_text(cells.get(column.name)), url=urls.get(column.name, ""))

    @property
    def header(self) -> list[object]:
        """The first row of an export."""
        return [column.label for column in self.columns]

    def exported(self) -> Iterable[list[Any]]:
        """The rows of an export, with the row of sums last."""
        for row in self.rows:
            yield [_plain(row.cells.get(column.name)) for column in self.columns]
        if self.total is not None:
            yield [_plain(self.total.get(column.name)) for column in self.columns]


def yuan_of(fen: int) -> Decimal:
    """Fen as yuan."""
    return Decimal(fen).scaleb(-2)


def _text(value: Any) -> object:
    if value is None:
        return "—"
    if isinstance(value, Decimal):
        return yuan(value) if value.as_tuple().exponent == -2 else value
    return value.isoformat() if isinstance(value, date) else value


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | Decimal | date) else str(value)
