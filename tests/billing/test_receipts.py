"""Receipts are recorded once and pay what is owed, in the order of the terms, never more."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import receipts
from billing.models import Allocation, BankReceipt, Document
from contracts.models import Agreement
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import NOW, amounts

NOVEMBER = NOW.replace(month=11, day=20)


def pay(bill: Document, by: User, paid: BankReceipt, amount: str | None = None) -> list[Allocation]:
    asked = Decimal(amount) if amount else None
    return receipts.allocate(paid, bill, amount=asked, by=by, at=NOVEMBER)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(
            {"amount": Decimal("1.005")}, "到账金额：“1.005”的小数位数过多，最多 2 位小数", id="three decimals"
        ),
        pytest.param({"amount": Decimal(0)}, "到账金额须大于 0", id="nothing"),
        pytest.param({"amount": Decimal(-5)}, "到账金额须大于 0", id="negative"),
        pytest.param({"value_date": date(2026, 10, 21)}, "到账日期 2026-10-21 晚于今天", id="in the future"),
        pytest.param({"payer_name": " "}, "请填写收款账号、银行流水号和付款人", id="no payer"),
        pytest.param({"bank_txn_id": ""}, "请填写收款账号、银行流水号和付款人", id="no transaction"),
    ],
)
def test_what_cannot_be_right_is_refused(db: None, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        receipts.record_bank_receipt(making.entry(**changes), by=None, at=NOW)

    assert not BankReceipt.objects.exists()


def test_the_same_transaction_is_recorded_once(db: None) -> None:
    entry = making.entry(bank_txn_id="T1")
    receipts.record_bank_receipt(entry, by=None, at=NOW)

    with pytest.raises(Refused, match="银行流水 T1 已于 2026-10-20 11:00 登记过，没有重复登记"):
        receipts.record_bank_receipt(entry, by=None, at=NOW)
    assert BankReceipt.objects.count() == 1


def test_the_same_transaction_with_another_amount_is_told_apart(db: None) -> None:
    making.receipt("100.00", bank_txn_id="T1")

    with pytest.raises(Refused, match=r"登记为 2026-10-20 到账 100\.00 元，与本次填写的不同"):
        making.receipt("200.00", bank_txn_id="T1")


def test_two_real_transactions_with_one_number_are_both_kept(db: None) -> None:
    making.receipt("100.00", bank_txn_id="T1")
    making.receipt("100.00", bank_txn_id="T1", occurrence=2)

    assert BankReceipt.objects.count() == 2


def test_a_payment_in_time_pays_the_principal(bill: Document, finance: User) -> None:
    making.received(bill, finance)

    rows = pay(bill, finance, making.receipt())

    assert amounts(rows) == [("principal", "5406.00")]
    assert Event.objects.get(action="receipt.allocated").data["principal"] == "5406.00"


def test_a_late_payment_pays_interest_before_principal(bill: Document, finance: User) -> None:
    making.received(bill, finance)  # due on 21 October
    paid = making.receipt("1000.00", value_date=date(2026, 10, 31), at=NOVEMBER)

    rows = pay(bill, finance, paid)

    assert amounts(rows) == [("interest", "27.03"), ("principal", "972.97")]  # 5,406.00 × 0.05 % × 10 days


def test_principal_comes_first_where_that_is_agreed(finance: User, finance_lead: User) -> None:
    agreement = make.agreement(version_allocation_order="costs_principal_interest")
    bill = making.issued(agreement, finance, finance_lead)
    making.received(bill, finance)
    paid = making.receipt("5420.00", value_date=date(2026, 10, 31), at=NOVEMBER)

    assert amounts(pay(bill, finance, paid)) == [("interest", "14.00"), ("principal", "5406.00")]


def test_no_interest_is_taken_before_the_time_to_pay_has_begun(bill: Document, finance: User) -> None:
    paid = making.receipt("406.00", value_date=date(2026, 11, 10), at=NOVEMBER)

    assert amounts(pay(bill, finance, paid)) == [("principal", "406.00")]


def test_a_receipt_pays_several_bills_and_keeps_its_rest(
    bill: Document, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    other = making.issued(other_agreement, finance, finance_lead)
    paid = making.receipt("6000.00")

    pay(bill, finance, paid, "5000.00")
    pay(other, finance, paid)

    assert receipts.left_of(paid) == 0
    assert amounts(list(other.allocations.all())) == [("principal", "1000.00")]
    with pytest.raises(Refused, match="这笔收款已经全部核销"):
        pay(bill, finance, paid)


def test_an_overpayment_stays_with_the_receipt(bill: Document, finance: User) -> None:
    paid = making.receipt("6000.00")

    pay(bill, finance, paid)

    assert receipts.left_of(paid) == Decimal("594.00")
    assert BankReceipt.objects.with_left().get().left_fen == 59400


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        pytest.param("5406.01", "核销金额 5406.01 元超过该账单当日应付的 5406.00 元", id="more than is owed"),
        pytest.param("6000.01", "核销金额 6000.01 元超过这笔收款的余额 6000.00 元", id="more than was received"),
        pytest.param("0.001", "核销金额：.*小数位数过多", id="three decimals"),
        pytest.param("-1", "核销金额须大于 0", id="negative"),
    ],
)
def test_more_than_there_is_cannot_be_allocated(bill: Document, finance: User, amount: str, words: str) -> None:
    paid = making.receipt("6000.00")

    with pytest.raises(Refused, match=words):
        pay(bill, finance, paid, amount)

    assert not Allocation.objects.exists()


def test_a_paid_bill_takes_no_more(bill: Document, finance: User) -> None:
    pay(bill, finance, making.receipt())

    with pytest.raises(Refused, match="该账单已经付清"):
        pay(bill, finance, making.receipt())


def test_a_draft_is_not_paid(agreement: Agreement, finance: User) -> None:
    with pytest.raises(Refused, match="只有已开具的账单可以核销收款"):
        pay(making.draft(agreement, finance), finance, making.receipt())


def test_an_older_receipt_pays_on_the_day_of_issue(bill: Document, finance: User) -> None:
    [row] = pay(bill, finance, making.receipt(value_date=date(2026, 9, 1)))

    assert row.effective_on == date(2026, 10, 1)


def test_a_payment_before_a_later_one_waits_for_its_reversal(bill: Document, finance: User, finance_lead: User) -> None:
    making.received(bill, finance)
    later = making.receipt("1000.00", value_date=date(2026, 11, 10), at=NOVEMBER)
    earlier = making.receipt("1000.00", value_date=date(2026, 10, 31), at=NOVEMBER)
    pay(bill, finance, later)

    with pytest.raises(Refused, match="已有更晚（2026-11-10）的核销"):
        pay(bill, finance, earlier)
    receipts.reverse_payment(bill, later, reason="先核销较早的收款", by=finance_lead, at=NOVEMBER)
    pay(bill, finance, earlier)

    # 5,406.00 for 10 days, then 4,433.03 for another 10: the running total decides each fen.
    assert amounts(pay(bill, finance, later)) == [("interest", "22.17"), ("principal", "977.83")]


def test_a_reversal_mirrors_what_was_paid_and_frees_the_receipt(
    bill: Document, finance: User, finance_lead: User
) -> None:
    making.received(bill, finance)
    paid = making.receipt("1000.00", value_date=date(2026, 10, 31), at=NOVEMBER)
    pay(bill, finance, paid)

    mirrors = receipts.reverse_payment(bill, paid, reason="认错付款人", by=finance_lead, at=NOVEMBER)

    assert amounts(mirrors) == [("interest", "-27.03"), ("principal", "-972.97")]
    assert receipts.left_of(paid) == Decimal("1000.00")
    assert Document.objects.with_paid().get(pk=bill.pk).paid_fen == 0
    with pytest.raises(Refused, match="没有可冲回的核销，或者已经冲回"):
        receipts.reverse_payment(bill, paid, reason="再来", by=finance_lead, at=NOVEMBER)


@pytest.mark.parametrize(("reason", "words"), [(" ", "请填写冲回原因"), ("错了", "冲回须由核销人以外的另一位人员办理")])
def test_a_reversal_needs_a_reason_and_another_person(bill: Document, finance: User, reason: str, words: str) -> None:
    paid = making.receipt()
    pay(bill, finance, paid)

    with pytest.raises(Refused, match=words):
        receipts.reverse_payment(bill, paid, reason=reason, by=finance, at=NOVEMBER)


def test_recording_and_paying_are_one_step(bill: Document, finance: User) -> None:
    receipts.receive_payment(bill, making.entry(), by=finance, at=NOW)

    with pytest.raises(Refused, match="该账单已经付清"):
        receipts.receive_payment(bill, making.entry(), by=finance, at=NOW)
    assert BankReceipt.objects.count() == 1  # the second was not half recorded


def test_money_older_than_the_bill_is_not_its_payment(bill: Document, finance: User) -> None:
    with pytest.raises(Refused, match="到账日期 2026-09-30 早于账单开具日期 2026-10-01"):
        receipts.receive_payment(bill, making.entry(value_date=date(2026, 9, 30)), by=finance, at=NOW)

    assert not BankReceipt.objects.exists()
