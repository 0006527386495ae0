"""What Party B sees of a ticket: one reading for the portal's page and for the view of it in the console."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla.faces import faces_of
from sla.linking import ties_for_party_b
from sla.models import Ticket, TicketEntry
from sla.telling import moment
from sla.timeline import files_of, lines_of

ASKING = frozenset({TicketEntry.Kind.ASKED, TicketEntry.Kind.PROPOSED})


def facing(ticket: Ticket, *, at: datetime) -> dict[str, Any]:
    """What the portal draws: never an internal line or its files, a label, a queue, a foreign ticket."""
    lines = lines_of(ticket.entries.for_party_b())
    asking = ticket.state in {Ticket.State.AWAITING_B, Ticket.State.PROPOSED}
    return {
        "ticket": ticket,
        "asked_for": next((line.text for line in reversed(lines) if line.kind in ASKING), "") if asking else "",
        "faces": faces_of(ticket, at=at),
        "lines": lines,
        "files": files_of(lines),
        "facts": _facts(ticket),
        "ties": ties_for_party_b(ticket),
    }


def _facts(ticket: Ticket) -> list[tuple[str, object]]:
    return [
        (_("协议"), str(ticket.agreement)),
        (_("类型"), ticket.get_kind_display()),
        (_("影响范围"), ticket.get_impact_display()),
        (_("紧急程度"), ticket.get_urgency_display()),
        (_("发现时间"), moment(ticket.found_at)),
        (_("收到时间"), moment(ticket.received_at)),
        (_("报告人"), str(ticket.reporter)),
        (_("甲方负责人"), str(ticket.assignee or _("尚未分派"))),
    ]
