"""The console's pages on disputed bills."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing.correction_buttons import DISPUTE_VERBS
from billing.dispute_faces import dispute_badge
from billing.faces import figure, iso
from billing.models import BillDispute
from people.console import DateRangeFilter, RecordAdmin


class WaitingFilter(admin.SimpleListFilter):
    """What still waits for somebody."""

    title = _("待办")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("decision", _("待裁定")), ("credit", _("待开贷项通知单"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "decision":
            return queryset.filter(closed_on__isnull=True)
        if self.value() == "credit":
            return queryset.filter(outcome__in=["upheld", "partly"], credit_note__isnull=True)
        return queryset


@admin.register(BillDispute)
class BillDisputeAdmin(RecordAdmin):
    list_display = (
        "document_link",
        "party_b",
        "amount_shown",
        "state_badge",
        "upheld_shown",
        "opened_day",
        "closed_day",
    )
    list_display_links = ("amount_shown", "state_badge")
    list_filter = (WaitingFilter, "outcome", "through", ("opened_on", DateRangeFilter))
    search_fields = (
        "document__number", "document__agreement__number", "document__agreement__party_b__name", "reason", "decision",
    )  # fmt: skip
    search_help_text = _("按账单编号、协议、乙方、异议理由或处理说明查找")
    list_select_related = ("document__agreement__party_b",)
    export_columns = (
        "document", "party_b", "amount", "reason", "through", "opened_on", "outcome", "upheld", "decision", "closed_on",
        "credit_note",
    )  # fmt: skip
    ordering = ("-opened_at", "-pk")
    verbs = DISPUTE_VERBS
    empty_hint = _("还没有账单异议。乙方在门户提出，或在账单页面登记电话、书面异议。")
    fields = (
        "document", "amount", "positions", "reason", "through", "opened_on", "opened_by", "opened_at", "outcome",
        "upheld", "decision", "closed_on", "closed_by", "credit_note",
    )  # fmt: skip

    @admin.display(description=_("账单"), ordering="document__number")
    def document_link(self, obj: BillDispute) -> SafeString:
        url = reverse("admin:billing_document_change", args=[obj.document_id])
        return format_html('<a href="{}">{}</a>', url, obj.document)

    @admin.display(description=_("乙方"), ordering="document__agreement__party_b__name")
    def party_b(self, obj: BillDispute) -> str:
        return obj.document.agreement.party_b.name

    @admin.display(description=_("有异议的金额"), ordering="amount")
    def amount_shown(self, obj: BillDispute) -> SafeString:
        return figure(obj.amount)

    @admin.display(description=_("成立的金额"), ordering="upheld")
    def upheld_shown(self, obj: BillDispute) -> SafeString:
        return figure(obj.upheld if obj.outcome else None)

    @admin.display(description=_("状态"), ordering="outcome")
    def state_badge(self, obj: BillDispute) -> SafeString:
        return dispute_badge(obj)

    @admin.display(description=_("提出日期"), ordering="opened_on")
    def opened_day(self, obj: BillDispute) -> str:
        return iso(obj.opened_on)

    @admin.display(description=_("办结日期"), ordering="closed_on")
    def closed_day(self, obj: BillDispute) -> str:
        return iso(obj.closed_on)
