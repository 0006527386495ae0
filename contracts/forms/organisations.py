"""Forms of organisations, their names, contacts, accounts and signing parties."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts import registering
from contracts.forms.serving import paper_field
from contracts.models import Agreement, Contact, Organisation, OrganisationName
from contracts.parties import party_of
from people.acting import VerbForm
from people.models import User


def day_field(label: object, **kwargs: Any) -> forms.DateField:
    """A civil day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=str(label), widget=widget, **kwargs)


class OrganisationForm(forms.ModelForm[Organisation]):
    """An organisation.  A reason for the code, and that it is no double, are asked only where there is a doubt."""

    distinct = forms.BooleanField(label=_("确认不是同一单位"), required=False, widget=forms.HiddenInput)

    class Meta:
        model = Organisation
        fields = [
            "name", "kind", "uscc", "uscc_reason", "legal_representative", "address",
            "contact_name", "contact_phone", "contact_email",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields.get("uscc_reason")
        if reason is not None:
            reason.help_text = str(
                _("代码与规则不符但确在使用时填写，例如“与证照一致，登记机关已确认”。会记下填写人和时间。")
            )
            if not (self.instance.uscc_reason or self.data.get("uscc_reason")):
                reason.widget = forms.HiddenInput()

    @property
    def assurance(self) -> registering.Assurance:
        """What the person added against the register's doubts."""
        said = self.cleaned_data
        return registering.Assurance(uscc_reason=said.get("uscc_reason", ""), distinct=bool(said.get("distinct")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        code = cleaned.get("uscc", "")
        warning = registering.uscc_warning(code)
        if warning and not cleaned.get("uscc_reason", "").strip():
            self._ask("uscc_reason", forms.TextInput(attrs={"class": "vTextField"}))
            self.add_error("uscc", warning + str(_("请核对证照；确认无误仍要使用的，请填写代码核对说明。")))
        name = cleaned.get("name", self.instance.name)
        if "name" in self.fields or code != self.initial.get("uscc"):
            self._clean_double(name, code, distinct=bool(cleaned.get("distinct")))
        return cleaned

    def _clean_double(self, name: str, code: str, *, distinct: bool) -> None:
        found = registering.double_warning(name, code, besides=self.instance.pk)
        if found:
            self._ask("distinct", forms.CheckboxInput())
        if found and not distinct:
            self.add_error("distinct", found)

    def _ask(self, name: str, widget: forms.Widget) -> None:
        if name in self.fields:
            widget.is_required = False
            self.fields[name].widget = widget


class RenameForm(VerbForm):
    """The new name and the day from which it is borne."""

    name = forms.CharField(label=_("新名称"), max_length=120)
    distinct = forms.BooleanField(
        label=_("确认不是同一单位"), required=False, help_text=_("提示与其他单位重复、核对后确属不同单位时才勾选。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("启用日期"), initial=timezone.localdate)
        self.order_fields(["name", "on", "distinct"])


class AddNameForm(VerbForm):
    """One more name that the organisation is found by."""

    name = forms.CharField(label=_("名称"), max_length=120)
    kind = forms.ChoiceField(
        label=_("种类"),
        choices=[choice for choice in OrganisationName.Kind.choices if choice[0] != OrganisationName.Kind.CURRENT],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_to"] = day_field(_("停用日期"), required=False, help_text=_("曾用名必填。"))


class RetireNameForm(VerbForm):
    """Which alias or short name is in use no more."""

    name = forms.ModelChoiceField(label=_("名称"), queryset=OrganisationName.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.obj, Organisation):
            self.fields["name"].queryset = retirable(self.obj)  # type: ignore[attr-defined]
        self.fields["on"] = day_field(_("停用日期"), initial=timezone.localdate)


def retirable(organisation: Organisation) -> Any:
    """The aliases and short names in use."""
    return organisation.names.filter(kind__in=["alias", "short"], valid_to__isnull=True)


class ContactForm(forms.ModelForm[Contact]):
    """A contact in the console."""

    class Meta:
        model = Contact
        fields = ["organisation", "role", "name", "phone", "email", "valid"]


class ContactDetailsForm(forms.Form):
    """A contact in the portal: of one's own organisation."""

    role = forms.ChoiceField(label=_("事项"), choices=Contact.Role.choices)
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("电话和邮箱至少填写一项。"))


class AccountForm(VerbForm):
    """A bank account as on the bank's paper, and why it changes."""

    holder = forms.CharField(label=_("户名"), max_length=120)
    bank = forms.CharField(label=_("开户行"), max_length=120)
    number = forms.CharField(label=_("账号"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    branch_code = forms.CharField(
        label=_("联行号"), max_length=20, required=False, help_text=_("12 位数字，可以不填。")
    )
    reason = forms.CharField(
        label=_("变更依据和核实情况"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("依据哪份加盖公章的函件；怎样用原有联系方式向单位核实。不要只凭邮件或电话变更。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.obj, Organisation):
            self.fields["holder"].initial = self.obj.name


class NewAccountForm(AccountForm):
    """A bank account of an organisation to be chosen."""

    organisation = forms.ModelChoiceField(label=_("单位"), queryset=Organisation.objects.none())
    field_order = ("organisation",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.standing()  # type: ignore[attr-defined]


class AskAgainForm(VerbForm):
    """Why it is asked anew."""

    reason = AccountForm.base_fields["reason"]


class SigningForm(VerbForm):
    """Who signs for one side and where its notices go; empty means as the organisation's own."""

    side = ""
    signer = forms.CharField(label=_("签署人"), max_length=60, required=False)
    capacity = forms.CharField(label=_("签署人职务"), max_length=60, required=False)
    notice_address = forms.CharField(label=_("送达地址"), max_length=200, required=False)
    notice_email = forms.EmailField(label=_("送达邮箱"), required=False)
    notice_system = forms.CharField(label=_("约定的收件系统"), max_length=120, required=False)

    def __init__(self, *args: Any, obj: Any = None, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, user=user, **kwargs)
        self.fields["file"] = paper_field(
            _("授权委托书"), help_text=_("签署人不是法定代表人（负责人）时上传；已上传的不必重传。")
        )
        if isinstance(obj, Agreement):
            party = party_of(obj, self.side)
            for name in ("signer", "capacity", "notice_address", "notice_email", "notice_system"):
                self.fields[name].initial = getattr(party, name)


class SideAForm(SigningForm):
    """Party A's."""

    side = "a"


class SideBForm(SigningForm):
    """Party B's."""

    side = "b"
