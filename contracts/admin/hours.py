"""The console's pages on support hours."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contracts.forms import SupportHoursForm
from contracts.models import AgreementVersion, SupportHours
from contracts.weeks import DAYS, seconds_a_day, written_day
from people.console import ConsoleAdmin, Panel


@admin.register(SupportHours)
class SupportHoursAdmin(ConsoleAdmin):
    form = SupportHoursForm
    list_display = ("name", "calendar", "weekends_served", "makeup_days_served")
    list_select_related = ("calendar",)
    search_fields = ("name",)
    search_help_text = _("按名称查找")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Hours that terms for signing or in force name are frozen: make new ones and a supplement."""
        used = obj is not None and obj.versions.exclude(state=AgreementVersion.State.DRAFT).exists()
        return super().has_change_permission(request, obj) and not used

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The week as lines to fill in; where it is only read, the picture above shows it."""
        fields = ["name", "calendar", "weekly", "weekends_served", "makeup_days_served"]
        if obj is not None and not self.has_change_permission(request, obj):
            fields.remove("weekly")
        return fields

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        rows = [
            {"day": day, "windows": written_day(windows) or "—", "hours": seconds / 3600, "spans": _spans(windows)}
            for day, windows, seconds in zip(DAYS, obj.weekly, seconds_a_day(obj.weekly), strict=True)
        ]
        yield Panel(
            name="week", label=_("一周的支持时间"), template="admin/contracts/week.html", context={"rows": rows}
        )


def _spans(windows: list[list[str]]) -> list[tuple[float, float]]:
    """Left edge and width of each window on a day of 96 quarter hours."""

    def quarters(text: str) -> float:
        hour, minute = text.split(":")[:2]
        return (int(hour) * 60 + int(minute)) / 15

    drawn = []
    for opens, closes in windows:
        left, right = quarters(opens), quarters(closes)
        drawn.append((left, (right if right > left else 96) - left))
    return drawn
