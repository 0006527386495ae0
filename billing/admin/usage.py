"""The console's pages on usage."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing import usage_buttons
from billing.models import UsageRecord
from billing.usage_page import UsageSheet, asked, choices_of, header, rows_of
from billing.wording import number
from contracts.models import Agreement
from people.console import EXPORT_PERMISSION, DateRangeFilter, ReadOnlyAdmin
from people.exporting import FORMATS


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    change_list_template = "admin/billing/usage.html"
    list_display = ("used_at", "agreement_number", "party_b", "meter", "quantity_shown", "source", "event")
    export_columns = (
        "occurred_at", "agreement_number", "party_b", "meter", "quantity", "source", "source_event_id", "correction",
        "batch",
    )  # fmt: skip
    list_filter = (("occurred_at", DateRangeFilter), ("recorded_at", DateRangeFilter))
    search_fields = ("source_event_id", "meter", "batch", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按来源记录号、计量项、批次、协议编号或乙方查找")
    list_select_related = ("agreement__party_b", "corrects")
    list_verbs = (usage_buttons.UPLOAD_VERB,)
    raw_id_fields = ("corrects",)
    empty_hint = _("还没有用量记录。点“导入用量”上传 CSV 或 XLSX 文件。")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("figures/", view(self.figures_view), name="billing_usagerecord_figures"),
            path("figures/export/", view(self.figures_file_view), name="billing_usagerecord_figuresfile"),
            *super().get_urls(),
        ]

    def figures_view(self, request: HttpRequest) -> HttpResponse:
        """Use by month, agreement and meter, with charts, by the filters in the address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        what = asked(request.GET.dict(), at=timezone.now())
        query, address = request.GET.copy(), reverse("admin:billing_usagerecord_figuresfile")
        files = []
        for kind in FORMATS if request.user.has_perm(EXPORT_PERMISSION) else ():
            query["as"] = kind
            files.append((kind.upper(), f"{address}?{query.urlencode()}"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("每月用量"),
            "opts": self.model._meta,
            "asked": what,
            "sheet": UsageSheet(UsageRecord.objects.all(), what),
            "choices": choices_of(Agreement.objects.exclude(effective_on=None)),
            "files": files,
        }
        return TemplateResponse(request, "admin/billing/usage_figures.html", context)

    def figures_file_view(self, request: HttpRequest) -> HttpResponseBase:
        """The same lines as a workbook or as CSV."""
        if not (self.has_view_permission(request) and request.user.has_perm(EXPORT_PERMISSION)):
            raise PermissionDenied
        kind = request.GET.get("as", "xlsx")
        if kind not in FORMATS:
            raise Http404
        sheet = UsageSheet(UsageRecord.objects.all(), asked(request.GET.dict(), at=timezone.now()))
        return FORMATS[kind](header(), rows_of(sheet), name=f"usage-{timezone.localdate():%Y%m%d}")

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: UsageRecord) -> str:
        return obj.agreement.number

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: UsageRecord) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("使用时间"), ordering="occurred_at")
    def used_at(self, obj: UsageRecord) -> str:
        return f"{timezone.localtime(obj.occurred_at):%Y-%m-%d %H:%M}"

    @admin.display(description=_("用量"), ordering="quantity")
    def quantity_shown(self, obj: UsageRecord) -> SafeString:
        return format_html('<div class="sy-num">{}</div>', number(obj.quantity))

    @admin.display(description=_("来源记录号"), ordering="source_event_id")
    def event(self, obj: UsageRecord) -> SafeString | str:
        if obj.corrects is None:
            return obj.source_event_id
        words = _("更正 %(event)s") % {"event": obj.corrects.source_event_id}
        return format_html('{}<br><span class="sy-muted">{}</span>', obj.source_event_id, words)

    @admin.display(description=_("更正的记录"))
    def correction(self, obj: UsageRecord) -> str:
        return obj.corrects.source_event_id if obj.corrects else ""
