"""Forms of the pages on escalation rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from journal.models import Endpoint
from people.console import VerbForm
from people.models import User
from sla.models import Clock, EscalationRule


class RuleForm(VerbForm):
    """A rule: where, at which level, who, how."""

    agreement = forms.ModelChoiceField(
        label=_("协议"),
        queryset=Agreement.objects.none(),
        required=False,
        empty_label=_("全部协议（通用规则）"),
        help_text=_("同一级别，协议自己的规则代替通用规则，通用规则代替系统默认。"),
    )
    clock_kind = forms.ChoiceField(label=_("时限"), choices=[("", _("全部")), *Clock.Kind.choices], required=False)
    moment = forms.ChoiceField(label=_("时点"), choices=EscalationRule.Moment.choices)
    number = forms.IntegerField(
        label=_("百分比或支持小时数"),
        required=False,
        min_value=0,
        max_value=720,
        help_text=_("“时限用到”填百分比，例如 75；“超时之后”填支持小时数，例如 4；“超时”不填。"),
    )
    audience = forms.ChoiceField(label=_("通知谁"), choices=EscalationRule.Audience.choices)
    person = forms.ModelChoiceField(label=_("指定人员"), queryset=User.objects.none(), required=False)
    endpoint = forms.ModelChoiceField(label=_("渠道"), queryset=Endpoint.objects.none(), required=False)
    by_email = forms.BooleanField(
        label=_("同时发电子邮件"), required=False, initial=True, help_text=_("站内通知总是发送。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: dict[str, Any] = {
            "agreement": Agreement.objects.select_related("party_b").order_by("number"),
            "person": User.objects.filter(is_staff=True, is_active=True).order_by("name"),
            "endpoint": Endpoint.objects.order_by("name"),
        }
        for name, queryset in rows.items():
            field: Any = self.fields[name]
            field.queryset = queryset

    def clean_number(self) -> int:
        """Nothing said is 0, as it must be for a breach."""
        return self.cleaned_data["number"] or 0


class EndRuleForm(VerbForm):
    """Why a rule ends."""

    reason = forms.CharField(label=_("停用原因"), max_length=300)
