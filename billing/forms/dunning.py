"""Forms of dunning: ladders, letters of demand, notices, suspensions of debtors."""

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.ladder import CURE_COUNTED, CURE_DAYS
from billing.models import DunningStep
from contracts.forms.serving import SendForm
from contracts.models import Agreement, AgreementVersion, Suspension
from contracts.terms import terms_if_any
from people.acting import VerbForm

CONSEQUENCE = "我方将依据协议第 6.3.2 条提请暂停相关服务，并保留依法解除协议、追究违约责任的权利。"


class StepForm(forms.ModelForm[DunningStep]):
    """One step of a ladder."""

    class Meta:
        model = DunningStep
        fields = ("agreement", "code", "name", "kind", "days", "counted", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "agreement" in self.fields:
            field = cast("forms.ModelChoiceField[Agreement]", self.fields["agreement"])
            field.queryset = Agreement.objects.exclude(effective_on__isnull=True).order_by("number")


class LadderForm(VerbForm):
    """Whose ladder is to be written down: the house's, or one agreement's."""

    agreement = forms.ModelChoiceField(
        label=_("协议"), queryset=Agreement.objects.none(), required=False, empty_label=_("通用阶梯"),
        help_text=_("选协议，则照现在适用的步骤另定一份，以后只按这份；留空则写下通用阶梯。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Agreement]", self.fields["agreement"])
        field.queryset = Agreement.objects.exclude(effective_on__isnull=True).order_by("number")


class DraftDemandForm(VerbForm):
    """What a letter of demand says beside its bills."""

    consequence = forms.CharField(
        label=_("期满未付的后果"), max_length=300, initial=CONSEQUENCE, widget=forms.Textarea(attrs={"rows": 2})
    )
    remark = forms.CharField(
        label=_("补充说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    cure_days = forms.IntegerField(label=_("宽限期（天）"), min_value=1, max_value=250, initial=CURE_DAYS)
    cure_counted = forms.ChoiceField(
        label=_("宽限期按什么天计"), choices=AgreementVersion.DayCount.choices, initial=CURE_COUNTED
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A cure period that the terms name is not asked for; else the choice is a decision, kept with the letter."""
        super().__init__(*args, **kwargs)
        if self._agreed():
            del self.fields["cure_days"], self.fields["cure_counted"]
        else:
            self.fields["cure_days"].help_text = _t("协议没有约定宽限期：这里的选择作为决定随催告函记录。")

    def _agreed(self) -> bool:
        version = terms_if_any(self.obj, timezone.localdate())
        return version is not None and version.cure_days is not None


class ProposeForm(VerbForm):
    """What is to be suspended of this one agreement, and why."""

    scope = forms.ChoiceField(label=_("范围"), choices=Suspension.Scope.choices)
    scope_note = forms.CharField(
        label=_("范围说明"), max_length=300, required=False, help_text=_("只暂停部分服务的，写明是哪些。")
    )
    reason = forms.CharField(label=_("暂停理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class NoticeForm(SendForm):
    """From which day the service will be suspended, and how Party B is told."""

    effective_on = forms.DateField(
        label=_("暂停日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("通知须在这一天之前送达；到了这一天仍要由人核对条件后执行。"),
    )  # fmt: skip

    field_order = ("effective_on", "channel", "sent_at")
