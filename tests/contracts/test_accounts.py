"""Bank accounts: finance asks, its lead approves, the old account becomes a former one; never one person alone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from contracts import accounts
from contracts.accounts import Details
from contracts.models import Agreement, BankAccount, Organisation
from journal import approvals
from journal.models import Approval, Event
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests import make

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
TODAY = date(2026, 9, 18)
OLD = Details(holder="市大数据管理局", bank="农业银行", number="14060101040008899")
NEW = Details(holder="市大数据管理局", bank="工商银行", number="1502 0011 0902 4567 890", branch_code="102421000019")
WHY = "盖章公函，已电话核实"


@pytest.fixture
def body(db: None) -> Organisation:
    return make.organisation("市大数据管理局")


def approval_of(account: BankAccount) -> Approval:
    return Approval.objects.get(target_id=str(account.pk), state="requested")


def adopted(body: Organisation, details: Details, asker: User, approver: User, at: datetime = AT) -> BankAccount:
    made = accounts.propose(body, details, by=asker, at=at, reason=WHY)
    approvals.approve(approval_of(made), by=approver, at=at)
    made.refresh_from_db()
    return made


def test_a_proposed_account_changes_nothing_yet(body: Organisation, finance: User, finance_lead: User) -> None:
    old = adopted(body, OLD, finance, finance_lead)

    accounts.propose(body, NEW, by=finance, at=AT, reason=WHY)

    assert accounts.account_of(body) == old


def test_the_second_person_puts_it_in_use_and_the_old_one_out(
    body: Organisation, finance: User, finance_lead: User
) -> None:
    old = adopted(body, OLD, finance, finance_lead, AT - timedelta(days=30))

    new = adopted(body, NEW, finance, finance_lead)

    old.refresh_from_db()
    assert (new.state, new.number, new.valid_from) == ("current", "1502001109024567890", TODAY)
    assert (old.state, old.valid_to) == ("former", TODAY)
    assert accounts.account_of(body) == new
    assert accounts.held_on(body, TODAY - timedelta(days=1)) == old
    assert accounts.held_on(body, TODAY) == new
    assert Event.objects.filter(action="bank_account.adopted").count() == 2


def test_the_journal_holds_no_whole_number(body: Organisation, finance: User, finance_lead: User) -> None:
    adopted(body, NEW, finance, finance_lead)

    told = str(list(Event.objects.values_list("data", "object_label")))

    assert "1502001109024567890" not in told
    assert "****7890" in told


def test_nobody_approves_alone(body: Organisation, finance: User, contract_manager: User) -> None:
    made = accounts.propose(body, NEW, by=finance, at=AT, reason=WHY)

    with pytest.raises(Refused, match="不能审批自己提出的申请"):
        approvals.approve(approval_of(made), by=finance, at=AT)
    with pytest.raises(Refused, match="没有审批此事项的权限"):
        approvals.approve(approval_of(made), by=contract_manager, at=AT)
    assert accounts.account_of(body) is None


def test_an_account_that_changed_meanwhile_is_not_approved(
    body: Organisation, finance: User, finance_lead: User
) -> None:
    made = accounts.propose(body, NEW, by=finance, at=AT, reason=WHY)
    BankAccount.objects.filter(pk=made.pk).update(number="9999999999")

    with pytest.raises(Refused, match="内容已被修改"):
        approvals.approve(approval_of(made), by=finance_lead, at=AT)
    assert accounts.account_of(body) is None


@pytest.mark.parametrize(
    ("details", "reason", "words"),
    [
        pytest.param(NEW, "  ", "请写明变更依据", id="no reason"),
        pytest.param(Details(holder="甲", bank="乙", number="12号"), WHY, "账号只能由数字", id="no number"),
        pytest.param(Details(holder="", bank="乙", number="123456"), WHY, "不能为空", id="no holder"),
        pytest.param(
            Details(holder="甲", bank="乙", number="123456", branch_code="12"), WHY, "联行号是 12 位", id="branch"
        ),
        pytest.param(OLD, WHY, "与现用账户相同", id="the same"),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    body: Organisation, finance: User, finance_lead: User, details: Details, reason: str, words: str
) -> None:
    adopted(body, OLD, finance, finance_lead)

    with pytest.raises(Refused, match=words):
        accounts.propose(body, details, by=finance, at=AT, reason=reason)
    assert body.bank_accounts.count() == 1


def test_one_change_waits_at_a_time(body: Organisation, finance: User) -> None:
    accounts.propose(body, NEW, by=finance, at=AT, reason=WHY)

    with pytest.raises(Refused, match="已有待批准的账户变更"):
        accounts.propose(body, OLD, by=finance, at=AT, reason=WHY)


def test_a_rejected_account_is_asked_again_or_dropped(body: Organisation, finance: User, finance_lead: User) -> None:
    made = accounts.propose(body, NEW, by=finance, at=AT, reason=WHY)
    with pytest.raises(Refused, match="正在等待审批"):
        accounts.drop(made, by=finance, at=AT)
    approvals.reject(approval_of(made), by=finance_lead, at=AT, reason="公函无章")
    accounts.ask_again(made, by=finance, at=AT, reason="已补章")
    approvals.reject(approval_of(made), by=finance_lead, at=AT, reason="仍无章")

    accounts.drop(made, by=finance, at=AT)

    assert BankAccount.objects.get().state == "dropped"
    with pytest.raises(Refused, match="已经处理（已作废）"):
        accounts.ask_again(made, by=finance, at=AT, reason="再来")


def test_two_proposals_at_once_leave_one(transactional_db: None, race: Callable[..., list[Any]], finance: User) -> None:
    body = make.organisation("市大数据管理局")
    works = [lambda d=d: accounts.propose(body, d, by=finance, at=AT, reason=WHY) for d in (OLD, NEW)]

    answers = race(*works)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert BankAccount.objects.filter(state="proposed").count() == 1


def test_without_the_lock_the_unique_key_is_left(body: Organisation, finance: User) -> None:
    """Negative control: the rule that one change waits does not rest on the lock alone."""
    accounts.propose(body, OLD, by=finance, at=AT, reason=WHY)

    with pytest.raises(IntegrityError, match=r"bankaccount_one_proposed|UNIQUE"), transaction.atomic():
        BankAccount.objects.create(organisation=body, holder="甲", bank="乙", number="123456")


@pytest.mark.parametrize("change", [{"number": "666666"}, {"holder": "别人"}, {"valid_from": date(2020, 1, 1)}])
def test_an_account_in_use_is_frozen(
    body: Organisation, finance: User, finance_lead: User, change: dict[str, Any]
) -> None:
    made = adopted(body, NEW, finance, finance_lead)

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        BankAccount.objects.filter(pk=made.pk).update(**change)


def test_the_approver_sees_what_to_compare(
    client: Client, body: Organisation, finance: User, finance_lead: User
) -> None:
    other = Details(holder="财政局", bank="工商银行", number="150200110902")
    made = accounts.propose(body, other, by=finance, at=AT, reason=WHY)
    client.force_login(finance_lead)

    page = client.get(reverse("admin:journal_approval_change", args=[approval_of(made).pk])).content.decode()

    assert "财政局（与单位名称不同，请核实）" in page
    assert "150200110902" in page
    assert "（目前没有账户）" in page


def test_finance_asks_on_the_page(client: Client, body: Organisation, finance: User) -> None:
    client.force_login(finance)
    verb = reverse("admin:contracts_organisation_verb", args=[body.pk, "account"])
    said = {"holder": "市大数据管理局", "bank": "工商银行", "number": "150200110902", "reason": WHY}

    answer = client.post(verb, {**said, KEY_FIELD: new_key()}, follow=True)

    assert "财务主管批准后启用" in answer.content.decode()
    assert BankAccount.objects.get().proposed_by == finance


@pytest.mark.parametrize(("person", "seen"), [("finance", True), ("contract_manager", True), ("operator", False)])
def test_numbers_are_for_finance_and_contracts(
    client: Client,
    body: Organisation,
    finance: User,
    finance_lead: User,
    request: pytest.FixtureRequest,
    person: str,
    seen: bool,
) -> None:
    adopted(body, NEW, finance, finance_lead)
    client.force_login(request.getfixturevalue(person))

    page = client.get(reverse("admin:contracts_organisation_change", args=[body.pk])).content.decode()

    assert ("1502001109024567890" in page) is seen


def test_the_portal_bill_names_the_current_account(agreement: Agreement, finance: User, finance_lead: User) -> None:
    adopted(agreement.party_a, NEW, finance, finance_lead)

    account = accounts.account_of(agreement.party_a)

    assert account is not None
    assert str(account) == "工商银行 ****7890"
