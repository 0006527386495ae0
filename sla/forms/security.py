"""Forms of security checks, vulnerabilities and incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.forms.fields import day_field, text_field
from contracts.forms.serving import moment_field, paper_field
from contracts.models import Agreement, Organisation
from people.acting import VerbForm
from sla.forms.uptime import ServicesField
from sla.models import CheckPlan, CheckResult, SecurityIncident, Severity, Vulnerability

if TYPE_CHECKING:
    OneChoice = forms.ModelChoiceField[Organisation]
else:
    OneChoice = forms.ModelChoiceField


class ProviderField(OneChoice):
    """The Party A that answers for it; the only one is chosen already."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Organisation.objects.filter(pk__in=Agreement.objects.values("party_a")).order_by("name")
        super().__init__(rows, **{"label": _("责任单位（甲方）"), "empty_label": None, **kwargs})


class CheckPlanForm(VerbForm):
    """A check that comes again and again."""

    title = forms.CharField(label=_("检查"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"] = ProviderField()
        self.fields["scope"] = text_field(
            _("检查内容"), max_length=4000, help_text=_("查什么、查哪些系统、按什么标准。")
        )
        self.fields["basis"] = forms.CharField(
            label=_("依据"), max_length=120, help_text=_("协议条款、附件或制度，例如：7.2.2、附件三。")
        )
        self.fields["every_number"] = forms.IntegerField(label=_("每隔"), min_value=1, max_value=60, initial=1)
        self.fields["every_unit"] = forms.ChoiceField(
            label=_("周期单位"), choices=CheckPlan.Per.choices, initial=CheckPlan.Per.QUARTER
        )
        self.fields["anchor"] = day_field(_("首次到期"))
        self.fields["grace_working_days"] = forms.IntegerField(
            label=_("报告期限（工作日）"), min_value=0, max_value=60, initial=0,
            help_text=_("到期后几个工作日内须有检查报告；没有约定填 0。"),
        )  # fmt: skip
        self.fields["agreements"] = forms.ModelMultipleChoiceField(
            Agreement.objects.running().order_by("number"), label=_("证明哪些协议的履行"), required=False,
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip


class ResultForm(VerbForm):
    """The check that is due was done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        done = [choice for choice in CheckResult.Outcome.choices if choice[0] != CheckResult.Outcome.MISSED]
        self.fields["outcome"] = forms.ChoiceField(label=_("结果"), choices=done)
        self.fields["done_on"] = day_field(_("完成日期"), initial=timezone.localdate)
        self.fields["text"] = text_field(_("检查情况"))
        self.fields["file"] = paper_field(_("检查报告"), required=True)


class WhyForm(VerbForm):
    """A reason."""

    reason = forms.CharField(label=_("理由"), max_length=300)


class FindingForm(VerbForm):
    """A vulnerability that was found."""

    title = forms.CharField(label=_("漏洞"), max_length=160)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"] = ProviderField()
        self.fields["identifier"] = forms.CharField(
            label=_("漏洞编号"), max_length=60, required=False, help_text=_("CVE 或 CNVD 编号，有则填写。")
        )
        self.fields["level"] = forms.ChoiceField(label=_("级别"), choices=Severity.choices)
        self.fields["source"] = forms.ChoiceField(label=_("来源"), choices=Vulnerability.Source.choices)
        self.fields["services"] = ServicesField(required=False)
        self.fields["found_at"] = moment_field(_("发现时间"))
        self.fields["text"] = text_field(_("情况"))


class FixByForm(VerbForm):
    """The date that the lead sets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fix_by"] = moment_field(_("修复期限"))
        self.fields["reason"] = forms.CharField(label=_("理由"), max_length=150)


class FixForm(VerbForm):
    """How it was fixed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fixed_at"] = moment_field(_("修复时间"))
        self.fields["text"] = text_field(_("修复措施"))


class AcceptanceForm(VerbForm):
    """Until when the risk is to be accepted, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"] = day_field(_("接受风险至"))
        self.fields["reason"] = text_field(_("理由和缓解措施"), max_length=1000)


class SightingForm(VerbForm):
    """An incident that was found."""

    title = forms.CharField(label=_("事件"), max_length=160)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"] = ProviderField()
        self.fields["kind"] = forms.ChoiceField(label=_("种类"), choices=SecurityIncident.Kind.choices)
        self.fields["actor"] = forms.ChoiceField(
            label=_("运营者类别"), choices=SecurityIncident.Actor.choices, initial=SecurityIncident.Actor.OTHER,
            help_text=_("决定首次报告的时限：1、2、4 小时。"),
        )  # fmt: skip
        self.fields["found_at"] = moment_field(_("发现时间"))
        self.fields["services"] = ServicesField(required=False)
        self.fields["personal_information"] = forms.BooleanField(label=_("涉及个人信息"), required=False)
        self.fields["endangers"] = forms.BooleanField(
            label=_("危害国家安全或公共利益"), required=False,
            help_text=_("网络数据安全管理条例第十条：24 小时内报告。"),
        )  # fmt: skip
        self.fields["text"] = text_field(_("情况"))


class GradeForm(VerbForm):
    """How grave it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.obj
        self.fields["level"] = forms.ChoiceField(
            label=_("级别"), choices=SecurityIncident.Level.choices, initial=getattr(row, "level", "")
        )
        self.fields["personal_information"] = forms.BooleanField(
            label=_("涉及个人信息"), required=False, initial=getattr(row, "personal_information", False)
        )
        self.fields["endangers"] = forms.BooleanField(
            label=_("危害国家安全或公共利益"), required=False, initial=getattr(row, "endangers", False)
        )
        self.fields["reason"] = text_field(_("定级的依据"), max_length=1000)


class ContainForm(VerbForm):
    """When it was contained."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contained_at"] = moment_field(_("控制时间"))
        self.fields["text"] = text_field(_("控制措施"), required=False)


class HandleForm(VerbForm):
    """When it was dealt with, and how."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handled_at"] = moment_field(_("处置完毕时间"))
        self.fields["text"] = text_field(_("处置情况"))


class SummaryForm(VerbForm):
    """What is learnt from it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["summary"] = text_field(_("总结"), help_text=_("原因、影响、处置和改进。"))


class StatutoryForm(VerbForm):
    """A report that was made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["made_at"] = moment_field(_("报告时间"))
        self.fields["channel"] = forms.CharField(label=_("报告方式"), max_length=80)
        self.fields["text"] = text_field(_("报告内容"))
        self.fields["file"] = paper_field(_("报告文件"))
