"""Breaches: a broken promise frozen with its evidence, numbered and chained to the one before it."""

from __future__ import annotations

from datetime import datetime

from journal.models import Notice
from journal.recording import record
from sla import telling
from sla.clocks import Dial
from sla.evidence import digest, frozen
from sla.models import Breach, Chase, TicketEntry
from sla.numbering import locked_series

CHAIN = "breach"


def write(dial: Dial, *, detected_at: datetime) -> Breach:
    """Freeze the breach of a clock whose event says when it broke.  One per clock, by constraint.

    Locks the head of the chain until the transaction ends, before the journal's: call nothing that records earlier.
    """
    breached_at = dial.course.breached_at
    assert breached_at is not None, "the event comes first"  # noqa: S101
    head = locked_series(CHAIN)
    evidence = frozen(dial, number=head.last + 1, previous=head.sha256, warnings=_warnings(dial), at=detected_at)
    head.last, head.sha256, previous = head.last + 1, digest(evidence), head.sha256
    head.save(update_fields=["last", "sha256"])
    clock, ticket = dial.clock, dial.clock.ticket
    breach: Breach = Breach.objects.create(
        number=head.last,
        clock=clock,
        ticket=ticket,
        agreement=ticket.agreement,
        kind=clock.kind,
        breached_at=breached_at,
        detected_at=detected_at,
        evidence=evidence,
        sha256=head.sha256,
        previous_sha256=previous,
    )
    # The sweep looks when the next level comes, by the rules of that moment.
    Chase.objects.create(clock=clock, next_check_at=detected_at)
    _tell(breach)
    return breach


def _warnings(dial: Dial) -> list[dict[str, str]]:
    """The warnings that were left before the breach: to whom, when, by which channel."""
    left = Notice.objects.filter(key__startswith=telling.key_of_clock(dial.clock))
    return [
        {"kind": n.kind, "to": str(n.recipient or n.endpoint), "channel": n.channel, "at": n.created_at.isoformat()}
        for n in left.select_related("recipient", "endpoint").order_by("pk")
    ]


def _tell(breach: Breach) -> None:
    """The line of the timeline, the journal's event, the notices."""
    ticket = breach.ticket
    data = {"clock": breach.kind, "breached_at": breach.breached_at.isoformat(), "breach": breach.number}
    TicketEntry.objects.create(ticket=ticket, kind=TicketEntry.Kind.BREACHED, at=breach.detected_at, data=data)
    event = record(
        "clock.breached",
        obj=breach,
        by=None,
        at=breach.detected_at,
        data={**data, "ticket": ticket.number, "sha256": breach.sha256},
        organisation_id=ticket.agreement.party_b_id,
        agreement_id=ticket.agreement_id,
    )
    telling.tell_of_breach(breach, event=event)
