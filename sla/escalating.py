"""Escalating by hand: somebody of operations takes a ticket to the lead, with a reason, and it is on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from people import roles
from people.models import User
from people.refusal import Refused
from sla.acts import begin, finish
from sla.models import Escalation, Ticket, TicketEntry

LONGEST_REASON = 1000


@transaction.atomic
def escalate(ticket: Ticket, *, at: datetime, by: User, to: User, text: str) -> Ticket:
    """Take the ticket to a lead of operations.  Raises Refused for an empty reason, oneself, and who is no lead."""
    act = begin("escalate", ticket, at=at, by=by)
    words = text.strip()
    if not words:
        raise Refused(_("请写明为什么上报。"))
    if len(words) > LONGEST_REASON:
        raise Refused(_("原因太长，最多 %(most)s 字。") % {"most": LONGEST_REASON})
    if to.pk == by.pk:
        raise Refused(_("不能上报给自己，请选择其他主管。"))
    if not is_lead(to):
        raise Refused(_("%(name)s 不是运维主管，请选择运维主管。") % {"name": to})
    Escalation.objects.create(ticket=act.ticket, to=to, reason=words, by=by, at=act.at)
    act.data = {"to": str(to), "user": to.pk}
    return finish(act, TicketEntry.Kind.ESCALATED, words)


def is_lead(person: User) -> bool:
    """Whether the person leads operations."""
    return person.is_active and person.groups.filter(name=roles.OPERATIONS_LEAD).exists()
