"""A plain table as a panel, alike in the console and in the portal: headings, and rows of texts, badges and links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.safestring import SafeString

from people.showing import Panel

TEMPLATE = "portal/contracts/parts/table.html"


@dataclass(frozen=True)
class Linked:
    """A cell that leads somewhere."""

    text: object
    url: str


Cell = object  # text, SafeString (a badge), date, datetime, Linked, or None for a dash


def table(
    name: str, label: object, heads: Sequence[object], rows: Iterable[Sequence[Cell]], *, empty: object = ""
) -> Panel:
    """The panel; `empty` is what it says when there is no row."""
    drawn = [[(head, _shown(cell)) for head, cell in zip(heads, row, strict=True)] for row in rows]
    return Panel(
        name=name,
        label=label,
        template=TEMPLATE,
        context={"heads": heads, "rows": drawn, "empty": empty},
        count=len(drawn),
    )


def _shown(cell: Cell) -> dict[str, object]:
    if isinstance(cell, Linked):
        return {"text": cell.text, "url": cell.url}
    if isinstance(cell, datetime):
        return {"text": timezone.localtime(cell).strftime("%Y-%m-%d %H:%M"), "time": True}
    if isinstance(cell, date):
        return {"text": cell.isoformat(), "time": True}
    return {"text": cell if isinstance(cell, SafeString) else ("—" if cell in {None, ""} else str(cell))}
