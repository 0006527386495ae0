"""What contract managers fill in about promised times."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import AgreementVersion
from sla.models import Clock, PriorityMatrix, ServiceTarget
from sla.models.targets import every_reason, usual_shares


class SharesField(forms.CharField):
    """Shares of a target in per cent, written 50, 75, 90."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        words = super().clean(value).replace("，", ",").replace("、", ",")
        parts = [part.strip() for part in words.split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
            raise forms.ValidationError(_("请填写用逗号分开的整数，例如：50, 75, 90。"))
        return [int(part) for part in parts]


def _drafts(form: forms.BaseForm) -> None:
    if "version" in form.fields:
        field = cast("forms.ModelChoiceField[AgreementVersion]", form.fields["version"])
        drafts = AgreementVersion.objects.filter(state=AgreementVersion.State.DRAFT).select_related("agreement")
        field.help_text = _("只能选择还是草稿的版本；已签署的协议请先起草补充协议。")
        field.queryset = drafts.order_by("agreement__number", "number")


class ServiceTargetForm(forms.ModelForm[ServiceTarget]):
    """One promised time of a draft."""

    shares = SharesField(
        label=_("预警比例（%）"),
        initial=usual_shares,
        required=False,
        help_text=_("已用时间达到这些比例时提醒甲方办理人员，例如：50, 75, 90。"),
    )
    pause_reasons = forms.MultipleChoiceField(
        label=_("可暂停计时的原因"),
        choices=Clock.Reason.choices,
        initial=every_reason,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("响应时限不能暂停，不用选择。"),
    )

    class Meta:
        model = ServiceTarget
        fields = (
            "version", "ticket_kind", "priority", "clock", "target_hours", "hours", "shares", "pause_reasons",
            "pause_cap_hours", "reopen_days",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _drafts(self)


class PriorityMatrixForm(forms.ModelForm[PriorityMatrix]):
    """The priorities of a draft."""

    class Meta:
        model = PriorityMatrix
        fields = (
            "version", "whole_high", "whole_medium", "whole_low", "part_high", "part_medium", "part_low",
            "single_high", "single_medium", "single_low",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _drafts(self)
