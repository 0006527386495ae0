"""The console's pages on receipts."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing import buttons, receipts
from billing.faces import figure, iso
from billing.filtering import LeftFilter
from billing.models import BankReceipt
from billing.querysets import BankReceiptQuerySet
from people.console import DateRangeFilter, Panel, ReadOnlyAdmin


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
