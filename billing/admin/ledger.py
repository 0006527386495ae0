"""The console's pages of money: the ledger as a list, and ageing, accounts, forecast, revenue, debtors, turnover."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.account import account, account_paper, account_pdf, scope_of
from billing.faces import figure, iso
from billing.models import LedgerEntry
from billing.money_asking import Asked, asked
from billing.money_pages import PAGES, MoneyPage, choices_of, file_name
from billing.money_sheets import yuan_of
from billing.periods import civil_day
from billing.views.documents import pdf_response
from contracts.models import Organisation
from people.console import EXPORT_PERMISSION, DateRangeFilter, ReadOnlyAdmin
from people.exporting import FORMATS
from people.models import User
from people.refusal import Refused


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    change_list_template = "admin/billing/ledger.html"
    list_display = ("day", "kind", "party_b", "agreement_number", "reference", "debit", "credit")
    list_select_related = ("agreement__party_b", "document", "receipt__party")
    list_filter = ("kind", ("entered_on", DateRangeFilter))
    link_lookups = ("agreement__id__exact", "body")
    search_fields = (
        "agreement__number", "agreement__party_b__name", "receipt__party__name", "document__number",
        "receipt__bank_txn_id",
    )  # fmt: skip
    search_help_text = _("按乙方、协议、单据编号或流水号查找")
    ordering = ("-entered_on", "-key")
    fields = ("entered_on", "kind", "party_b", "agreement", "document", "receipt", "debit", "credit")
    readonly_fields = ("party_b", "debit", "credit")
    export_columns = ("entered_on", "kind", "party_b", "agreement_number", "reference", "amount")
    empty_hint = _("还没有往来。开具第一份账单后，这里自动列出。")

    def get_queryset(self, request: HttpRequest) -> Any:
        # The frozen content of documents is large and says nothing here.
        return super().get_queryset(request).select_related(*self.list_select_related).defer("document__snapshot")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(f"{name}/", view(self.money_view), {"name": name}, name=f"billing_ledgerentry_{name}")
            for name in PAGES
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"pages": _tabs(""), **(extra_context or {})})

    def money_view(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """One page of money, or its table as a file (?format=)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = PAGES[name]
        today = civil_day(timezone.now())
        what = asked(request.GET.dict(), today=today)
        wanted = request.GET.get("format", "")
        if wanted == "pdf" and page.has_pdf:
            return self._pdf(request, page, what)
        sheet = page.build(what)
        if wanted in FORMATS:
            if not request.user.has_perm(EXPORT_PERMISSION):
                raise PermissionDenied
            return FORMATS[wanted](sheet.header, sheet.exported(), name=file_name(page, what.on))
        context = {
            **self.admin_site.each_context(request),
            "title": page.title,
            "opts": self.model._meta,
            "page": page,
            "pages": _tabs(name),
            "asked": what,
            "sheet": sheet,
            "choices": choices_of(page, what),
            "files": self._files(request, page, what),
        }
        return TemplateResponse(request, "admin/billing/money.html", context)

    def _files(self, request: HttpRequest, page: MoneyPage, what: Asked) -> list[str]:
        """The kinds of file that this person may take away."""
        if page.needs_body and not what.body:
            return []
        return [*(FORMATS if request.user.has_perm(EXPORT_PERMISSION) else ()), *(["pdf"] if page.has_pdf else [])]

    def _pdf(self, request: HttpRequest, page: MoneyPage, what: Asked) -> HttpResponseBase:
        body = Organisation.objects.filter(pk=what.body).first() if what.body else None
        if body is None:
            return redirect("admin:billing_ledgerentry_account")
        agreement = (
            body.agreements.select_related("party_a").filter(pk=what.agreement).first() if what.agreement else None
        )
        found = account(scope_of(body, agreement), since=what.since, until=what.on)
        language = "en" if (get_language() or "").startswith("en") else "zh-hans"
        user, today = cast(User, request.user), civil_day(timezone.now())
        try:
            content = account_pdf(account_paper(found, body, agreement, by=user, on=today, language=language))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:billing_ledgerentry_account")
        return pdf_response(content, f"{file_name(page, what.on)}.pdf")

    @admin.display(description=_("日期"), ordering="entered_on")
    def day(self, obj: LedgerEntry) -> str:
        return iso(obj.entered_on)

    @admin.display(description=_("乙方"))
    def party_b(self, obj: LedgerEntry) -> str:
        if obj.agreement is not None:
            return obj.agreement.party_b.name
        return str(obj.receipt.party) if obj.receipt is not None else ""

    @admin.display(description=_("协议"), ordering="agreement__number")
    def agreement_number(self, obj: LedgerEntry) -> str:
        return obj.agreement.number if obj.agreement is not None else "—"

    @admin.display(description=_("单据编号"))
    def reference(self, obj: LedgerEntry) -> str:
        if obj.document is not None:
            return obj.document.number or ""
        return obj.receipt.bank_txn_id if obj.receipt is not None else ""

    @admin.display(description=_("应收增加"), ordering="fen")
    def debit(self, obj: LedgerEntry) -> SafeString:
        return figure(yuan_of(obj.fen) if obj.fen > 0 else None)

    @admin.display(description=_("应收减少"), ordering="fen")
    def credit(self, obj: LedgerEntry) -> SafeString:
        return figure(yuan_of(-obj.fen) if obj.fen < 0 else None)

    @admin.display(description=_("金额"))
    def amount(self, obj: LedgerEntry) -> Any:
        return yuan_of(obj.fen)


def _tabs(here: str) -> list[tuple[object, str, bool]]:
    """The pages of money beside one another: title, address, whether it is this one."""
    listed = [(_("明细账"), reverse("admin:billing_ledgerentry_changelist"), not here)]
    return listed + [
        (page.title, reverse(f"admin:billing_ledgerentry_{name}"), name == here) for name, page in PAGES.items()
    ]
