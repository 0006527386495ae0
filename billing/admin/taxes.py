"""The console's pages on the table of tax rates."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing import tax_rates
from billing.faces import iso
from billing.filtering import AppliesFilter
from billing.forms.rates import EndRateForm, TaxRateForm
from billing.models import TaxRate
from billing.periods import civil_day
from billing.wording import number
from people.console import ConsoleAdmin, DateRangeFilter, Verb, badge
from people.models import User


def _end(request: HttpRequest, obj: TaxRate, data: dict[str, Any]) -> str:
    tax_rates.end_tax_rate(obj, by=cast(User, request.user), at=timezone.now(), **data)
    return _t("税率已结束适用。")


@admin.register(TaxRate)
class TaxRateAdmin(ConsoleAdmin):
    form = TaxRateForm
    list_display = ("fee_kind", "percent", "from_day", "to_day", "applies", "basis")
    export_columns = ("fee_kind", "rate", "valid_from", "valid_to", "basis")
    list_filter = ("fee_kind", AppliesFilter, ("valid_from", DateRangeFilter))
    search_fields = ("basis",)
    search_help_text = _("按依据查找")
    fieldsets = (
        (
            None,
            {
                "fields": ("fee_kind", "rate", ("valid_from", "valid_to"), "basis"),
                "description": _(
                    "价目不填税率的，按这张表计税：取计税日（所属服务周期的最后一天）适用的税率。"
                    "登记新税率时，前一条自动在新税率适用的那一天结束；已有账单用过的税率不能修改。"
                ),
            },
        ),
    )
    verbs = (
        Verb(
            "end",
            _("结束适用"),
            "billing.change_taxrate",
            _end,
            form=EndRateForm,
            when=lambda obj: obj.valid_to is None,
            explain=lambda obj: _t("自所填日期起不再适用。登记接续的税率时会自动结束，不必先办。"),
        ),
    )
    empty_hint = _("还没有税率。价目都填了自己的税率时，不需要这张表。")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rate that bills were made with is frozen; it can only be ended."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.lines.exists())

    def save_model(self, request: HttpRequest, obj: TaxRate, form: Any, change: bool) -> None:  # noqa: FBT001
        tax_rates.keep_tax_rate(obj, by=cast(User, request.user), at=timezone.now())

    @admin.display(description=_("税率"), ordering="rate")
    def percent(self, obj: TaxRate) -> str:
        return f"{number(obj.rate)}%"

    @admin.display(description=_("适用自"), ordering="valid_from")
    def from_day(self, obj: TaxRate) -> str:
        return iso(obj.valid_from)

    @admin.display(description=_("适用至（不含）"), ordering="valid_to")
    def to_day(self, obj: TaxRate) -> str:
        return iso(obj.valid_to)

    @admin.display(description=_("今天"))
    def applies(self, obj: TaxRate) -> SafeString:
        today = civil_day(timezone.now())
        if obj.valid_from > today:
            return badge(_("尚未开始"), "info")
        if obj.valid_to is not None and obj.valid_to <= today:
            return badge(_("已结束"), "muted")
        return badge(_("适用中"), "ok")
