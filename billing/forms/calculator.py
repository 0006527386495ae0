"""What the calculator is asked: a price of an agreement, or one that is typed in; a quantity; some days."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from billing.calculating import Asked
from billing.fields import ExactFormField
from billing.forms.documents import day_field, today
from billing.models import RateLine
from billing.periods import LENGTHS
from billing.pricing import card_of
from billing.tiers import TiersField
from contracts.models import Agreement
from people.refusal import Refused

CARD = (
    "model", "unit", "unit_price", "flat_amount", "package_size", "tiers", "free_units", "minimum", "maximum",
    "tax_rate", "tax_basis",
)  # fmt: skip
LATEST = date(9998, 12, 31)


def last_month() -> tuple[date, date]:
    """The first and the last day of the month before this one."""
    last = today().replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


class LineChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Prices of an agreement told apart by name, version and days."""

    def label_from_instance(self, obj: Any) -> str:
        until = f" – {obj.valid_to}" if obj.valid_to else ""
        return f"{obj.name} · {obj.version.label} · {obj.valid_from}{until}"


class CalculatorForm(forms.Form):
    """A price of one of the agreements, a quantity and the days.  Asked by GET: nothing is kept."""

    agreement = forms.ModelChoiceField(
        label=_("协议"), queryset=Agreement.objects.none(), required=False,
        widget=forms.Select(attrs={"data-sends": ""}),
    )  # fmt: skip
    line = LineChoice(label=_("价目"), queryset=RateLine.objects.none(), required=False)
    quantity = ExactFormField(label=_("用量"), digits=20, places=6, help_text=_("固定金额的价目填 0。"))
    first = day_field(_("自"))
    last = day_field(_("至（含）"))
    months = forms.TypedChoiceField(
        label=_("整期长度"),
        choices=list(zip(LENGTHS, (_("一个月"), _("一个季度"), _("一年")), strict=True)),
        coerce=int,
    )
    typed = False

    def __init__(self, data: Any, *, agreements: QuerySet[Agreement], lines: QuerySet[RateLine]) -> None:
        first, last = last_month()
        asked = {name: data[name] for name in data}
        initial = {"quantity": "0", "first": first, "last": last, "months": 1, **asked}
        # Without a quantity it is asked only which agreement's prices there are to choose from.
        super().__init__(data if "quantity" in asked else None, initial=initial)
        cast("forms.ModelChoiceField[Agreement]", self.fields["agreement"]).queryset = agreements
        chosen = data.get("agreement", "")
        known = chosen.isascii() and chosen.isdigit() and len(chosen) < 18
        of_agreement = lines.filter(version__agreement=int(chosen)) if known else lines.none()
        field = cast("LineChoice", self.fields["line"])
        field.queryset = of_agreement.select_related("version").order_by("-version__number", "fee_kind", "pk")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("first", "last"):
            if (day := cleaned.get(name)) and not date(2000, 1, 1) <= day <= LATEST:
                self.add_error(name, _("请填写 2000 年以后的日期。"))
        if not self.errors:
            self._check_price(cleaned)
        quantity = cleaned.get("quantity")
        if quantity is not None and quantity < 0:
            self.add_error("quantity", _("用量不能小于零。"))
        return cleaned

    def _check_price(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("line") is None:
            self.add_error("line", _("请选择价目。"))

    def asked(self) -> Asked:
        """The question of a valid form."""
        said = self.cleaned_data
        return Asked(self._line(said), said["quantity"], said["first"], said["last"], said["months"])

    def _line(self, said: dict[str, Any]) -> RateLine:
        return cast("RateLine", said["line"])


class TypedCalculatorForm(CalculatorForm):
    """The same, and a price may be typed in where none is chosen."""

    model = forms.ChoiceField(label=_("计价方式"), choices=RateLine.Model.choices, required=False)
    unit = forms.CharField(label=_("计量单位"), max_length=20, required=False)
    unit_price = ExactFormField(label=_("单价（元）"), digits=18, places=6, required=False)
    package_size = ExactFormField(label=_("每包数量"), digits=20, places=6, required=False)
    flat_amount = ExactFormField(label=_("固定金额（元/期）"), required=False)
    tiers = TiersField(label=_("阶梯"), required=False, help_text=_("最后一档的上限留空。"))
    free_units = ExactFormField(label=_("免费用量"), digits=20, places=6, required=False)
    minimum = ExactFormField(label=_("最低收费（元/期）"), required=False)
    maximum = ExactFormField(label=_("最高收费（元/期）"), required=False)
    tax_rate = ExactFormField(label=_("税率（%）"), digits=7, places=4, required=False, initial=Decimal(6))
    tax_basis = forms.ChoiceField(label=_("价格是否含税"), choices=RateLine.TaxBasis.choices, required=False)
    typed = True

    def _check_price(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("line") is not None:
            return
        line = self._line(cleaned)
        problems = {
            "unit_price": line.model in {"unit", "package"} and line.unit_price is None,
            "package_size": line.model == "package" and not (line.package_size and line.package_size > 0),
            "flat_amount": line.model == "flat" and line.flat_amount is None,
            "tiers": line.model in {"graduated", "volume"} and not line.tiers,
            "tax_rate": cleaned.get("tax_rate") is None or not 0 <= cleaned["tax_rate"] < 100,
        }
        for name, wrong in problems.items():
            if wrong:
                self.add_error(
                    name, _("这种计价方式须填写这一项。") if name != "tax_rate" else _("税率须在 0 至 100 之间。")
                )
        amounts = ("unit_price", "flat_amount", "free_units", "minimum", "maximum")
        for name in amounts:
            if (value := cleaned.get(name)) is not None and value < 0:
                self.add_error(name, _("单价、金额和免费用量不能为负数。"))
        if not self.errors:
            self._check_card(line)

    def _check_card(self, line: RateLine) -> None:
        if line.minimum is not None and line.maximum is not None and line.maximum < line.minimum:
            self.add_error("maximum", _("最高收费不能低于最低收费。"))
            return
        try:
            card_of(line)
        except Refused as refused:
            self.add_error("tiers", str(refused))

    def _line(self, said: dict[str, Any]) -> RateLine:
        if said.get("line") is not None:
            return cast("RateLine", said["line"])
        typed = {name: said.get(name) for name in CARD}
        typed["free_units"] = typed["free_units"] or Decimal(0)
        return RateLine(name=str(_("自填价目")), valid_from=date(2000, 1, 1), **typed)
