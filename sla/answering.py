"""Answering with canned answers: kept by the lead, offered where a ticket is answered, filled from the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla import holding
from sla.canned import NAMES, filled, unknown_places
from sla.models import CannedAnswer, Queue, Ticket
from sla.naming import free_name, retire_row, revive_row
from sla.telling import moment

LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a canned answer is to be.  queue None: for all queues."""

    name: str
    use: str
    text: str
    queue: Queue | None = None


@transaction.atomic
def make(wording: Wording, *, at: datetime, by: User) -> CannedAnswer:
    """A new canned answer.  Raises Refused for a name that is taken, no text, and an unknown placeholder."""
    answer = CannedAnswer(name=free_name(CannedAnswer, wording.name))
    return _keep(answer, wording, "canned.made", at=at, by=by)


@transaction.atomic
def revise(answer: CannedAnswer, wording: Wording, *, at: datetime, by: User) -> CannedAnswer:
    """Another wording; answers that were sent with the old one stay as they are.  Raises Refused as `make` does."""
    answer = CannedAnswer.objects.select_for_update().get(pk=answer.pk)
    answer.name = free_name(CannedAnswer, wording.name, but=answer)
    return _keep(answer, wording, "canned.revised", at=at, by=by)


@transaction.atomic
def retire(answer: CannedAnswer, *, at: datetime, by: User) -> CannedAnswer:
    """Offer it no more."""
    answer = CannedAnswer.objects.select_for_update().get(pk=answer.pk)
    retire_row(answer, "canned.retired", at=at, by=by)
    return answer


@transaction.atomic
def revive(answer: CannedAnswer, *, at: datetime, by: User) -> CannedAnswer:
    """Offer it again."""
    answer = CannedAnswer.objects.select_for_update().get(pk=answer.pk)
    revive_row(answer, "canned.revived", at=at, by=by)
    return answer


def offered(ticket: Ticket, use: str, *, by: User) -> list[tuple[CannedAnswer, str]]:
    """The canned answers for a verb on this ticket, each with its text filled in."""
    queue = holding.queue_of(ticket)
    said = _said(ticket, by)
    rows = CannedAnswer.objects.fitting(use, queue.pk if queue else None)
    return [(row, filled(row.text, said)) for row in rows]


def _said(ticket: Ticket, by: User) -> dict[str, str]:
    due = ticket.clocks.filter(state="running", due_at__isnull=False).order_by("due_at").first()
    return {
        "number": ticket.number,
        "title": ticket.title,
        "party_b": str(ticket.agreement.party_b),
        "reporter": str(ticket.reporter),
        "agreement": ticket.agreement.number,
        "me": str(by),
        "due": moment(due.due_at) if due else _("（无到期时刻）"),
    }


def _keep(answer: CannedAnswer, wording: Wording, action: str, *, at: datetime, by: User) -> CannedAnswer:
    text = wording.text.strip()
    if not text:
        raise Refused(_("请填写答复内容。"))
    if len(text) > LONGEST:
        raise Refused(_("内容太长，最多 %(most)s 字。") % {"most": LONGEST})
    if unknown := unknown_places(text):
        places = "、".join(f"{{{name}}}" for name in NAMES)
        said = {"unknown": "、".join(f"{{{name}}}" for name in unknown), "places": places}
        raise Refused(_("不认识 %(unknown)s，可以用的有：%(places)s。") % said)
    answer.use, answer.text, answer.queue = wording.use, text, wording.queue
    answer.save()
    record(action, obj=answer, by=by, at=at, data={"name": answer.name, "use": answer.use})
    return answer
