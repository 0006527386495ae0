"""Tiers as a clerk enters them: a table, one tier a row, from low to high; the last has no upper bound."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.fields import fitting, refusal
from billing.money import AmountError, parse_number

COLUMNS = (("up_to", _("上限（含）")), ("unit_price", _("单价（元）")), ("flat", _("本档固定费（元）")))
NAMES = tuple(name for name, _label in COLUMNS)
FEWEST, SPARE = 3, 2  # rows that the table shows at least, and empty ones after those that are filled
Typed = dict[str, str]


class TiersWidget(forms.Widget):
    """A row of three inputs for each tier; empty rows mean nothing."""

    template_name = "admin/billing/tiers_widget.html"
    use_fieldset = True

    class Media:
        js = (forms.Script("billing/rates.js", defer=True),)
        css = {"all": ("billing/billing.css",)}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Typed]:
        """The rows as they were typed, without those that are empty."""
        columns = [_all(data, f"{name}-{part}") for part in NAMES]
        rows = [dict(zip(NAMES, (text.strip() for text in row), strict=True)) for row in zip(*columns, strict=False)]
        return [row for row in rows if any(row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}-{part}" in data for part in NAMES)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        filled = [{part: row.get(part) or "" for part in NAMES} for row in value or ()]
        empty = [dict.fromkeys(NAMES, "")] * max(SPARE, FEWEST - len(filled))
        context["rows"] = [[(part, label, row[part]) for part, label in COLUMNS] for row in [*filled, *empty]]
        context["columns"] = [label for _part, label in COLUMNS]
        return context


class TiersField(forms.Field):
    """A table of tiers; cleans to the JSON of RateLine.tiers.  An empty upper bound is that of the last tier."""

    widget = TiersWidget

    def to_python(self, value: Any) -> list[dict[str, str | None]]:
        return [self._tier(number, row) for number, row in enumerate(value or (), start=1)]

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.to_python(data))
        except forms.ValidationError:
            return True

    def _tier(self, number: int, row: Mapping[str, str | None]) -> dict[str, str | None]:
        if not row.get("unit_price") and not row.get("flat"):
            raise forms.ValidationError(_("第 %(number)d 档没有填单价，也没有填固定费。"), params={"number": number})
        tier = {name: self._number(number, text) for name, text in row.items() if text and name != "up_to"}
        up_to = row.get("up_to")
        return {"up_to": self._number(number, up_to) if up_to else None, **tier}

    def _number(self, number: int, text: str) -> str:
        try:
            return format(fitting(parse_number(text), digits=18, places=6).normalize(), "f")
        except AmountError as error:
            words = refusal(AmountError(error.reason, text), 6)
            raise forms.ValidationError(
                _("第 %(number)d 档：%(words)s"), params={"number": number, "words": words}
            ) from error


def _all(data: Any, name: str) -> Iterable[str]:
    """Every value of a name: of a posted form, or of a plain mapping of lists."""
    if hasattr(data, "getlist"):
        found: list[str] = data.getlist(name)
        return found
    value = data.get(name, [])
    return [value] if isinstance(value, str) else list(value)
