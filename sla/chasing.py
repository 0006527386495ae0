"""Chasing: levels after a breach, while the clock still runs: each once, any run repairing any gap."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from journal.recording import record
from sla import levels, telling
from sla.clocks import Dial, dial_of
from sla.escalation import lines_for
from sla.judging import BAD_ROW
from sla.levels import Line
from sla.models import Chase, Clock
from sla.replay import consumed_at

log = logging.getLogger("sla.watch")

HOUR = 3600
PUT_BACK = timedelta(hours=1)


def sweep(at: datetime, *, batch: int) -> Counter[str]:
    """Look at every broken clock that is due for a look by `at`; each in a transaction of its own."""
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    while waiting := [pk for pk in _waiting(at, batch + len(seen)) if pk not in seen]:
        for pk in waiting:
            seen.add(pk)
            counts[_looked_at(pk, at)] += 1
    del counts["looked"]  # nothing was reached: the next look was planned
    return counts


def _waiting(at: datetime, batch: int) -> list[int]:
    return list(Chase.objects.due(at).values_list("pk", flat=True)[:batch])


def _looked_at(pk: int, at: datetime) -> str:
    try:
        return _look(pk, at)
    except BAD_ROW:
        log.exception("chase %s could not be judged; put back by %s", pk, PUT_BACK)
        Chase.objects.due(at).filter(pk=pk).update(next_check_at=at + PUT_BACK)
        return "failed"


@transaction.atomic(durable=True)
def _look(pk: int, at: datetime) -> str:
    """One broken clock under the lock of its chase; one that another worker holds or has done is passed over."""
    due = Chase.objects.due(at).filter(pk=pk)
    chase = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if chase is None:
        return "passed"
    clock = Clock.objects.select_related("ticket__agreement", "ticket__assignee").get(pk=chase.clock_id)
    dial = dial_of(clock)
    if dial.course.over:
        chase.over, chase.next_check_at = True, None
        chase.save(update_fields=["over", "next_check_at"])
        return "ended"
    lines = lines_for(clock.ticket.agreement_id, clock.kind)
    hours = _hours_since(dial, at)
    spoken = levels.reached(lines, levels.AFTER, told=chase.told_hours, upto=hours)
    if spoken:
        chase.told_hours = max(line.number for line in spoken)
        _tell(dial, spoken, chase.told_hours, at)
    chase.next_check_at = _next_look(dial, lines, told=chase.told_hours, at=at)
    chase.save(update_fields=["told_hours", "next_check_at"])
    return "chased" if spoken else "looked"


def _hours_since(dial: Dial, at: datetime) -> int:
    """The whole hours of working time since the breach, paused time left out."""
    broke = dial.course.breached_at
    assert broke is not None, "only broken clocks are chased"  # noqa: S101
    used = consumed_at(dial.course, dial.calendar, at) - consumed_at(dial.course, dial.calendar, broke)
    return max(0, used) // HOUR


def _next_look(dial: Dial, lines: list[Line], *, told: int, at: datetime) -> datetime | None:
    """When the next level is reached if nothing happens; an hour on while the clock is paused; None without a level."""
    hours = levels.next_after(lines, told)
    if hours is None:
        return None
    if dial.course.paused:
        return at + PUT_BACK
    broke = dial.course.breached_at
    assert broke is not None, "only broken clocks are chased"  # noqa: S101
    return max(dial.calendar.reckon_add(broke, hours * HOUR, dial.course.pauses).value, at + timedelta(seconds=1))


def _tell(dial: Dial, spoken: list[Line], hours: int, at: datetime) -> None:
    clock, ticket = dial.clock, dial.clock.ticket
    event = record(
        "clock.chased",
        obj=ticket,
        by=None,
        at=at,
        data={"clock": clock.kind, "hours": hours, "ticket": ticket.number},
        organisation_id=ticket.agreement.party_b_id,
        agreement_id=ticket.agreement_id,
    )
    telling.tell_of_chase(clock, spoken, hours=hours, event=event, at=at)
