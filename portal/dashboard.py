"""The dashboard of the admin: the numbers of today, each a link to the rows it counts."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from people.showing import Tone


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number with the list behind it."""

    label: object
    value: object
    url: str
    tone: Tone = "muted"
    note: object = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart; the same numbers stand in a table below it.  series: label -> one number for each of labels."""

    name: str
    label: object
    kind: str
    labels: list[str]
    series: dict[str, list[float]]


@dataclass(frozen=True)
class Dashboard:
    """What one person sees on entering the admin."""

    cards: list[Card] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)


def dashboard(request: HttpRequest) -> Dashboard:
    """The cards and charts that this person may see."""
    return Dashboard()


def chart_data(chart: Chart) -> dict[str, Any]:
    """The chart as the script on the page wants it."""
    return {
        "kind": chart.kind,
        "labels": chart.labels,
        "series": [{"label": label, "data": data} for label, data in chart.series.items()],
    }
