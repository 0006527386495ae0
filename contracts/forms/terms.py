"""Forms of the admin pages on agreements."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement, AgreementVersion, SupportHours
from contracts.weeks import WeekField, seconds_a_day
from worktime.calendars import current_version, work_calendar
from worktime.clock import ImpossibleCalendar


class SupportHoursForm(forms.ModelForm[SupportHours]):
    """Support hours with the week as seven lines; hours that never open are refused."""

    weekly = WeekField(
        label=_("每周时段"),
        help_text=_("每行写一天的时段，例如 8:30-12:00，13:30-17:30；不提供支持的日子留空；24:00 表示当天结束。"),
    )

    class Meta:
        model = SupportHours
        fields = ("name", "calendar", "weekly", "weekends_served", "makeup_days_served")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors or "calendar" not in cleaned:
            return cleaned
        try:
            work_calendar(SupportHours(**cleaned), current_version(cleaned["calendar"]))
        except ImpossibleCalendar as error:
            raise forms.ValidationError(
                _("这样的时段无法计时：%(why)s。请检查各天的时段以及周末是否提供支持。"), params={"why": error}
            ) from error
        return cleaned


class AgreementVersionForm(forms.ModelForm[AgreementVersion]):
    """Terms; the hours a day of the clause are compared with the support hours."""

    class Meta:
        model = AgreementVersion
        exclude = ("state", "number", "kind", "effective_to")  # noqa: DJ006  every term is editable in a draft
        widgets = {
            "effective_from": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "ends_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "summary": forms.Textarea(attrs={"rows": 3}),
            "retro_reason": forms.Textarea(attrs={"rows": 3}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        basis, rate = cleaned.get("interest_basis"), cleaned.get("interest_rate")
        rateless = {AgreementVersion.InterestBasis.NONE, AgreementVersion.InterestBasis.SME}
        if basis and basis not in rateless and rate is None:
            self.add_error("interest_rate", _("选择了这种利息依据，请填写利率。"))
        agreement: Agreement | None = cleaned.get("agreement")
        if self.instance._state.adding and agreement is not None and agreement.versions.exists():
            self.add_error("agreement", _("这份协议已有条款；以后的变更请在协议页面起草补充协议。"))
        self._compare_hours(cleaned.get("support_hours"), cleaned.get("support_hours_per_day"))
        return cleaned

    def _compare_hours(self, hours: SupportHours | None, a_day: Decimal | None) -> None:
        """The clause's hours a day (7.1.2) against the week: every day with hours must have just as many."""
        if hours is None or a_day is None:
            return
        lengths = {Decimal(seconds) / 3600 for seconds in seconds_a_day(hours.weekly) if seconds}
        if lengths != {a_day}:
            shown = "、".join(f"{length:f}".rstrip("0").rstrip(".") for length in sorted(lengths))
            self.add_error(
                "support_hours_per_day",
                _("支持时段“%(name)s”每天是 %(shown)s 小时，与这里填写的不一致，请核对。")
                % {"name": hours.name, "shown": shown},
            )
