"""Linking: tickets that have to do with one another.  Party B sees only links between its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from people.models import User
from people.refusal import Refused
from sla.acts import begin, finish
from sla.models import Merge, Ticket, TicketEntry, TicketLink


@dataclass(frozen=True, slots=True)
class Tie:
    """A link as one of its tickets sees it: in words, and the ticket at the other end.  pk: of the link, if any."""

    words: str
    ticket: Ticket
    pk: int | None = None


@transaction.atomic
def link(ticket: Ticket, *, at: datetime, by: User, other: Ticket, kind: str, text: str = "") -> Ticket:
    """Tie two tickets.  Raises Refused for a ticket with itself, a link that is there, and a ring of duplicates."""
    act = begin("link", ticket, at=at, by=by)
    if other.pk == ticket.pk:
        raise Refused(_("不能把报告关联到它自己，请填写另一份报告的编号。"))
    if kind not in TicketLink.Kind.values:
        raise Refused(_("没有这种关系，请重新选择。"))
    one, two = _ordered(act.ticket, other, kind)
    _demand_new(one, two, kind)
    TicketLink.objects.create(one=one, other=two, kind=kind, by=by, at=act.at)
    act.data = {"link": kind, "other": other.number}
    return finish(act, TicketEntry.Kind.LINKED, text)


@transaction.atomic
def unlink(ticket: Ticket, *, at: datetime, by: User, tie: TicketLink) -> Ticket:
    """Untie two tickets.  Raises Refused when somebody else has done it."""
    act = begin("link", ticket, at=at, by=by)
    found = TicketLink.objects.filter(Q(one=ticket) | Q(other=ticket), pk=tie.pk).select_related("one", "other").first()
    if found is None:
        raise Refused(_("这条关联已经删除，请刷新页面。"))
    other = found.other if found.one_id == ticket.pk else found.one
    act.data = {"link": found.kind, "other": other.number, "removed": True}
    found.delete()
    return finish(act, TicketEntry.Kind.LINKED, "")


def ties_of(ticket: Ticket) -> list[Tie]:
    """All links of a ticket and what was merged, for operations; four queries."""
    out = ticket.links_out.select_related("other__agreement").order_by("pk")
    back = ticket.links_in.select_related("one__agreement").order_by("pk")
    merged = ticket.merged.select_related("ticket__agreement").order_by("pk")
    gone = Merge.objects.filter(ticket=ticket).select_related("into__agreement")
    return [
        *(Tie(_("已并入"), row.into) for row in gone),
        *(Tie(_("并入了本报告"), row.ticket) for row in merged),
        *(Tie(row.get_kind_display(), row.other, row.pk) for row in out),
        *(Tie(_backwards(row.kind), row.one, row.pk) for row in back),
    ]


def linked(ticket: Ticket) -> bool:
    """Whether the ticket has links that could be taken away."""
    return TicketLink.objects.filter(Q(one=ticket) | Q(other=ticket)).exists()


def ties_for_party_b(ticket: Ticket) -> list[Tie]:
    """The links that Party B may see: to tickets of the same organisation's agreements."""
    body = ticket.agreement.party_b_id
    return [tie for tie in ties_of(ticket) if tie.ticket.agreement.party_b_id == body]


def _backwards(kind: str) -> str:
    return {"duplicate": _("有重复报告"), "caused_by": _("引起了"), "related": _("相关")}[kind]


def _ordered(one: Ticket, other: Ticket, kind: str) -> tuple[Ticket, Ticket]:
    """Related is the same from both ends: kept once, the older ticket first."""
    if kind == TicketLink.Kind.RELATED and other.pk < one.pk:
        return other, one
    return one, other


def _demand_new(one: Ticket, other: Ticket, kind: str) -> None:
    if TicketLink.objects.filter(one=one, other=other, kind=kind).exists():
        raise Refused(_("这两份报告之间已经有这种关联。"))
    if kind != TicketLink.Kind.RELATED and TicketLink.objects.filter(one=other, other=one, kind=kind).exists():
        raise Refused(_("报告 %(number)s 已经以同样的关系关联到本报告，不能互相关联。") % {"number": other.number})
