"""Marks of tickets for templates: state and clocks as small words."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from people.showing import badge
from sla.faces import PRIORITY_TONES, REPORT_TONES, STATE_TONES, clock_badge, rounded_up, spelled
from sla.models import Clock, ServiceReport, Ticket
from sla.telling import moment

register = template.Library()


@register.filter
def left_words(line: Any) -> str:
    """The support time left on a line of the workbench, in words; by how much it is over, rounded up."""
    if line.left < 0:
        return _("超 %(time)s") % {"time": spelled(rounded_up(-line.left))}
    return _("剩 %(time)s") % {"time": spelled(line.left // 60 * 60 or line.left)} if line.left else _("已到期")


@register.simple_tag
def ticket_badge(ticket: Ticket) -> SafeString:
    """The state of a ticket."""
    return badge(ticket.get_state_display(), STATE_TONES[ticket.state])


@register.simple_tag
def priority_badge(ticket: Ticket) -> SafeString:
    """The priority of a ticket."""
    return badge(ticket.get_priority_display(), PRIORITY_TONES[ticket.priority])


@register.simple_tag
def clock_cell(ticket: Any, kind: str) -> SafeString | str:
    """A clock in a table: its state, and its due time while it runs.  Prefetch the clocks."""
    clock = next((c for c in ticket.clocks.all() if c.kind == kind), None)
    mark = clock_badge(ticket, kind, clock=clock)
    if clock is None or clock.due_at is None or clock.state != Clock.State.RUNNING:
        return mark
    return format_html(
        '<span class="sla-line">{} <time datetime="{}">{}</time></span>',
        mark,
        clock.due_at.isoformat(),
        moment(clock.due_at),
    )


@register.simple_tag
def clock_state(clock: Clock) -> SafeString | str:
    """The state of a clock."""
    return clock_badge(clock.ticket, clock.kind, clock=clock)


@register.simple_tag
def report_badge(report: ServiceReport) -> SafeString:
    """The state of a monthly report."""
    return badge(report.get_state_display(), REPORT_TONES[report.state])
