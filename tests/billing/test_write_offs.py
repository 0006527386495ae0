"""Write-offs: proposed by one, issued by another, never above what is open, and put back when money comes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import balancing, invoicing, ledger, open_items, overdue, receipts, write_offs
from billing.models import Document, LedgerEntry
from billing.write_offs import Proposal
from journal.models import Notice
from people.models import User
from people.refusal import Refused
from tests.billing import making
from tests.billing.making import NOW

TODAY = date(2026, 10, 20)


def proposal(**changes: Any) -> Proposal:
    return Proposal(**{"reason": "债务人破产清算", "basis": "（2026）粤0305破12号裁定书", **changes})


def written_off(bill: Document, finance: User, lead: User, **changes: Any) -> Document:
    draft = write_offs.draft_write_off(bill, proposal(**changes), by=finance, at=NOW)
    return invoicing.issue(draft, by=lead, on=TODAY, at=NOW)


def open_of(bill: Document) -> Decimal:
    return overdue.statement(bill, on=TODAY).principal_open


def test_a_write_off_takes_its_amount_off_the_principal(bill: Document, finance: User, finance_lead: User) -> None:
    document = written_off(bill, finance, finance_lead, amount=Decimal("406.00"))

    assert (document.number, document.gross, document.tax) == ("HX-2026-00001", Decimal("406.00"), 0)
    assert (document.snapshot or {})["basis"] == "（2026）粤0305破12号裁定书"
    assert open_of(bill) == Decimal("5000.00")
    assert not Notice.objects.filter(kind="document.issued", subject__contains="HX").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": Decimal("5406.01")}, "不超过未付的 5406.00 元"),
        ({"amount": Decimal("0.00")}, "须大于 0"),
        ({"basis": ""}, "请填写核销原因和依据"),
        ({"part": "interest"}, "没有可核销的未付金额"),
    ],
)
def test_what_cannot_be_written_off(bill: Document, finance: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        write_offs.draft_write_off(bill, proposal(**changes), by=finance, at=NOW)


def test_the_proposer_does_not_issue_it(bill: Document, finance_lead: User) -> None:
    draft = write_offs.draft_write_off(bill, proposal(), by=finance_lead, at=NOW)

    with pytest.raises(Refused, match="开具人不能是拟稿人"):
        invoicing.issue(draft, by=finance_lead, on=TODAY, at=NOW)


def test_money_between_draft_and_issue_makes_it_too_large(bill: Document, finance: User, finance_lead: User) -> None:
    draft = write_offs.draft_write_off(bill, proposal(), by=finance, at=NOW)
    with pytest.raises(Refused, match="已有一份待开具的核销单草稿"):
        write_offs.draft_write_off(bill, proposal(), by=finance, at=NOW)
    receipts.receive_payment(bill, making.entry("1.00"), by=finance, at=NOW)

    with pytest.raises(Refused, match="超过该账单当日未付的本金 5405"):
        invoicing.issue(draft, by=finance_lead, on=TODAY, at=NOW)


def test_money_that_comes_after_all_is_taken_after_the_reversal(
    bill: Document, finance: User, finance_lead: User
) -> None:
    document = written_off(bill, finance, finance_lead)
    late = making.receipt("3000.00")
    with pytest.raises(Refused, match="已经付清"):
        receipts.allocate(late, bill, by=finance, at=NOW)

    with pytest.raises(Refused, match="核销人以外的另一位人员"):
        write_offs.reverse_write_off(document, reason="清算分配到账", by=finance_lead, at=NOW)
    write_offs.reverse_write_off(document, reason="清算分配到账", by=finance, at=NOW)
    receipts.allocate(late, bill, by=finance, at=NOW)
    again = written_off(bill, finance, finance_lead)

    assert (again.number, again.gross) == ("HX-2026-00002", Decimal("2406.00"))
    assert open_of(bill) == 0
    with pytest.raises(Refused, match="已经冲回"):
        write_offs.reverse_write_off(document, reason="再次", by=finance, at=NOW)


def test_interest_runs_after_a_reversal_as_if_nothing_had_been_written_off(
    bill: Document, finance: User, finance_lead: User
) -> None:
    making.received(bill, finance, on=date(2026, 10, 8))
    november = date(2026, 11, 30)
    before = overdue.statement(bill, on=november).total_interest

    document = written_off(bill, finance, finance_lead)
    less = overdue.statement(bill, on=november).total_interest
    write_offs.reverse_write_off(document, reason="清算分配到账", by=finance, at=NOW)

    assert (less, overdue.statement(bill, on=november).total_interest) == (Decimal("0.00"), before)
    assert before > 0


def test_the_ledger_owes_again_what_returns(bill: Document, finance: User, finance_lead: User) -> None:
    document = written_off(bill, finance, finance_lead)
    write_offs.reverse_write_off(document, reason="清算分配到账", by=finance, at=NOW)

    scope = ledger.of_agreement(bill.agreement)
    viewed = sum(LedgerEntry.objects.filter(agreement=bill.agreement).values_list("fen", flat=True))
    assert (ledger.balance(scope, on=TODAY), viewed) == (Decimal("5406.00"), 540600)
    assert sum(row[1] for row in balancing.of_documents(TODAY, bill.agreement).items()) == 540600
    assert open_items.free_credit(TODAY) == []
