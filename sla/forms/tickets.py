"""What people fill in about fault reports, on the portal and in the console."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.forms.fields import FilesField
from contracts.models import Agreement
from people.acting import VerbForm
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD
from sla import telling
from sla.models import Clock, Ticket
from sla.tickets import LONGEST_TITLE, Report

LONGEST = 8000
MINUTE = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A wall time to the minute, in the civil zone of the portal."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local", "step": "60"})
        super().__init__(**{"widget": widget, "input_formats": [MINUTE, f"{MINUTE}:%S", "%Y-%m-%d %H:%M"], **kwargs})


class TextField(forms.CharField):
    """A text of several lines that must say something."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"max_length": LONGEST, "widget": forms.Textarea(attrs={"rows": 5}), "label": _("内容"), **kwargs}
        )


class ReportForm(forms.Form):
    """A report as Party B fills it in."""

    agreement = forms.ModelChoiceField(queryset=Agreement.objects.none(), label=_("协议"), empty_label=None)
    kind = forms.ChoiceField(
        label=_("类型"),
        choices=Ticket.Kind.choices,
        help_text=_("协议对“故障”约定了响应和提出解决方案的时限；其他类型只记录实际用时。"),
    )
    title = forms.CharField(
        label=_("标题"), max_length=LONGEST_TITLE, help_text=_("一句话说明，例如：人口信息查询接口返回超时")
    )
    description = TextField(
        label=_("发生了什么"), help_text=_("涉及的功能或接口、报错内容、影响的业务，写得越清楚处理越快。")
    )
    found_at = MomentField(label=_("发现时间"), initial=timezone.localtime, help_text=_("北京时间，不能晚于现在。"))
    impact = forms.ChoiceField(label=_("影响范围"), choices=Ticket.Impact.choices, initial=Ticket.Impact.PART)
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Ticket.Urgency.choices, initial=Ticket.Urgency.MEDIUM)
    attachments = FilesField()

    def __init__(self, *args: Any, agreements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agreement"]
        field.queryset = agreements  # type: ignore[attr-defined]
        field.label_from_instance = str  # type: ignore[attr-defined]

    def report(self, key: str) -> Report:
        """The report of a valid form, under the key of its submission.  Raises Refused for a key that is not ours."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "attachments"}
        return Report(**said, submission_key=key_of(key))


class StaffReportForm(VerbForm, ReportForm):
    """A report that operations take down for Party B, by telephone or by mail, or found themselves."""

    channel = forms.ChoiceField(
        label=_("报告渠道"),
        choices=[choice for choice in Ticket.Channel.choices if choice[0] in {"phone", "email", "internal"}],
    )
    reported_at = MomentField(label=_("乙方报告时间"), required=False, help_text=_("不填即为现在收到。"))
    field_order = ("agreement", "channel", "kind", "title", "description", "found_at", "reported_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        agreements = Agreement.objects.in_force_on(today).select_related("party_b").order_by("party_b__name", "number")
        super().__init__(*args, agreements=agreements, **kwargs)
        self.fields["agreement"].label_from_instance = lambda made: f"{made.party_b} · {made.number}"  # type: ignore[attr-defined]


class SayForm(VerbForm):
    """Words that must be said, and files."""

    text = TextField()
    attachments = FilesField()


class MaySayForm(VerbForm):
    """Words that may be said."""

    text = TextField(required=False, label=_("说明"))


class AcceptForm(VerbForm):
    text = TextField(required=False, label=_("说明"), help_text=_("乙方可以看到。受理不等于响应，响应时限继续计时。"))


class RespondForm(SayForm):
    text = TextField(label=_("给乙方的答复"))


class AskForm(SayForm):
    text = TextField(label=_("请乙方补充什么"))


class ProposeForm(SayForm):
    text = TextField(label=_("解决方案"))


class ExcuseForm(VerbForm):
    text = TextField(label=_("理由"), max_length=300)


class NoteForm(SayForm):
    text = TextField(label=_("内部备注"), help_text=_("乙方看不到。"))


class PhoneReplyForm(SayForm):
    text = TextField(label=_("乙方说了什么"), help_text=_("乙方用电话、邮件等方式答复时，由甲方代为登记。"))


class ReasonForm(VerbForm):
    text = TextField(label=_("原因"), help_text=_("乙方可以看到。"))


class ReassignForm(VerbForm):
    to = forms.ModelChoiceField(queryset=User.objects.none(), label=_("转给"))
    text = TextField(required=False, label=_("说明"), help_text=_("乙方看不到。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = telling.handlers()  # type: ignore[attr-defined]


class ReplyForm(SayForm):
    text = TextField(label=_("回复内容"))


class DisputeForm(SayForm):
    text = TextField(label=_("异议理由"), help_text=_("说明方案哪里不可行，甲方的解决方案时限将继续计时。"))


class ReopenForm(SayForm):
    text = TextField(label=_("为什么重新打开"), help_text=_("说明故障是否又出现，或哪里没有解决。"))


class PriorityForm(VerbForm):
    """Which priority a report gets now, and why."""

    priority = forms.TypedChoiceField(label=_("优先级"), choices=Ticket.Priority.choices, coerce=int)
    text = TextField(label=_("理由"), help_text=_("乙方会看到。"))


class BackdateForm(VerbForm):
    """A pause that nobody recorded in time."""

    reason = forms.ChoiceField(label=_("暂停原因"), choices=Clock.Reason.choices)
    since = MomentField(label=_("开始"))
    until = MomentField(label=_("结束"))
    grounds = TextField(label=_("依据"), help_text=_("当时发生了什么，有什么证明；批准人和乙方会看到原因和时间。"))


class WithdrawForm(VerbForm):
    text = TextField(label=_("撤销原因"))


def told(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says, as the arguments of a verb."""
    said = dict(cleaned)
    if "attachments" in said:
        said["files"] = said.pop("attachments")
    return said


def sent_key(posted: Mapping[str, Any]) -> str:
    """The submission key that came with a form, or an empty text."""
    return str(posted.get(KEY_FIELD, ""))


def key_of(key: str) -> uuid.UUID:
    """The key as a UUID.  Raises Refused for anything that no form of ours made."""
    try:
        return uuid.UUID(key)
    except ValueError as error:
        raise Refused(_t("表单已失效，请重新打开页面再提交。")) from error
