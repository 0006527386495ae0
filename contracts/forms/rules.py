"""Forms of usage rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts import rules
from contracts.forms.fields import day_field, text_field
from contracts.forms.serving import paper_field
from contracts.models import Agreement
from people.acting import VerbForm


class DraftRuleForm(VerbForm):
    """The next version of a rule."""

    changes = forms.CharField(label=_("本版变化"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = text_field(_("规则正文"), rows=12, max_length=40000)
        self.fields["applies_from"] = day_field(
            _("施行日期"), required=False, help_text=_("留空表示送达即适用；新版本在送达之前一律不适用。")
        )
        self.fields["file"] = paper_field(_("规则文件"))
        self.order_fields(["text", "changes"])
        last = self.obj.versions.first() if self.obj is not None else None
        if last is not None:
            self.fields["text"].initial = last.text


class WithdrawRuleForm(VerbForm):
    """Why a rule ends."""

    reason = forms.CharField(label=_("废止原因"), max_length=300)


class ServeRuleForm(VerbForm):
    """For which agreement the notice is written."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.fields["agreement"].queryset = rules.agreements_under(self.obj.rule).order_by("number")  # type: ignore[attr-defined]
