"""本单位 in the portal: everybody reads their own organisation, its administrators change it, others find nothing."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts.models import Agreement, BankAccount, Contact, Membership
from people.models import Submission, User
from people.submitting import KEY_FIELD, new_key
from tests import make
from tests.answers import seen

pytestmark = pytest.mark.django_db
PERSON = {"name": "林静", "username": "lin.jing", "email": "lin@example.cn", "role": "user"}


@pytest.fixture
def administrator(agreement: Agreement) -> User:
    account = make.user("party_b_admin", name="刘洋")
    make.member(account, agreement.party_b, role="admin")
    return account


@pytest.fixture
def colleague(agreement: Agreement) -> Membership:
    return make.member(make.user("colleague", name="高远"), agreement.party_b)


def page(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(f"contracts:{name}", args=args)).content.decode()


def sent(client: Client, name: str, /, *args: Any, **said: str) -> Any:
    return client.post(reverse(f"contracts:{name}", args=args), {KEY_FIELD: new_key(), **said})


def test_a_member_reads_and_changes_nothing(client: Client, agreement: Agreement, colleague: Membership) -> None:
    Contact.objects.create(organisation=agreement.party_b, name="收发室", role="notice", phone="0790-1")
    client.force_login(colleague.user)

    html = page(client, "own-organisation")

    assert agreement.party_b.name in html
    assert "收发室" in html
    assert "由本单位管理员办理" in html
    assert "增加成员</a>" not in html
    for name, key in (("member-add", agreement.party_b_id), ("contact", Contact.objects.get().pk)):
        assert client.get(reverse(f"contracts:{name}", args=[key])).status_code == 404


def test_the_account_is_masked(client: Client, agreement: Agreement, colleague: Membership) -> None:
    BankAccount.objects.create(
        organisation=agreement.party_b, holder="甲", bank="工商银行", number="1502001109024567890", state="current",
        valid_from="2026-01-01",
    )  # fmt: skip
    client.force_login(colleague.user)

    html = page(client, "own-organisation")

    assert "工商银行 ****7890" in html
    assert "1502001109024567890" not in html


def test_the_administrator_adds_a_person_who_can_sign_in(
    client: Client, agreement: Agreement, administrator: User
) -> None:
    client.force_login(administrator)

    answer = sent(client, "member-add", agreement.party_b_id, **PERSON)

    found = re.search(r'sy-secret">([^<]+)<', answer.content.decode())
    assert found is not None
    assert "no-store" in answer["Cache-Control"]
    assert Client().login(username="lin.jing", password=found[1])
    assert Membership.objects.get(user__username="lin.jing").role == "user"
    assert found[1] not in str(list(Submission.objects.values_list("answer", flat=True)))


def test_the_same_form_sent_twice_makes_one_account_and_shows_the_password_once(
    client: Client, agreement: Agreement, administrator: User
) -> None:
    client.force_login(administrator)
    key = {KEY_FIELD: new_key()}

    first = sent(client, "member-add", agreement.party_b_id, **PERSON, **key).content.decode()
    again = sent(client, "member-add", agreement.party_b_id, **PERSON, **key).content.decode()

    assert "sy-secret" in first
    assert "sy-secret" not in again
    assert "这里不再显示" in again
    assert User.objects.filter(username="lin.jing").count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"username": "colleague"}, "已被使用", id="taken"),
        pytest.param({"username": "林 静"}, "用户名", id="bad user name"),
        pytest.param({"role": "boss"}, "有效", id="no such role"),
    ],
)
def test_a_bad_form_is_shown_again(
    client: Client,
    agreement: Agreement,
    administrator: User,
    colleague: Membership,
    change: dict[str, str],
    words: str,
) -> None:
    client.force_login(administrator)

    html = sent(client, "member-add", agreement.party_b_id, **{**PERSON, **change}).content.decode()

    assert words in html
    assert "sy-errors" in html
    assert Membership.objects.count() == 2 * min(colleague.pk, 1)


@pytest.mark.parametrize(
    ("verb", "state"), [("end", (False, "user")), ("make-admin", (True, "admin")), ("resume", (True, "user"))]
)
def test_the_administrator_changes_members(
    client: Client, administrator: User, colleague: Membership, verb: str, state: tuple[bool, str]
) -> None:
    Membership.objects.filter(pk=colleague.pk).update(active=verb != "resume")
    client.force_login(administrator)

    answer = sent(client, "member-act", colleague.pk, verb)

    colleague.refresh_from_db()
    assert answer.status_code == 302
    assert (colleague.active, colleague.role) == state


def test_the_own_role_stays(client: Client, administrator: User) -> None:
    own = administrator.memberships.get()
    client.force_login(administrator)

    for verb in ("end", "make-user"):
        sent(client, "member-act", own.pk, verb)
    html = page(client, "own-organisation")

    own.refresh_from_db()
    assert (own.active, own.role) == (True, "admin")
    assert "不能停用自己或修改自己的身份" in html


def test_the_administrator_edits_contacts(client: Client, agreement: Agreement, administrator: User) -> None:
    client.force_login(administrator)
    said = {"role": "technical", "name": "高远", "phone": "139", "email": ""}

    sent(client, "contact-add", agreement.party_b_id, **said)
    made = Contact.objects.get()
    sent(client, "contact", made.pk, **{**said, "phone": "138"})
    made.refresh_from_db()
    assert (made.phone, made.valid) == ("138", True)

    sent(client, "contact", made.pk, **said, retire="1")

    made.refresh_from_db()
    assert not made.valid
    assert client.get(reverse("contracts:contact", args=[made.pk])).status_code == 404


def test_rows_of_others_are_answered_as_missing(
    client: Client, administrator: User, other_agreement: Agreement, party_b_other: User
) -> None:
    foreign = party_b_other.memberships.get()
    contact = Contact.objects.create(organisation=other_agreement.party_b, name="甲", role="legal", phone="1")
    client.force_login(administrator)

    for name, key in (
        ("organisation", other_agreement.party_b_id),
        ("member-add", other_agreement.party_b_id),
        ("contact-add", other_agreement.party_b_id),
        ("contact", contact.pk),
    ):
        answer, missing = (client.get(reverse(f"contracts:{name}", args=[pk])) for pk in (key, 999_999))
        assert answer.status_code == missing.status_code == 404
        assert seen(answer, asked=key) == seen(missing, asked=999_999)
    posts = [sent(client, "member-act", foreign.pk, verb) for verb in ("end", "make-admin", "resume")]
    posts.append(sent(client, "contact", contact.pk, role="legal", name="乙", phone="2"))
    assert {answer.status_code for answer in posts} == {404}
    foreign.refresh_from_db()
    assert (foreign.active, foreign.role) == (True, "user")


def test_an_unknown_act_is_not_there(client: Client, administrator: User, colleague: Membership) -> None:
    client.force_login(administrator)

    assert sent(client, "member-act", colleague.pk, "delete").status_code == 404
    assert client.get(reverse("contracts:member-act", args=[colleague.pk, "end"])).status_code == 405


def test_who_acts_for_two_goes_from_one_to_the_other(
    client: Client, agreement: Agreement, other_agreement: Agreement, colleague: Membership
) -> None:
    make.member(colleague.user, other_agreement.party_b)
    client.force_login(colleague.user)

    assert reverse("contracts:organisation", args=[other_agreement.party_b_id]) in page(client, "own-organisation")
    assert other_agreement.party_b.name in page(client, "organisation", other_agreement.party_b_id)


def test_without_an_organisation_the_page_says_so(client: Client, outsider: User) -> None:
    client.force_login(outsider)

    assert "单位" in page(client, "own-organisation")


@pytest.mark.parametrize("rows", [1, 12])
def test_the_page_costs_the_same_for_many(
    client: Client,
    agreement: Agreement,
    administrator: User,
    rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rows):
        make.member(make.user(f"person{number}"), agreement.party_b)
        Contact.objects.create(organisation=agreement.party_b, name=f"第{number}人", role="legal", phone="1")
    client.force_login(administrator)

    with django_assert_max_num_queries(14):
        page(client, "own-organisation")
