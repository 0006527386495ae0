"""Forms of grants, onboarding, interface specifications, the opening of the platform and credentials."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.credentials import Issued
from contracts.forms.serving import moment_field, paper_field
from contracts.forms.sharing import UseForm, day_field
from contracts.grants import Ask
from contracts.models import (
    AccessGrant,
    Agreement,
    AgreementItem,
    CatalogueItem,
    Credential,
    InterfaceSpec,
    OnboardingTask,
    ServedNotice,
)
from contracts.onboarding import Message, Term
from people.acting import VerbForm


class AskForm(UseForm):
    """A request for access.  obj is the shared item, whose modes are offered."""

    mode = forms.ChoiceField(label=_("共享方式"), choices=AccessGrant.Mode.choices)
    quota = forms.IntegerField(
        label=_("用量上限"), required=False, min_value=1, max_value=10**15, help_text=_("次数或条数；没有上限就留空。")
    )
    quota_period = forms.ChoiceField(
        label=_("上限周期"), required=False, choices=[("", "—"), *AccessGrant.QuotaPeriod.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            offered = [(mode.value, mode.label) for mode in AccessGrant.Mode if mode.value in self.obj.item.modes]
            self.fields["mode"].choices = offered  # type: ignore[attr-defined]
        ends_on = self.obj.agreement.ends_on if self.obj is not None else None
        self.fields["valid_from"] = day_field(_("有效期自"), initial=timezone.localdate)
        self.fields["valid_to"] = day_field(_("有效期至"), initial=ends_on)
        self.order_fields(
            ["shared_item", "mode", "purpose", "manner", "scope", "valid_from", "valid_to", "quota", "quota_period"]
        )

    def ask(self) -> Ask:
        """The request of a valid form."""
        return Ask(**{name: value for name, value in self.cleaned_data.items() if name != "shared_item"})


class StaffAskForm(AskForm):
    """A request that Party A takes down for Party B."""

    shared_item = forms.ModelChoiceField(label=_("共享信息"), queryset=AgreementItem.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = AgreementItem.objects.filter(state=AgreementItem.State.OPEN).select_related("item", "agreement")
        self.fields["shared_item"].queryset = rows.order_by("agreement__number", "item__number")  # type: ignore[attr-defined]


class GiveForm(VerbForm):
    """The authorisation paper, when there is one."""

    reason = forms.CharField(label=_("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = paper_field(_("授权书"))


class BeginForm(VerbForm):
    """A way to connect: the agreement, perhaps one shared item, and the agreed term."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    shared_item = forms.ModelChoiceField(
        label=_("共享信息"), queryset=AgreementItem.objects.none(), required=False,
        help_text=_("整个平台的接入不选；某一项数据的接口接入，请选择本协议的共享信息。"),
    )  # fmt: skip
    agreed_days = forms.IntegerField(
        label=_("约定期限"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=_("自乙方收到通知起算；没有约定就留空。"),
    )
    day_kind = forms.ChoiceField(
        label=_("期限单位"), required=False, choices=[("", "—"), *OnboardingTask.DayKind.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_force = Agreement.objects.filter(state__in=["in_force", "suspended"])
        self.fields["agreement"].queryset = in_force.order_by("number")  # type: ignore[attr-defined]
        rows = AgreementItem.objects.standing().filter(item__by_interface=True).select_related("item", "agreement")
        self.fields["shared_item"].queryset = rows.order_by("agreement__number", "item__number")  # type: ignore[attr-defined]

    def term(self) -> Term:
        """The agreed term of a valid form."""
        return Term(agreed_days=self.cleaned_data["agreed_days"], day_kind=self.cleaned_data["day_kind"])


class NotifyForm(VerbForm):
    """The notice to connect."""

    subject = forms.CharField(label=_("事由"), max_length=160, initial=_("关于办理平台接入的通知"))
    text = forms.CharField(label=_("内容"), widget=forms.Textarea(attrs={"rows": 6}))
    channel = forms.ChoiceField(
        label=_("送达方式"), choices=ServedNotice.Channel.choices, initial=ServedNotice.Channel.PORTAL
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sent_at"] = moment_field(_("发出时间"))
        self.fields["file"] = paper_field(_("函件（扫描件或原件）"))

    def message(self) -> Message:
        """The notice of a valid form."""
        return Message(**self.cleaned_data)


class AttachForm(VerbForm):
    """A notice to connect that was sent before."""

    notice = forms.ModelChoiceField(label=_("接入通知"), queryset=ServedNotice.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            sent = self.obj.agreement.served_notices.filter(kind="onboarding", onboarding=None).exclude(state="draft")
            self.fields["notice"].queryset = sent  # type: ignore[attr-defined]


class SpecChoiceForm(VerbForm):
    """A version of the interface of the task's item."""

    spec = forms.ModelChoiceField(label=_("接口版本"), queryset=InterfaceSpec.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None and self.obj.shared_item is not None:
            self.fields["spec"].queryset = self.obj.shared_item.item.specs.select_related("item")  # type: ignore[attr-defined]


class ConnectForm(SpecChoiceForm):
    """The result of the joint test."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["spec"].required = False
        if self.obj is not None and self.obj.shared_item is None:
            del self.fields["spec"]
        self.fields["connected_on"] = day_field(_("接入日期"), initial=timezone.localdate)
        self.fields["file"] = paper_field(_("联调报告"), required=True)


class SpecForm(VerbForm):
    """A new version of an interface."""

    item = forms.ModelChoiceField(label=_("数据资源"), queryset=CatalogueItem.objects.none())
    version = forms.CharField(label=_("版本"), max_length=30)
    note = forms.CharField(label=_("变更说明"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = CatalogueItem.objects.published().filter(by_interface=True)  # type: ignore[attr-defined]
        self.fields["published_on"] = day_field(_("发布日期"), initial=timezone.localdate)
        self.fields["file"] = paper_field(_("规范文件"), required=True)
        self.order_fields(["item", "version", "published_on", "file", "note"])


class OpeningForm(VerbForm):
    """The confirmation that the platform is open."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    confirmed_by = forms.CharField(label=_("乙方确认人"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = Agreement.objects.filter(state="in_force", opening=None).order_by("number")  # type: ignore[attr-defined]
        self.fields["opened_on"] = day_field(_("开通日期"), initial=timezone.localdate)
        self.fields["file"] = paper_field(_("开通确认单"), required=True)
        self.order_fields(["agreement", "opened_on", "confirmed_by", "file"])


class CredentialForm(VerbForm):
    """A credential that was handed out; never the secret itself."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    shared_item = forms.ModelChoiceField(label=_("共享信息"), queryset=AgreementItem.objects.none(), required=False)
    kind = forms.ChoiceField(label=_("种类"), choices=Credential.Kind.choices)
    identifier = forms.CharField(
        label=_("标识"), max_length=120, help_text=_("应用标识、证书序列号或账号名，不是密钥本身。")
    )
    fingerprint = forms.CharField(
        label=_("SHA-256 指纹"), max_length=100, help_text=_("64 位十六进制。系统不保存密钥、口令本身。")
    )
    held_by = forms.CharField(label=_("保管人"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_force = Agreement.objects.filter(state__in=["in_force", "suspended"])
        self.fields["agreement"].queryset = in_force.order_by("number")  # type: ignore[attr-defined]
        rows = AgreementItem.objects.standing().select_related("item", "agreement")
        self.fields["shared_item"].queryset = rows.order_by("agreement__number", "item__number")  # type: ignore[attr-defined]
        self.fields["issued_on"] = day_field(_("签发日期"), initial=timezone.localdate)
        self.fields["expires_on"] = day_field(_("有效期至"))

    def issued(self) -> Issued:
        """The credential of a valid form."""
        names = ("kind", "identifier", "fingerprint", "held_by", "issued_on", "expires_on")
        return Issued(**{name: self.cleaned_data[name] for name in names})
