"""The console's pages on rates, and the calculator."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing import buttons, tariffs
from billing.calculator_page import calculator
from billing.faces import iso
from billing.fields import PriceField
from billing.filtering import AppliesFilter, BilledFilter
from billing.forms import RateLineForm
from billing.models import RateLine
from billing.sentences import in_both, sentence
from billing.tiers import COLUMNS, NAMES
from billing.wording import number, unit_price, yuan
from people.console import Button, ConsoleAdmin, DateRangeFilter, Panel, Verb, badge
from people.models import User

PRICE = Coalesce("flat_amount", "unit_price", output_field=PriceField())
CALCULATOR = Verb("calculator", _("计费计算器"), "billing.view_rateline", lambda request, obj, data: "")


@admin.register(RateLine)
class RateLineAdmin(ConsoleAdmin):
    form = RateLineForm
    list_display = (
        "name", "agreement_number", "version_label", "model", "price", "tax", "from_day", "to_day", "billed",
    )  # fmt: skip
    export_columns = (
        "name", "agreement_number", "party_b", "version_label", "fee_kind", "clause", "meter", "unit", "model",
        "unit_price", "package_size", "flat_amount", "free_units", "minimum", "maximum", "tax_rate", "tax_basis",
        "valid_from", "valid_to", "billed_lines", "words",
    )  # fmt: skip
    autocomplete_fields = ("version",)
    list_filter = (
        "fee_kind", "model", AppliesFilter, BilledFilter, "tax_basis", "version__state",
        ("valid_from", DateRangeFilter),
    )  # fmt: skip
    link_lookups = ("version__agreement__id__exact",)
    search_fields = ("name", "meter", "clause", "version__agreement__number", "version__agreement__party_b__name")
    search_help_text = _("按名称、计量项、条款、协议编号或乙方查找")
    list_select_related = ("version__agreement__party_b",)
    verbs = buttons.RATE_VERBS
    empty_hint = _("还没有价目。点“增加”按协议附件逐项登记。")

    class Media:
        css = {"all": ("billing/billing.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[RateLine]:
        rows: QuerySet[RateLine] = super().get_queryset(request).select_related("version__agreement__party_b")
        return rows.annotate(billed_lines=Count("lines"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        editing = self.has_change_permission(request, obj) if obj else True
        explained = render_to_string("admin/billing/models_explained.html") if editing else ""
        tiers = "tiers" if editing else "tier_table"
        return (
            (None, {"fields": ("version", ("fee_kind", "name"), "clause", ("valid_from", "valid_to"))}),
            (
                _("计价"),
                {
                    "fields": (
                        "model", ("meter", "unit"), ("unit_price", "package_size"), "flat_amount", tiers,
                    ),
                    "description": explained,
                },
            ),
            (
                _("免费用量与上下限"),
                {
                    "fields": ("free_units", ("minimum", "maximum")),
                    "description": _(
                        "先减免费用量，再计价，再比较每期的最低和最高收费；首期、末期不足整期的按天折算。"
                    ),
                },
            ),
            (
                _("税"),
                {
                    "fields": (("tax_rate", "tax_basis"),),
                    "description": _(
                        "填写税率的一直用它；留空的按税率表，取所属服务周期最后一天（计税日）适用的税率。"
                    ),
                },
            ),
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("tier_table",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.calculator_view)
        return [path("calculator/", view, name="billing_rateline_calculator"), *super().get_urls()]

    def calculator_view(self, request: HttpRequest) -> HttpResponse:
        """What a price comes to, step by step; nothing is kept."""
        return calculator(request, self)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        button = Button(CALCULATOR, reverse("admin:billing_rateline_calculator"))
        return super().changelist_view(request, {"list_buttons": [button], **(extra_context or {})})

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        url = f"{reverse('admin:billing_rateline_calculator')}?agreement={obj.version.agreement_id}&line={obj.pk}"
        bills = obj.lines.values("document").distinct().count() if obj.billed_lines else 0
        context = {"line": obj, "sentences": in_both(obj), "bills": bills, "calculator": url}
        yield Panel(name="price", label=_("价目"), template="admin/billing/rate.html", context=context)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A price that was billed is frozen; it can only be ended."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.lines.exists())

    def save_model(self, request: HttpRequest, obj: RateLine, form: Any, change: bool) -> None:  # noqa: FBT001
        tariffs.keep_rate(obj, by=cast(User, request.user), at=timezone.now())

    @admin.display(description=_("阶梯"))
    def tier_table(self, obj: RateLine) -> SafeString | str:
        """The tiers to read."""
        columns = [label for _name, label in COLUMNS]
        rows = [[tier.get(name) or "" for name in NAMES] for tier in obj.tiers]
        context = {"columns": columns, "rows": rows}
        return render_to_string("admin/billing/tier_table.html", context) if rows else "—"

    @admin.display(description=_("协议"), ordering="version__agreement__number")
    def agreement_number(self, obj: RateLine) -> str:
        return obj.version.agreement.number

    @admin.display(description=_("乙方"), ordering="version__agreement__party_b__name")
    def party_b(self, obj: RateLine) -> str:
        return obj.version.agreement.party_b.name

    @admin.display(description=_("协议版本"), ordering="version__number")
    def version_label(self, obj: RateLine) -> str:
        state = "" if obj.version.state == "active" else f"（{obj.version.get_state_display()}）"
        return f"{obj.version.label}{state}"

    @admin.display(description=_("税率"), ordering="tax_rate")
    def tax(self, obj: RateLine) -> str:
        rate = str(_("按税率表")) if obj.tax_rate is None else f"{number(obj.tax_rate)}%"
        return f"{rate}{_('（含税）')}" if obj.includes_tax else rate

    @admin.display(description=_("适用自"), ordering="valid_from")
    def from_day(self, obj: RateLine) -> str:
        return iso(obj.valid_from)

    @admin.display(description=_("适用至（不含）"), ordering="valid_to")
    def to_day(self, obj: RateLine) -> str:
        return iso(obj.valid_to)

    @admin.display(description=_("单价或固定金额（元）"), ordering=PRICE)
    def price(self, obj: RateLine) -> str:
        if obj.model == RateLine.Model.FLAT:
            return yuan(obj.flat_amount or Decimal(0))
        return unit_price(obj.unit_price) if obj.unit_price is not None else str(_("按阶梯"))

    @admin.display(description=_("出账"), ordering="billed_lines")
    def billed(self, obj: Any) -> SafeString:
        return badge(_("已出账"), "info") if obj.billed_lines else badge(_("未出账"), "muted")

    @admin.display(description=_("出账行数"))
    def billed_lines(self, obj: Any) -> int:
        return int(obj.billed_lines)

    @admin.display(description=_("说明"))
    def words(self, obj: RateLine) -> str:
        return sentence(obj)
