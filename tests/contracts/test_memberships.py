"""Memberships: administrators see to their own organisation's people, never to themselves; one always stays."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.db import connection
from django.test import Client
from django.urls import reverse

from contracts import memberships
from contracts.memberships import Person
from contracts.models import Agreement, Membership
from journal.models import Event
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests import make

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
PASSWORD = "Xin-mima-2026"
NEW = Person(username="lin.jing", name="林静", email="lin@example.cn")


@pytest.fixture
def administrator(agreement: Agreement) -> User:
    account = make.user("party_b_admin", name="刘洋")
    make.member(account, agreement.party_b, role="admin")
    return account


@pytest.fixture
def colleague(agreement: Agreement) -> Membership:
    return make.member(make.user("colleague", name="高远"), agreement.party_b)


def test_an_administrator_adds_a_person(agreement: Agreement, administrator: User) -> None:
    made = memberships.invite(agreement.party_b, NEW, role="user", password=PASSWORD, by=administrator, at=AT)

    assert made.user.check_password(PASSWORD)
    assert (made.role, made.active, made.user.is_staff) == ("user", True, False)
    assert Agreement.objects.for_user(made.user).get() == agreement
    assert sorted(Event.objects.values_list("action", flat=True)) == ["membership.added", "user.added"]
    assert PASSWORD not in str(list(Event.objects.values_list("data", flat=True)))


def test_first_passwords_satisfy_the_rules_and_differ() -> None:
    made = {memberships.first_password(NEW) for _number in range(50)}

    for password in made:
        validate_password(password)
    assert {len(password) for password in made} == {19}
    assert len(made) == 50


@pytest.mark.parametrize(
    ("person", "password", "words"),
    [
        pytest.param(Person(username="Colleague", name="重名"), PASSWORD, "已被使用", id="name taken"),
        pytest.param(Person(username=" ", name="某人"), PASSWORD, "请填写用户名和姓名", id="no user name"),
        pytest.param(NEW, "123456", "密码太短", id="weak password"),
        pytest.param(NEW, "lin.jing2026", "相似|相近|类似|too similar", id="password like the user name"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    agreement: Agreement, administrator: User, colleague: Membership, person: Person, password: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        memberships.invite(agreement.party_b, person, role="user", password=password, by=administrator, at=AT)
    assert User.objects.count() == 2 + 0 * colleague.pk


def test_ending_resuming_and_changing_roles(administrator: User, colleague: Membership) -> None:
    memberships.end(colleague, by=administrator, at=AT)
    assert not Agreement.objects.for_user(colleague.user).exists()
    memberships.resume(colleague, by=administrator, at=AT)
    changed = memberships.set_role(colleague, role="admin", by=administrator, at=AT)

    assert (changed.active, changed.role) == (True, "admin")
    events = Event.objects.order_by("seq").values_list("action", "organisation_id")
    assert [action for action, _body in events] == [
        "membership.ended",
        "membership.resumed",
        "membership.role_changed",
    ]
    assert {body for _action, body in events} == {colleague.organisation_id}


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda own, by: memberships.end(own, by=by, at=AT), id="ending"),
        pytest.param(lambda own, by: memberships.set_role(own, role="user", by=by, at=AT), id="giving up the role"),
    ],
)
def test_nobody_ends_their_own_role(administrator: User, act: Callable[[Membership, User], Any]) -> None:
    own = administrator.memberships.get()

    with pytest.raises(Refused, match="不能停用自己或修改自己的身份"):
        act(own, administrator)
    own.refresh_from_db()
    assert (own.active, own.role) == (True, "admin")


def test_who_does_not_administer_changes_nothing(
    agreement: Agreement, administrator: User, colleague: Membership, party_b_other: User
) -> None:
    Membership.objects.filter(user=party_b_other).update(role="admin")  # of another organisation

    for person in (colleague.user, party_b_other):
        with pytest.raises(Refused, match="不是本单位的管理员"):
            memberships.end(administrator.memberships.get(), by=person, at=AT)
        with pytest.raises(Refused, match="不是本单位的管理员"):
            memberships.invite(agreement.party_b, NEW, role="user", password=PASSWORD, by=person, at=AT)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        pytest.param(lambda m, by: memberships.resume(m, by=by, at=AT), "没有停用", id="resume"),
        pytest.param(lambda m, by: memberships.set_role(m, role="user", by=by, at=AT), "已经是经办人", id="same role"),
        pytest.param(lambda m, by: memberships.set_role(m, role="boss", by=by, at=AT), "只能是经办人", id="no role"),
    ],
)
def test_what_changes_nothing_is_refused(
    administrator: User, colleague: Membership, act: Callable[[Membership, User], Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        act(colleague, administrator)


def test_staff_are_no_members(agreement: Agreement, security_admin: User, operator: User, party_b: User) -> None:
    with pytest.raises(Refused, match="甲方工作人员的账号不能作为单位成员"):
        memberships.add(agreement.party_b, operator, role="user", by=security_admin, at=AT)
    with pytest.raises(Refused, match="已经是本单位成员"):
        memberships.add(agreement.party_b, party_b, role="user", by=security_admin, at=AT)


@pytest.mark.services
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_two_administrators_who_end_each_other_leave_one(
    transactional_db: None, race: Callable[..., list[Any]], agreement: Agreement, administrator: User
) -> None:
    other = make.member(make.user("other_admin"), agreement.party_b, role="admin")
    own = administrator.memberships.get()

    answers = race(
        lambda: memberships.end(other, by=administrator, at=AT), lambda: memberships.end(own, by=other.user, at=AT)
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert Membership.objects.filter(organisation=agreement.party_b, active=True, role="admin").count() == 1


def test_without_the_wait_both_would_go(
    agreement: Agreement, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both read that they administer before either writes."""
    other = make.member(make.user("other_admin"), agreement.party_b, role="admin")
    monkeypatch.setattr(memberships, "_held", lambda organisation, by: organisation)

    memberships.end(other, by=administrator, at=AT)
    memberships.end(administrator.memberships.get(), by=other.user, at=AT)

    assert not Membership.objects.filter(active=True, role="admin").exists()


def test_the_console_adds_the_first_administrator(client: Client, agreement: Agreement, security_admin: User) -> None:
    person = make.user("newcomer", name="新人")
    client.force_login(security_admin)
    add = reverse("admin:contracts_membership_listverb", args=["add"])
    said = {"organisation": agreement.party_b_id, "account": person.pk, "role": "admin", KEY_FIELD: new_key()}

    client.post(add, said)
    made = Membership.objects.get()
    client.post(reverse("admin:contracts_membership_verb", args=[made.pk, "end"]), {KEY_FIELD: new_key()})

    made.refresh_from_db()
    assert (made.user, made.role, made.active) == (person, "admin", False)
