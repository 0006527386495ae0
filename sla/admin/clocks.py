"""The console's pages on clocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.console import DateRangeFilter, Panel, ReadOnlyAdmin
from sla.faces import clock_badge, rounded_up, spelled
from sla.figure_filters import FigureFilter
from sla.filtering import BrokenFilter
from sla.models import Clock
from sla.panels import clock_panels


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    list_display = (
        "ticket", "kind", "state_badge", "target", "used", "due_at", "breached_at", "stopped_at", "provisional",
    )  # fmt: skip
    list_select_related = ("ticket",)
    list_filter = (FigureFilter, "kind", "state", BrokenFilter, ("due_at", DateRangeFilter))
    link_lookups = ("ticket__agreement__id__exact", "ticket__kind__exact", "ticket__priority__exact")
    search_fields = ("ticket__number", "ticket__title")
    search_help_text = _("按报告编号或标题查找")
    ordering = ("-pk",)  # newest first, by the key: no sort of every clock
    fields = (
        ("ticket", "kind", "cycle"), ("version", "calendar_version"), ("started_at", "stopped_at"),
        ("due_at", "breach_from", "breached_at"), ("next_check_at", "next_level", "revision"),
    )  # fmt: skip

    class Media:
        css = {"all": ("sla/sla.css",)}

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Clock) -> SafeString | str:
        return clock_badge(obj.ticket, obj.kind, clock=obj)

    @admin.display(description=_("约定时间"), ordering="target_seconds")
    def target(self, obj: Clock) -> str:
        return _t("未约定") if obj.target_seconds is None else spelled(obj.target_seconds)

    @admin.display(description=_("已用"), ordering="consumed_seconds")
    def used(self, obj: Clock) -> str:
        """What a clock that stands still has used; the used time of a running one is on its page."""
        return "—" if obj.state == Clock.State.RUNNING else spelled(rounded_up(obj.consumed_seconds))

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return clock_panels(obj, at=timezone.now())
