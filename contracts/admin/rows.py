"""Small tables for panels: columns, rows of cells, what to do next."""

from collections.abc import Iterable, Sequence
from typing import Any

from people.showing import Panel


def rows_panel(
    name: str,
    label: object,
    columns: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    empty: object,
    actions: Sequence[tuple[object, str]] = (),
) -> Panel:
    """A section with a table; each row has as many cells as there are columns.  actions: (label, address)."""
    drawn: list[list[tuple[object, Any]]] = [list(zip(columns, row, strict=True)) for row in rows]
    context = {"columns": columns, "rows": drawn, "empty": empty, "actions": actions}
    return Panel(name=name, label=label, template="admin/contracts/rows.html", context=context, count=len(drawn))
