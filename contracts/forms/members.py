"""Forms of memberships, in the console and in the portal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.memberships import Person
from contracts.models import Membership, Organisation
from people.acting import VerbForm
from people.models import User


class AddMemberForm(VerbForm):
    """Which account acts for which organisation."""

    organisation = forms.ModelChoiceField(label=_("单位"), queryset=Organisation.objects.none())
    account = forms.ModelChoiceField(
        label=_("用户"), queryset=User.objects.none(), help_text=_("只列出启用的、不属于甲方工作人员的账号。")
    )
    role = forms.ChoiceField(label=_("身份"), choices=Membership.Role.choices, initial=Membership.Role.ADMIN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_staff=False, is_superuser=False, is_active=True)
        self.fields["organisation"].queryset = Organisation.objects.standing()  # type: ignore[attr-defined]
        self.fields["account"].queryset = people.order_by("name", "username")  # type: ignore[attr-defined]


class RoleForm(VerbForm):
    """The new role."""

    role = forms.ChoiceField(label=_("身份"), choices=Membership.Role.choices)


class PersonForm(forms.Form):
    """A new colleague, in the portal."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    username = forms.CharField(
        label=_("用户名"), max_length=150, help_text=_("登录时使用，只能由字母、数字和 @ . + - _ 组成。")
    )
    email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("填写后才能收到邮件通知。"))
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)
    role = forms.ChoiceField(label=_("身份"), choices=Membership.Role.choices, initial=Membership.Role.USER)

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"]).strip()
        User._meta.get_field("username").run_validators(username)
        return username

    @property
    def person(self) -> Person:
        """Who is to be given an account."""
        said = self.cleaned_data
        return Person(**{name: said[name] for name in ("username", "name", "email", "phone")})
