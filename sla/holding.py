"""Holding: which queue and which person has a ticket, from when to when.

One row is open for each ticket that is not over; it is closed and another one opened whenever the queue or the person
changes.  The ticket's row must be locked (sla.acts.begin).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from people.models import User
from sla.models import Holding, Queue, QueueRule, Ticket

OVER = frozenset({Ticket.State.CLOSED, Ticket.State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch with the names of those who held the ticket; `until` None: they still do."""

    queue: str
    person: str
    since: datetime
    until: datetime | None


def follow(ticket: Ticket, *, at: datetime) -> None:
    """Bring the open holding in line with the ticket: its first queue, its person, its end."""
    last = _last(ticket)
    if ticket.state in OVER:
        _end(last, at)
    elif last is None:
        _begin(ticket, first_queue(ticket), ticket.assignee, at)
    elif last.until is not None or last.person_id != ticket.assignee_id:
        _end(last, at)
        _begin(ticket, last.queue, ticket.assignee, at)


def place(ticket: Ticket, *, queue: Queue, at: datetime) -> None:
    """Lay the ticket with a queue; its person is what the ticket says."""
    _end(_last(ticket), at)
    _begin(ticket, queue, ticket.assignee, at)


def queue_of(ticket: Ticket) -> Queue | None:
    """The queue that the ticket lies with, or lay with last."""
    last = _last(ticket)
    return last.queue if last is not None else None


def first_queue(ticket: Ticket) -> Queue | None:
    """Where the rules send a new ticket: what names agreement and kind goes before what names one or neither."""
    fits = Q(agreement=ticket.agreement_id) | Q(agreement__isnull=True)
    rules = QueueRule.objects.filter(fits, kind__in=[ticket.kind, ""], queue__retired=False).select_related("queue")
    best = max(rules, key=lambda rule: (rule.agreement_id is not None, rule.kind != ""), default=None)
    return best.queue if best else None


def stretches(ticket: Ticket) -> list[Held]:
    """Who held the ticket and when, oldest first; one query."""
    rows = ticket.holdings.select_related("queue", "person").order_by("pk")
    return [Held(str(row.queue or ""), str(row.person or ""), row.since, row.until) for row in rows]


def _last(ticket: Ticket) -> Holding | None:
    found: Holding | None = ticket.holdings.select_related("queue").order_by("-pk").first()
    return found


def _end(holding: Holding | None, at: datetime) -> None:
    if holding is not None and holding.until is None:
        holding.until = at
        holding.save(update_fields=["until"])


def _begin(ticket: Ticket, queue: Queue | None, person: User | None, at: datetime) -> None:
    Holding.objects.create(ticket=ticket, queue=queue, person=person, since=at)
