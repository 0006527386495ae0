"""Merging two organisations: looked at first, decided by a second person, complete, and nothing frozen is touched."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contracts import accounts, merging, parties, registering
from contracts.accounts import Details
from contracts.models import Agreement, AgreementParty, BankAccount, Contact, Membership, Organisation, Paper
from journal import approvals
from journal.models import Approval, Event
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests import make

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
ACCOUNT = Details(holder="甲", bank="乙", number="1234567")
WHY = "统一社会信用代码相同"


@pytest.fixture
def old(agreement: Agreement, contract_manager: User) -> Organisation:
    """The double: a contact, a frozen party, a paper, an account in use, a former name."""
    body = agreement.party_b
    Contact.objects.create(organisation=body, name="高远", role="technical", phone="1")
    parties.freeze(agreement, by=contract_manager, at=AT)
    Paper.objects.create(
        organisation=body, kind="licence", title="证照", name="a.pdf", file="papers/a", content_type="application/pdf",
        size=1, sha256="0" * 64, by=contract_manager, at=AT,
    )  # fmt: skip
    BankAccount.objects.create(
        organisation=body, holder="甲", bank="乙", number="123456", state="current", valid_from=date(2026, 1, 1)
    )
    registering.add_name(body, name="旧局", kind="former", valid_to=date(2020, 1, 1), by=contract_manager, at=AT)
    return Organisation.objects.get(pk=body.pk)


@pytest.fixture
def into(db: None) -> Organisation:
    return make.organisation("市数据局")


def merged(old: Organisation, into: Organisation, asker: User, decider: User) -> Organisation:
    approval = merging.ask(old, into, by=asker, at=AT, reason=WHY)
    approvals.approve(approval, by=decider, at=AT)
    return Organisation.objects.get(pk=old.pk)


def test_the_plan_counts_every_table_and_what_hangs_on_the_agreements(
    old: Organisation, into: Organisation, party_b: User
) -> None:
    found = merging.plan(old, into)

    lines = {line.model: (len(line.moving), line.frozen, len(line.clashing)) for line in found.lines}
    assert lines == {
        Agreement: (1, 0, 0),
        Membership: (1, 0, 0),
        Contact: (1, 0, 0),
        Paper: (0, 1, 0),
        BankAccount: (0, 1, 0),
        AgreementParty: (0, 1, 0),
    }
    assert dict(found.followers)["协议版本"] == 1
    assert found.names == ["市大数据管理局", "旧局"]
    assert not found.forbidden
    assert Contact.objects.get().organisation == old


def test_a_merge_moves_everything_but_what_is_frozen(
    old: Organisation, into: Organisation, agreement: Agreement, party_b: User, contract_manager: User,
    security_admin: User,
) -> None:  # fmt: skip
    gone = merged(old, into, contract_manager, security_admin)

    agreement.refresh_from_db()
    assert gone.merged_into == into
    assert agreement.party_b == Contact.objects.get().organisation == Membership.objects.get().organisation == into
    assert Paper.objects.get().organisation == BankAccount.objects.get().organisation == old
    assert AgreementParty.objects.get(side="b").organisation == old
    assert parties.party_of(agreement, "b").name == "市大数据管理局"
    assert set(into.names.values_list("name", "kind")) == {("市大数据管理局", "alias"), ("旧局", "alias")}
    assert agreement in Agreement.objects.for_user(party_b)
    assert agreement.history.first().party_b == into
    event = Event.objects.get(action="organisation.merged")
    assert event.data["moved"]["contracts.agreement.party_b"] == [agreement.pk]


def test_the_merged_one_takes_part_no_more(
    old: Organisation, into: Organisation, contract_manager: User, security_admin: User, finance: User
) -> None:
    gone = merged(old, into, contract_manager, security_admin)

    acts: list[Callable[[], Any]] = [
        lambda: registering.rename(gone, name="新名", on=date(2026, 9, 18), by=contract_manager, at=AT),
        lambda: accounts.propose(gone, ACCOUNT, by=finance, at=AT, reason=WHY),
        lambda: merging.ask(gone, make.organisation(), by=contract_manager, at=AT, reason=WHY),
        lambda: merging.ask(make.organisation(), gone, by=contract_manager, at=AT, reason=WHY),
    ]
    for act in acts:
        with pytest.raises(Refused, match="已并入其他单位"):
            act()
    assert not registering.twins(gone.name, gone.uscc).filter(pk=gone.pk).exists()
    assert registering.twins(gone.name, "").get() == into


def test_both_sides_of_one_agreement_are_not_merged(
    agreement: Agreement, contract_manager: User, security_admin: User
) -> None:
    with pytest.raises(Refused, match=r"不能合并：.*甲方和乙方不能是同一单位"):
        merging.ask(agreement.party_b, agreement.party_a, by=contract_manager, at=AT, reason=WHY)

    assert merging.plan(agreement.party_b, agreement.party_a).forbidden
    assert not Approval.objects.exists()


def test_what_came_to_forbid_it_stops_the_merge(
    old: Organisation, into: Organisation, contract_manager: User, security_admin: User
) -> None:
    approval = merging.ask(old, into, by=contract_manager, at=AT, reason=WHY)
    make.agreement(party_a=into, party_b=old)

    with pytest.raises(Refused, match="不能合并"):
        approvals.approve(approval, by=security_admin, at=AT)
    old.refresh_from_db()
    assert old.merged_into is None
    assert Contact.objects.get().organisation == old


def test_an_account_change_that_waits_stops_it(
    old: Organisation, into: Organisation, contract_manager: User, finance: User
) -> None:
    accounts.propose(into, ACCOUNT, by=finance, at=AT, reason=WHY)

    with pytest.raises(Refused, match="市数据局有待批准的账户变更"):
        merging.ask(old, into, by=contract_manager, at=AT, reason=WHY)


@pytest.mark.parametrize(
    ("here", "there", "kept"),
    [
        pytest.param((True, "admin"), (True, "user"), (True, "admin"), id="administrator of the old one"),
        pytest.param((True, "user"), (False, "user"), (True, "user"), id="ended in the new one"),
        pytest.param((False, "admin"), (True, "user"), (True, "user"), id="no more of the old one"),
    ],
)
def test_a_member_of_both_keeps_the_wider_rights(
    old: Organisation, into: Organisation, party_b: User, contract_manager: User, security_admin: User,
    here: tuple[bool, str], there: tuple[bool, str], kept: tuple[bool, str],
) -> None:  # fmt: skip
    Membership.objects.filter(user=party_b).update(active=here[0], role=here[1])
    make.member(party_b, into, active=there[0], role=there[1])
    assert [len(line.clashing) for line in merging.plan(old, into).lines if line.model is Membership] == [1]

    merged(old, into, contract_manager, security_admin)

    rows = {row.organisation_id: (row.active, row.role) for row in Membership.objects.filter(user=party_b)}
    assert rows[into.pk] == kept
    assert rows[old.pk][0] is False


def test_nobody_merges_alone(old: Organisation, into: Organisation, contract_manager: User, finance_lead: User) -> None:
    approval = merging.ask(old, into, by=contract_manager, at=AT, reason=WHY)

    for person in (contract_manager, finance_lead):
        with pytest.raises(Refused):
            approvals.approve(approval, by=person, at=AT)
    with pytest.raises(Refused, match="已有待批准的申请"):
        merging.ask(old, into, by=contract_manager, at=AT, reason=WHY)


@pytest.mark.parametrize(
    ("same", "reason", "words"), [(True, WHY, "不能并入自己"), (False, "  ", "请写明为什么认定是同一单位")]
)
def test_a_merge_without_sense_is_refused(
    old: Organisation, into: Organisation, contract_manager: User, same: bool, reason: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        merging.ask(old, old if same else into, by=contract_manager, at=AT, reason=reason)


def test_a_rename_meanwhile_voids_the_request(
    old: Organisation, into: Organisation, contract_manager: User, security_admin: User
) -> None:
    approval = merging.ask(old, into, by=contract_manager, at=AT, reason=WHY)
    registering.rename(into, name="市数字局", on=date(2026, 9, 18), by=contract_manager, at=AT)

    with pytest.raises(Refused, match="内容已被修改"):
        approvals.approve(approval, by=security_admin, at=AT)


def test_two_merges_into_each_other_do_one(
    transactional_db: None, race: Callable[..., list[Any]], contract_manager: User, security_admin: User
) -> None:
    one, other = make.organisation("甲局"), make.organisation("乙局")
    asked = [merging.ask(a, b, by=contract_manager, at=AT, reason=WHY) for a, b in ((one, other), (other, one))]

    answers = race(*[lambda a=a: approvals.approve(a, by=security_admin, at=AT) for a in asked])

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert Organisation.objects.standing().count() == 1


def test_the_database_refuses_a_merge_into_oneself(into: Organisation) -> None:
    with pytest.raises(IntegrityError, match="organisation_not_into_self"), transaction.atomic():
        Organisation.objects.filter(pk=into.pk).update(merged_into=into)


# Pages


def test_the_page_shows_what_would_move_and_asks(
    client: Client, old: Organisation, into: Organisation, contract_manager: User, security_admin: User
) -> None:
    client.force_login(contract_manager)
    page = reverse("admin:contracts_organisation_mergeplan", args=[old.pk])

    html = client.get(page, {"into": into.pk}).content.decode()
    asked = client.post(
        reverse("admin:contracts_organisation_verb", args=[old.pk, "merge"]),
        {"into": into.pk, "reason": WHY, KEY_FIELD: new_key()},
    )

    assert "市大数据管理局、旧局" in html
    assert asked.status_code == 302
    client.force_login(security_admin)
    approval = client.get(reverse("admin:journal_approval_change", args=[Approval.objects.get().pk])).content.decode()
    assert "归入 1" in approval
    assert "冻结保留 1" in approval


def test_the_page_tells_what_forbids_it(client: Client, agreement: Agreement, contract_manager: User) -> None:
    client.force_login(contract_manager)
    page = reverse("admin:contracts_organisation_mergeplan", args=[agreement.party_b_id])

    html = client.get(page, {"into": agreement.party_a_id}).content.decode()

    assert "甲方和乙方不能是同一单位" in html
    assert "提请合并</button>" not in html


def test_a_merged_one_is_offered_in_no_choice(
    client: Client, old: Organisation, into: Organisation, contract_manager: User, security_admin: User
) -> None:
    gone = merged(old, into, contract_manager, security_admin)
    client.force_login(contract_manager)
    asked = {"app_label": "contracts", "model_name": "agreement", "field_name": "party_b", "term": "数据"}

    offered = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    form = {"number": "X-1", "title": "协议", "party_a": into.pk, "party_b": gone.pk}
    html = client.post(reverse("admin:contracts_agreement_add"), form).content.decode()

    assert [row["text"] for row in offered] == ["市数据局"]
    assert "errorlist" in html
    assert not Agreement.objects.filter(number="X-1").exists()
