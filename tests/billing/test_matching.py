"""Proposals say why, a person confirms them, and what was matched by hand is never taken back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import TestCase

from billing import matching, payers, receipts, refunds
from billing.models import Allocation, BankReceipt, Document, KnownPayer
from billing.proposing import Matcher
from billing.remittances import Reference, named_in
from contracts.models import Agreement, BankAccount, OrganisationName
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import NOW

JANUARY = NOW.replace(year=2027, month=1, day=20)


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("付 ZD-2026-00012 服务费", [1], id="as printed"),
        pytest.param("付ＺＤ－２０２６－０００１２", [1], id="full width"),
        pytest.param("zd 2026 00 012", [1], id="blanks inside"),
        pytest.param("ZD2026000123", [], id="another number that begins alike"),
        pytest.param("发票26362000000000000007", [2], id="a formal invoice"),
        pytest.param("126362000000000000007", [], id="a longer number"),
        pytest.param("26362000000000000007 ZD-2026-00012", [2, 1], id="in the payer's order"),
        pytest.param("GXXY-2026-001 号协议", [3], id="an agreement"),
        pytest.param("服务费", [], id="nothing"),
    ],
)
def test_numbers_are_found_however_they_are_typed(text: str, found: list[int]) -> None:
    references = [
        Reference("ZD-2026-00012", 1), Reference("26362000000000000007", 2), Reference("GXXY-2026-001", 3),
        Reference("12", 4),
    ]  # fmt: skip

    assert [one.key for one in named_in(text, references)] == found


@pytest.fixture
def bills(bill: Document, agreement: Agreement, finance: User, finance_lead: User) -> list[Document]:
    """September with its formal invoice (5,406.00), then October and November (5,300.00 each)."""
    making.received(bill, finance)
    making.more_bills(agreement, finance, finance_lead, count=2)
    return list(Document.objects.order_by("pk"))


def shares(receipt: BankReceipt, place: int = 0) -> list[tuple[str, str]]:
    return [(share.document.number or "", str(share.amount)) for share in matching.proposals_for(receipt)[place].shares]


def test_the_number_the_payer_and_the_amount_speak_for_a_bill(bills: list[Document]) -> None:
    paid = making.receipt("5406.00", memo=f"付{bills[0].number}", value_date=date(2026, 10, 20))

    best = matching.proposals_for(paid)[0]

    assert [(share.document, share.amount) for share in best.shares] == [(bills[0], Decimal("5406.00"))]
    assert best.reasons == ("付款人与单位名称一致", "附言写有账单或发票号码", "金额与账单当日应付相同")
    assert (best.score, best.is_sure, best.rest) == (100, True, Decimal("0.00"))


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        pytest.param("former", "付款人是该单位的曾用名", id="a former name"),
        pytest.param("account", "付款账号是该单位登记的账户", id="a registered account"),
        pytest.param("learnt", "以前确认过该付款人代表该单位付款", id="a payer confirmed before"),
        pytest.param("said", "已登记为该单位的付款", id="a person said so"),
    ],
)
def test_a_payer_is_known_in_several_ways(bill: Document, finance: User, prepare: str, why: str) -> None:
    body = bill.agreement.party_b
    paid = making.receipt("10.00", payer_name="市信息中心", payer_account="6217 0001")
    if prepare == "former":
        OrganisationName.objects.create(organisation=body, name="市信息中心", kind="former", valid_to=date(2024, 1, 1))
    elif prepare == "account":
        BankAccount.objects.create(
            organisation=body, holder="x", bank="x", number="62170001", state="current", valid_from=date(2026, 1, 1)
        )
    elif prepare == "learnt":
        payers.learn(making.receipt("1.00", payer_name="市信息中心"), body, by=finance, at=NOW)
    else:
        payers.set_party(paid, body, by=finance, at=NOW)

    assert why in matching.proposals_for(paid)[0].reasons[0]
    assert matching.waiting_for(body).filter(pk=paid.pk).exists()


def test_one_receipt_pays_several_bills_oldest_first(bills: list[Document]) -> None:
    paid = making.receipt("8000.00", value_date=date(2026, 10, 20))

    assert shares(paid) == [(bills[0].number, "5406.00"), (bills[1].number, "2594.00")]
    assert "尚欠 2706.00 元" in matching.proposals_for(paid)[0].reasons[-1]


def test_a_sum_of_bills_is_found(bills: list[Document]) -> None:
    paid = making.receipt("10600.00", value_date=date(2026, 10, 20))

    assert shares(paid) == [(bills[1].number, "5300.00"), (bills[2].number, "5300.00")]
    assert "金额等于 2 张账单应付之和" in matching.proposals_for(paid)[0].reasons


def test_what_the_payer_names_comes_first(bills: list[Document]) -> None:
    memo = f"{bills[2].number}，{bills[0].number}"
    paid = making.receipt("6000.00", memo=memo, value_date=date(2026, 10, 20))

    assert shares(paid) == [(bills[2].number, "5300.00"), (bills[0].number, "700.00")]


def test_bills_alike_share_in_proportion(
    bill: Document, other_agreement: Agreement, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    """Civil Code 560: due together, at one rate: in proportion, for several agreements of one payer too."""
    second = make.agreement(party_b=agreement.party_b)
    other = making.issued(second, finance, finance_lead)
    for document in (bill, other):
        making.received(document, finance)
    paid = making.receipt("5406.00", value_date=date(2026, 10, 20), payer_name="市大数据管理局")

    spread = [one for one in matching.proposals_for(paid) if len(one.shares) == 2]

    assert [str(share.amount) for share in spread[0].shares] == ["2703.00", "2703.00"]


def test_an_overpayment_stays_with_the_payer(bill: Document) -> None:
    proposal = matching.proposals_for(making.receipt("6000.00"))[0]

    assert (proposal.rest, proposal.reasons[-1]) == (Decimal("594.00"), "付清后余 594.00 元，留作预收")


def test_nothing_is_proposed_for_a_stranger(bill: Document) -> None:
    assert matching.proposals_for(making.receipt("5406.00", payer_name="陌生公司")) == []


def test_confirming_pays_and_remembers_the_payer(bills: list[Document], finance: User) -> None:
    paid = making.receipt("8000.00", value_date=date(2026, 10, 20))
    best = matching.proposals_for(paid)[0]

    matching.confirm(paid, best.digest, by=finance, at=NOW)

    paid.refresh_from_db()
    assert receipts.left_of(paid) == 0
    assert paid.party == bills[0].agreement.party_b
    assert KnownPayer.objects.get().learnt_from == paid
    with pytest.raises(Refused, match="这条提议已经变化"):
        matching.confirm(paid, best.digest, by=finance, at=NOW)


def test_a_treasury_that_pays_for_many_is_nobodys(
    bill: Document, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    other = making.issued(other_agreement, finance, finance_lead)
    for document in (bill, other):
        receipts.allocate(making.receipt("5406.00", payer_name="国库支付中心"), document, by=finance, at=NOW)

    last = making.receipt("1.00", payer_name="国库支付中心")

    assert payers.Payers().learnt(last) is None
    assert {claim.organisation for claim in payers.Payers().claims(last)} == {
        bill.agreement.party_b_id,
        other_agreement.party_b_id,
    }
    assert BankReceipt.objects.filter(party=other_agreement.party_b).count() == 0


def test_a_wrong_match_taken_back_is_forgotten(bill: Document, finance: User, finance_lead: User) -> None:
    paid = making.receipt("100.00", payer_name="别家公司")
    receipts.allocate(paid, bill, by=finance, at=NOW)

    receipts.reverse_payment(bill, paid, reason="认错付款人", by=finance_lead, at=NOW)

    paid.refresh_from_db()
    assert (paid.party, KnownPayer.objects.get().active) == (None, False)
    assert not matching.waiting_for(bill.agreement.party_b).exists()


def test_many_are_confirmed_with_a_result_for_each(
    bill: Document, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    making.issued(other_agreement, finance, finance_lead)
    rows = [making.receipt("5406.00"), making.receipt("5406.00"), making.receipt(payer_name="市公积金管理中心")]
    chosen = [(row.pk, matching.proposals_for(row)[0].digest) for row in rows]

    results = matching.confirm_many([*chosen, (0, "x")], by=finance, at=NOW)

    assert [(result.done, result.words[:12]) for result in results] == [
        (True, "已核销 5406.00 "), (False, "这条提议已经变化，请刷新"),
        (True, "已核销 5406.00 "), (False, "这笔收款已不存在。"),
    ]  # fmt: skip
    assert Allocation.objects.count() == 2


def test_a_part_that_a_person_matched_stays(bill: Document, finance: User) -> None:
    paid = making.receipt("6000.00")
    [by_hand] = receipts.allocate(paid, bill, amount=Decimal("406.00"), by=finance, at=NOW)

    best = matching.proposals_for(paid)[0]
    matching.confirm(paid, best.digest, by=finance, at=NOW)

    assert by_hand in Allocation.objects.standing()
    assert [str(share.amount) for share in best.shares] == ["5000.00"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        pytest.param(lambda bill: [], "请至少选择一张账单", id="none"),
        pytest.param(lambda bill: [(bill, None), (bill, None)], "同一张账单选了两次", id="twice"),
        pytest.param(lambda bill: [(bill, Decimal("5406.01"))], r"超过这笔收款的余额 100\.00 元", id="too much"),
    ],
)
def test_shares_that_cannot_be_are_refused_whole(
    bill: Document, finance: User, asked: Callable[[Document], Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        matching.allocate_shares(making.receipt("100.00"), asked(bill), by=finance, at=NOW)

    assert not Allocation.objects.exists()


def test_who_waits_for_money_that_may_be_theirs(bill: Document, other_agreement: Agreement, finance: User) -> None:
    body = bill.agreement.party_b
    by_number = making.receipt("1.00", payer_name="不相识", memo=f"{bill.number}")
    by_agreement = making.receipt("1.00", payer_name="不相识", memo=f"{bill.agreement.number} 服务费")
    by_name = making.receipt("1.00")
    spent, back = making.receipt("1.00"), making.receipt("1.00")
    receipts.allocate(spent, bill, by=finance, at=NOW)
    asked = refunds.Asked(amount=Decimal("1.00"), reason="误转", to_name="市大数据管理局")
    refunds.propose(back, asked, by=finance, at=NOW)

    assert set(matching.waiting_for(body)) == {by_number, by_agreement, by_name}
    assert not matching.waiting_for(other_agreement.party_b).exists()


def test_proposals_for_many_cost_a_fixed_number_of_queries(bills: list[Document]) -> None:
    for number in range(6):
        making.receipt(f"{number + 1}00.00", memo=bills[number % 3].number)

    with TestCase().assertNumQueries(10):
        rows = list(BankReceipt.objects.waiting())
        matcher = Matcher(rows)
        found = [matcher.proposals(row) for row in rows]

    assert all(found)


@pytest.mark.parametrize(
    ("known", "account", "found"),
    [
        pytest.param("", "", True, id="no accounts"),
        pytest.param("6217", "6217", True, id="the same account"),
        pytest.param("", "6217", True, id="confirmed without an account"),
        pytest.param("6217", "", True, id="the bank gives none"),
        pytest.param("6217", "6222", False, id="another account"),
    ],
)
def test_a_payer_is_learnt_by_name_and_account(
    agreement: Agreement, finance: User, known: str, account: str, found: bool
) -> None:
    body = agreement.party_b
    payers.learn(making.receipt("1.00", payer_name="财务科", payer_account=known), body, by=finance, at=NOW)

    receipt = making.receipt("1.00", payer_name="财务科", payer_account=account)

    assert payers.Payers().learnt(receipt) == (body.pk if found else None)
