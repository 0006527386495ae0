"""What people fill in about data quality, on the portal and in the console."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.forms.fields import FilesField, text_field
from contracts.models import Agreement, AgreementItem
from people.acting import VerbForm
from sla.forms.tickets import MomentField, key_of
from sla.models import Ticket
from sla.privacy import looks_personal
from sla.quality import LABELS, Complaint
from sla.tickets import LONGEST_TITLE, Report

PERSONAL: dict[str, object] = {"id_number": _("身份证号"), "phone": _("电话号码")}
ASK = _("请说明涉及哪些记录，例如记录编号、查询条件、时间范围；不要填写姓名、身份证号、电话等个人信息。")


class ItemsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Shared items, ticked; each named with its agreement."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.CheckboxSelectMultiple(attrs={"class": "sy-choices"})
        super().__init__(AgreementItem.objects.none(), **{"widget": widget, "label": _("涉及的数据"), **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.item.title}（{obj.agreement.number}）"


class ComplaintForm(forms.Form):
    """What is wrong with which data.  Words that look like personal data need a tick that they must be there."""

    items = ItemsField()
    respects = forms.MultipleChoiceField(
        label=_("问题"),
        choices=list(LABELS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "sy-choices"}),
    )
    samples = text_field(_("涉及的记录"), max_length=4000, help_text=ASK)
    asked = text_field(_("请求的更正"), rows=3, max_length=2000)
    personal = forms.BooleanField(
        label=_("上面的文字确需包含个人信息"), required=False,
        help_text=_("一般不需要。只有不写就无法定位记录时才勾选。"),
    )  # fmt: skip
    guarded: tuple[str, ...] = ("samples", "asked")

    def __init__(self, *args: Any, items: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if items is not None:
            self.fields["items"].queryset = items  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in () if said.get("personal") else self.guarded:
            if found := looks_personal(said.get(name, "")):
                self.add_error(name, _warning(found))
        return said

    def complaint(self) -> Complaint:
        """What a valid form says."""
        said = self.cleaned_data
        return Complaint(
            items=list(said["items"]), respects=said["respects"], samples=said["samples"], asked=said["asked"]
        )


class QualityForm(ComplaintForm):
    """A new report as Party B fills it in: ticket and complaint in one."""

    title = forms.CharField(
        label=_("标题"), max_length=LONGEST_TITLE, help_text=_("一句话说明，例如：企业登记信息经营范围缺失")
    )
    found_at = MomentField(label=_("发现时间"), initial=timezone.localtime, help_text=_("北京时间，不能晚于现在。"))
    attachments = FilesField()
    field_order = ("title", "items", "respects", "samples", "asked", "found_at", "attachments", "personal")
    guarded = ("title", "samples", "asked")

    def clean_items(self) -> Any:
        """Items of one agreement: a ticket belongs to one."""
        items = list(self.cleaned_data["items"])
        if len({shared.agreement_id for shared in items}) > 1:
            raise ValidationError(_t("请选择同一份协议的数据；不同协议的问题请分别报告。"))
        return items

    def report(self, key: str) -> Report:
        """The ticket of a valid form, under the key of its submission.  Raises Refused for a key that is not ours."""
        said = self.cleaned_data
        agreement: Agreement = said["items"][0].agreement
        return Report(
            agreement=agreement, kind=Ticket.Kind.DATA_QUALITY.value, title=said["title"],
            description=said["samples"], found_at=said["found_at"], submission_key=key_of(key),
        )  # fmt: skip


class StaffDescribeForm(VerbForm, ComplaintForm):
    """What operations enter for a data quality ticket that came without it."""

    ticket = forms.ModelChoiceField(queryset=Ticket.objects.none(), label=_("数据质量类型的报告"))
    field_order = ("ticket", "items", "respects", "samples", "asked", "personal")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bare = Ticket.objects.filter(kind=Ticket.Kind.DATA_QUALITY, quality__isnull=True).exclude(state="cancelled")
        self.fields["ticket"].queryset = bare.order_by("-received_at")  # type: ignore[attr-defined]
        items = AgreementItem.objects.filter(agreement__tickets__in=bare).select_related("item", "agreement")
        self.fields["items"].queryset = items.distinct().order_by("agreement__number", "item__number")  # type: ignore[attr-defined]


class VerdictForm(VerbForm):
    """What the check found."""

    text = text_field(_("核实结论"), max_length=2000, help_text=_("乙方可以看到。"))


class ForwardForm(VerbForm):
    """To whom the question goes."""

    department = forms.CharField(label=_("提供部门"), max_length=120)
    text = text_field(_("说明"), max_length=2000, required=False, help_text=_("乙方看不到。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = self.obj.items.select_related("item").first() if self.obj else None
        self.fields["department"].initial = first.item.owner_department if first else ""


class CorrectForm(VerbForm):
    """When and how the data was put right."""

    corrected_at = MomentField(label=_("更正时间"), initial=timezone.localtime, help_text=_("北京时间。"))
    correction = text_field(
        _("更正内容"), max_length=2000, help_text=_("共享这项数据的各单位都会看到，不要写报告人和个人信息。")
    )
    evidence = text_field(
        _("更正凭据"), rows=3, max_length=2000, help_text=_("例如提供部门复函文号、更新批次号。乙方看不到。")
    )

    def clean_correction(self) -> str:
        """Other organisations read it: personal data has no place in it, whoever ticks what."""
        text: str = self.cleaned_data["correction"]
        if found := looks_personal(text):
            raise ValidationError(_warning(found))
        return text


def _warning(found: list[str]) -> str:
    kinds = "、".join(str(PERSONAL[name]) for name in found)
    return _t("这里像是写了%(kinds)s。请改用记录编号等描述。") % {"kinds": kinds}
