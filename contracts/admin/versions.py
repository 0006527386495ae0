"""The console's pages on terms and clauses."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contracts.forms import AgreementVersionForm
from contracts.models import Agreement, AgreementVersion, Clause
from people.console import ConsoleAdmin


@admin.register(AgreementVersion)
class AgreementVersionAdmin(ConsoleAdmin):
    form = AgreementVersionForm
    list_display = ("agreement", "number", "kind", "state", "effective_from", "effective_to")
    list_select_related = ("agreement",)
    list_filter = ("kind", "state")
    search_fields = ("agreement__number", "agreement__title", "agreement__party_b__name")
    search_help_text = _("按协议编号、名称或乙方查找")
    autocomplete_fields = ("agreement", "support_hours")
    fieldsets = (
        (None, {"fields": ("agreement", ("number", "kind"), ("effective_from", "effective_to"), "summary")}),
        (_("签署与保密"), {"fields": ("signing_rule", "confidentiality_years")}),
        (
            _("支持与时限"),
            {"fields": ("support_hours", "support_hours_per_day", "clock_hours", "response_hours", "solution_hours")},
        ),
        (
            _("付款与利息"),
            {
                "fields": (
                    "payment_working_days",
                    "interest_basis",
                    "interest_rate",
                    "interest_year_days",
                    "allocation_order",
                )
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Terms in force are frozen."""
        draft = obj is None or (
            obj.state == AgreementVersion.State.DRAFT and obj.agreement.state == Agreement.State.DRAFT
        )
        return super().has_change_permission(request, obj) and draft


@admin.register(Clause)
class ClauseAdmin(ConsoleAdmin):
    list_display = ("version", "number", "heading", "klass")
    list_select_related = ("version__agreement",)
    list_filter = ("klass",)
    search_fields = ("number", "heading", "text", "version__agreement__number")
    search_help_text = _("按条款号、标题或正文查找")
    autocomplete_fields = ("version",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        draft = obj is None or obj.version.state == AgreementVersion.State.DRAFT
        return super().has_change_permission(request, obj) and draft
