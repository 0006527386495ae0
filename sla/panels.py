"""The sections of the console's pages: a ticket, a clock, a breach, and what an agreement's page shows of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from journal.models import Notice
from people.models import User
from people.showing import Panel
from sla.faces import Face, face_of, reason_words, rounded_up, spelled
from sla.models import Breach, Clock, Ticket
from sla.timeline import files_of, lines_of
from worktime.explain import Explanation
from worktime.wording import render

MOST_OF_AGREEMENT = 10


def ticket_panels(ticket: Ticket, faces: list[Face]) -> Iterator[Panel]:
    """What operations see of a ticket: the report, both clocks, the timeline with internal lines, the files."""
    lines = lines_of(ticket.entries.all())
    files = files_of(lines)
    yield Panel(name="report", label=_("报告"), template="admin/sla/report.html", context={"ticket": ticket})
    yield Panel(name="clocks", label=_("时限"), template="portal/sla/clocks.html", context={"faces": faces})
    yield Panel(
        name="timeline",
        label=_("办理记录"),
        template="portal/sla/timeline.html",
        context={"lines": lines},
        count=len(lines),
    )
    if files:
        yield Panel(
            name="files", label=_("附件"), template="portal/sla/files.html", context={"files": files}, count=len(files)
        )


def clock_panels(clock: Clock, *, at: datetime) -> Iterator[Panel]:
    """A clock, how it was counted, and its events."""
    yield Panel(
        name="face", label=_("计时"), template="portal/sla/clocks.html", context={"faces": [face_of(clock, at=at)]}
    )
    events = list(clock.events.select_related("by").order_by("seq"))
    for event in events:
        event.reason_words = reason_words(event.reason)  # type: ignore[attr-defined]
    yield Panel(
        name="events",
        label=_("计时事件"),
        template="admin/sla/events.html",
        context={"events": events},
        count=len(events),
    )


def breach_panels(breach: Breach, flaws: list[str]) -> Iterator[Panel]:
    """A breach: what was promised, how it was counted, who was warned, and whether the evidence stands."""
    said = breach.evidence
    context = {
        "breach": breach,
        "said": said,
        "flaws": flaws,
        "lines": render(Explanation.from_json(said["counted"]), get_language() or "zh-hans"),
        "target": spelled(said["clock"]["target_seconds"]),
        "used": spelled(rounded_up(said["consumed_seconds"])),
        "due_at": datetime.fromisoformat(said["due_at"]),
        "warnings": [_warning(warning) for warning in said["warnings"]],
    }
    yield Panel(name="evidence", label=_("证据"), template="admin/sla/evidence.html", context=context)


def _warning(said: dict[str, Any]) -> dict[str, object]:
    channel = Notice.Channel(said["channel"]).label
    return {"at": datetime.fromisoformat(said["at"]), "to": said["to"], "channel": channel}


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The newest tickets and breaches of an agreement, for its page: only what the user may see."""
    if user.has_perm("sla.view_ticket"):
        found = Ticket.objects.filter(agreement=agreement)
        newest = found.select_related("assignee").order_by("-received_at")[:MOST_OF_AGREEMENT]
        yield Panel(
            name="tickets",
            label=_("故障报告"),
            template="admin/sla/agreement_tickets.html",
            context={"tickets": list(newest), "agreement": agreement},
            count=found.count(),
        )
    if user.has_perm("sla.view_breach"):
        broken = Breach.objects.filter(agreement=agreement)
        last = broken.select_related("ticket").defer("evidence").order_by("-breached_at")[:MOST_OF_AGREEMENT]
        yield Panel(
            name="breaches",
            label=_("超时记录"),
            template="admin/sla/agreement_breaches.html",
            context={"breaches": list(last), "agreement": agreement},
            count=broken.count(),
        )
