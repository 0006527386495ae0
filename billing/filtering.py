"""The console's lists of money: filters that people need, and the days left beside each bill."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
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


class AppliesFilter(admin.SimpleListFilter):
    """Rows with valid_from and valid_to, by whether they apply today."""

    title = _("适用情况")
    parameter_name = "applies"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("适用中")), ("later", _("尚未开始")), ("ended", _("已结束"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = civil_day(timezone.now())
        wanted = {
            "now": Q(valid_from__lte=today) & (Q(valid_to__isnull=True) | Q(valid_to__gt=today)),
            "later": Q(valid_from__gt=today),
            "ended": Q(valid_to__lte=today),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class BilledFilter(admin.SimpleListFilter):
    """Prices by whether a bill was made with them."""

    title = _("出账")
    parameter_name = "billed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("已出账")), ("no", _("未出账"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"yes": {"billed_lines__gt": 0}, "no": {"billed_lines": 0}}.get(self.value() or "", {})
        return queryset.filter(**wanted)
