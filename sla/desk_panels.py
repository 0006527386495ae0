"""The sections of a ticket's page that only operations see: the desk, the time in hand, and what Party B sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.showing import Panel
from sla import holding
from sla.clocks import dial_of
from sla.facing import facing
from sla.in_hand import InHand, by_person, by_queue
from sla.linking import ties_of
from sla.models import Clock, Ticket
from sla.watching import watchers
from sla.wording import rounded_up, spelled


@dataclass(frozen=True, slots=True)
class HandLine:
    """Time in hand in words."""

    name: str
    working: str
    waiting: str


def desk_panel(ticket: Ticket, *, at: datetime) -> Panel:
    """The queue, category and labels, links, watchers, escalations, and how long each queue and person had it."""
    worn = list(ticket.labelled.select_related("label").order_by("sort", "pk"))
    queues, people = time_in_hand(ticket, at=at)
    context = {
        "ticket": ticket,
        "queue": holding.queue_of(ticket),
        "category": next((row.label for row in worn if row.sort == "category"), None),
        "labels": [row.label for row in worn if row.sort == "label"],
        "ties": ties_of(ticket),
        "watchers": watchers(ticket),
        "escalations": list(ticket.escalations.select_related("to", "by").order_by("pk")),
        "queues": _in_words(queues, _t("不在队列里")),
        "people": _in_words(people, _t("尚未分派")),
    }
    return Panel(name="desk", label=_("分派和关联"), template="admin/sla/desk.html", context=context)


def facing_panel(ticket: Ticket, may_do: Sequence[object], *, at: datetime) -> Panel:
    """What Party B sees of the ticket and may do with it, drawn by the portal's own template."""
    context = {**facing(ticket, at=at), "may_do": may_do, "preview": True}
    return Panel(name="facing", label=_("乙方所见"), template="admin/sla/facing.html", context=context)


def time_in_hand(ticket: Ticket, *, at: datetime) -> tuple[list[InHand], list[InHand]]:
    """By queue and by person, in the support time and with the pauses of the ticket's last solution clock."""
    clock = ticket.clocks.filter(kind=Clock.Kind.SOLUTION).order_by("-cycle").first()
    held = holding.stretches(ticket)
    if clock is None or not held:
        return [], []
    dial = dial_of(clock)
    pauses = dial.course.pauses
    return by_queue(held, dial.calendar, pauses, at), by_person(held, dial.calendar, pauses, at)


def _in_words(rows: list[InHand], unnamed: str) -> list[HandLine]:
    return [
        HandLine(
            row.name or unnamed,
            spelled(rounded_up(row.working)),
            spelled(rounded_up(row.waiting)) if row.waiting else "—",
        )
        for row in rows
    ]
