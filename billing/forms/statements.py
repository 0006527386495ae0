"""Forms of usage statements and invoice runs."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.fields import ExactFormField
from billing.forms.documents import PeriodChoice, day_field, today
from billing.models import ServicePeriod, UsageStatementLine
from billing.running import ready
from people.acting import VerbForm
from people.sniffing import endings


def reason_field(label: object, **more: Any) -> forms.CharField:
    """A few lines of words."""
    options = {"max_length": 1000, "widget": forms.Textarea(attrs={"rows": 3}), **more}
    return forms.CharField(label=str(label), **options)


class DraftStatementForm(VerbForm):
    """Which period to state: those that are over and have no statement yet."""

    period = PeriodChoice(label=_("服务周期"), queryset=ServicePeriod.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        over = ServicePeriod.objects.ended_by(today()).filter(statements__isnull=True)
        field = cast("PeriodChoice", self.fields["period"])
        field.queryset = over.select_related("agreement__party_b").order_by("-starts_on", "agreement__number")
        field.help_text = _("只列出已经结束、还没有对账单的周期。")


class ReviseForm(VerbForm):
    """Why another revision is made."""

    reason = forms.CharField(
        label=_("重新出具的原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("会印在新版上，并写明它代替哪一份。"),
    )  # fmt: skip


class LineChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Lines under dispute, each with what Party B counts."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {obj.answer.reason[:40]}"


class DecideForm(VerbForm):
    """Which dispute is answered."""

    line = LineChoice(label=_("有异议的行"), queryset=UsageStatementLine.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = self.obj.lines.filter(answer__kind="disputed", answer__outcome="").select_related("answer")
        field = cast("LineChoice", self.fields["line"])
        field.queryset = waiting
        field.initial = waiting.first()


class UpholdForm(DecideForm):
    """What the line should count, and a word on it."""

    quantity = ExactFormField(
        label=_("更正后的数量"), digits=20, places=6, required=False,
        help_text=_("留空表示采用乙方填写的数量；固定金额的行不用填写。"),
    )  # fmt: skip
    decision = reason_field(_("说明"), required=False)


class RejectLineForm(DecideForm):
    """Why the dispute is not right."""

    decision = reason_field(_("理由"), help_text=_("乙方会看到这段文字。"))


class DisputeLineForm(forms.Form):
    """What Party B says against a line."""

    reason = reason_field(_("异议理由"))
    counts = ExactFormField(
        label=_("贵单位统计的数量"), digits=20, places=6, required=False, help_text=_("按用量计费的行请尽量填写。")
    )
    file = forms.FileField(
        label=_("证据材料"), required=False, widget=forms.ClearableFileInput(attrs={"accept": ",".join(endings())})
    )


class StartRunForm(VerbForm):
    """Up to which day periods must be over."""

    over_on = day_field(_("截至日期"), initial=today, help_text=_("到这一天已经结束、尚未出账的服务周期都会拟制草稿。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = ready(today()).count()
