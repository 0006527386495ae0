"""Forms of an agreement's life: suspension, termination, renewal, exit tasks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.forms.serving import moment_field, paper_field
from contracts.forms.signing import day_field, reason_field
from contracts.models import RenewalCheck, ServedNotice, Suspension, Termination
from people.acting import VerbForm


class SuspendForm(VerbForm):
    """What is suspended, from when, and why."""

    scope = forms.ChoiceField(label=_("范围"), choices=Suspension.Scope.choices)
    scope_note = forms.CharField(
        label=_("范围说明"), max_length=300, required=False, help_text=_("只暂停部分服务的，写明是哪些。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_at"] = moment_field(
            _("暂停自"), help_text=_("批准时已过这一时间的，自批准时起暂停，不追溯。")
        )
        self.fields["reason"] = reason_field(_("暂停理由"))


class TerminateForm(VerbForm):
    """Ground, notice and days of a termination."""

    ground = forms.ChoiceField(label=_("解除事由"), choices=Termination.Ground.choices)
    side = forms.ChoiceField(label=_("提出方"), choices=Termination.Side.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.CharField(
            label=str(_("理由")), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
        )
        self.fields["clause_number"] = forms.CharField(label=str(_("依据条款")), max_length=20, required=False)
        self.fields["known_on"] = day_field(
            _("知道解除事由的日期"), required=False, help_text=_("因违约解除必填；解除权一般自该日起一年内行使。")
        )
        notices = ServedNotice.objects.filter(agreement=self.obj, kind=ServedNotice.Kind.TERMINATION)
        self.fields["notice"] = forms.ModelChoiceField(
            label=str(_("解除通知")),
            queryset=notices,
            required=False,
            help_text=str(_("先在“往来通知”里登记；协商一致的不填。")),
        )
        self.fields["until"] = day_field(
            _("整改期限届满日或载明的终止日"),
            required=False,
            help_text=_("通知载明期限的，期满未改正才解除；协商一致的填约定的最后一天。"),
        )
        self.fields["file"] = paper_field(_("解除协议或依据"))


class RenewForm(VerbForm):
    """The number of the agreement that renews this one."""

    number = forms.CharField(label=_("新协议编号"), max_length=40)


class ChecklistForm(VerbForm):
    """Each term of a renewed draft: kept or changed; those left unanswered stay open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *(choice for choice in RenewalCheck.Verdict.choices if choice[0] != "open")]
        for check in self.obj.renewal_checks.all() if self.obj else ():
            self.fields[f"check-{check.pk}"] = forms.ChoiceField(
                label=check.label,
                choices=choices,
                required=False,
                initial="" if check.verdict == RenewalCheck.Verdict.OPEN else check.verdict,
                help_text=str(_("原协议：%(value)s") % {"value": check.old_value or "—"}),
            )

    def clean(self) -> dict[str, Any]:
        """The verdicts by the names of the terms."""
        said = super().clean() or {}
        checks = self.obj.renewal_checks.all() if self.obj else ()
        verdicts = {check.name: said.get(f"check-{check.pk}", "") for check in checks}
        return {"verdicts": {name: verdict for name, verdict in verdicts.items() if verdict}}


class ObjectionForm(VerbForm):
    """Who objected to a tacit renewal, and when that arrived."""

    side = forms.ChoiceField(label=_("提出方"), choices=ServedNotice.Side.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["objected_on"] = day_field(_("异议送达日期"))
        self.fields["notice"] = forms.ModelChoiceField(
            label=str(_("异议通知")),
            queryset=ServedNotice.objects.filter(agreement=self.obj, kind=ServedNotice.Kind.RENEWAL),
            required=False,
        )
        self.fields["note"] = reason_field(_("说明"), required=False)


class NoteForm(VerbForm):
    """A remark, if there is something to say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = reason_field(_("说明"), required=False)


class SettleForm(VerbForm):
    """How an exit task was done, in words or by a paper."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = reason_field(_("办理情况"), required=False)
        self.fields["file"] = paper_field(_("证明文件"))
