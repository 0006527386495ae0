"""Preview: who would be told of a ticket, level by level, by the rules of this moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from journal.models import Endpoint
from sla import levels
from sla.escalation import lines_for
from sla.levels import Line
from sla.models import Clock, EscalationRule, Ticket
from sla.telling import audience

Audience = EscalationRule.Audience


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the preview."""

    level: str
    audience: object
    names: tuple[str, ...]
    ways: str
    tier: str


@dataclass(frozen=True, slots=True)
class OfClock:
    """The rows of one clock of the ticket."""

    clock: Clock
    rows: tuple[Told, ...]


def preview(ticket: Ticket) -> list[OfClock]:
    """Every clock of the ticket that has a target, with who is told when."""
    judged = ticket.clocks.filter(target_seconds__isnull=False).order_by("cycle", "kind")
    return [OfClock(clock, tuple(_rows(ticket, clock))) for clock in judged]


def level_words(line: Line) -> str:
    """A level as people say it."""
    match line.moment:
        case levels.SHARE:
            return _("时限用到 %(share)d%%") % {"share": line.number}
        case levels.BREACH:
            return _("超时")
        case _:
            return _("超时满 %(hours)d 个支持小时") % {"hours": line.number}


def _rows(ticket: Ticket, clock: Clock) -> Iterator[Told]:
    endpoints = Endpoint.objects.in_bulk()
    for line in lines_for(ticket.agreement_id, clock.kind):
        tier = {levels.BUILT_IN: _("系统默认"), levels.GENERAL: _("通用规则")}.get(line.tier, _("本协议规则"))
        label = Audience(line.audience).label
        if line.endpoint is not None:
            place = endpoints[line.endpoint]
            names: tuple[str, ...] = (place.name if place.enabled else _("%(name)s（已停用）") % {"name": place.name},)
            yield Told(level_words(line), label, names, place.get_kind_display(), tier)
            continue
        names = tuple(str(person) for person in audience(line, ticket))
        ways = _("站内、邮件") if line.by_email else _("站内")
        yield Told(level_words(line), label, names, ways if names else "—", tier)
