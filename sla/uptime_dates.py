"""Announced maintenance on the agenda, and so in everybody's calendar feed."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts.agenda import Asked, Entry
from sla.models import MaintenanceWindow
from sla.uptime_words import WINDOW_TONES


def maintenance_dates(asked: Asked) -> Iterator[Entry]:
    """Announced windows by the civil day on which they begin: staff by permission, Party B those of its services."""
    user, rows = asked.user, MaintenanceWindow.objects.told()
    if user.is_staff:
        if asked.mine or not user.has_perm("sla.view_maintenancewindow"):
            return
    else:
        rows = MaintenanceWindow.objects.for_user(user)
    rows = rows.filter(planned_from__date__gte=asked.first, planned_from__date__lte=asked.last)
    for row in rows.order_by("planned_from"):
        begins = localtime(row.planned_from)
        yield Entry(
            uid=f"maintenance-{row.pk}",
            day=begins.date(),
            title=_("维护 %(time)s：%(title)s") % {"time": f"{begins:%H:%M}", "title": row.title},
            kind=_("计划维护"),
            url=reverse("admin:sla_maintenancewindow_change", args=[row.pk])
            if user.is_staff
            else reverse("sla:service"),
            state=row.get_state_display(),
            tone=WINDOW_TONES[row.state],
            closed=row.state in {"ended", "cancelled"},
        )
