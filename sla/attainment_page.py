"""The attainment page: what is asked, the lines with their numbers, charts, and the way to the rows of each number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Agreement
from people.charting import Chart
from sla.attainment import Cell, Figure, Month, Part, Run, by_cell, by_clock, months_between, tally
from sla.faces import rounded_up, spelled
from sla.figures import runs
from sla.models import Clock, Ticket
from sla.recurring import Fault, Told, league

MONTHS_SHOWN = 6
MOST_MONTHS = 24
MOST_TITLES = 5000
MOST_FAULTS = 15
HOUR = 3600
COLUMNS: tuple[tuple[Part, object], ...] = (
    (Part.JUDGED, gettext_lazy("应评判")),
    (Part.KEPT, gettext_lazy("按时")),
    (Part.BROKEN, gettext_lazy("超时")),
    (Part.EXCUSED, gettext_lazy("其中免责")),
    (Part.OPEN_BROKEN, gettext_lazy("其中当时未结束")),
    (Part.CARRIED, gettext_lazy("以前超时仍未结束")),
    (Part.MEASURED, gettext_lazy("只计量")),
    (Part.PAUSED, gettext_lazy("暂停过")),
)
PART_LABELS: dict[Part, object] = {
    **dict(COLUMNS),
    Part.STOPPED: gettext_lazy("当月结束"),
    Part.TIMED: gettext_lazy("有用时的"),
    Part.LATE: gettext_lazy("以前超时，当月结束"),
    Part.WITHDRAWN: gettext_lazy("已撤销"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks; anything that cannot be meant counts as not asked.  agreement is a key or empty."""

    first: Month
    last: Month
    agreement: str = ""
    kind: str = ""
    priority: str = ""
    clock: str = ""

    @property
    def months(self) -> list[Month]:
        return months_between(self.first, self.last)

    @property
    def span(self) -> str:
        """As the filters of the lists write it."""
        return f"{self.first}..{self.last}"


def asked(params: Mapping[str, str], *, at: datetime) -> Asked:
    """The filters of an address: the last six months when it names none, at most twenty-four."""
    last = _month(params.get("to", "")) or Month.containing(at)
    first = _month(params.get("from", "")) or last.plus(1 - MONTHS_SHOWN)
    if first > last:
        first, last = last, first
    first = max(first, last.plus(1 - MOST_MONTHS))
    agreement, priority = params.get("agreement", ""), params.get("priority", "")
    return Asked(
        first=first,
        last=last,
        agreement=agreement if agreement.isascii() and agreement.isdigit() and len(agreement) < 18 else "",
        kind=_among(params.get("kind", ""), Ticket.Kind.values),
        priority=_among(priority, [str(value) for value in Ticket.Priority.values]),
        clock=_among(params.get("clock", ""), Clock.Kind.values),
    )


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except ValueError:
        return None


def _among(value: str, known: Iterable[str]) -> str:
    return value if value in known else ""


def clocks_of(tickets: QuerySet[Any]) -> QuerySet[Any]:
    """The clocks of the tickets; all clocks when the tickets are all."""
    return Clock.objects.filter(ticket__in=tickets.order_by()) if tickets.query.has_filters() else Clock.objects.all()


def narrowed(clocks: QuerySet[Any], what: Asked) -> QuerySet[Any]:
    """The clocks that the filters keep, whatever their month."""
    chosen = {
        "ticket__agreement_id": what.agreement, "ticket__kind": what.kind, "ticket__priority": what.priority,
        "kind": what.clock,
    }  # fmt: skip
    return clocks.filter(**{name: value for name, value in chosen.items() if value})


class Ways(Protocol):
    """Where the rows behind a number are listed."""

    def figure(self, part: Part, what: Asked) -> str: ...

    def alike(self, key: str, what: Asked) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A count and the list that holds as many rows."""

    value: int
    url: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of a table of figures."""

    heads: tuple[str, ...]
    figure: Figure
    numbers: list[Number]

    @property
    def raw(self) -> str:
        return rate_words(self.figure, self.figure.raw)

    @property
    def adjudicated(self) -> str:
        return rate_words(self.figure, self.figure.adjudicated)

    @property
    def median(self) -> str:
        return time_words(self.figure.median)

    @property
    def p90(self) -> str:
        return time_words(self.figure.p90)


def rate_words(figure: Figure, rate: Decimal | None) -> str:
    """A rate as people read it; where nothing is promised there is no number."""
    if not figure.promised:
        return _("没有约定")
    return "—" if rate is None else f"{rate} %"


def time_words(seconds: int | None) -> str:
    """Support time in words, rounded up to the minute; a dash where nothing was timed."""
    return "—" if seconds is None else spelled(rounded_up(seconds))


@dataclass(frozen=True, kw_only=True)
class FaultLine:
    """A recurring fault and the list of its reports."""

    fault: Fault
    url: str

    @property
    def hours(self) -> str:
        return time_words(self.fault.seconds)


class Sheet:
    """All that the page shows, read once: lines by clock, by month, by cell, charts, recurring faults."""

    def __init__(self, tickets: QuerySet[Any], what: Asked, *, at: datetime, ways: Ways) -> None:
        self.tickets, self.asked, self.at, self.ways = tickets, what, at, ways
        self.read = runs(narrowed(clocks_of(tickets), what), what.first, what.last, at)

    columns = [label for _part, label in COLUMNS]

    @cached_property
    def wholes(self) -> list[Line]:
        """One line for each kind of clock, all months together."""
        return [self._line((clock_label(kind),), figure, replace(self.asked, clock=kind))
                for kind, figure in in_clock_order(self._tally(self.asked.months, by_clock))]  # fmt: skip

    @cached_property
    def by_month(self) -> list[Line]:
        """One line for each kind of clock and month."""
        lines = []
        for kind in Clock.Kind.values:
            for month in self.asked.months:
                figure = self._monthly[month].get(kind)
                if figure is not None:
                    what = replace(self.asked, first=month, last=month, clock=kind)
                    lines.append(self._line((clock_label(kind), str(month)), figure, what))
        return lines

    @cached_property
    def cells(self) -> list[Line]:
        """One line for each ticket kind, priority and clock, all months together."""
        return [
            self._line(
                (kind_label(cell.ticket_kind), priority_label(cell.priority), clock_label(cell.clock_kind)),
                figure,
                replace(self.asked, kind=cell.ticket_kind, priority=str(cell.priority), clock=cell.clock_kind),
            )
            for cell, figure in in_cell_order(self._tally(self.asked.months, by_cell))
        ]

    @cached_property
    def faults(self) -> list[FaultLine]:
        """What was reported more than once."""
        found = faults_of(self.tickets, self.asked)[:MOST_FAULTS]
        return [FaultLine(fault=fault, url=self.ways.alike(fault.key, self.asked)) for fault in found]

    @cached_property
    def charts(self) -> list[Chart]:
        """The months beside one another."""
        labels = [str(month) for month in self.asked.months]
        kinds = [kind for kind in Clock.Kind.values if any(kind in found for found in self._monthly.values())]
        promised = [kind for kind in kinds if any(self._of(m, kind).judged for m in self.asked.months)]
        made = []
        if promised:
            rates = {clock_label(kind): [_float(self._of(m, kind).raw) for m in self.asked.months] for kind in promised}
            made.append(Chart(name="rate", label=_("按时率（%）"), kind="line", labels=labels, series=rates))
            counts = {
                _("%(clock)s超时") % {"clock": clock_label(kind)}: [self._of(m, kind).broken for m in self.asked.months]
                for kind in promised
            }
            made.append(Chart(name="broken", label=_("超时次数"), kind="bar", labels=labels, series=counts))
        if kinds:
            times = {clock_label(kind): [_hours(self._of(m, kind).median) for m in self.asked.months] for kind in kinds}
            label = _("用时中位数（支持小时）")
            made.append(Chart(name="times", label=label, kind="bar", labels=labels, series=times))
        return made

    @cached_property
    def _monthly(self) -> dict[Month, dict[str, Figure]]:
        return {month: self._tally([month], by_clock) for month in self.asked.months}

    def _of(self, month: Month, kind: str) -> Figure:
        return self._monthly[month].get(kind, Figure())

    def _tally(self, months: Sequence[Month], by: Callable[[Run], Any]) -> dict[Any, Figure]:
        return tally(self.read, months, self.at, by=by)

    def _line(self, heads: tuple[str, ...], figure: Figure, what: Asked) -> Line:
        numbers = [
            Number(value=figure.of(part), url=self.ways.figure(part, what) if figure.of(part) else "")
            for part, _label in COLUMNS
        ]
        return Line(heads=heads, figure=figure, numbers=numbers)


def faults_of(tickets: QuerySet[Any], what: Asked) -> list[Fault]:
    """The recurring reports among tickets received in the months, of the agreement and kind that are asked for.

    The newest five thousand are compared.
    """
    received = tickets.filter(received_at__gte=what.first.start, received_at__lt=what.last.end)
    received = received.filter(agreement_id=what.agreement) if what.agreement else received
    received = received.filter(kind=what.kind) if what.kind else received
    titles = dict(received.order_by("-received_at", "-pk").values_list("pk", "title")[:MOST_TITLES])
    sums = _sums(list(titles))
    return league(Told(pk=pk, title=title, breaches=sums[pk][0], seconds=sums[pk][1]) for pk, title in titles.items())


def _sums(tickets: list[int]) -> dict[int, tuple[int, int]]:
    """For each ticket its broken promises and the support seconds of its solution."""
    found = dict.fromkeys(tickets, (0, 0))
    for low in range(0, len(tickets), 500):
        clocks = Clock.objects.filter(ticket__in=tickets[low : low + 500]).order_by().values("ticket_id")
        rows = clocks.annotate(
            broken=Count("pk", filter=Q(breached_at__isnull=False)),
            used=Sum("consumed_seconds", filter=Q(kind=Clock.Kind.SOLUTION)),
        )
        found.update({row["ticket_id"]: (row["broken"], row["used"] or 0) for row in rows})
    return found


def clock_label(kind: str) -> str:
    return str(Clock.Kind(kind).label)


def kind_label(kind: str) -> str:
    return str(Ticket.Kind(kind).label)


def priority_label(priority: int) -> str:
    return str(Ticket.Priority(priority).label)


def choices_of(agreements: QuerySet[Agreement]) -> dict[str, Any]:
    """What the filters of the page offer."""
    return {
        "agreements": list(agreements.order_by("number").values_list("pk", "number")),
        "kinds": Ticket.Kind.choices,
        "priorities": Ticket.Priority.choices,
        "clocks": Clock.Kind.choices,
    }


def in_clock_order(found: Mapping[str, Figure]) -> list[tuple[str, Figure]]:
    """Headed by clocks, in the order in which they run out."""
    order = list(Clock.Kind.values)
    return sorted(found.items(), key=lambda pair: order.index(pair[0]))


def in_cell_order(found: Mapping[Cell, Figure]) -> list[tuple[Cell, Figure]]:
    """By ticket kind, priority and clock, each in its own order."""
    kinds, clocks = list(Ticket.Kind.values), list(Clock.Kind.values)

    def place(pair: tuple[Cell, Figure]) -> tuple[int, int, int]:
        cell = pair[0]
        return kinds.index(cell.ticket_kind), cell.priority, clocks.index(cell.clock_kind)

    return sorted(found.items(), key=place)


def _float(rate: Decimal | None) -> float | None:
    return None if rate is None else float(rate)


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / HOUR, 2)
