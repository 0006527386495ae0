"""The console's lists of money: filters that people need, and the days left beside each bill."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.faces import COUNTING, STANDINGS, countdown, today_is
from billing.periods import civil_day


class StandingFilter(admin.SimpleListFilter):
    """Where a bill stands today."""

    title = _("状态")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(code, label) for code, (label, _tone) in STANDINGS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(standing=self.value()) if self.value() in STANDINGS else queryset


class LeftFilter(admin.SimpleListFilter):
    """Receipts with money that pays nothing yet."""

    title = _("核销情况")
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("有未核销余额")), ("no", _("已全部核销"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"yes": {"left_fen__gt": 0}, "no": {"left_fen": 0}}.get(self.value() or "", {})
        return queryset.filter(**wanted)


class DocumentList(ChangeList):
    """The rows of a page with the working days left, counted in one calendar."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        today = today_is(civil_day(timezone.now()))
        self.result_list = list(self.result_list)
        for row in self.result_list:
            row.days_left = countdown(row.due_on, today) if row.standing in COUNTING else ""
