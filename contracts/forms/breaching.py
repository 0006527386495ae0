"""Forms of breach cases and claims, on the console and on Party B's pages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.breaching import Said
from contracts.forms.serving import paper_field
from contracts.models import Agreement, BreachCase, Claim, Interruption, Party, PenaltyRule, ServedNotice
from people.acting import VerbForm

LONG = forms.Textarea(attrs={"rows": 6})
WARNING_KINDS = ("breach", "cure", "other")


def day_field(label: object, **kwargs: Any) -> forms.DateField:
    """A civil day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=str(label), widget=widget, **kwargs)


def money_field(label: object, **kwargs: Any) -> forms.DecimalField:
    """Yuan and fen."""
    return forms.DecimalField(label=str(label), max_digits=14, decimal_places=2, min_value=0, **kwargs)


def said(cleaned: Mapping[str, Any]) -> Said:
    """What a form says, for the timeline."""
    file = cleaned.get("file")
    return Said(text=cleaned["text"], files=[file] if file else [], internal=bool(cleaned.get("internal")))


class OpenCaseForm(VerbForm):
    """A breach that Party A found."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    party = forms.ChoiceField(label=_("违约方"), choices=Party.choices)
    title = forms.CharField(label=_("事由"), max_length=160)
    clause_numbers = forms.CharField(label=_("依据条款"), max_length=120, help_text=_("例如：7.3.2、8.3.1"))
    facts = forms.CharField(
        label=_("违约事实"), max_length=8000, widget=LONG, help_text=_("告知以后对方可以看到；内部意见请写在备注里。")
    )
    references = forms.CharField(
        label=_("相关记录"),
        max_length=300,
        required=False,
        help_text=_("故障报告、账单等的编号，例如：GZ-2026-000012、ZD-2026-00003"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = Agreement.objects.exclude(state="draft").order_by("number")  # type: ignore[attr-defined]
        self.fields["found_on"] = day_field(_("发现日期"), initial=timezone.localdate)
        self.fields["known_on"] = day_field(
            _("知道或应当知道之日"), initial=timezone.localdate, help_text=_("诉讼时效从守约方知道或应当知道之日起算。")
        )
        self.fields["file"] = paper_field(_("证据材料"))


class BringCaseForm(forms.Form):
    """A breach by Party A that Party B brings forward."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none(), empty_label=None)
    title = forms.CharField(label=_("事由"), max_length=160)
    clause_numbers = forms.CharField(label=_("依据条款"), max_length=120, help_text=_("例如：7.3.2"))
    facts = forms.CharField(label=_("违约事实"), max_length=8000, widget=LONG)
    references = forms.CharField(
        label=_("相关记录"), max_length=300, required=False, help_text=_("故障报告等的编号，例如：GZ-2026-000012")
    )

    def __init__(self, *args: Any, agreements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = agreements  # type: ignore[attr-defined]
        self.fields["known_on"] = day_field(
            _("知道违约之日"), initial=timezone.localdate, help_text=_("诉讼时效从这一天起算。")
        )
        self.fields["file"] = paper_field(_("证据材料"))


class NotifyForm(VerbForm):
    """Which notice told the party in breach, and until when it may answer."""

    notice = forms.ModelChoiceField(label=_("违约通知（已送达）"), queryset=ServedNotice.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            arrived = self.obj.agreement.served_notices.arrived().filter(kind__in=WARNING_KINDS)
            self.fields["notice"].queryset = arrived.exclude(sender=self.obj.party)  # type: ignore[attr-defined]
        self.fields["reply_by"] = day_field(
            _("申辩期限"),
            required=False,
            help_text=_("通知中给对方的答复期限；没有写明可以不填，但须收到申辩后才能认定。"),
        )


class TextForm(VerbForm):
    """Words that must be said."""

    text = forms.CharField(label=_("内容"), max_length=4000, widget=LONG)


class MayTextForm(VerbForm):
    """Words that may be said."""

    text = forms.CharField(label=_("说明"), max_length=4000, widget=LONG, required=False)


class AnswerForm(TextForm):
    """What the party in breach says, with a file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = str(_("申辩内容"))
        self.fields["file"] = paper_field(_("证据材料"))


class EvidenceForm(TextForm):
    """Words and a file for the case, perhaps Party A's alone."""

    internal = forms.BooleanField(label=_("内部备注，对方看不到"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = paper_field(_("证据材料"))


class DecideForm(TextForm):
    """Whether there was a breach, and why."""

    finding = forms.ChoiceField(label=_("认定"), choices=BreachCase.Finding.choices)
    field_order = ("finding", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = str(_("认定理由"))


class InterruptForm(VerbForm):
    """What interrupted the limitation."""

    ground = forms.ChoiceField(label=_("事由"), choices=Interruption.Ground.choices)
    text = forms.CharField(label=_("说明"), max_length=300, help_text=_("例如：催告函名称、送达方式。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("日期"), initial=timezone.localdate)
        self.order_fields(["ground", "on", "text"])


class ClaimForm(VerbForm):
    """What is claimed."""

    kind = forms.ChoiceField(label=_("种类"), choices=Claim.Kind.choices)
    rule = forms.ModelChoiceField(label=_("违约金约定"), queryset=PenaltyRule.objects.none(), required=False)
    basis = forms.CharField(label=_("依据和计算"), max_length=2000, widget=LONG)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            rules = PenaltyRule.objects.filter(version__agreement=self.obj.agreement, party=self.obj.party)
            self.fields["rule"].queryset = rules  # type: ignore[attr-defined]
        self.fields["amount"] = money_field(_("金额（元）"), required=False)
        self.fields["loss"] = money_field(
            _("损失（元）"), required=False, help_text=_("守约方的实际损失；用来提示违约金是否明显过高。")
        )
        self.order_fields(["kind", "amount", "loss", "rule", "basis"])


class OwnClaimForm(VerbForm):
    """What Party B claims."""

    kind = forms.ChoiceField(label=_("种类"), choices=Claim.Kind.choices)
    basis = forms.CharField(label=_("依据和计算"), max_length=2000, widget=LONG)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = money_field(_("金额（元）"), required=False)
        self.fields["loss"] = money_field(_("损失（元）"), required=False)
        self.order_fields(["kind", "amount", "loss", "basis"])


class SettleForm(MayTextForm):
    """When and with how much a claim was met."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("清偿日期"), initial=timezone.localdate)
        amount = self.obj.amount if self.obj is not None else None
        self.fields["amount"] = money_field(_("清偿金额（元）"), required=False, initial=amount)
        self.order_fields(["on", "amount", "text"])
