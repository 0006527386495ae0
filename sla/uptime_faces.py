"""How windows, outages and monthly figures are drawn, alike in the console and in the portal."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from contracts.models import Agreement
from people.models import User
from people.showing import badge
from sla.faces import spelled
from sla.models import Announcement, MaintenanceWindow, Outage, OutageEntry, Service
from sla.uptime import Row
from sla.uptime_words import (
    VERDICT_TONES,
    figure_words,
    notice_given,
    notice_words,
    outage_badge,
    part_label,
    part_words,
    per_cent,
    services_words,
    span_words,
    standing_badge,
    target_words,
    window_badge,
)


def drawn_outage(row: Outage) -> dict[str, Any]:
    """An outage with its badge, span, length and services.  services must be prefetched."""
    lasted = "" if row.ended_at is None else spelled(int((row.ended_at - row.started_at).total_seconds()))
    return {
        "row": row,
        "badge": outage_badge(row),
        "when": span_words(row.started_at, row.ended_at),
        "lasted": lasted,
        "services": services_words([service.name for service in row.services.all()]),
    }


def drawn_window(row: MaintenanceWindow, user: User) -> dict[str, Any]:
    """An announced window as Party B sees it: whether it was told in time, by agreement and service of its own."""
    last = max(row.announcements.all(), key=lambda made: made.seq)
    own = set(Service.objects.for_user(user).values_list("pk", flat=True))
    bodies = set(Agreement.objects.for_user(user).values_list("party_b", flat=True))
    return {
        "row": row,
        "badge": window_badge(row),
        "when": span_words(row.planned_from, row.planned_to),
        "announced_at": last.at,
        "changed": last.kind == Announcement.Kind.CHANGED,
        "services": services_words([service.name for service in row.services.all() if service.pk in own]),
        "reaches": _reaches(last, user),
        "unread": any(
            reach.notice is not None and reach.notice.state == "sent"
            for made in row.announcements.all()
            for reach in made.reaches.all()
            if reach.agreement.party_b_id in bodies
        ),
    }


def _reaches(made: Announcement, user: User) -> list[dict[str, Any]]:
    rows = made.reaches.filter(
        agreement__party_b__memberships__user=user, agreement__party_b__memberships__active=True
    ).select_related("agreement", "service")
    return [
        {
            "agreement": row.agreement.number,
            "service": row.service.name,
            "badge": badge(row.get_verdict_display(), VERDICT_TONES[row.verdict]),
            "why": notice_given(row),
        }
        for row in rows
    ]


def drawn_row(row: Row) -> dict[str, Any]:
    """A monthly figure: percentage, exact seconds, target, and every part of it with its reason."""
    return {
        "row": row,
        "service": row.service.name,
        "when": span_words(row.since, row.until),
        "figure": figure_words(row),
        "target": target_words(row.term),
        "target_number": per_cent(row.target),
        "notice": notice_words(row.term),
        "hours": row.term.get_hours_display() if row.term and row.term.hours else _("没有约定，按自然时间统计"),
        "badge": standing_badge(row),
        "service_time": spelled(row.figure.service),
        "excluded": spelled(row.excluded),
        "base": spelled(row.seconds),
        "down": spelled(row.down),
        "over": spelled(row.figure.over) if row.figure.over else "",
        "parts": [
            {
                "label": part_label(part),
                "about": str(part.about),
                "when": span_words(part.since, part.until),
                "seconds": spelled(part.seconds),
                "why": part_words(part),
            }
            for part in row.parts
        ],
    }


def outage_steps(row: Outage, *, internal: bool = False) -> list[dict[str, Any]]:
    """The timeline of an outage; without the internal lines unless asked for them."""
    entries = row.entries.select_related("by")
    return [
        {"at": entry.at, "title": entry.get_kind_display(), "text": _text(entry), "who": _who(entry, internal=internal)}
        for entry in (entries if internal else entries.filter(internal=False))
    ]


def _text(entry: OutageEntry) -> str:
    if entry.kind != OutageEntry.Kind.CORRECTED:
        return entry.text
    return _("%(why)s（原登记：%(was)s）") % {"why": entry.text, "was": _was(entry.data.get("was", {}))}


def _was(said: dict[str, str]) -> str:
    since, until = parse_datetime(said.get("started_at", "")), parse_datetime(said.get("ended_at", ""))
    return "—" if since is None else span_words(since, until)


def _who(entry: OutageEntry, *, internal: bool) -> str:
    return (str(entry.by) if entry.by else _("系统")) if internal else ""
