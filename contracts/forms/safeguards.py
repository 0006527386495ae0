"""Forms of channels, certificates, confidentiality and intellectual property."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.forms.fields import AgreementField, agreements_to_choose, day_field, text_field
from contracts.forms.serving import paper_field
from contracts.models import (
    ChannelCheck,
    ComplianceCertificate,
    ConfidentialItem,
    MeasureCheck,
    Organisation,
)
from contracts.models.safeguards import Side
from people.acting import VerbForm


class CheckForm(VerbForm):
    """A check: when, with what result, what was seen."""

    results: Any = ChannelCheck.Result.choices

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checked_on"] = day_field(_("检查日期"), initial=timezone.localdate)
        self.fields["result"] = forms.ChoiceField(label=_("结果"), choices=self.results)
        self.fields["text"] = text_field(_("检查情况"), required=False)
        self.fields["file"] = paper_field(_("检查记录"))


class ChannelCheckForm(CheckForm):
    """A check of a channel."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["next_check_on"] = day_field(_("下次检查日期"), required=False)


class MeasureCheckForm(CheckForm):
    """A check of a measure; the next falls due by its period."""

    results = MeasureCheck.Result.choices


class WhyForm(VerbForm):
    """Why something ends."""

    reason = forms.CharField(label=_("原因"), max_length=300)


class RemarkForm(VerbForm):
    """What was seen at the verification, if anything."""

    remark = forms.CharField(label=_("核验意见"), max_length=300, required=False)


class WhyNotForm(VerbForm):
    """Why a certificate does not count, or counts no more."""

    remark = forms.CharField(label=_("原因"), max_length=300)


class CertificateForm(VerbForm):
    """What a certificate says, and its paper."""

    kind = forms.ChoiceField(label=_("种类"), choices=ComplianceCertificate.Kind.choices)
    subject = forms.CharField(label=_("对象系统"), max_length=120)
    level = forms.CharField(label=_("等级"), max_length=30, required=False, help_text=_("例如：三级。"))
    record_number = forms.CharField(label=_("备案或证书编号"), max_length=60, required=False)
    assessor = forms.CharField(label=_("测评机构"), max_length=120, required=False)

    def __init__(self, *args: Any, owners: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {str(row.pk): row for row in (Organisation.objects.order_by("name") if owners is None else owners)}
        self.fields["owner"] = forms.TypedChoiceField(
            label=_("持有单位"), choices=[(pk, row.name) for pk, row in rows.items()], coerce=rows.__getitem__
        )
        held = ComplianceCertificate.objects.filter(owner__in=list(rows.values()), replaced_by__isnull=True)
        earlier = {str(row.pk): row for row in held.select_related("owner")}
        self.fields["valid_from"] = day_field(_("有效期自"))
        self.fields["valid_until"] = day_field(_("有效期至"), required=False, help_text=_("证书没有写明的可以不填。"))
        self.fields["next_assessment_on"] = day_field(_("下次测评期限"), required=False)
        self.fields["replaces"] = forms.TypedChoiceField(
            label=_("替换原证书"),
            required=False,
            empty_value=None,
            choices=[("", "—"), *((pk, f"{row.owner} {row}") for pk, row in earlier.items())],
            coerce=earlier.__getitem__,
        )
        self.fields["file"] = paper_field(_("证书或报告"), required=True)
        self.order_fields(["owner"])


class EventForm(VerbForm):
    """The event that starts the last years of a secret."""

    event = forms.ChoiceField(label=_("触发事件"), choices=ConfidentialItem.Event.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event_on"] = day_field(_("事件日期"))
        self.fields["file"] = paper_field(_("公开或权利终止的证明"), required=True)


class PersonForm(VerbForm):
    """A person with access, and the undertaking when there is one."""

    person = forms.CharField(label=_("姓名"), max_length=60)
    department = forms.CharField(label=_("单位或部门"), max_length=120, required=False)

    def __init__(self, *args: Any, agreements: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"] = AgreementField(agreements_to_choose() if agreements is None else agreements)
        self.fields["access_from"] = day_field(_("接触信息自"))
        self.fields["signed_on"] = day_field(
            _("签署日期"), required=False, help_text=_("还没有签署的可以先登记，列为缺少承诺。")
        )
        self.fields["file"] = paper_field(_("保密承诺书"))
        self.order_fields(["agreement"])


class StaffPersonForm(PersonForm):
    """The same, of either side."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"] = forms.ChoiceField(label=_("所属方"), choices=Side.choices, initial="b")
        self.order_fields(["agreement", "side"])


class SignForm(VerbForm):
    """The undertaking that a person signed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"] = day_field(_("签署日期"))
        self.fields["file"] = paper_field(_("保密承诺书"), required=True)


class LeaveForm(VerbForm):
    """Since when a person has no access."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left_on"] = day_field(_("离岗日期"), initial=timezone.localdate)


class PaperForm(VerbForm):
    """A certificate to keep."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = paper_field(_("证书"), required=True)
