"""The console's pages on rates."""

from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing import buttons, tariffs
from billing.faces import iso
from billing.forms import RateLineForm
from billing.models import RateLine
from billing.wording import number, unit_price, yuan
from people.console import ConsoleAdmin
from people.models import User


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
