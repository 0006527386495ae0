"""Forms of the monthly reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from people.acting import VerbForm
from sla.attainment import Month


class MonthField(forms.CharField):
    """A civil month, written 2026-09."""

    widget = forms.TextInput(attrs={"type": "month"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return Month.parse(text) if text else None
        except ValueError:
            raise forms.ValidationError(_("月份请写成 2026-09 的形式。")) from None


class IssueForm(VerbForm):
    """Which month of which agreement; why, when it is not the first revision."""

    agreement = forms.ModelChoiceField(
        label=_("协议"), queryset=Agreement.objects.exclude(effective_on=None).order_by("number")
    )
    month = MonthField(label=_("月份"))
    reason = forms.CharField(
        label=_("重新出具的原因"), max_length=300, required=False, help_text=_("这个月第一次出具时不填。")
    )


class ReissueForm(VerbForm):
    """Why the report is issued anew."""

    reason = forms.CharField(label=_("重新出具的原因"), max_length=300)


class ConfirmForm(forms.Form):
    """Party B agrees."""

    text = forms.CharField(label=_("说明"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class DisputeReportForm(forms.Form):
    """Party B does not agree."""

    text = forms.CharField(label=_("异议的理由"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
