"""The console's pages on money: rates, usage, periods, bills, formal invoices, receipts."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing import buttons, receipts, tariffs
from billing.due_dates import in_words
from billing.faces import INVOICE_TONES, figure, iso, open_amount, standing_badge, today_is
from billing.filtering import DocumentList, LeftFilter, StandingFilter
from billing.forms import RateLineForm
from billing.models import BankReceipt, Document, FormalInvoice, RateLine, ServicePeriod, UsageRecord
from billing.panels import document_panels
from billing.periods import civil_day
from billing.printing import draft_pdf, interest_pdf, kept_pdf
from billing.querysets import BankReceiptQuerySet, DocumentQuerySet
from billing.views import pdf_response
from billing.wording import number, unit_price, yuan
from people.console import ConsoleAdmin, DateRangeFilter, Panel, ReadOnlyAdmin, RecordAdmin, badge
from people.models import User
from people.refusal import Refused


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    list_display = ("name", "party_b", "period", "gross_shown", "open_shown", "state_badge", "due_shown")
    list_filter = (StandingFilter, "kind", ("issued_on", DateRangeFilter))
    search_fields = (
        "number", "agreement__number", "agreement__title", "agreement__party_b__name", "formal_invoices__number",
    )  # fmt: skip
    search_help_text = _("按账单编号、协议、乙方或发票号码查找")
    list_select_related = ("agreement__party_b", "period")
    ordering = ("-drafted_at", "-pk")
    verbs = buttons.DOCUMENT_VERBS
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
            path("<int:pk>/pdf/", view(self.pdf_view), name="billing_document_pdf"),
            path("<int:pk>/interest/", view(self.interest_view), name="billing_document_interest"),
            *super().get_urls(),
        ]

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The bill as issued, or its draft marked as one."""
        document = self._viewable(request, pk)
        try:
            content = kept_pdf(document) if document.is_issued else draft_pdf(document)
        except Refused as refused:
            return self._refused(request, document, refused)
        return pdf_response(content, f"{document.number or f'draft-{document.pk}'}.pdf")

    def interest_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The interest statement as of today."""
        document = self._viewable(request, pk)
        today = civil_day(timezone.now())
        language = "en" if (get_language() or "").startswith("en") else "zh-hans"
        try:
            content = interest_pdf(document, on=today, by=cast(User, request.user), language=language)
        except Refused as refused:
            return self._refused(request, document, refused)
        return pdf_response(content, f"{document.number}-interest-{today:%Y%m%d}.pdf")

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

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
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


@admin.register(BankReceipt)
class BankReceiptAdmin(ReadOnlyAdmin):
    list_display = ("value_day", "payer_name", "amount_shown", "left_shown", "bank_txn_id", "memo", "recorded_by")
    list_display_links = ("value_day", "payer_name")
    export_columns = (
        "value_date",
        "payer_name",
        "payer_account",
        "amount",
        "left",
        "account",
        "bank_txn_id",
        "memo",
        "recorded_by",
    )
    list_filter = (LeftFilter, ("value_date", DateRangeFilter))
    search_fields = ("payer_name", "bank_txn_id", "memo", "payer_account", "allocations__document__number")
    search_help_text = _("按付款人、流水号、附言或账单编号查找")
    list_select_related = ("recorded_by",)
    list_verbs = buttons.RECEIPT_LIST_VERBS
    empty_hint = _("还没有收款。点“登记收款”照银行回单登记。")

    def get_queryset(self, request: HttpRequest) -> BankReceiptQuerySet:
        return cast(BankReceiptQuerySet, super().get_queryset(request)).with_left()

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        rows = list(obj.allocations.select_related("document", "recorded_by").order_by("pk"))
        context = {"rows": rows, "receipt": obj, "left": receipts.left_of(obj)}
        yield Panel(
            name="allocations",
            label=_("核销"),
            template="admin/billing/allocations.html",
            context=context,
            count=len(rows),
        )

    @admin.display(description=_("到账日期"), ordering="value_date")
    def value_day(self, obj: BankReceipt) -> str:
        return iso(obj.value_date)

    @admin.display(description=_("到账金额"), ordering="amount")
    def amount_shown(self, obj: BankReceipt) -> SafeString:
        return figure(obj.amount)

    @admin.display(description=_("未核销余额"), ordering="left_fen")
    def left_shown(self, obj: BankReceipt) -> SafeString:
        return figure(self.left(obj))

    @admin.display(description=_("未核销余额"))
    def left(self, obj: BankReceipt) -> Decimal:
        return Decimal(obj.left_fen).scaleb(-2)


@admin.register(ServicePeriod)
class ServicePeriodAdmin(RecordAdmin):
    list_display = ("name", "agreement_number", "party_b", "number", "days", "state_badge", "bill")
    list_filter = ("state", ("starts_on", DateRangeFilter))
    search_fields = ("agreement__number", "agreement__party_b__name")
    search_help_text = _("按协议编号或乙方查找")
    list_select_related = ("agreement__party_b",)
    verbs = buttons.PERIOD_VERBS
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


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    list_display = ("used_at", "agreement_number", "party_b", "meter", "quantity_shown", "source", "event")
    export_columns = (
        "occurred_at", "agreement_number", "party_b", "meter", "quantity", "source", "source_event_id", "correction",
        "batch",
    )  # fmt: skip
    list_filter = (("occurred_at", DateRangeFilter), ("recorded_at", DateRangeFilter))
    search_fields = ("source_event_id", "meter", "batch", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按来源记录号、计量项、批次、协议编号或乙方查找")
    list_select_related = ("agreement__party_b", "corrects")
    list_verbs = buttons.USAGE_LIST_VERBS
    raw_id_fields = ("corrects",)
    empty_hint = _("还没有用量记录。点“导入用量”上传 CSV 文件。")

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


@admin.register(RateLine)
class RateLineAdmin(ConsoleAdmin):
    form = RateLineForm
    list_display = ("name", "agreement_number", "fee_kind", "model", "price", "tax", "from_day", "to_day")
    export_columns = (
        "name", "agreement_number", "fee_kind", "meter", "unit", "model", "unit_price", "flat_amount", "tax_rate",
        "valid_from", "valid_to",
    )  # fmt: skip
    autocomplete_fields = ("version",)
    fieldsets = (
        (None, {"fields": ("version", ("fee_kind", "name"), "clause", ("valid_from", "valid_to"), "tax_rate")}),
        (
            _("计价"),
            {"fields": ("model", ("meter", "unit"), ("unit_price", "package_size"), "flat_amount", "tiers")},
        ),
        (_("免费用量与上下限"), {"fields": ("free_units", ("minimum", "maximum"))}),
    )
    list_filter = ("fee_kind", "model")
    search_fields = ("name", "meter", "version__agreement__number", "version__agreement__party_b__name")
    search_help_text = _("按名称、计量项、协议编号或乙方查找")
    list_select_related = ("version__agreement",)
    verbs = buttons.RATE_VERBS
    empty_hint = _("还没有价目。点“增加”按协议附件逐项登记。")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A price that was billed is frozen; it can only be ended."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.lines.exists())

    def save_model(self, request: HttpRequest, obj: RateLine, form: Any, change: bool) -> None:  # noqa: FBT001
        tariffs.keep_rate(obj, by=cast(User, request.user), at=timezone.now())

    @admin.display(description=_("协议"), ordering="version__agreement__number")
    def agreement_number(self, obj: RateLine) -> str:
        return obj.version.agreement.number

    @admin.display(description=_("税率"), ordering="tax_rate")
    def tax(self, obj: RateLine) -> str:
        return f"{number(obj.tax_rate)}%"

    @admin.display(description=_("适用自"), ordering="valid_from")
    def from_day(self, obj: RateLine) -> str:
        return iso(obj.valid_from)

    @admin.display(description=_("适用至（不含）"), ordering="valid_to")
    def to_day(self, obj: RateLine) -> str:
        return iso(obj.valid_to)

    @admin.display(description=_("单价或固定金额（元）"))
    def price(self, obj: RateLine) -> str:
        if obj.model == RateLine.Model.FLAT:
            return yuan(obj.flat_amount or Decimal(0))
        return unit_price(obj.unit_price) if obj.unit_price is not None else str(_("按阶梯"))
