"""Disputes of bills: what is disputed, who decides, and what nobody can change afterwards."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from billing import disputes, receipts
from billing.disputes import Objection
from billing.models import BillDispute, Document
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests.billing import making
from tests.billing.making import NOW

TODAY = date(2026, 10, 20)


def opened(bill: Document, by: User, amount: str | None = None, **changes: Any) -> BillDispute:
    objection = Objection(
        reason=changes.pop("reason", "九月查询量与我方日志不符"),
        positions=changes.pop("positions", ()),
        amount=Decimal(amount) if amount else None,
    )
    return disputes.open_dispute(bill, objection, by=by, at=NOW, **{"through": "portal", **changes})


@pytest.mark.parametrize(
    ("objection", "amount"),
    [
        pytest.param({}, "5406.00", id="the whole bill"),
        pytest.param({"positions": [2]}, "106.00", id="a line"),
        pytest.param({"amount": "100.00"}, "100.00", id="an amount"),
        pytest.param({"positions": [2], "amount": "53.00"}, "53.00", id="part of a line"),
    ],
)
def test_what_is_disputed(bill: Document, party_b: User, objection: dict[str, Any], amount: str) -> None:
    dispute = opened(bill, party_b, **objection)

    assert dispute.amount == Decimal(amount)
    assert disputes.disputed_of(bill, on=TODAY) == Decimal(amount)
    assert Document.objects.with_disputed().get(pk=bill.pk).disputed_fen == int(Decimal(amount) * 100)
    assert Event.objects.filter(action="bill_dispute.opened").count() == 1
    assert Notice.objects.filter(kind="bill_dispute.opened").exists()


@pytest.mark.parametrize(
    ("objection", "words"),
    [
        pytest.param({"amount": "5406.01"}, "不超过未付且尚无异议的 5406.00 元", id="more than open"),
        pytest.param({"amount": "0.00"}, "须大于 0", id="nothing"),
        pytest.param({"positions": [9]}, "没有第 9 行", id="a line that is not there"),
        pytest.param({"reason": " "}, "请写明异议理由", id="no reason"),
        pytest.param({"on": date(2026, 9, 30)}, "账单开具之后", id="before the bill"),
    ],
)
def test_what_cannot_be_disputed(bill: Document, party_b: User, objection: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        opened(bill, party_b, **objection)


def test_the_same_money_is_not_disputed_twice(bill: Document, party_b: User) -> None:
    opened(bill, party_b, "5000.00")

    assert opened(bill, party_b).amount == Decimal("406.00")
    with pytest.raises(Refused, match="没有未付且无异议的金额"):
        opened(bill, party_b)


def test_what_was_paid_meanwhile_is_disputed_no_longer(bill: Document, finance: User, party_b: User) -> None:
    opened(bill, party_b)
    receipts.receive_payment(bill, making.entry("5000.00"), by=finance, at=NOW)

    assert disputes.disputed_of(bill, on=TODAY) == Decimal("406.00")
    assert Document.objects.with_disputed().get(pk=bill.pk).disputed_fen == 40600


@pytest.mark.parametrize(
    ("outcome", "asked", "upheld"),
    [("upheld", None, "106.00"), ("partly", "53.00", "53.00"), ("rejected", None, "0.00")],
)
def test_a_decision_closes_it(
    bill: Document, party_b: User, finance_lead: User, outcome: str, asked: str | None, upheld: str
) -> None:
    dispute = opened(bill, party_b, "106.00")

    decided = disputes.decide(
        dispute, outcome=outcome, upheld=Decimal(asked) if asked else None, decision="已核对网关日志",
        by=finance_lead, at=NOW,
    )  # fmt: skip

    assert (decided.upheld, decided.closed_on) == (Decimal(upheld), TODAY)
    assert disputes.disputed_of(bill, on=TODAY) == 0
    assert list(BillDispute.objects.awaiting_credit()) == ([decided] if decided.upheld else [])
    assert Notice.objects.filter(kind="bill_dispute.decided", recipient=party_b).exists()
    with pytest.raises(Refused, match="已经办结"):
        disputes.withdraw(decided, by=party_b, at=NOW)


def test_on_days_past_it_was_disputed_still(bill: Document, party_b: User, finance_lead: User) -> None:
    dispute = opened(bill, party_b, "106.00")
    disputes.decide(dispute, outcome="rejected", decision="不成立", by=finance_lead, at=NOW + timedelta(days=3))

    assert [disputes.disputed_of(bill, on=TODAY + timedelta(days=n)) for n in (-1, 0, 2, 3)] == [
        Decimal(0), Decimal("106.00"), Decimal("106.00"), Decimal(0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        pytest.param({"outcome": "upheld", "decision": " "}, "请写明处理说明", id="no words"),
        pytest.param({"outcome": "partly", "upheld": Decimal("106.00")}, "小于有异议的 106.00", id="partly all"),
        pytest.param({"outcome": "withdrawn"}, "请选择成立", id="not a decision"),
    ],
)
def test_what_is_no_decision(
    bill: Document, party_b: User, finance_lead: User, decision: dict[str, Any], words: str
) -> None:
    dispute = opened(bill, party_b, "106.00")

    with pytest.raises(Refused, match=words):
        disputes.decide(dispute, **{"decision": "已核对", **decision}, by=finance_lead, at=NOW)


def test_who_took_it_down_on_the_phone_does_not_decide(bill: Document, finance_lead: User) -> None:
    dispute = opened(bill, finance_lead, "106.00", through="phone")

    with pytest.raises(Refused, match="裁定人不能是登记人"):
        disputes.decide(dispute, outcome="upheld", decision="同意", by=finance_lead, at=NOW)


def test_a_closed_dispute_is_frozen(bill: Document, party_b: User) -> None:
    dispute = disputes.withdraw(opened(bill, party_b, "106.00"), by=party_b, at=NOW)
    dispute.amount = Decimal("1.00")

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        dispute.save()
