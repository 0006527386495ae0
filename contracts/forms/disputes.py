"""Forms of disputes."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.forms.breaching import LONG, day_field, money_field
from contracts.forms.serving import paper_field
from contracts.models import Agreement, BreachCase, Dispute, Party, Stage
from people.acting import VerbForm


class RaiseForm(VerbForm):
    """A dispute, and the bodies that the agreement names."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    raised_by = forms.ChoiceField(label=_("提出方"), choices=Party.choices)
    title = forms.CharField(label=_("争议事项"), max_length=160)
    matter = forms.CharField(label=_("争议内容"), max_length=4000, widget=LONG, help_text=_("双方都可以看到。"))
    case = forms.ModelChoiceField(label=_("违约案件"), queryset=BreachCase.objects.none(), required=False)
    clause_number = forms.CharField(label=_("争议解决条款"), max_length=20, required=False)
    court = forms.CharField(label=_("约定的法院"), max_length=120, required=False)
    arbitration = forms.CharField(
        label=_("约定的仲裁机构"),
        max_length=120,
        required=False,
        help_text=_("同时约定了法院和仲裁机构的，照实填写，系统会提示风险。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = Agreement.objects.exclude(state="draft").order_by("number")  # type: ignore[attr-defined]
        self.fields["case"].queryset = BreachCase.objects.told().open().order_by("number")  # type: ignore[attr-defined]
        self.fields["raised_on"] = day_field(_("提出日期"), initial=timezone.localdate)
        self.fields["amount"] = money_field(_("争议金额（元）"), required=False)


class StepForm(VerbForm):
    """One step."""

    stage = forms.ChoiceField(label=_("阶段"), choices=[choice for choice in Stage.choices if choice[0] != "closed"])
    institution = forms.CharField(label=_("机构"), max_length=120, required=False)
    reference = forms.CharField(label=_("文号或案号"), max_length=80, required=False)
    text = forms.CharField(label=_("情况"), max_length=4000, widget=LONG)
    internal = forms.BooleanField(label=_("内部备注，对方看不到"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.fields["stage"].initial = self.obj.stage
        self.fields["on"] = day_field(_("日期"), initial=timezone.localdate)
        self.fields["amount"] = money_field(_("金额（元）"), required=False)
        self.fields["file"] = paper_field(_("文书"))
        self.order_fields(["stage", "on", "institution", "reference", "amount", "text", "file", "internal"])


class CloseForm(VerbForm):
    """The end and its result."""

    result = forms.ChoiceField(label=_("结果"), choices=Dispute.Result.choices)
    text = forms.CharField(label=_("情况"), max_length=4000, widget=LONG)
    reference = forms.CharField(label=_("文号或案号"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("结案日期"), initial=timezone.localdate)
        self.fields["amount"] = money_field(_("金额（元）"), required=False)
        self.fields["file"] = paper_field(_("文书"))
        self.order_fields(["result", "on", "reference", "amount", "text", "file"])
