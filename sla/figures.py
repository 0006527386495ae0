"""Figures: the clocks of some months read for attainment, and the rows behind every number.

`clocks_in` says in SQL what sla.attainment.parts_of says of plain values; a test holds them together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from contracts.models import Agreement
from sla.attainment import Cell, Figure, Month, Part, Run, by_cell, by_clock, months_between, tally
from sla.models import Adjudication, Clock, ClockEvent

COLUMNS = (
    "pk", "ticket__number", "ticket__agreement_id", "ticket__kind", "ticket__priority", "kind", "target_seconds",
    "stopped_at", "breached_at", "consumed_seconds", "state", "ticket__cancelled_at", "forgiven",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MonthFigures:
    """The figures of one month: under each heading that occurs, and for each kind of clock as a whole."""

    month: Month
    at: datetime
    cells: dict[Cell, Figure]
    clocks: dict[str, Figure]

    def of(self, clock_kind: str) -> Figure:
        """The whole of one kind of clock; an empty figure when none ran."""
        return self.clocks.get(clock_kind, Figure())


def month_figures(agreement: Agreement, month: Month, at: datetime) -> MonthFigures:
    """What was kept of an agreement's promises in a month, as it is known at an instant."""
    return figures_of(runs(Clock.objects.filter(ticket__agreement=agreement), month, month, at), month, at)


def figures_of(read: Iterable[Run], month: Month, at: datetime) -> MonthFigures:
    """The figures of a month from clocks that were read before (`runs`)."""
    kept = list(read)
    return MonthFigures(
        month=month, at=at, cells=tally(kept, [month], at, by=by_cell), clocks=tally(kept, [month], at, by=by_clock)
    )


def runs(clocks: QuerySet[Any], first: Month, last: Month, at: datetime) -> list[Run]:
    """The clocks of the set that count for any of the months, each once.  A few queries for all."""
    start, end = first.start, last.end
    pauses = _pauses(clocks, start, end)
    marked = clocks.annotate(forgiven=_excused(at)).order_by()
    rows: dict[int, Any] = {}
    for some in (
        Q(stopped_at__gte=start, stopped_at__lt=end),
        Q(breached_at__gte=start, breached_at__lt=end),
        Q(breached_at__lt=start, stopped_at__isnull=True),
        Q(breached_at__lt=start, stopped_at__gte=end),
    ):
        rows.update((row[0], row) for row in marked.filter(some).values_list(*COLUMNS))
    unseen = [pk for pk in pauses if pk not in rows]
    for low in range(0, len(unseen), 500):
        rows.update((row[0], row) for row in marked.filter(pk__in=unseen[low : low + 500]).values_list(*COLUMNS))
    return [_run(row, pauses.get(pk, ())) for pk, row in sorted(rows.items())]


def _pauses(clocks: QuerySet[Any], start: datetime, end: datetime) -> dict[int, tuple[datetime, ...]]:
    events = ClockEvent.objects.filter(kind=ClockEvent.Kind.PAUSED, at__gte=start, at__lt=end)
    found: dict[int, list[datetime]] = defaultdict(list)
    for pk, at in events.filter(clock__in=clocks.order_by()).order_by("at").values_list("clock_id", "at"):
        found[pk].append(at)
    return {pk: tuple(times) for pk, times in found.items()}


def _run(row: tuple[Any, ...], paused_at: tuple[datetime, ...]) -> Run:
    pk, number, agreement, ticket_kind, priority, kind, target, stopped, breached, used, state, gone, forgiven = row
    return Run(
        clock=pk,
        ticket=number,
        agreement=agreement,
        cell=Cell(ticket_kind, priority, kind),
        target=target,
        stopped_at=stopped,
        breached_at=breached,
        consumed=used,
        withdrawn=state == Clock.State.CANCELLED or (stopped is not None and stopped == gone),
        excused=bool(forgiven),
        paused_at=paused_at,
    )


def clocks_in(part: Part, first: Month, last: Month, at: datetime) -> Q:
    """The clocks that are `part` for one of the months, as known at an instant: what stands behind a number.

    Broken promises that are carried along stand at the end of a time: of several months the last is asked.
    """
    months = [last] if part is Part.CARRIED else months_between(first, last)
    return reduce(or_, (_in_month(part, month, at) for month in months))


def _in_month(part: Part, month: Month, at: datetime) -> Q:
    start, end = month.start, month.end
    broken = Q(breached_at__gte=start, breached_at__lt=end, breached_at__lte=at)
    broken_before = Q(breached_at__lt=start, breached_at__lte=at)
    unbroken = Q(breached_at__isnull=True) | Q(breached_at__gt=at)
    stopped = Q(stopped_at__gte=start, stopped_at__lt=end, stopped_at__lte=at)
    over = Q(stopped_at__isnull=False, stopped_at__lt=end, stopped_at__lte=at)
    kept = unbroken & stopped & _answered() & Q(target_seconds__isnull=False)
    rules: dict[Part, Q] = {
        Part.JUDGED: kept | broken,
        Part.STOPPED: kept | (broken & over),
        Part.OPEN_BROKEN: broken & ~over,
        Part.KEPT: kept,
        Part.BROKEN: broken,
        Part.EXCUSED: broken & Q(_excused(at)),
        Part.MEASURED: unbroken & stopped & _answered() & Q(target_seconds__isnull=True),
        Part.TIMED: stopped & _answered(),
        Part.CARRIED: broken_before & ~over if start <= at else Q(pk__in=()),
        Part.LATE: broken_before & stopped,
        Part.PAUSED: Q(_paused(start, end, at)),
        Part.WITHDRAWN: unbroken & stopped & ~_answered(),
    }
    return rules[part]


def _answered() -> Q:
    """It did not end because the ticket was withdrawn."""
    away = Q(ticket__cancelled_at__isnull=False, stopped_at=F("ticket__cancelled_at"))
    return ~Q(state=Clock.State.CANCELLED) & ~away


def _excused(at: datetime) -> Exists:
    found = Adjudication.objects.filter(breach__clock=OuterRef("pk"), state=Adjudication.State.EXCUSED)
    return Exists(found.filter(decided_at__lte=at))


def _paused(start: datetime, end: datetime, at: datetime) -> Exists:
    found = ClockEvent.objects.filter(clock=OuterRef("pk"), kind=ClockEvent.Kind.PAUSED)
    return Exists(found.filter(at__gte=start, at__lt=end, at__lte=at))
