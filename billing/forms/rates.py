"""Forms of prices and tax rates."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.documents import day_field, today
from billing.models import RateLine, TaxRate
from billing.pricing import card_of
from billing.tiers import TiersField
from contracts.models import AgreementVersion
from people.acting import VerbForm
from people.refusal import Refused

DAYS = {name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}) for name in ("valid_from", "valid_to")}


class TaxRateForm(forms.ModelForm[TaxRate]):
    """A tax rate with its days and its source."""

    class Meta:
        model = TaxRate
        fields = ("fee_kind", "rate", "valid_from", "valid_to", "basis")
        widgets = {**DAYS, "basis": forms.TextInput(attrs={"size": 60})}


class RateLineForm(forms.ModelForm[RateLine]):
    """A price; tiers that cannot be read and fields that its model does not know are refused."""

    tiers = TiersField(
        label=_("阶梯"),
        required=False,
        help_text=_("每行一档，从低到高；上限属于本档，最后一档的上限留空。固定费进入该档即收，可不填。"),
    )

    class Meta:
        model = RateLine
        fields = (
            "version", "fee_kind", "name", "clause", "model", "meter", "unit", "unit_price", "package_size",
            "flat_amount", "tiers", "free_units", "minimum", "maximum", "tax_rate", "tax_basis", "valid_from",
            "valid_to",
        )  # fmt: skip
        widgets = DAYS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "version" in self.fields:
            field = cast("forms.ModelChoiceField[AgreementVersion]", self.fields["version"])
            field.queryset = AgreementVersion.objects.select_related("agreement").order_by(
                "agreement__number", "number"
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                card_of(RateLine(**{name: value for name, value in cleaned.items() if name != "version"}))
            except Refused as refused:
                raise forms.ValidationError(str(refused)) from refused
        return cleaned


class EndRateForm(VerbForm):
    """From which day a price applies no longer."""

    on = day_field(_("不再适用自"), initial=today)
