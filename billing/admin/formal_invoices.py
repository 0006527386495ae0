"""The console's pages on formal invoices."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing.due_dates import in_words
from billing.faces import INVOICE_TONES, figure, iso
from billing.formal_files import files_of
from billing.models import FormalFile, FormalInvoice
from people.console import DateRangeFilter, Panel, RecordAdmin, badge
from people.uploading import download


@admin.register(FormalInvoice)
class FormalInvoiceAdmin(RecordAdmin):
    list_display = (
        "number", "document_link", "party_b", "gross_shown", "state_badge", "dated_day", "received_day", "due_day",
    )  # fmt: skip
    list_filter = ("state", "kind", ("dated_on", DateRangeFilter), ("due_on", DateRangeFilter))
    search_fields = ("number", "document__number", "document__agreement__number", "document__agreement__party_b__name")
    search_help_text = _("按发票号码、账单编号、协议或乙方查找")
    export_columns = (
        "number", "kind", "document_link", "party_b", "net", "tax", "gross", "state", "dated_on", "received_on",
        "due_on",
    )  # fmt: skip
    list_select_related = ("document__agreement__party_b",)
    exclude = ("due_working",)
    empty_hint = _("还没有登记正式发票。请在已开具的账单页面登记。")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        return [path("file/<int:pk>/", view, name="billing_formalinvoice_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """A kept file of a formal or a red-letter invoice, as a download."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kept: FormalFile = get_object_or_404(FormalFile, pk=pk)
        return download(kept.file, name=kept.name, content_type=kept.content_type)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        files = files_of(obj)
        if files:
            yield Panel(
                name="files", label=_("文件"), template="admin/billing/formal_files.html", context={"files": files},
                count=len(files),
            )  # fmt: skip
        lines = in_words(obj.due_working)
        if lines:
            context = {"lines": lines, "provisional": obj.due_provisional}
            yield Panel(name="due", label=_("到期日的计算"), template="admin/billing/counted.html", context=context)

    @admin.display(description=_("价税合计"), ordering="gross")
    def gross_shown(self, obj: FormalInvoice) -> SafeString:
        return figure(obj.gross)

    @admin.display(description=_("开票日期"), ordering="dated_on")
    def dated_day(self, obj: FormalInvoice) -> str:
        return iso(obj.dated_on)

    @admin.display(description=_("收到日期"), ordering="received_on")
    def received_day(self, obj: FormalInvoice) -> str:
        return iso(obj.received_on)

    @admin.display(description=_("到期日"), ordering="due_on")
    def due_day(self, obj: FormalInvoice) -> str:
        return iso(obj.due_on)

    @admin.display(description=_("账单"), ordering="document__number")
    def document_link(self, obj: FormalInvoice) -> SafeString:
        url = reverse("admin:billing_document_change", args=[obj.document_id])
        return format_html('<a href="{}">{}</a>', url, obj.document)

    @admin.display(description=_("乙方"), ordering="document__agreement__party_b__name")
    def party_b(self, obj: FormalInvoice) -> str:
        return obj.document.agreement.party_b.name

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: FormalInvoice) -> SafeString:
        return badge(obj.get_state_display(), INVOICE_TONES[obj.state])
