"""Forms of maintenance windows and outages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.forms.fields import text_field
from contracts.forms.serving import moment_field, paper_field
from people.acting import VerbForm
from sla.models import Outage, Service, Ticket

if TYPE_CHECKING:
    ManyChoice = forms.ModelMultipleChoiceField[Service]
else:
    ManyChoice = forms.ModelMultipleChoiceField


class ServicesField(ManyChoice):
    """Some of the services, ticked."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Service.objects.order_by("kind", "name")
        super().__init__(rows, **{"label": _("涉及服务"), "widget": forms.CheckboxSelectMultiple, **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.get_kind_display()}）"


class PlanForm(VerbForm):
    """A maintenance window, new or changed; what it reads now is filled in."""

    title = forms.CharField(label=_("标题"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["services"] = ServicesField()
        self.fields["planned_from"] = moment_field(_("计划开始"))
        self.fields["planned_to"] = moment_field(_("计划结束"))
        self.fields["text"] = text_field(_("内容和影响"), max_length=4000, help_text=_("乙方会读到这段文字。"))
        self.fields["interrupts"] = forms.BooleanField(
            label=_("维护期间服务不能使用"), required=False, initial=True,
            help_text=_("不影响使用的维护不勾选：不扣除，也不算中断。"),
        )  # fmt: skip
        self.fields["emergency"] = forms.BooleanField(label=_("紧急维护"), required=False)
        self.fields["emergency_reason"] = forms.CharField(label=_("紧急的理由"), max_length=300, required=False)
        if self.obj is not None:
            self._fill()

    def _fill(self) -> None:
        for name in self.fields:
            value = getattr(self.obj, name)
            self.fields[name].initial = list(value.all()) if name == "services" else value


class BeginForm(VerbForm):
    """When the work really began."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["begun_at"] = moment_field(_("实际开始"))


class FinishForm(VerbForm):
    """When the work was really done, and how it went."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_at"] = moment_field(_("实际结束"))
        self.fields["text"] = text_field(_("完成情况"), required=False, max_length=4000)


class CancelForm(VerbForm):
    """Why the work is called off."""

    reason = forms.CharField(label=_("取消的原因"), max_length=300)


class OutageForm(VerbForm):
    """A new outage."""

    title = forms.CharField(label=_("情况"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["services"] = ServicesField()
        self.fields["started_at"] = moment_field(_("中断自"))
        self.fields["ended_at"] = moment_field(_("恢复时间"), required=False)
        self.fields["ended_at"].initial = None
        self.fields["ended_at"].help_text = str(_("尚未恢复的不填。"))
        self.fields["cause"] = forms.ChoiceField(
            label=_("原因类别"), choices=Outage.Cause.choices, initial=Outage.Cause.UNKNOWN
        )
        self.fields["tickets"] = TicketNumbersField(required=False)
        self.fields["text"] = text_field(_("经过"), required=False)


class TicketNumbersField(forms.CharField):
    """Numbers of reports, by commas or blanks, as the reports themselves."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("报告编号，多份用逗号隔开，例如 GZ-2026-000123。")
        super().__init__(**{"label": _("关联的故障报告"), "max_length": 2000, "help_text": help_text, **kwargs})

    def clean(self, value: Any) -> list[Ticket]:
        """The reports.  Raises ValidationError naming the first number that there is no report of."""
        numbers = super().clean(value).replace("，", ",").replace("、", ",").replace(",", " ").split()
        found = {ticket.number: ticket for ticket in Ticket.objects.filter(number__in=numbers)}
        for number in numbers:
            if number not in found:
                raise forms.ValidationError(_("没有编号为 %(number)s 的报告。"), params={"number": number})
        return list(found.values())


class ConcernForm(VerbForm):
    """The services that a report is about, of those that its agreement uses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = ServicesField(required=False)
        if self.obj is not None:
            field.queryset = Service.objects.of(self.obj.agreement).order_by("kind", "name")
            field.initial = list(self.obj.service_links.values_list("service", flat=True))
        self.fields["services"] = field


class TellForm(VerbForm):
    """What Party B is told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = text_field(_("告知的内容"), help_text=_("受影响的全部乙方都会收到。"))


class EndForm(VerbForm):
    """Since when the services can be used again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_at"] = moment_field(_("恢复时间"))
        self.fields["text"] = text_field(_("告知的内容"), required=False)


class LinkForm(VerbForm):
    """Reports that the outage explains."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tickets"] = TicketNumbersField()


class ExplainForm(VerbForm):
    """The root cause, and the report on it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"] = forms.ChoiceField(
            label=_("原因类别"), choices=Outage.Cause.choices, initial=getattr(self.obj, "cause", "")
        )
        self.fields["root_cause"] = text_field(_("根本原因和改进措施"), initial=getattr(self.obj, "root_cause", ""))
        self.fields["file"] = paper_field(_("原因分析报告"))


class CorrectForm(VerbForm):
    """Times, services and cause as they should read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.obj
        self.fields["started_at"] = moment_field(_("中断自"))
        self.fields["ended_at"] = moment_field(_("恢复时间"), required=False)
        self.fields["services"] = ServicesField()
        self.fields["cause"] = forms.ChoiceField(label=_("原因类别"), choices=Outage.Cause.choices)
        self.fields["withdrawn"] = forms.BooleanField(
            label=_("撤销：这不是一次中断"), required=False, help_text=_("例如监控误报。")
        )
        self.fields["reason"] = forms.CharField(label=_("更正的理由"), max_length=300)
        for name in ("started_at", "ended_at"):
            at = getattr(row, name, None)
            self.fields[name].initial = at and timezone.localtime(at).replace(second=0, microsecond=0)
        if row is not None:
            self.fields["services"].initial = list(row.services.all())
            self.fields["cause"].initial = row.cause

    def clean(self) -> dict[str, Any]:
        """A time that still reads as before keeps its seconds."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("started_at", "ended_at"):
            if name not in self.changed_data and name in said:
                said[name] = getattr(self.obj, name)
        return said
