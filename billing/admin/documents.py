"""The console's pages on documents."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing import buttons, correction_buttons, formal_buttons
from billing.due_list import DueFilter, due_page
from billing.faces import figure, open_amount, standing_badge, today_is
from billing.filtering import DocumentList, StandingFilter
from billing.interest_buttons import INTEREST_VERBS
from billing.interest_page import day_asked, page_of
from billing.interest_sum import HEADER, overdue_agreements, sheet_rows, summary_of
from billing.models import Document
from billing.panels import document_panels
from billing.periods import civil_day
from billing.printing import draft_pdf, interest_pdf, kept_pdf
from billing.querysets import DocumentQuerySet
from billing.views.documents import pdf_response
from contracts.models import Agreement
from people.console import EXPORT_PERMISSION, Button, DateRangeFilter, Panel, RecordAdmin, Verb, badge
from people.exporting import FORMATS
from people.models import User
from people.refusal import Refused

DUE_LIST = Verb("due", _("付款到期"), "billing.view_document", lambda request, obj, data: "")


def _agreement(key: str) -> Agreement | None:
    """The agreement that an address names, if there is one."""
    if not (key.isascii() and key.isdigit() and len(key) < 18):
        return None
    found: Agreement | None = Agreement.objects.select_related("party_b").filter(pk=int(key)).first()
    return found


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    list_display = ("name", "party_b", "period", "gross_shown", "open_shown", "state_badge", "due_shown")
    list_filter = (StandingFilter, DueFilter, "kind", ("issued_on", DateRangeFilter))
    search_fields = (
        "number", "agreement__number", "agreement__title", "agreement__party_b__name", "formal_invoices__number",
    )  # fmt: skip
    search_help_text = _("按账单编号、协议、乙方或发票号码查找")
    list_select_related = ("agreement__party_b", "period")
    ordering = ("-drafted_at", "-pk")
    verbs = (
        *buttons.DOCUMENT_VERBS,
        *correction_buttons.DOCUMENT_VERBS,
        *formal_buttons.DOCUMENT_VERBS,
        *INTEREST_VERBS,
    )
    list_verbs = buttons.DOCUMENT_LIST_VERBS
    export_columns = (
        "name", "agreement", "party_b", "period", "net", "tax", "gross", "open_amount", "state_badge", "due_on",
        "issued_on",
    )  # fmt: skip
    empty_hint = _("还没有账单。服务周期结束后，点“拟制账单”生成第一份草稿。")
    fields = (
        "kind", "agreement", "version", "period", "drafted_by", "drafted_at", "issue_requested_by",
        "issue_requested_at", "issued_by", "issued_at", "pdf_sha256",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> DocumentQuerySet:
        today = today_is(civil_day(timezone.now()))
        rows = cast(DocumentQuerySet, super().get_queryset(request))
        return rows.with_standing(today=today.day, soon=today.soon).defer("snapshot")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DocumentList

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("due/", view(self.due_view), name="billing_document_due"),
            path("<int:pk>/pdf/", view(self.pdf_view), name="billing_document_pdf"),
            path("<int:pk>/interest/", view(self.interest_view), name="billing_document_interest"),
            path("<int:pk>/interest-on/", view(self.interest_page_view), name="billing_document_interest_page"),
            path("interest/", view(self.interest_sum_view), name="billing_document_interest_sum"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        buttons_ = [Button(DUE_LIST, reverse("admin:billing_document_due")), *self.buttons(request, None)]
        return super().changelist_view(request, {"list_buttons": buttons_, **(extra_context or {})})

    def due_view(self, request: HttpRequest) -> HttpResponse:
        """What is due when."""
        return due_page(request, self)

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The bill as issued, or its draft marked as one."""
        document = self._viewable(request, pk)
        try:
            content = kept_pdf(document) if document.is_issued else draft_pdf(document)
        except Refused as refused:
            return self._refused(request, document, refused)
        return pdf_response(content, f"{document.number or f'draft-{document.pk}'}.pdf")

    def interest_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The interest statement as of a day."""
        document = self._viewable(request, pk)
        today = day_asked(request.GET.dict(), civil_day(timezone.now()))
        language = "en" if (get_language() or "").startswith("en") else "zh-hans"
        try:
            content = interest_pdf(document, on=today, by=cast(User, request.user), language=language)
        except Refused as refused:
            return self._refused(request, document, refused)
        return pdf_response(content, f"{document.number}-interest-{today:%Y%m%d}.pdf")

    def interest_page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The interest of a bill as of a day, segment by segment."""
        document = self._viewable(request, pk)
        on = day_asked(request.GET.dict(), civil_day(timezone.now()))
        if not document.is_issued:
            raise Http404
        context = {
            **self.admin_site.each_context(request), "title": _("逾期利息"), "subtitle": str(document),
            "opts": self.model._meta, "document": document, "page": page_of(document, on=on),
        }  # fmt: skip
        return TemplateResponse(request, "admin/billing/interest.html", context)

    def interest_sum_view(self, request: HttpRequest) -> HttpResponseBase:
        """The overdue bills of an agreement with their interest as of a day, also as a spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        on = day_asked(request.GET.dict(), civil_day(timezone.now()))
        agreement = _agreement(request.GET.get("agreement", ""))
        summary = summary_of(Document.objects.issued().filter(agreement=agreement), on=on) if agreement else None
        kind = request.GET.get("format", "")
        if summary and kind in FORMATS:
            if not request.user.has_perm(EXPORT_PERMISSION):
                raise PermissionDenied
            return FORMATS[kind](HEADER, sheet_rows(summary), name=f"interest-{agreement}-{on:%Y%m%d}")
        context = {
            **self.admin_site.each_context(request), "title": _("逾期利息汇总"), "opts": self.model._meta, "on": on,
            "agreement": agreement, "summary": summary, "agreements": () if summary else overdue_agreements(on=on),
            "may_export": request.user.has_perm(EXPORT_PERMISSION),
        }  # fmt: skip
        return TemplateResponse(request, "admin/billing/interest_sum.html", context)

    def _viewable(self, request: HttpRequest, pk: int) -> Document:
        if not self.has_view_permission(request):
            raise PermissionDenied
        related = ("agreement__party_a", "agreement__party_b", "version", "period", "drafted_by")
        rows = Document.objects.select_related(*related).prefetch_related("lines")
        document: Document | None = rows.filter(pk=pk).first()
        if document is None:
            raise Http404
        return document

    def _refused(self, request: HttpRequest, document: Document, refused: Refused) -> HttpResponse:
        messages.error(request, str(refused))
        return redirect("admin:billing_document_change", document.pk)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return document_panels(obj.pk, today=today_is(civil_day(timezone.now())))

    @admin.display(description=_("编号"), ordering="number")
    def name(self, obj: Document) -> str:
        return str(obj)

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Document) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("价税合计"), ordering="gross")
    def gross_shown(self, obj: Document) -> SafeString:
        return figure(obj.gross)

    @admin.display(description=_("未付金额"), ordering=F("gross_fen") - F("paid_fen"))
    def open_shown(self, obj: Document) -> SafeString:
        return figure(open_amount(obj))

    @admin.display(description=_("未付金额"))
    def open_amount(self, obj: Document) -> Decimal | None:
        return open_amount(obj)

    @admin.display(description=_("状态"), ordering="standing")
    def state_badge(self, obj: Document) -> SafeString:
        return standing_badge(obj)

    @admin.display(description=_("到期日"))
    def due_on(self, obj: Document) -> date | None:
        return obj.due_on

    @admin.display(description=_("到期日"), ordering="due_on")
    def due_shown(self, obj: Any) -> SafeString | str:
        """The due date with the time left under it (days_left is set by DocumentList)."""
        if obj.due_on is None:
            return "—"
        mark = badge(_("暂定"), "warn") if obj.due_provisional else ""
        left = format_html('<br><span class="sy-muted">{}</span>', obj.days_left) if obj.days_left else ""
        return format_html("<div>{} {}{}</div>", obj.due_on.isoformat(), mark, left)
