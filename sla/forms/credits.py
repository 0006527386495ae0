"""What people fill in about service credits."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from people.acting import VerbForm
from sla.credit_panels import last_month


class MonthField(forms.DateField):
    """A month, kept as its first day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m", attrs={"type": "month", "placeholder": "2026-09"})
        super().__init__(**{"widget": widget, "input_formats": ["%Y-%m", "%Y-%m-%d"], "label": _("月份"), **kwargs})

    def clean(self, value: Any) -> date | None:
        found = super().clean(value)
        return found.replace(day=1) if found else None


class ComputeForm(VerbForm):
    """Which month of which agreement to compute."""

    agreement = forms.ModelChoiceField(queryset=Agreement.objects.none(), label=_("协议"))
    month = MonthField(initial=lambda: last_month(timezone.localdate()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreed = Agreement.objects.filter(versions__credit_rules__isnull=False).distinct().order_by("number")
        self.fields["agreement"].queryset = agreed.select_related("party_b")  # type: ignore[attr-defined]


class AskCreditForm(VerbForm):
    """Why the amount should be accepted, if something is to be said."""

    reason = forms.CharField(label=_("说明"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
