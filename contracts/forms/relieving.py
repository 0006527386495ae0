"""Forms of force majeure."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.forms.breaching import LONG, day_field
from contracts.forms.serving import paper_field
from contracts.models import Agreement, ObligationOccurrence, Party, Relief, ServedNotice
from people.acting import VerbForm


class ReportForm(VerbForm):
    """An event, with the deadlines that the agreement names."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    party = forms.ChoiceField(label=_("受影响方"), choices=Party.choices)
    title = forms.CharField(label=_("事件"), max_length=160)
    cause = forms.CharField(label=_("原因和影响"), max_length=4000, widget=LONG)
    notice_days = forms.IntegerField(
        label=_("约定的通知期限（天）"), min_value=0, max_value=365, required=False,
        help_text=_("协议没有约定就不填，系统不补默认值。"),
    )  # fmt: skip
    proof_days = forms.IntegerField(label=_("约定的证明期限（天）"), min_value=0, max_value=365, required=False)
    exit_days = forms.IntegerField(
        label=_("约定的可解除天数"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("持续超过多少天可以解除。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = Agreement.objects.exclude(state="draft").order_by("number")  # type: ignore[attr-defined]
        self.fields["started_on"] = day_field(_("发生日期"), initial=timezone.localdate)
        self.order_fields(["agreement", "party", "title", "cause", "started_on"])


class NoticeForm(VerbForm):
    """The notice of the affected party."""

    notice = forms.ModelChoiceField(label=_("不可抗力通知（已送达）"), queryset=ServedNotice.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            arrived = self.obj.agreement.served_notices.arrived().filter(kind__in=["force_majeure", "other"])
            self.fields["notice"].queryset = arrived.filter(sender=self.obj.party)  # type: ignore[attr-defined]


class ProofForm(VerbForm):
    """The proof, and when it was given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = paper_field(_("证明文件"), required=True)
        self.fields["on"] = day_field(_("提交证明日期"), initial=timezone.localdate)


class EndForm(VerbForm):
    """The last day of the event."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("结束日期"), initial=timezone.localdate)


class RelieveForm(VerbForm):
    """An obligation that is put off."""

    clause_number = forms.CharField(label=_("条款号"), max_length=20)
    obligation = forms.CharField(
        label=_("义务"), max_length=200, help_text=_("写明是哪一次，例如：2026 年 10 月账单付款。")
    )
    occurrence = forms.ModelChoiceField(
        label=_("所跟踪的履行事项"), queryset=ObligationOccurrence.objects.none(), required=False,
        help_text=_("系统正在跟踪这项义务的，请选择；到期日随之顺延。"),
    )  # fmt: skip
    debtor = forms.ChoiceField(label=_("义务方"), choices=Party.choices)
    reason = forms.CharField(label=_("理由"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.fields["debtor"].initial = self.obj.party
            tracked = ObligationOccurrence.objects.filter(
                obligation__agreement=self.obj.agreement, obligation__side__in=[self.obj.party, "both"], state="open"
            )
            self.fields["occurrence"].queryset = tracked.select_related("obligation").order_by("due_on")  # type: ignore[attr-defined]
        self.fields["due_on"] = day_field(_("原到期日"))
        self.fields["until"] = day_field(_("顺延至"))
        self.order_fields(["clause_number", "obligation", "occurrence", "debtor", "due_on", "until", "reason"])


class LiftForm(VerbForm):
    """Which relief is taken back, and why."""

    relief = forms.ModelChoiceField(label=_("义务顺延"), queryset=Relief.objects.none())
    reason = forms.CharField(label=_("撤销理由"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.fields["relief"].queryset = self.obj.reliefs.filter(lifted_on__isnull=True, occurrence__isnull=True)  # type: ignore[attr-defined]
