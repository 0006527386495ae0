"""The watch over running clocks: warnings before, breaches after, each exactly once, any run repairing any gap.

It reads an indexed "look at me next" column and never scans open tickets (docs/rules/service-levels.md).
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from journal.recording import record
from sla import chasing, pausing, telling
from sla.acts import second
from sla.clocks import Dial, dial_of, differences
from sla.judging import BAD_ROW, settle, warn
from sla.models import Clock, TicketEntry

log = logging.getLogger("sla.watch")

BATCH = 200
PUT_BACK = timedelta(hours=1)


def sweep(at: datetime, *, batch: int = BATCH) -> Counter[str]:
    """Look at every clock that is due for a look by `at`; counts those warned, breached, released and so on.

    Must not run inside a transaction: each clock is its own.  Rows that another worker holds are left to it.
    """
    counts: Counter[str] = Counter()
    at = second(at)
    after: tuple[datetime, int] | None = None
    while waiting := _waiting(at, after, batch):
        for _next_check_at, pk in waiting:
            counts[_looked_at(pk, at)] += 1
        after = waiting[-1]
    return counts + chasing.sweep(at, batch=batch)


def drifted(*, batch: int = BATCH) -> dict[int, dict[str, tuple[object, object]]]:
    """Clocks whose columns are not what their events say: pk -> differences.  Empty when all is well."""
    found: dict[int, dict[str, tuple[object, object]]] = {}
    for clock in Clock.objects.prefetch_related("events").order_by("pk").iterator(chunk_size=batch):
        try:
            wrong = differences(clock)
        except BAD_ROW as error:
            wrong = {"events": ("", f"{type(error).__name__}: {error}")}
        if wrong:
            found[clock.pk] = wrong
    return found


def lag(at: datetime) -> timedelta:
    """How long the clock that waits longest for a look has been waiting; zero when none waits."""
    oldest = Clock.objects.due_for_check(at).values_list("next_check_at", flat=True).first()
    return timedelta() if oldest is None else at - oldest


def _waiting(at: datetime, after: tuple[datetime, int] | None, batch: int) -> list[tuple[datetime, int]]:
    """The next clocks to look at, in order: a row that stays due is not met twice in one sweep."""
    due = Clock.objects.due_for_check(at)
    if after is not None:
        due = due.after(*after)
    return list(due.values_list("next_check_at", "pk")[:batch])


def _looked_at(pk: int, at: datetime) -> str:
    try:
        return _look(pk, at)
    except BAD_ROW:
        log.exception("clock %s could not be judged; put back by %s", pk, PUT_BACK)
        _put_back(pk, at)
        return "failed"


@transaction.atomic(durable=True)
def _look(pk: int, at: datetime) -> str:
    """Judge one clock under its lock.  A clock that another worker holds or has done is passed over."""
    due = Clock.objects.due_for_check(at).filter(pk=pk).select_for_update(skip_locked=True, of=("self",), no_key=True)
    clock = due.select_related("ticket__agreement", "ticket__assignee").first()
    if clock is None:
        return "passed"
    dial = dial_of(clock)
    if pausing.end_capped_wait(dial, at=at):
        return "released"
    if settle(dial, at=at) is not None:
        return "breached"
    told = dial.course.told
    level = warn(dial, at=at)
    if level is None:
        raise LookupError(f"clock {pk} was due for a look and nothing was reached")
    _tell(dial, level, told, at)
    return "warned"


def _tell(dial: Dial, level: int, told: int, at: datetime) -> None:
    clock, ticket = dial.clock, dial.clock.ticket
    data = {"clock": clock.kind, "level": level}
    TicketEntry.objects.create(ticket=ticket, kind=TicketEntry.Kind.WARNED, at=at, internal=True, data=data)
    event = record(
        "clock.warned",
        obj=ticket,
        by=None,
        at=at,
        data={**data, "ticket": ticket.number},
        organisation_id=ticket.agreement.party_b_id,
        agreement_id=ticket.agreement_id,
    )
    telling.tell_of_warning(clock, level=level, told=told, event=event, at=at)


@transaction.atomic(durable=True)
def _put_back(pk: int, at: datetime) -> None:
    # Only while it is still due: another worker may have judged it meanwhile.
    Clock.objects.due_for_check(at).filter(pk=pk).update(next_check_at=at + PUT_BACK)
