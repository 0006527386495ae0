"""The operations workbench: open tickets by what runs out next, what is at risk before all the others.

Driven by the running clocks in the order of their due time (index clock_running_due), not by a scan of tickets: a page
costs what it shows.  Support time left is counted here and goes on in the reader's browser, along the open stretches
that are given with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from people.showing import Tone
from sla.clocks import working_times
from sla.models import Clock, Holding, Labelled, Ticket
from sla.promises import WARNING_SHARES
from sla.querysets import TicketQuerySet
from sla.querysets.tickets import AT_RISK_FROM
from worktime.clock import WorkCalendar
from worktime.pauses import micros
from worktime.spans import SECOND

PER_PAGE = 100
AHEAD = timedelta(days=3)  # how far the reader's countdown can go on without the server
FULL = 100
WAITING = ("awaiting_b", "proposed")
Narrow = Callable[[Any, User], Any]
SHOWN: dict[str, tuple[object, Narrow]] = {
    "": (_("全部待处理"), lambda rows, user: rows),
    "mine": (_("我负责的"), lambda rows, user: rows.filter(assignee=user)),
    "ours": (_("我的队列里没人受理的"), lambda rows, user: rows.filter(_held_by(queue__members=user), assignee=None)),
    "unassigned": (_("未分派"), lambda rows, user: rows.filter(assignee=None)),
    "risk": (_("即将到期"), lambda rows, user: rows.at_risk()),
    "breached": (_("已超时"), lambda rows, user: rows.breached()),
    "escalated": (_("已上报"), lambda rows, user: rows.filter(escalations__isnull=False).distinct()),
    "watched": (_("我关注的"), lambda rows, user: rows.filter(watches__user=user)),
    "waiting": (_("等待乙方"), lambda rows, user: rows.filter(state__in=WAITING)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks of the workbench; anything unknown counts as not asked."""

    show: str = ""
    desk: str = ""
    kind: str = ""
    priority: str = ""
    label: str = ""
    q: str = ""

    @property
    def filtered(self) -> bool:
        return bool(self.query)

    @property
    def query(self) -> str:
        """The address again, made of what was understood; nothing else of it is kept."""
        said = [(one.name, getattr(self, one.name)) for one in fields(self)]
        return urlencode([(name, value) for name, value in said if value])


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One ticket of the workbench.  left: seconds of support time until `due_at`, negative when it is over."""

    ticket: Ticket
    clock: Clock | None
    left: int | None
    tone: Tone
    open_spans: str
    queue: str
    labels: list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the workbench."""

    lines: list[Line]
    number: int
    pages: int
    count: int
    pressing: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def asked(params: Mapping[str, str]) -> Asked:
    """The filters of an address."""
    show, kind, priority = (params.get(name, "") for name in ("show", "kind", "priority"))
    return Asked(
        show=show if show in SHOWN else "",
        desk=_key(params.get("desk", "")) or ("none" if params.get("desk") == "none" else ""),
        kind=kind if kind in Ticket.Kind.values else "",
        priority=priority if priority in {str(value) for value in Ticket.Priority.values} else "",
        label=_key(params.get("label", "")),
        q=" ".join(params.get("q", "").split())[:80],
    )


def found(what: Asked, user: User) -> TicketQuerySet:
    """The open tickets that answer the question, in no order."""
    rows: Any = SHOWN[what.show][1](Ticket.objects.open(), user)
    if what.desk == "none":
        rows = rows.filter(~Exists(_here(queue__isnull=False)))
    elif what.desk:
        rows = rows.filter(_held_by(queue=int(what.desk)))
    if what.kind:
        rows = rows.filter(kind=what.kind)
    if what.priority:
        rows = rows.filter(priority=int(what.priority))
    if what.label:
        rows = rows.filter(Exists(Labelled.objects.filter(ticket=OuterRef("pk"), label=int(what.label))))
    answer: TicketQuerySet = rows.matching(what.q) if what.q else rows
    return answer


def page_of(what: Asked, user: User, *, number: int, at: datetime) -> Page:
    """A page of the workbench as it stands at `at`; a number beyond the last page is the last page."""
    rows = found(what, user)
    parts = _parts(rows)
    counts = [part.count() for part in parts]
    pages = max(-(-sum(counts) // PER_PAGE), 1)
    number = min(max(number, 1), pages)
    keys = _sliced(parts, counts, (number - 1) * PER_PAGE)
    return Page(lines=_lines(keys, at), number=number, pages=pages, count=sum(counts), pressing=counts[0])


def page_number(text: str) -> int:
    """The number of a page in an address; 1 for anything that is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def open_spans(calendar: WorkCalendar, at: datetime) -> str:
    """The stretches of support time ahead, in seconds from `at`: "0-900 6300-20700"; empty when there are none.

    >>> from datetime import UTC
    >>> from worktime.clock import NATURAL_HOURS
    >>> open_spans(NATURAL_HOURS, datetime(2026, 9, 16, 1, 0, tzinfo=UTC))
    '0-259200'
    """
    start = micros(at)
    stretches = calendar.timeline.spans(start, micros(at + AHEAD))
    return " ".join(f"{(low - start) // SECOND}-{(high - start) // SECOND}" for low, high in stretches)


def _key(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 18 else ""


def _here(**held: Any) -> Any:
    """The open holding of the ticket at hand."""
    return Holding.objects.filter(ticket=OuterRef("pk"), until__isnull=True, **held)


def _held_by(**held: Any) -> Any:
    return Exists(_here(**held))


def _parts(rows: TicketQuerySet) -> list[Any]:
    """Keys of tickets in three parts: at risk or broken, running, and without a running promise."""
    running = Clock.objects.filter(state=Clock.State.RUNNING, due_at__isnull=False)
    earlier = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    first = running.filter(~Exists(running.filter(earlier, ticket=OuterRef("ticket"))), ticket__in=rows.values("pk"))
    risky = Q(breached_at__isnull=False) | Q(next_level__gt=AT_RISK_FROM)
    calm = Q(breached_at__isnull=True) & (Q(next_level__isnull=True) | Q(next_level__lte=AT_RISK_FROM))
    keys = first.order_by("due_at", "pk").values_list("ticket_id", flat=True)
    rest = rows.filter(~Exists(running.filter(ticket=OuterRef("pk")))).order_by("received_at", "pk")
    return [keys.filter(risky), keys.filter(calm), rest.values_list("pk", flat=True)]


def _sliced(parts: list[Any], counts: list[int], offset: int) -> list[int]:
    """The keys of one page that begins `offset` keys into the parts laid end to end."""
    keys: list[int] = []
    for part, count in zip(parts, counts, strict=True):
        wanted = PER_PAGE - len(keys)
        if wanted and offset < count:
            keys += part[offset : offset + wanted]
        offset = max(offset - count, 0)
    return keys


def _lines(keys: list[int], at: datetime) -> list[Line]:
    rows = Ticket.objects.filter(pk__in=keys).select_related("agreement__party_b", "assignee", "reporter")
    rows = rows.prefetch_related(
        Prefetch("clocks", Clock.objects.order_by("cycle", "kind")),
        Prefetch("labelled", Labelled.objects.select_related("label")),
        Prefetch("holdings", Holding.objects.filter(until__isnull=True).select_related("queue"), to_attr="held_now"),
    )
    tickets = {ticket.pk: ticket for ticket in rows}
    soonest = {pk: _soonest(ticket) for pk, ticket in tickets.items()}
    times = working_times({_pinned(clock) for clock in soonest.values() if clock is not None})
    spans = {pinned: open_spans(calendar, at) for pinned, calendar in times.items()}
    return [_line(tickets[pk], soonest[pk], times, spans, at) for pk in keys if pk in tickets]


def _line(ticket: Any, clock: Clock | None, times: Any, spans: dict[Any, str], at: datetime) -> Line:
    pinned = _pinned(clock) if clock is not None else None
    left = _left(clock, times[pinned], at) if clock is not None else None
    return Line(
        ticket=ticket,
        clock=clock,
        left=left,
        tone=_tone(clock, left),
        open_spans=spans[pinned] if pinned else "",
        queue=next((str(held.queue) for held in ticket.held_now if held.queue), ""),
        labels=[row.label for row in ticket.labelled.all()],
    )


def _pinned(clock: Clock) -> tuple[int, int, str]:
    return clock.version_id, clock.calendar_version_id, clock.hours


def _soonest(ticket: Any) -> Clock | None:
    running = [c for c in ticket.clocks.all() if c.state == Clock.State.RUNNING and c.due_at is not None]
    return min(running, key=lambda c: c.due_at, default=None)


def _left(clock: Any, calendar: WorkCalendar, at: datetime) -> int:
    """Signed support seconds from now until the clock is due."""
    return int(calendar.reckon_elapsed(at, clock.due_at).value.total_seconds())


def _tone(clock: Any, left: int | None) -> Tone:
    if clock is None or left is None:
        return "muted"
    if clock.breached_at is not None or left <= 0:
        return "bad"
    return "warn" if left * FULL <= clock.target_seconds * (FULL - WARNING_SHARES[-2]) else "info"
