"""Charting: one chart of a page.  The same numbers always stand in a table beside it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart, drawn by shouyue/charts.js.  kind: "bar" or "line"; series: label -> one number for each of labels.

    A number that there is not is None: a gap in the drawing, a dash in the table.
    """

    name: str
    label: object
    kind: str
    labels: list[str]
    series: dict[str, list[Any]]

    @property
    def data_id(self) -> str:
        """Where the script finds the numbers on the page."""
        return f"data-{self.name}"

    @property
    def data(self) -> dict[str, Any]:
        """The numbers as the script wants them."""
        series = [{"label": label, "data": data} for label, data in self.series.items()]
        return {"kind": self.kind, "labels": self.labels, "series": series}
