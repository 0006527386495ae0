"""Interest invoices and waivers: fixed open interest moves or goes, by two persons, and never twice."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from billing import interest_invoices, invoicing, printing, receipts, waiving
from billing.interest_invoices import Tax
from billing.models import Document
from billing.overdue import debt_of, statement
from billing.waiving import Waiver
from contracts.models import Agreement
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making

LATER = datetime(2026, 6, 1, 2, tzinfo=UTC)
TODAY = date(2026, 6, 1)
DUE, DAY = date(2026, 3, 10), date(2026, 4, 9)  # 30 days
SIX = Tax(Decimal(6))


@pytest.fixture
def owed(db: None) -> Document:
    """100,000 yuan due on 10 March at 0.05 % a day."""
    return making.owed(make.agreement(), "100000.00", DUE)


def drafted(bill: Document, by: User, *, until: date = DAY, tax: Tax = SIX) -> Document:
    return interest_invoices.draft(bill, until=until, tax=tax, by=by, at=LATER)


def issued(bill: Document, by: User, lead: User, *, until: date = DAY) -> Document:
    return invoicing.issue(drafted(bill, by, until=until), by=lead, on=TODAY, at=LATER)


def both(bill: Document, invoice: Document, day: date) -> Decimal:
    """What bill and interest invoice owe together."""
    return debt_of(bill).owed(day) + debt_of(invoice).owed(day)


def test_the_interest_moves_to_an_invoice_that_bears_none(owed: Document, finance: User, finance_lead: User) -> None:
    before = {day: debt_of(owed).owed(DAY + timedelta(days=day)) for day in (0, 1, 100)}
    invoice = issued(owed, finance, finance_lead)

    assert (invoice.number, str(invoice.gross)) == ("LX-2026-00001", "1500.00")
    assert (str(invoice.net), str(invoice.tax)) == ("1415.09", "84.91")  # the tax is within the interest
    assert str(statement(owed, on=DAY).interest_open) == "0.00"
    assert {day: both(owed, invoice, DAY + timedelta(days=day)) for day in before} == before
    assert str(debt_of(invoice).owed(DAY + timedelta(days=900))) == "1500.00"
    assert Event.objects.filter(action="interest.invoiced").count() == 1


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gross=st.decimals("0.01", "99999.99", places=2), days=st.integers(1, 80), more=st.integers(0, 60))
def test_bill_and_invoice_owe_what_the_bill_owed_to_the_fen(
    agreement: Agreement, finance: User, finance_lead: User, gross: Decimal, days: int, more: int
) -> None:
    bill = making.owed(agreement, str(gross), DUE)
    until, day = DUE + timedelta(days=days), DUE + timedelta(days=days + more)
    before = debt_of(bill).owed(day)
    if statement(bill, on=until).interest_open == 0:
        with pytest.raises(Refused, match="没有未付利息"):
            drafted(bill, finance, until=until)
        return
    invoice = issued(bill, finance, finance_lead, until=until)

    assert both(bill, invoice, day) == before


def test_the_same_days_are_never_invoiced_twice(owed: Document, finance: User, finance_lead: User) -> None:
    draft = drafted(owed, finance)
    with pytest.raises(Refused, match="已有一份利息账单草稿"):
        drafted(owed, finance)
    with pytest.raises(IntegrityError, match=r"document_interest_draft_once|refers_to"), transaction.atomic():
        Document(
            kind="interest_invoice", agreement=owed.agreement, version=owed.version, refers_to=owed,
            interest_until=DAY, drafted_at=LATER,
        ).save()  # fmt: skip
    invoicing.issue(draft, by=finance_lead, on=TODAY, at=LATER)
    with pytest.raises(Refused, match="截至 2026-04-09 该账单没有未付利息"):
        drafted(owed, finance)
    second = issued(owed, finance, finance_lead, until=DAY + timedelta(days=10))

    assert str(second.gross) == "500.00"


def lpr_agreement() -> Agreement:
    return make.agreement(version_interest_basis="lpr_floating", version_interest_rate=Decimal(1))


@pytest.mark.parametrize(
    ("until", "tax", "words"),
    [
        pytest.param(date(2026, 6, 2), SIX, "晚于今天", id="to come"),
        pytest.param(DUE, SIX, "没有未付利息", id="on the due date"),
        pytest.param(DAY, Tax(Decimal(0)), "请写明理由", id="untaxed without a ground"),
        pytest.param(DAY, Tax(Decimal(100)), "税率须在", id="no rate"),
    ],
)
def test_what_cannot_be_invoiced_is_refused(owed: Document, finance: User, until: date, tax: Tax, words: str) -> None:
    with pytest.raises(Refused, match=words):
        drafted(owed, finance, until=until, tax=tax)


def test_provisional_interest_is_not_invoiced(finance: User) -> None:
    bill = making.owed(lpr_agreement(), "1000000.00", date(2026, 10, 9))

    with pytest.raises(Refused, match="缺 2026-10、2026-11 的 LPR"):
        interest_invoices.draft(
            bill, until=date(2026, 11, 26), tax=SIX, by=finance, at=datetime(2026, 11, 26, 2, tzinfo=UTC)
        )


def test_an_interest_invoice_bears_no_interest_invoice(owed: Document, finance: User, finance_lead: User) -> None:
    invoice = issued(owed, finance, finance_lead)

    with pytest.raises(Refused, match="利息账单本身不计利息"):
        drafted(invoice, finance)


def test_a_payment_between_draft_and_issue_is_noticed(owed: Document, finance: User, finance_lead: User) -> None:
    draft = drafted(owed, finance)
    receipt = making.receipt("500.00", value_date=DAY, at=LATER)
    receipts.allocate(receipt, owed, by=finance, at=LATER)

    with pytest.raises(Refused, match=r"截至 2026-04-09 未付利息为 1000.00 元，草稿为 1500.00 元"):
        invoicing.issue(draft, by=finance_lead, on=TODAY, at=LATER)
    draft.refresh_from_db()
    assert (draft.state, owed.allocations.count()) == ("draft", 1)


def test_whoever_drafts_never_issues(owed: Document, finance_lead: User) -> None:
    with pytest.raises(Refused, match="开具人不能是拟稿人"):
        invoicing.issue(drafted(owed, finance_lead), by=finance_lead, on=TODAY, at=LATER)


def test_a_credit_note_over_the_whole_gives_the_interest_back(
    owed: Document, finance: User, finance_lead: User
) -> None:
    invoice = issued(owed, finance, finance_lead)
    note = Document.objects.create(
        kind="credit_note", agreement=owed.agreement, version=owed.version, refers_to=invoice, net=invoice.net,
        tax=invoice.tax, gross=invoice.gross, reason="漏记 3 月 20 日收款", drafted_at=LATER, drafted_by=finance,
    )  # fmt: skip
    line = invoice.lines.get()
    note.lines.create(
        position=1, description=line.description, clause=line.clause, net=line.net, tax_rate=line.tax_rate,
        tax=line.tax, gross=line.gross,
    )  # fmt: skip
    invoicing.issue(note, by=finance_lead, on=TODAY, at=LATER)

    assert (debt_of(invoice).owed(TODAY), str(statement(owed, on=DAY).interest_open)) == (Decimal("0.00"), "1500.00")
    early = making.receipt("1000.00", value_date=date(2026, 3, 20), at=LATER)
    assert making.amounts(receipts.allocate(early, owed, by=finance, at=LATER)) == [
        ("interest", "500.00"), ("principal", "500.00"),
    ]  # fmt: skip


def test_the_paper_shows_each_segment_and_the_tax(owed: Document, finance: User, finance_lead: User) -> None:
    invoice = issued(owed, finance, finance_lead)

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printing.kept_pdf(invoice))).pages)

    for words in (
        "逾期利息付款通知书",
        str(owed.number),
        "价外费用，按税率 6% 含税",
        "× 日 0.05% × 30",
        "壹仟伍佰元整",
    ):
        assert words in text.replace("\n", ""), words


def proposed(bill: Document, by: User, **changes: Any) -> Document:
    fields: dict[str, Any] = {"until": DAY, "reason": "系统切换延误付款，双方协商", **changes}
    return waiving.propose(bill, Waiver(**fields), by=by, at=LATER)


@pytest.mark.parametrize(
    ("amount", "left"), [(None, "2650.00"), (Decimal("400.00"), "3750.00")], ids=["in full", "in part"]
)
def test_a_waiver_takes_interest_up_to_a_day_and_no_more(
    owed: Document, finance: User, finance_lead: User, amount: Decimal | None, left: str
) -> None:
    draft = proposed(owed, finance, amount=amount)
    asked = statement(owed, on=TODAY).interest_open
    waived = invoicing.issue(draft, by=finance_lead, on=TODAY, at=LATER)

    found = statement(owed, on=TODAY)
    assert (str(asked), str(found.interest_open)) == ("4150.00", left)  # 83 days up to today
    assert (waived.number, found.principal_open) == ("HX-2026-00001", Decimal("100000.00"))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printing.kept_pdf(waived))).pages)
    assert "利息减免单" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"reason": " "}, "请写明减免利息的理由", id="no reason"),
        pytest.param({"amount": Decimal("1500.01")}, "减免 1500.01 元超过", id="more than is open"),
        pytest.param({"amount": Decimal(0)}, "减免金额须大于 0", id="nothing"),
        pytest.param({"until": DUE}, "没有未付利息", id="before interest began"),
    ],
)
def test_what_cannot_be_waived_is_refused(owed: Document, finance: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        proposed(owed, finance, **changes)


def test_who_proposes_a_waiver_never_decides_it(owed: Document, finance_lead: User) -> None:
    with pytest.raises(Refused, match="开具人不能是拟稿人"):
        invoicing.issue(proposed(owed, finance_lead), by=finance_lead, on=TODAY, at=LATER)


def test_a_waiver_and_an_invoice_are_not_drafted_for_the_same_days(owed: Document, finance: User) -> None:
    proposed(owed, finance)

    with pytest.raises(Refused, match="已有一份利息减免单草稿"):
        drafted(owed, finance)
