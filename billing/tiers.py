"""Tiers as a clerk writes them: one a line, upper bound, unit price, fixed fee."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.fields import fitting, refusal
from billing.money import AmountError, parse_number

OPEN_END = "以上"  # the bound of the last tier, written so in both languages


class TiersField(forms.CharField):
    """Tiers as lines: up to (included), unit price, fixed fee of the tier; the last line has no upper bound."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 40})

    def to_python(self, value: Any) -> list[dict[str, str | None]]:  # type: ignore[override]
        lines = [line for line in str(super().to_python(value) or "").splitlines() if line.strip()]
        return [self._tier(line) for line in lines]

    def prepare_value(self, value: Any) -> Any:
        """The stored tiers as lines again; what a person typed stays as it was typed."""
        if not isinstance(value, list):
            return value
        return "\n".join(
            ", ".join(
                part for part in (tier.get("up_to") or OPEN_END, tier.get("unit_price"), tier.get("flat")) if part
            )
            for tier in value
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))

    def _tier(self, line: str) -> dict[str, str | None]:
        up_to, *prices = [part.strip() for part in line.replace("，", ",").split(",")]
        if not 1 <= len(prices) <= 2:
            raise forms.ValidationError(
                _("阶梯“%(line)s”看不懂，请写作：上限, 单价 或 上限, 单价, 固定费。"), params={"line": line}
            )
        names = ("unit_price", "flat")
        tier = {name: self._number(text) for name, text in zip(names, prices, strict=False)}
        return {"up_to": None if up_to == OPEN_END else self._number(up_to), **tier}

    def _number(self, text: str) -> str:
        try:
            return format(fitting(parse_number(text), digits=18, places=6).normalize(), "f")
        except AmountError as error:
            raise forms.ValidationError(refusal(AmountError(error.reason, text), 6)) from error


def _written(tier: Mapping[str, str | None]) -> str:
    parts = (tier.get("up_to") or OPEN_END, tier.get("unit_price"), tier.get("flat"))
    return ", ".join(part for part in parts if part)
