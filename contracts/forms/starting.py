"""The form that makes obligations from clauses: a person fills in how often, or within how many working days."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement, Obligation
from contracts.starters import STARTERS, Numbers
from people.acting import VerbForm

SIDES = dict(Obligation.Side.choices)


class PeriodWidget(forms.MultiWidget):
    """Every so many units, first on a date."""

    class Media:
        css = {"all": ("contracts/duties.css",)}

    def __init__(self) -> None:
        part = {"class": "period-part"}
        number = forms.NumberInput(attrs={**part, "min": 1, "max": 999, "aria-label": _("每隔")})
        unit = forms.Select(choices=Obligation.Per.choices, attrs={**part, "aria-label": _("周期单位")})
        first = forms.DateInput(format="%Y-%m-%d", attrs={**part, "type": "date", "aria-label": _("首次到期")})
        super().__init__([number, unit, first])

    def decompress(self, value: Any) -> list[Any]:
        return [value.number, value.unit, value.first] if value else [None, "month", None]


class PeriodField(forms.MultiValueField):
    """A recurrence, or nothing when neither number nor date is given."""

    def __init__(self, **kwargs: Any) -> None:
        parts = (
            forms.IntegerField(min_value=1, max_value=999, required=False),
            forms.ChoiceField(choices=Obligation.Per.choices, required=False),
            forms.DateField(required=False),
        )
        super().__init__(parts, required=False, require_all_fields=False, widget=PeriodWidget(), **kwargs)

    def compress(self, data_list: list[Any]) -> Numbers | None:
        number, unit, first = data_list or (None, "", None)
        if not number and not first:
            return None
        if not (number and first and unit):
            raise forms.ValidationError(_("请把周期和首次到期都填写完整，或者都留空。"))
        return Numbers(number=number, unit=unit, first=first)


class StartForm(VerbForm):
    """One line for each duty that clauses suggest; what is left empty is not made."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = Agreement.objects.order_by("number")  # type: ignore[attr-defined]
        for starter in STARTERS:
            label = format_lazy("{side} · {title}", side=SIDES[starter.side], title=starter.title)
            if starter.event:
                label = format_lazy(_("{label}：{event}后几个工作日内"), label=label, event=starter.event)
                field: forms.Field = forms.IntegerField(
                    label=label, required=False, min_value=1, max_value=250, help_text=str(starter.hint)
                )
            else:
                label = format_lazy(_("{label}：每隔多久，首次何日到期"), label=label)
                field = PeriodField(label=label, help_text=str(starter.hint))
            self.fields[starter.topic] = field


def chosen_in(cleaned: dict[str, Any]) -> dict[str, Numbers]:
    """The numbers given, by topic."""
    given = {starter.topic: cleaned.get(starter.topic) for starter in STARTERS}
    return {
        topic: value if isinstance(value, Numbers) else Numbers(number=value)
        for topic, value in given.items()
        if value is not None
    }
