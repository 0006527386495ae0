"""Memberships: who acts for an organisation.  Its own administrators see to it, or Party A's security administrator."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Membership, Organisation
from contracts.registering import hold
from journal.recording import record
from people.accounts import save_account
from people.models import User
from people.refusal import Refused

Role = Membership.Role
# No signs that are mistaken for one another when read out or copied by hand.
SIGNS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS, GROUP_LENGTH = 4, 4


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person to be given an account: how they sign in, what they are called, how they are reached."""

    username: str
    name: str
    email: str = ""
    phone: str = ""


def first_password(person: Person) -> str:
    """A random first password that satisfies the rules of passwords: four groups of four signs."""
    while True:
        groups = ("".join(secrets.choice(SIGNS) for _sign in range(GROUP_LENGTH)) for _group in range(GROUPS))
        made = "-".join(groups)
        if _password_fault(made, _user(person)) == "":
            return made


@transaction.atomic
def add(organisation: Organisation, user: User, *, role: str, by: User, at: datetime) -> Membership:
    """Let an existing account act for the organisation.  Refused for staff of Party A and for one that is a member."""
    organisation = _held(organisation, by)
    if user.is_staff:
        raise Refused(_("甲方工作人员的账号不能作为单位成员，请为对方人员另建账号。"))
    known = organisation.memberships.filter(user=user).first()
    if known is not None:
        raise Refused(_("%(user)s已经是本单位成员；已停用的请用“恢复”。") % {"user": user})
    made = Membership(user=user, organisation=organisation, role=role)
    return _keep("membership.added", made, by=by, at=at)


@transaction.atomic
def invite(
    organisation: Organisation, person: Person, *, role: str, password: str, by: User, at: datetime
) -> Membership:
    """A new account with a first password, acting for the organisation.

    Refused for a user name that is taken and a password that the rules of passwords do not let pass.
    """
    organisation = _held(organisation, by)
    username = User.normalize_username(person.username.strip())
    if not username or not person.name.strip():
        raise Refused(_("请填写用户名和姓名。"))
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_("用户名“%(username)s”已被使用，请换一个。") % {"username": username})
    user = _user(person)
    if fault := _password_fault(password, user):
        raise Refused(fault)
    user.set_password(password)
    save_account(user, by=by, at=at)
    return _keep("membership.added", Membership(user=user, organisation=organisation, role=role), by=by, at=at)


@transaction.atomic
def end(membership: Membership, *, by: User, at: datetime) -> Membership:
    """The person acts for the organisation no more; the account stays.  Refused for oneself and twice."""
    membership = _locked(membership, by)
    if not membership.active:
        raise Refused(_("该成员已停用。"))
    membership.active = False
    return _keep("membership.ended", membership, by=by, at=at)


@transaction.atomic
def resume(membership: Membership, *, by: User, at: datetime) -> Membership:
    """The person acts for the organisation again.  Refused where nothing had ended."""
    membership = _locked(membership, by)
    if membership.active:
        raise Refused(_("该成员没有停用。"))
    membership.active = True
    return _keep("membership.resumed", membership, by=by, at=at)


@transaction.atomic
def set_role(membership: Membership, *, role: str, by: User, at: datetime) -> Membership:
    """The person acts in another role.  Refused for oneself and for the role held already."""
    membership = _locked(membership, by)
    if role not in Role.values:
        raise Refused(_("身份只能是经办人或管理员。"))
    if membership.role == role:
        raise Refused(_("该成员的身份已经是%(role)s。") % {"role": membership.get_role_display()})
    membership.role = role
    return _keep("membership.role_changed", membership, by=by, at=at)


Act = Callable[..., Membership]
ACTS: dict[str, Act] = {"end": end, "resume": resume}


def _held(organisation: Organisation, by: User) -> Organisation:
    """The organisation, locked.  Whoever is not of Party A's staff must administer it at this moment."""
    organisation = hold(organisation.pk)
    if not by.is_staff and not Organisation.objects.administered_by(by).filter(pk=organisation.pk).exists():
        raise Refused(_("您不是本单位的管理员，不能办理。"))
    return organisation


def _locked(membership: Membership, by: User) -> Membership:
    # All changes of an organisation's members wait for one another here: of two administrators who end each other's
    # role at once the second is none any more, so one always stays.
    _held(membership.organisation, by)
    if membership.user_id == by.pk:
        raise Refused(_("不能停用自己或修改自己的身份，请由本单位另一名管理员办理。"))
    rows = Membership.objects.select_related("organisation", "user")
    locked: Membership = rows.select_for_update(no_key=True, of=("self",)).get(pk=membership.pk)
    return locked


def _user(person: Person) -> User:
    return User(
        username=User.normalize_username(person.username.strip()),
        name=person.name.strip(),
        email=person.email.strip(),
        phone=person.phone.strip(),
    )


def _password_fault(password: str, user: User) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return "；".join(error.messages)
    return ""


def _keep(action: str, membership: Membership, *, by: User, at: datetime) -> Membership:
    membership.save()
    data = {"user": membership.user.username, "role": membership.role, "active": membership.active}
    record(action, obj=membership, by=by, at=at, data=data, organisation_id=membership.organisation_id)
    return membership
