"""Acts: what every verb of a ticket does first (lock, check, fix the second) and last (keep, record, tell)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from journal.recording import record
from people.models import User
from people.refusal import Refused
from people.uploading import check
from sla import attaching, clocks, holding, telling
from sla.clocks import Dial
from sla.models import Ticket, TicketEntry
from sla.steps import DESK, STEPS, after, may

DESK_KINDS = frozenset(
    {
        TicketEntry.Kind.QUEUED,
        TicketEntry.Kind.LABELLED,
        TicketEntry.Kind.LINKED,
        TicketEntry.Kind.WATCHED,
        TicketEntry.Kind.ESCALATED,
    }
)
INTERNAL = DESK_KINDS | {TicketEntry.Kind.NOTE, TicketEntry.Kind.REASSIGNED, TicketEntry.Kind.WARNED}
LONGEST_TEXT = 8000


@dataclass
class Act:
    """One verb at work on a locked ticket and its locked clocks.  `at` is the second from which it counts."""

    verb: str
    ticket: Ticket
    at: datetime
    by: User | None
    dials: dict[str, Dial]
    data: dict[str, Any] = field(default_factory=dict)
    leads_to: str = ""  # where the verb leads elsewhere than the table says


def second(at: datetime) -> datetime:
    """The instant in UTC without its fraction of a second: the grain of every clock."""
    return at.astimezone(UTC).replace(microsecond=0)


def begin(verb: str, ticket: Ticket, *, at: datetime, by: User | None) -> Act:
    """Lock the ticket and its clocks and check that the verb may start.  Raises Refused when it may not.

    Time on a ticket never runs back: an act counts at the earliest from the last one that is already recorded.
    """
    # Not FOR UPDATE: the sweep, which holds a clock we may wait for, must be able to add lines to the timeline.
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    if not may(verb, ticket.state):
        raise Refused(
            _("报告 %(number)s 现在是“%(state)s”，不能进行此操作，请刷新页面查看最新情况。")
            % {"number": ticket.number, "state": ticket.get_state_display()}
        )
    dials = clocks.locked(ticket)
    return Act(verb, ticket, max([second(at), ticket.received_at, *clocks.latest(dials.values())]), by, dials)


def finish(act: Act, kind: str, text: str, files: Iterable[Any] = ()) -> Ticket:
    """Keep the ticket's new state, the line of its timeline and its files; record and tell.  Answers the ticket."""
    checked = check(files)
    ticket = act.ticket
    if act.verb in STEPS or act.verb in DESK:
        ticket.state = act.leads_to or after(act.verb, ticket.state)
        ticket._history_user = act.by  # type: ignore[attr-defined]
        ticket.save()
    holding.follow(ticket, at=act.at)
    entry = TicketEntry.objects.create(
        ticket=ticket, kind=kind, text=_fitting(text), by=act.by, at=act.at, internal=kind in INTERNAL, data=act.data
    )
    attached = [] if act.by is None else attaching.attach(entry, checked, by=act.by, at=act.at)
    event = record(
        f"ticket.{kind}",
        obj=ticket,
        by=act.by,
        at=act.at,
        data={
            "number": ticket.number,
            "state": ticket.state,
            # The words stay in the timeline: what people write may hold personal data.
            "entry": entry.pk,
            "files": [file.sha256 for file in attached],
        },
        organisation_id=ticket.agreement.party_b_id,
        agreement_id=ticket.agreement_id,
    )
    telling.tell_of_entry(ticket, entry, event=event)
    return ticket


def _fitting(text: str) -> str:
    words = text.strip()
    if len(words) > LONGEST_TEXT:
        raise Refused(_("内容太长，最多 %(most)s 字，请精简或作为附件上传。") % {"most": LONGEST_TEXT})
    return words
