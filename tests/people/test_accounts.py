"""Accounts: duties that stay apart, roles that nobody gives to themselves, history of all of it."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse

from journal.models import Event
from people import roles
from people.accounts import save_account, set_password, set_roles
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests.make import PASSWORD

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
JOINED = [
    pytest.param(roles.SYSTEM_ADMIN, roles.SECURITY_ADMIN, id="system and security"),
    pytest.param(roles.SYSTEM_ADMIN, roles.AUDIT_ADMIN, id="system and audit"),
    pytest.param(roles.SECURITY_ADMIN, roles.AUDIT_ADMIN, id="security and audit"),
]


def group(name: str) -> Group:
    return Group.objects.get(name=name)


def account_form(user: User, *names: str) -> dict[str, object]:
    return {
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "language": user.language,
        "is_active": "on",
        "groups": [group(name).pk for name in names],
    }


@pytest.mark.parametrize(("one", "other"), JOINED)
def test_separated_duties_are_refused(outsider: User, security_admin: User, one: str, other: str) -> None:
    with pytest.raises(Refused, match="不能由同一账号兼任"):
        set_roles(outsider, [group(one), group(other)], by=security_admin, at=AT)

    assert not outsider.groups.exists()


@pytest.mark.parametrize(("one", "other"), JOINED)
def test_separated_duties_are_refused_by_any_way(outsider: User, one: str, other: str) -> None:
    outsider.groups.add(group(one))

    with pytest.raises(Refused, match="不能由同一账号兼任"), transaction.atomic():
        group(other).user_set.add(outsider)
    with pytest.raises(Refused, match="不能由同一账号兼任"), transaction.atomic():
        outsider.groups.add(group(other))

    assert [g.name for g in outsider.groups.all()] == [one]


@pytest.mark.parametrize(("one", "other"), JOINED)
def test_the_account_page_says_why(client: Client, outsider: User, security_admin: User, one: str, other: str) -> None:
    client.force_login(security_admin)

    response = client.post(reverse("admin:people_user_change", args=[outsider.pk]), account_form(outsider, one, other))

    assert "不能由同一账号兼任" in response.content.decode()
    assert not outsider.groups.exists()


def test_roles_are_given_on_the_account_page(client: Client, outsider: User, security_admin: User) -> None:
    client.force_login(security_admin)

    client.post(reverse("admin:people_user_change", args=[outsider.pk]), account_form(outsider, roles.FINANCE))

    outsider.refresh_from_db()
    assert [g.name for g in outsider.groups.all()] == [roles.FINANCE]
    assert outsider.is_staff


def test_an_account_without_a_role_of_party_a_leaves_the_admin(operator: User, security_admin: User) -> None:
    set_roles(operator, [], by=security_admin, at=AT)

    operator.refresh_from_db()
    assert not operator.is_staff


def test_nobody_changes_their_own_roles(security_admin: User) -> None:
    with pytest.raises(Refused, match="另一名安全管理员"):
        set_roles(security_admin, [group(roles.FINANCE_LEAD)], by=security_admin, at=AT)


def test_nobody_adds_roles_to_themselves_on_the_page(client: Client, security_admin: User) -> None:
    client.force_login(security_admin)
    page = reverse("admin:people_user_change", args=[security_admin.pk])

    html = client.get(page).content.decode()
    client.post(page, account_form(security_admin, roles.SECURITY_ADMIN, roles.FINANCE_LEAD))

    assert "须由另一名安全管理员修改" in html
    assert [g.name for g in security_admin.groups.all()] == [roles.SECURITY_ADMIN]


def test_nobody_switches_their_own_account_off(security_admin: User) -> None:
    security_admin.is_active = False

    with pytest.raises(Refused, match="不能停用自己的账号"):
        save_account(security_admin, by=security_admin, at=AT)


def test_a_password_is_set_for_others_only(operator: User, security_admin: User) -> None:
    set_password(operator, password="Xinmima-2026", by=security_admin, at=AT)

    operator.refresh_from_db()
    assert operator.check_password("Xinmima-2026")
    with pytest.raises(Refused, match="我的账号"):
        set_password(security_admin, password="Xinmima-2026", by=security_admin, at=AT)


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [
        pytest.param("Xinmima-2026", "Xinmima-2027", "两次输入的密码不一致", id="differ"),
        pytest.param("123456", "123456", "太短", id="weak"),
    ],
)
def test_a_bad_new_password_is_refused(
    client: Client, operator: User, security_admin: User, first: str, again: str, said: str
) -> None:
    client.force_login(security_admin)

    response = client.post(
        reverse("admin:people_user_verb", args=[operator.pk, "password"]),
        {"first": first, "again": again, KEY_FIELD: new_key()},
    )

    operator.refresh_from_db()
    assert said in response.content.decode()
    assert operator.check_password(PASSWORD)


def test_a_new_account_gets_its_password_and_role(client: Client, security_admin: User) -> None:
    client.force_login(security_admin)
    form = {
        "username": "new.person",
        "name": "新同事",
        "email": "new@example.cn",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "groups": [group(roles.OPERATIONS).pk],
    }

    response = client.post(reverse("admin:people_user_add"), form)

    made = User.objects.get(username="new.person")
    assert response.status_code == 302
    assert made.check_password(PASSWORD)
    assert made.is_staff
    assert made.history.filter(history_user=security_admin).exists()


def test_the_history_of_roles_is_kept(operator: User, security_admin: User) -> None:
    set_roles(operator, [group(roles.FINANCE)], by=security_admin, at=AT)

    newest = operator.history.first()

    assert [row.group.name for row in newest.groups.all()] == [roles.FINANCE]


def test_superusers_are_hidden_from_others(client: Client, security_admin: User) -> None:
    root = User.objects.create_superuser("root", "root@example.cn", name="应急")
    client.force_login(security_admin)

    listed = client.get(reverse("admin:people_user_changelist")).content.decode()
    opened = client.get(reverse("admin:people_user_change", args=[root.pk]))

    assert "root@" not in listed
    assert ">root<" not in listed
    assert opened.status_code == 302


def test_a_past_state_says_what_it_said_then(client: Client, operator: User, security_admin: User) -> None:
    operator.department = "运行一处"
    operator.save()
    past = operator.history.first()
    set_roles(operator, [group(roles.FINANCE)], by=security_admin, at=AT)
    operator.refresh_from_db()
    operator.department = "运行二处"
    operator.save()
    client.force_login(security_admin)

    page = reverse("admin:people_user_simple_history", args=[operator.pk, past.history_id])
    html = client.get(page).content.decode()

    assert "运行一处" in html
    assert "运行二处" not in html
    assert "<dd>operations</dd>" in html
    assert '<form method="post" class="sy-form"' not in html


def test_what_happens_to_accounts_is_in_the_journal(operator: User, security_admin: User) -> None:
    set_roles(operator, [group(roles.FINANCE)], by=security_admin, at=AT)

    event = Event.objects.get(action="user.roles_changed")

    assert event.at == AT
    assert event.data == {"roles": [roles.FINANCE], "before": [roles.OPERATIONS]}
