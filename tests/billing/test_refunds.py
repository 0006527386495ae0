"""Money goes back with two pairs of eyes, never more than is left; what the bank took back frees the bills it paid."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing import receipts, refunds
from billing.models import BankReceipt, Document, Refund
from journal import approvals
from journal.models import Approval
from people.models import User
from people.refusal import Refused
from tests.billing import making
from tests.billing.making import NOW

NOVEMBER = NOW.replace(month=11, day=20)


def asked(amount: str = "594.00", **changes: Any) -> refunds.Asked:
    said = {"amount": Decimal(amount), "reason": "多付", "to_name": "市大数据管理局", **changes}
    return refunds.Asked(**said)


def approved(refund: Refund, lead: User) -> Refund:
    approvals.approve(Approval.objects.get(target_id=str(refund.pk), kind=refunds.KIND), by=lead, at=NOVEMBER)
    refund.refresh_from_db()
    return refund


@pytest.fixture
def overpaid(bill: Document, finance: User) -> BankReceipt:
    """6,000.00 for a bill of 5,406.00."""
    paid = making.receipt("6000.00")
    receipts.allocate(paid, bill, by=finance, at=NOW)
    return paid


def test_a_proposed_refund_is_not_free_any_more(overpaid: BankReceipt, finance: User) -> None:
    refunds.propose(overpaid, asked("500.00"), by=finance, at=NOVEMBER)

    assert receipts.left_of(overpaid) == Decimal("94.00")
    assert BankReceipt.objects.with_left().get().left_fen == 9400
    with pytest.raises(Refused, match=r"退款金额 94\.01 元超过这笔收款的余额 94\.00 元"):
        refunds.propose(overpaid, asked("94.01"), by=finance, at=NOVEMBER)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"amount": "0"}, "退款金额须大于 0", id="nothing"),
        pytest.param({"amount": "1.005"}, "退款金额：.*小数位数过多", id="three decimals"),
        pytest.param({"reason": " "}, "请填写退款原因和收款人", id="no reason"),
        pytest.param({"kind": "bounced"}, "须是整笔收款", id="bounced in part"),
    ],
)
def test_what_cannot_go_back_is_refused(
    overpaid: BankReceipt, finance: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        refunds.propose(overpaid, asked(**changes), by=finance, at=NOVEMBER)

    assert not Refund.objects.exists()


def test_the_lead_approves_and_the_payment_is_recorded(
    overpaid: BankReceipt, finance: User, finance_lead: User
) -> None:
    made = refunds.propose(overpaid, asked(), by=finance, at=NOVEMBER)
    with pytest.raises(Refused, match="退款须先批准"):
        refunds.paid(made, on=date(2026, 11, 20), bank_txn_id="OUT1", by=finance, at=NOVEMBER)

    approved(made, finance_lead)
    done = refunds.paid(made, on=date(2026, 11, 20), bank_txn_id="OUT1", by=finance, at=NOVEMBER)

    assert (done.state, done.approved_by, done.refunded_on) == ("paid", finance_lead, date(2026, 11, 20))
    assert receipts.left_of(overpaid) == 0
    assert not BankReceipt.objects.waiting().exists()


def test_who_proposed_cannot_approve_not_even_by_sql(overpaid: BankReceipt, finance_lead: User) -> None:
    made = refunds.propose(overpaid, asked(), by=finance_lead, at=NOVEMBER)
    with pytest.raises(Refused, match="不能审批自己提出的申请"):
        approvals.approve(Approval.objects.get(), by=finance_lead, at=NOVEMBER)

    with pytest.raises(IntegrityError, match="refund_two_persons"), transaction.atomic():
        Refund.objects.filter(pk=made.pk).update(state="approved", approved_by=finance_lead)


def test_a_dropped_refund_frees_the_money(overpaid: BankReceipt, finance: User, finance_lead: User) -> None:
    made = refunds.propose(overpaid, asked(), by=finance, at=NOVEMBER)
    with pytest.raises(Refused, match="正在等待审批"):
        refunds.drop(made, reason="改为抵扣下期", by=finance, at=NOVEMBER)

    approvals.reject(Approval.objects.get(), by=finance_lead, at=NOVEMBER, reason="抵扣下期")
    refunds.drop(made, reason="改为抵扣下期", by=finance, at=NOVEMBER)

    assert receipts.left_of(overpaid) == Decimal("594.00")


def test_what_the_bank_took_back_frees_the_bill(
    overpaid: BankReceipt, bill: Document, finance: User, finance_lead: User
) -> None:
    made = refunds.propose(overpaid, asked("6000.00", kind="bounced", reason="付款行退汇"), by=finance, at=NOVEMBER)
    assert receipts.left_of(overpaid) == Decimal("594.00")  # until it is approved the bill stays paid

    approved(made, finance_lead)

    assert Document.objects.with_paid().get(pk=bill.pk).paid_fen == 0
    assert receipts.left_of(overpaid) == 0
    with pytest.raises(Refused, match="银行已退回的款项不能作废"):
        refunds.drop(made, reason="错了", by=finance, at=NOVEMBER)


def test_a_refund_is_approved_only_as_it_was_asked(overpaid: BankReceipt, finance: User, finance_lead: User) -> None:
    made = refunds.propose(overpaid, asked(), by=finance, at=NOVEMBER)
    Refund.objects.filter(pk=made.pk).update(to_account="6222 0000 0000")

    with pytest.raises(Refused, match="申请之后内容已被修改"):
        approvals.approve(Approval.objects.get(), by=finance_lead, at=NOVEMBER)


REFUSED_SQL: list[tuple[str, Callable[[], Any]]] = [
    ("a paid refund", lambda: Refund.objects.update(amount=1)),
    ("a paid refund gone", lambda: Refund.objects.all()._raw_delete("default")),
    ("a receipt's payer as the bank states it", lambda: BankReceipt.objects.update(payer_name="别人")),
]


def test_what_is_paid_back_is_frozen(overpaid: BankReceipt, finance: User, finance_lead: User) -> None:
    made = approved(refunds.propose(overpaid, asked(), by=finance, at=NOVEMBER), finance_lead)
    refunds.paid(made, on=date(2026, 11, 20), bank_txn_id="OUT1", by=finance, at=NOVEMBER)

    for name, change in REFUSED_SQL:
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            change()
        assert BankReceipt.objects.get().payer_name == "市大数据管理局", name
