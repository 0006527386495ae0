"""What maintenance does to clocks, and what happens when it runs over its announced end.

A ticket is held while a window is under way whose announcement was in time for its agreement and for a service that
the ticket is about, where the terms name the clock.  Any run of the sweep repairs any gap.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from people.models import User
from people.refusal import Refused
from sla import outages, pausing
from sla.judging import BAD_ROW
from sla.models import (
    Announcement,
    Clock,
    MaintenanceWindow,
    OutageTicket,
    Reach,
    Service,
    ServiceTerm,
    Ticket,
    TicketService,
)
from sla.uptime import COUNTS

log = logging.getLogger("sla.maintenance")
REASON = Clock.Reason.MAINTENANCE.value
CLOCKS = {"holds_solution": Clock.Kind.SOLUTION.value, "holds_restoration": Clock.Kind.RESTORATION.value}


def hold_for(window: MaintenanceWindow, *, at: datetime, by: User | None) -> list[Ticket]:
    """Hold the clocks of the open tickets that the window holds by its terms; answers those held now."""
    held = []
    for ticket, kinds, since in _wanted(window, at):
        try:
            with transaction.atomic():
                since = max(since, ticket.received_at)
                if pausing.hold(ticket, reason=REASON, at=at, by=by, kinds=kinds, since=since, data=_about(window)):
                    held.append(ticket)
        except Refused:
            log.info("ticket %s could not be held for %s: it ended meanwhile", ticket.number, window.number)
    return held


def release_for(window: MaintenanceWindow, *, at: datetime, by: User | None) -> list[Ticket]:
    """Let the tickets run on that no other window holds, from the announced end or the earlier real one."""
    until = min(_good_end(window), window.ended_at or at, at)
    still = {
        ticket.pk for other in _under_way(at).exclude(pk=window.pk) for ticket, _kinds, _since in _wanted(other, at)
    }
    freed = []
    for ticket in _held_tickets(window):
        if ticket.pk not in still and pausing.release(ticket, reason=REASON, at=at, by=by, until=until):
            freed.append(ticket)
    return freed


def follow(at: datetime) -> Counter[str]:
    """Hold for windows under way, and end the excuse of those that overran; counts what was done.

    Must not run inside a transaction: each window is its own.
    """
    counts: Counter[str] = Counter()
    for window in list(_under_way(at)):
        counts["held"] += _in_its_own(_hold_again, window.pk, at)
    for window in list(MaintenanceWindow.objects.overrun(at)):
        counts["overrun"] += _in_its_own(_overran, window.pk, at)
    return counts


def _in_its_own(step: Callable[[int, datetime], int], pk: int, at: datetime) -> int:
    try:
        with transaction.atomic():
            return step(pk, at)
    except BAD_ROW:
        log.exception("maintenance window %s could not be followed", pk)
        return 0


def _hold_again(pk: int, at: datetime) -> int:
    """Hold what is not held yet; past the end that was announced in time, let run on what still is."""
    window = _running(pk)
    if window is None:
        return 0
    if at >= _good_end(window):
        release_for(window, at=at, by=None)
    return len(hold_for(window, at=at, by=None))


def _overran(pk: int, at: datetime) -> int:
    """The announced end is over and the work is not: clocks run on, and the rest is an outage."""
    window = _running(pk)
    if window is None or window.overrun_at is not None or window.planned_to > at:
        return 0
    window.overrun_at = at
    window._history_user = None  # type: ignore[attr-defined]
    window.save()
    release_for(window, at=at, by=None)
    if window.interrupts:
        outages.of_overrun(window, at=at)
    return 1


def _running(pk: int) -> MaintenanceWindow | None:
    rows = MaintenanceWindow.objects.select_for_update(no_key=True)
    found: MaintenanceWindow | None = rows.filter(pk=pk, state=MaintenanceWindow.State.RUNNING).first()
    return found


def _under_way(at: datetime) -> QuerySet[MaintenanceWindow]:
    found: QuerySet[MaintenanceWindow] = MaintenanceWindow.objects.filter(
        state="running", interrupts=True, planned_from__lte=at, planned_to__gt=at
    )
    return found


def _wanted(window: MaintenanceWindow, at: datetime) -> Iterator[tuple[Ticket, list[str], datetime]]:
    """The tickets that the window holds now: the ticket, its clocks that the terms name, and from when."""
    if not window.interrupts or window.begun_at is None:
        return
    since = max(window.begun_at, window.planned_from)
    for (agreement, service), kinds in _named(window, at).items():
        for ticket in _tickets_on(service, agreement):
            yield ticket, kinds, since


def _good(window: MaintenanceWindow) -> QuerySet[Reach]:
    """What was decided in favour of the window: announcements in time, by agreement and service."""
    rows = Reach.objects.filter(announcement__window=window, announcement__interrupts=True, verdict__in=COUNTS)
    return rows.exclude(announcement__kind=Announcement.Kind.CANCELLED)


def _good_end(window: MaintenanceWindow) -> datetime:
    """Until when the work may hold clocks: the end announced in time, or the planned one when that is earlier."""
    last = _good(window).aggregate(last=Max("announcement__planned_to"))["last"]
    return min(window.planned_to, last or window.planned_from)


def _named(window: MaintenanceWindow, at: datetime) -> dict[tuple[int, int], list[str]]:
    """(agreement, service) -> the clocks that the terms name, where an announcement in time covers this instant."""
    if not window.planned_from <= at < window.planned_to:
        return {}
    found: dict[tuple[int, int], list[str]] = {}
    for reach in _good(window).filter(announcement__planned_from__lte=at, announcement__planned_to__gt=at):
        term = ServiceTerm.objects.filter(version=reach.version_id, service=reach.service_id).first()
        kinds = [kind for name, kind in CLOCKS.items() if term is not None and getattr(term, name)]
        if kinds:
            found[reach.agreement_id, reach.service_id] = kinds
    return found


def _tickets_on(service: int, agreement: int | None = None) -> list[Ticket]:
    """The open tickets about a service: named on the ticket, or through the outage that explains it."""
    named = TicketService.objects.filter(service=service).values("ticket")
    links = Service.outages.through.objects.filter(service=service).values("outage")
    explained = OutageTicket.objects.filter(outage__in=links).values("ticket")
    rows = Ticket.objects.open().filter(Q(pk__in=named) | Q(pk__in=explained)).order_by("pk")
    return list(rows if agreement is None else rows.filter(agreement=agreement))


def _held_tickets(window: MaintenanceWindow) -> list[Ticket]:
    held = Clock.objects.held_by(REASON).values("ticket")
    rows = {ticket.pk: ticket for service in window.services.all() for ticket in _tickets_on(service.pk)}
    return list(Ticket.objects.filter(pk__in=rows).filter(pk__in=held).order_by("pk"))


def _about(window: MaintenanceWindow) -> dict[str, str]:
    return {"window": window.number}
