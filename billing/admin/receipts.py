"""The console's pages on receipts: the list, the waiting room, and payments put in the order of their days."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing import bank_buttons, buttons, matching, receipts, reordering, waiting
from billing.faces import figure, iso
from billing.filtering import LeftFilter
from billing.forms.bank import ReorderForm
from billing.models import BankReceipt, Document
from billing.periods import civil_day
from billing.querysets import BankReceiptQuerySet
from people.acting import Button, Verb
from people.console import DateRangeFilter, Panel, RecordAdmin
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key, once

WAITING, REORDER = "admin:billing_bankreceipt_waiting", "admin:billing_bankreceipt_reorder"
RECORD, REVERSE = "billing.record_receipt", "billing.issue_document"


@admin.register(BankReceipt)
class BankReceiptAdmin(RecordAdmin):
    list_display = (
        "value_day", "payer_name", "party", "amount_shown", "left_shown", "bank_txn_id", "memo", "recorded_by",
    )  # fmt: skip
    list_display_links = ("value_day", "payer_name")
    export_columns = (
        "value_date", "payer_name", "payer_account", "party", "amount", "left", "account", "bank_txn_id", "memo",
        "keeper", "note", "recorded_by",
    )  # fmt: skip
    list_filter = (LeftFilter, ("party", admin.RelatedOnlyFieldListFilter), ("value_date", DateRangeFilter))
    date_hierarchy = "value_date"
    search_fields = ("payer_name", "bank_txn_id", "memo", "payer_account", "allocations__document__number")
    search_help_text = _("按付款人、流水号、附言或账单编号查找")
    list_select_related = ("recorded_by", "party")
    list_verbs = buttons.RECEIPT_LIST_VERBS
    verbs = bank_buttons.RECEIPT_VERBS
    empty_hint = _("还没有收款。点“登记收款”照银行回单登记，或导入银行流水。")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("waiting/", view(self.waiting_view), name="billing_bankreceipt_waiting"),
            path("reorder/", view(self.reorder_view), name="billing_bankreceipt_reorder"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> BankReceiptQuerySet:
        return cast(BankReceiptQuerySet, super().get_queryset(request)).with_left()

    def buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        """The verbs, and from the list the ways to the waiting room and to payments found late."""
        offered = super().buttons(request, obj)
        if obj is None:
            offered.append(Button(_way("waiting", _("待核销收款")), reverse(WAITING)))
            if request.user.has_perm(REVERSE):
                offered.append(Button(_way("reorder", _("重排核销")), reverse(REORDER)))
        return offered

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
        if obj.left_fen > 0:
            found = matching.proposals_for(obj)
            yield Panel(
                name="proposals", label=_("核销提议"), template="admin/billing/proposals.html",
                context={"proposals": found, "receipt": obj}, count=len(found),
            )  # fmt: skip
        if refunds := list(obj.refunds.order_by("pk")):
            yield Panel(
                name="refunds", label=_("退款"), template="admin/billing/refunds.html", context={"refunds": refunds},
                count=len(refunds),
            )  # fmt: skip

    def waiting_view(self, request: HttpRequest) -> HttpResponse:
        """Receipts with money left and their proposals; those that are ticked are confirmed one by one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = cast(User, request.user)
        may_confirm = user.has_perm(RECORD)
        if request.method == "POST":
            if not may_confirm:
                raise PermissionDenied
            _confirm(request, user)
            return redirect(request.get_full_path())
        what = waiting.asked(request.GET.dict())
        today = civil_day(timezone.now())
        room = waiting.room(what, user=user, today=today, number=request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _t("待核销收款"),
            "opts": self.model._meta,
            "asked": what,
            "room": room,
            "page_obj": room.page,
            "may_confirm": may_confirm,
            "ages": [(name, label) for name, (label, _least, _most) in waiting.AGES.items()],
            "keepers": waiting.KEEPERS,
            "payers": waiting.PAYERS,
            "key_field": KEY_FIELD,
            "key": new_key(),
        }
        return TemplateResponse(request, "admin/billing/waiting.html", context)

    def reorder_view(self, request: HttpRequest) -> HttpResponse:
        """What putting the payments of a bill into order would change, and doing it."""
        if not request.user.has_perm(REVERSE):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        form = ReorderForm(asked if asked.get("document") else None)
        context: dict[str, Any] = {}
        if form.is_bound and form.is_valid():
            try:
                document, adding = _bill_and_receipt(form.cleaned_data)
                if request.method == "POST":
                    return _reordered(request, document, adding)
                on = civil_day(timezone.now())
                context = {"plan": reordering.plan(document, on=on, adding=adding), "adding": adding}
            except Refused as refused:
                form.add_error(None, str(refused))
        context |= {
            **self.admin_site.each_context(request),
            "title": _t("重排核销"),
            "opts": self.model._meta,
            "form": form,
            "key_field": KEY_FIELD,
            "key": new_key(),
        }
        return TemplateResponse(request, "admin/billing/reorder.html", context)

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


def _way(name: str, label: object) -> Verb:
    return Verb(name, label, RECORD, lambda request, obj, said: "")


def _confirm(request: HttpRequest, user: User) -> None:
    chosen = waiting.chosen(request.POST.getlist("chosen"))
    if not chosen:
        messages.warning(request, _t("没有选中任何提议。"))
        return

    def work() -> list[list[Any]]:
        results = matching.confirm_many(chosen, by=user, at=timezone.now())
        return [[result.done, f"{result.receipt or ''}：{result.words}"] for result in results]

    try:
        said = once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=timezone.now())
    except Refused as refused:
        said = [[False, str(refused)]]
    for done, words in said:
        (messages.success if done else messages.warning)(request, words)


def _bill_and_receipt(said: dict[str, Any]) -> tuple[Document, BankReceipt | None]:
    number, txn = said["document"].strip().upper(), said["receipt"].strip()
    rows = Document.objects.issued().select_related("version", "agreement")
    document = rows.filter(number=number, kind__in=buttons.BILLS).first()
    if document is None:
        raise Refused(_t("没有编号为 %(number)s 的已开具账单。") % {"number": number})
    if not txn:
        return document, None
    receipt = BankReceipt.objects.waiting().filter(bank_txn_id=txn).order_by("occurrence").first()
    if receipt is None:
        raise Refused(_t("没有流水号为 %(txn)s、还有余额的收款。") % {"txn": txn})
    return document, receipt


def _reordered(request: HttpRequest, document: Document, adding: BankReceipt | None) -> HttpResponse:
    user, at = cast(User, request.user), timezone.now()
    reason = request.POST.get("reason", "")

    def work() -> str:
        return str(reordering.redo(document, adding=adding, reason=reason, by=user, at=at).difference)

    difference = once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
    messages.success(request, _t("已按到账先后重新核销，利息变动 %(difference)s 元。") % {"difference": difference})
    return redirect("admin:billing_document_change", document.pk)
