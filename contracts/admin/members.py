"""The console's pages on who acts for an organisation."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import memberships
from contracts.forms.members import AddMemberForm, RoleForm
from contracts.models import Membership
from people.console import RecordAdmin, Verb, badge
from people.models import User

ADD, CHANGE = "contracts.add_membership", "contracts.change_membership"


def _add(request: HttpRequest, obj: None, said: dict[str, Any]) -> str:
    body, account, role = said["organisation"], said["account"], said["role"]
    memberships.add(body, account, role=role, by=cast(User, request.user), at=timezone.now())
    return _t("已增加成员，本人登录门户即可办理。")


def _end(request: HttpRequest, obj: Membership, said: dict[str, Any]) -> str:
    memberships.end(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已停用该成员，不能再代表本单位。")


def _resume(request: HttpRequest, obj: Membership, said: dict[str, Any]) -> str:
    memberships.resume(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已恢复该成员。")


def _role(request: HttpRequest, obj: Membership, said: dict[str, Any]) -> str:
    memberships.set_role(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已修改身份。")


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    list_display = ("user", "username", "organisation", "role", "state")
    list_select_related = ("user", "organisation")
    list_filter = ("role", "active")
    search_fields = ("user__username", "user__name", "organisation__name")
    search_help_text = _("按用户名、姓名或单位查找")
    fields = ("user", "username", "organisation", "role", "state")
    readonly_fields = ("username", "state")
    empty_hint = _("还没有单位成员。先建立账号，再点“增加成员”。")
    list_verbs = (
        Verb("add", _("增加成员"), ADD, _add, form=AddMemberForm, tone="primary",
             explain=lambda obj: _t("给乙方单位指定第一名管理员；以后由该管理员在门户自行增减本单位成员。")),
    )  # fmt: skip
    verbs = (
        Verb("role", _("修改身份"), CHANGE, _role, form=RoleForm, when=lambda obj: obj.active),
        Verb("end", _("停用成员"), CHANGE, _end, when=lambda obj: obj.active, tone="danger",
             explain=lambda obj: _t("该用户不能再代表本单位；账号本身保留，可以恢复。")),
        Verb("resume", _("恢复成员"), CHANGE, _resume, when=lambda obj: not obj.active, tone="primary"),
    )  # fmt: skip

    @admin.display(description=_("用户名"), ordering="user__username")
    def username(self, obj: Membership) -> str:
        return obj.user.username

    @admin.display(description=_("状态"), ordering="active")
    def state(self, obj: Membership) -> SafeString:
        return badge(_("有效"), "ok") if obj.active else badge(_("已停用"), "muted")
