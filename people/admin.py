"""Accounts and roles: who may enter, as whom."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import password_validation
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.accounts import refuse_joined_duties, save_account, set_password, set_roles
from people.console import ConsoleAdmin, Verb, VerbForm, badge
from people.models import User
from people.refusal import Refused
from people.roles import LABELS


class RolesField(forms.ModelMultipleChoiceField[Group]):
    """The roles, in words."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(LABELS.get(obj.name, obj.name))


class RolesMixin(forms.ModelForm[User]):
    """An account with its roles; duties that must stay apart are refused."""

    groups = RolesField(
        label=_("角色"),
        queryset=Group.objects.order_by(
            Case(*(When(name=name, then=place) for place, name in enumerate(LABELS)), default=len(LABELS))
        ),
        required=False,
        help_text=_(
            "甲方工作人员至少选一个角色；乙方用户不选，由单位成员决定其权限。三员（系统、安全、审计管理员）不得兼任。"
        ),
    )

    def clean_groups(self) -> QuerySet[Group]:
        groups = cast(QuerySet[Group], self.cleaned_data["groups"])
        try:
            refuse_joined_duties([group.name for group in groups])
        except Refused as refused:
            raise ValidationError(str(refused)) from refused
        return groups


class AddForm(RolesMixin, BaseUserCreationForm[User]):
    """A new account with its first password."""

    class Meta:
        model = User
        fields = ["username", "name", "email", "phone", "department", "groups"]


class ChangeForm(RolesMixin):
    """An account; the password has its own verb."""

    class Meta:
        model = User
        fields = ["username", "name", "email", "phone", "department", "language", "is_active", "groups"]


class PasswordForm(VerbForm):
    """A new password, twice."""

    first = forms.CharField(
        label=_("新密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html(),
        strip=False,
    )
    again = forms.CharField(
        label=_("再输一遍"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned["first"] != cleaned.get("again"):
            self.add_error("again", _("两次输入的密码不一致。"))
        if "first" in cleaned:
            try:
                password_validation.validate_password(cleaned["first"], self.obj)
            except ValidationError as error:
                self.add_error("first", error)
        return cleaned


def _reset_password(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> object:
    set_password(obj, password=cleaned["first"], by=cast(User, request.user), at=timezone.now())
    return gettext("已为“%(user)s”设置新密码，请通过安全途径告知本人。") % {"user": obj}


class RoleFilter(admin.SimpleListFilter):
    """The roles, in words."""

    title = _("角色")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


# Roles and their permissions are the access matrix (people.roles), not rows to edit.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(ConsoleAdmin):
    """Accounts.  Roles are given here, never single permissions; nobody changes their own."""

    form = ChangeForm
    list_display = ["username", "name", "department", "phone", "role_names", "state", "last_login"]
    list_filter = ["is_active", RoleFilter]
    search_fields = ["username", "name", "phone", "email", "department"]
    search_help_text = _("用户名、姓名、电话、邮箱或部门")
    readonly_fields = ["last_login", "date_joined"]
    ordering = ["username"]
    verbs = (Verb("password", _("重设密码"), "people.change_user", _reset_password, form=PasswordForm),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Break-glass superusers are seen by superusers only."""
        rows = super().get_queryset(request).prefetch_related("groups")
        return rows if request.user.is_superuser else rows.filter(is_superuser=False)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        if obj is None:
            kwargs["form"] = AddForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        person = (_("人员"), {"fields": ["username", "name", "email", "phone", "department"]})
        if obj is None:
            password = (_("首次登录密码"), {"fields": ["password1", "password2"]})
            return [person, password, (_("角色"), {"fields": ["groups"]})]
        own = obj.pk == request.user.pk
        note = _("这是您自己的账号：角色和启用状态须由另一名安全管理员修改。") if own else ""
        roles = (_("角色与状态"), {"fields": ["role_names" if own else "groups", "is_active"], "description": note})
        return [person, roles, (_("其他"), {"fields": ["language", "last_login", "date_joined"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        own = ["role_names", "is_active"] if obj is not None and obj.pk == request.user.pk else []
        return [*self.readonly_fields, *own]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        save_account(obj, by=cast(User, request.user), at=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        if "groups" in form.cleaned_data:
            set_roles(form.instance, form.cleaned_data["groups"], by=cast(User, request.user), at=timezone.now())

    @admin.display(description=_("角色"))
    def role_names(self, obj: User) -> str:
        return "、".join(str(LABELS.get(group.name, group.name)) for group in obj.groups.all())

    @admin.display(description=_("状态"), ordering="is_active")
    def state(self, obj: User) -> SafeString:
        return badge(_("启用"), "ok") if obj.is_active else badge(_("停用"), "muted")
