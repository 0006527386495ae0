"""The console's pages on periods."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing import buttons, correction_buttons
from billing.models import Document, ServicePeriod
from people.console import DateRangeFilter, RecordAdmin, badge


@admin.register(ServicePeriod)
class ServicePeriodAdmin(RecordAdmin):
    list_display = ("name", "agreement_number", "party_b", "number", "days", "state_badge", "bill")
    list_filter = ("state", ("starts_on", DateRangeFilter))
    search_fields = ("agreement__number", "agreement__party_b__name")
    search_help_text = _("按协议编号或乙方查找")
    list_select_related = ("agreement__party_b",)
    verbs = (*buttons.PERIOD_VERBS, *correction_buttons.PERIOD_VERBS)
    list_verbs = buttons.PERIOD_LIST_VERBS
    empty_hint = _("还没有服务周期。点“开出周期”从协议生效日起开出。")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServicePeriod]:
        bills = Prefetch("documents", Document.objects.filter(kind=Document.Kind.INVOICE).defer("snapshot"))
        return super().get_queryset(request).prefetch_related(bills)

    @admin.display(description=_("服务周期"), ordering="starts_on")
    def name(self, obj: ServicePeriod) -> str:
        return str(obj)

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: ServicePeriod) -> str:
        return obj.agreement.number

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: ServicePeriod) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("天数"))
    def days(self, obj: ServicePeriod) -> int:
        return obj.days

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ServicePeriod) -> SafeString:
        return badge(obj.get_state_display(), "ok" if obj.state == ServicePeriod.State.CLOSED else "info")

    @admin.display(description=_("账单"))
    def bill(self, obj: ServicePeriod) -> SafeString | str:
        found = list(obj.documents.all())
        if not found:
            return "—"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:billing_document_change", args=[found[0].pk]), found[0]
        )
