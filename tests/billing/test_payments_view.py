"""The portal: Party B reads what was received from it and what it paid, and nothing of other people's money."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing import payers, receipts, refunds
from billing.models import Document, Refund
from contracts.models import Agreement
from people.models import User
from tests.billing import making
from tests.billing.making import NOW

URL = "/portal/payments/"


@pytest.fixture
def portal(client: Client, party_b: User) -> Client:
    client.force_login(party_b)
    return client


def seen(portal: Client, query: str = "") -> str:
    answer = portal.get(f"{URL}{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_own_money_is_shown_whole(portal: Client, bill: Document, finance: User, finance_lead: User) -> None:
    paid = making.receipt("6000.00", payer_account="6217000010001234567")
    receipts.allocate(paid, bill, by=finance, at=NOW)
    asked = refunds.Asked(amount=Decimal("94.00"), reason="多付", to_name="市大数据管理局")
    made = refunds.propose(paid, asked, by=finance, at=NOW)
    Refund.objects.filter(pk=made.pk).update(
        state="paid", approved_by=finance_lead, refunded_on=NOW.date(), bank_txn_id="OUT1"
    )

    page = seen(portal)

    for words in ("6,000.00", str(bill), "5,406.00", "500.00", "2026-10-20 退回 94.00"):
        assert words in page, words
    assert "6217000010001234567" not in page


def test_of_a_treasurys_money_only_the_own_part_is_shown(
    portal: Client, bill: Document, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    other = making.issued(other_agreement, finance, finance_lead)
    paid = making.receipt("9000.00", payer_name="国库支付中心", payer_account="10001")
    payers.set_party(paid, None, by=finance, at=NOW)
    receipts.allocate(paid, other, amount=Decimal("3594.00"), by=finance, at=NOW)
    receipts.allocate(paid, bill, by=finance, at=NOW)
    payers.set_party(paid, None, by=finance, at=NOW)

    page = seen(portal)

    assert "代付部分" in page
    assert "5,406.00" in page
    for hidden in ("9,000.00", "3,594.00", str(other), "10001"):
        assert hidden not in page, hidden


def test_others_money_is_not_there(
    portal: Client, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    other = making.issued(other_agreement, finance, finance_lead)
    receipts.allocate(making.receipt(payer_name="市公积金管理中心"), other, by=finance, at=NOW)

    assert "还没有登记到贵单位的付款" in seen(portal)
    assert "没有找到符合条件的付款" in seen(portal, f"?q={other.number}")


def test_a_match_taken_back_is_gone(portal: Client, bill: Document, finance: User, finance_lead: User) -> None:
    paid = making.receipt(payer_name="别家公司")
    receipts.allocate(paid, bill, by=finance, at=NOW)
    assert "别家公司" in seen(portal, f"?q={bill.number}")

    receipts.reverse_payment(bill, paid, reason="认错付款人", by=finance_lead, at=NOW)

    assert "别家公司" not in seen(portal)


def test_a_page_costs_a_fixed_number_of_queries(portal: Client, bill: Document, finance: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            seen(portal)
        return len(found)

    receipts.allocate(making.receipt("1.00"), bill, by=finance, at=NOW)
    first = queries()
    for _number in range(4):
        receipts.allocate(making.receipt("1.00"), bill, by=finance, at=NOW)

    assert queries() == first
