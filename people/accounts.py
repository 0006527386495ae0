"""Accounts: what a person may change of their own, and who may enter in which roles."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from people.models import User
from people.refusal import Refused
from people.roles import PARTY_B_ADMIN, PARTY_B_USER, SEPARATED

LANGUAGES = ("zh-hans", "en")

# Sent inside the transaction of the change (action, user, by, at, data), so that the journal above keeps it or neither
# happens.  This app is the lowest and cannot call the journal itself.
account_changed = Signal()


@transaction.atomic
def choose_language(user: User, *, language: str) -> User:
    """The language that pages and notices use from now on.  Raises Refused for a language we do not speak."""
    if language not in LANGUAGES:
        raise Refused(_("界面语言只能是简体中文或英文。"))
    user = _locked(user)
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
    return user


@transaction.atomic
def change_own_details(user: User, *, name: str, phone: str, email: str, at: datetime) -> User:
    """A person's own name and how to reach them."""
    user = _locked(user)
    user.name, user.phone, user.email = name, phone, email
    user.save(update_fields=["name", "phone", "email"])
    _tell("user.details_changed", user, by=user, at=at)
    return user


@transaction.atomic
def save_account(user: User, *, by: User, at: datetime) -> User:
    """Keep a new or edited account (password and roles apart).  Nobody may switch their own account off."""
    adding = user.pk is None
    if user.pk == by.pk and not user.is_active:
        raise Refused(_("不能停用自己的账号，请由另一名安全管理员办理。"))
    user.save()
    _tell("user.added" if adding else "user.changed", user, by=by, at=at, active=user.is_active)
    return user


@transaction.atomic
def set_roles(user: User, groups: Iterable[Group], *, by: User, at: datetime) -> User:
    """Give the account exactly these roles; with a role of Party A it enters the admin, without it does not.

    Raises Refused for one's own account and for duties that must stay apart.
    """
    wanted = list(groups)
    names = sorted(group.name for group in wanted)
    user = _locked(user)
    held = sorted(user.groups.values_list("name", flat=True))
    if names == held:
        return user
    if user.pk == by.pk:
        raise Refused(_("不能修改自己的角色，请由另一名安全管理员办理。"))
    refuse_joined_duties(names)
    user.is_staff = user.is_superuser or bool(set(names) - {PARTY_B_USER, PARTY_B_ADMIN})
    user.save(update_fields=["is_staff"])
    user.groups.set(wanted)
    _tell("user.roles_changed", user, by=by, at=at, roles=names, before=held)
    return user


@transaction.atomic
def set_password(user: User, *, password: str, by: User, at: datetime) -> User:
    """A new password given by an administrator; the account's sessions end.  Raises Refused for one's own account."""
    if user.pk == by.pk:
        raise Refused(_("请在“我的账号”里修改自己的密码。"))
    user = _locked(user)
    user.set_password(password)
    user.save(update_fields=["password"])
    _tell("user.password_set", user, by=by, at=at)
    return user


def refuse_joined_duties(role_names: Collection[str]) -> None:
    """Raises Refused when one account would hold two of the separated administrators (GB/T 22239-2019, level 3)."""
    held = SEPARATED.intersection(role_names)
    if len(held) > 1:
        raise Refused(_("系统管理员、安全管理员和审计管理员不能由同一账号兼任，请只保留其中一个。"))


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _tell(action: str, user: User, *, by: User, at: datetime, **data: Any) -> None:
    account_changed.send(sender=User, action=action, user=user, by=by, at=at, data=data)
