"""Halts: while an agreement is suspended, or relieved of its response times by force majeure, its clocks stand still.

Pulled by a sweep, never pushed: any run repairs any gap, also for tickets filed or reopened meanwhile.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from contracts.models import Clause, Relief, Suspension
from sla.acts import second
from sla.judging import BAD_ROW
from sla.models import Clock, ClockEvent, Ticket
from sla.pausing import hold, release
from worktime.workdays import end_of_day

log = logging.getLogger("sla.halting")

LOOKED_BACK = timedelta(days=30)  # a halt that was over before a run saw it is still held for, within this time
RESPONSE_TOPIC = "response"  # clause 7.3.2


@dataclass(frozen=True, slots=True)
class Halt:
    """The clocks of an agreement stand still from `since`; `until` is empty while nobody knows the end."""

    agreement_id: int
    reason: str
    since: datetime
    until: datetime | None

    def stands(self, at: datetime) -> bool:
        """Whether it holds at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


def follow(at: datetime) -> Counter[str]:
    """Hold and release what the halts ask for by `at`; counts the tickets held, released and failed.

    Must not run inside a transaction: each ticket is its own.
    """
    at = second(at)
    found = sorted(halts(at), key=lambda halt: halt.since)
    counts: Counter[str] = Counter()
    for halt in found:
        for pk in _not_held_yet(halt, at):
            counts[_moved(pk, halt, at)] += 1
    for reason in (Clock.Reason.SUSPENSION, Clock.Reason.FORCE_MAJEURE):
        standing = {halt.agreement_id for halt in found if halt.reason == reason and halt.stands(at)}
        for pk, agreement in _held(reason):
            if agreement not in standing:
                counts[_freed(pk, reason, _end(found, agreement, reason, at), at)] += 1
    return counts


def halts(at: datetime) -> Iterator[Halt]:
    """The halts that began by `at` and did not end long ago."""
    suspended = Suspension.objects.touching(at - LOOKED_BACK, at + timedelta(seconds=1))
    # Which services a part names stands in words: whether a ticket is about them, a person decides.
    for row in suspended.exclude(scope=Suspension.Scope.PART):
        yield Halt(row.agreement_id, Clock.Reason.SUSPENSION.value, second(row.starts_at), row.ends_at)
    relieved = Relief.objects.filter(
        Exists(
            Clause.objects.filter(
                version__agreement=OuterRef("event__agreement"), number=OuterRef("clause_number"), topic=RESPONSE_TOPIC
            )
        ),
        event__party="a",
        lifted_on__isnull=True,
        until__gte=(at - LOOKED_BACK).date(),
        at__lte=at,
    )
    for relief in relieved.select_related("event"):
        last = min(relief.until, relief.event.ended_on or relief.until)
        until = max(end_of_day(last), relief.at)
        # Not from the first day of the event: what lies before the record is for two persons (sla.backdating).
        yield Halt(relief.event.agreement_id, Clock.Reason.FORCE_MAJEURE.value, second(relief.at), until)


def _not_held_yet(halt: Halt, at: datetime) -> list[int]:
    """The open tickets with a clock that ran at some time of the halt and never heard of it."""
    heard = ClockEvent.objects.filter(
        clock=OuterRef("pk"), kind=ClockEvent.Kind.PAUSED, reason=halt.reason, at__gte=halt.since
    )
    clocks = Clock.objects.holdable().filter(
        ~Exists(heard),
        Q(stopped_at__isnull=True) | Q(stopped_at__gt=halt.since),
        ticket__agreement=halt.agreement_id,
        started_at__lt=min(halt.until or at, at),
    )
    return sorted(set(clocks.values_list("ticket_id", flat=True)))


def _held(reason: str) -> list[tuple[int, int]]:
    """The open tickets with a clock held for a reason, each with its agreement."""
    # First the few that are held, then their tickets: never from the open tickets, which are many.
    held = set(Clock.objects.held_by(reason).order_by().values_list("ticket_id", flat=True))
    return sorted(Ticket.objects.open().filter(pk__in=held).values_list("pk", "agreement_id")) if held else []


def _end(found: list[Halt], agreement: int, reason: str, at: datetime) -> datetime | None:
    """When the last halt of an agreement was over; None when it was taken back: then it ends now."""
    ends = [h.until for h in found if h.agreement_id == agreement and h.reason == reason and h.until is not None]
    return max((end for end in ends if end <= at), default=None)


def _moved(pk: int, halt: Halt, at: datetime) -> str:
    try:
        ticket = Ticket.objects.get(pk=pk)
        held = hold(ticket, reason=halt.reason, at=at, since=max(halt.since, ticket.received_at))
    except BAD_ROW:
        log.exception("ticket %s could not be held for %s", pk, halt.reason)
        return "failed"
    return "held" if held else "passed"


def _freed(pk: int, reason: str, until: datetime | None, at: datetime) -> str:
    try:
        release(Ticket.objects.get(pk=pk), reason=reason, at=at, until=until)
    except BAD_ROW:
        log.exception("ticket %s could not be released from %s", pk, reason)
        return "failed"
    return "released"
