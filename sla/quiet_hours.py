"""Support hours as quiet hours: a person may want no e-mail outside a set of them (journal.choosing.SupportHours)."""

from __future__ import annotations

from datetime import datetime

from contracts.models import Agreement, SupportHours
from people.models import User
from worktime.calendars import current_version, work_calendar


class AgreedHours:
    """The sets of support hours; Party B sees those of its own agreements only."""

    def choices(self, user: User) -> list[tuple[str, object]]:
        rows = SupportHours.objects.order_by("name")
        if not user.is_staff:
            rows = rows.filter(versions__agreement__in=Agreement.objects.for_user(user)).distinct()
        return [(str(row.pk), row.name) for row in rows]

    def next_open(self, code: str, at: datetime) -> datetime:
        """The first instant of support time from `at` on; `at` for hours that are gone."""
        hours = SupportHours.objects.select_related("calendar").filter(pk=code).first() if code.isdigit() else None
        if hours is None:
            return at
        opened: datetime = work_calendar(hours, current_version(hours.calendar)).reckon_add(at, 0).value
        return opened
