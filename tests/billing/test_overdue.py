"""What a bill owes on a day is a pure function of its rows."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from billing import printing, receipts
from billing.interest import Basis, Order
from billing.models import Document
from billing.overdue import NO_INTEREST, order_of, statement, terms_of, whole_settlements
from contracts.models import AgreementVersion
from people.models import User
from people.refusal import Refused
from tests.billing import making
from tests.billing.making import NOW

DUE = date(2026, 10, 21)
LATER = NOW.replace(month=12, day=1)


def terms(**changes: Any) -> AgreementVersion:
    fields = {"interest_basis": "daily", "interest_rate": Decimal("0.05"), "interest_year_days": 360, **changes}
    return AgreementVersion(**fields)


@pytest.mark.parametrize(
    ("changes", "basis", "rate", "multiple"),
    [
        pytest.param({}, Basis.DAILY, Decimal("0.0005"), 1, id="0.05 % a day"),
        pytest.param(
            {"interest_basis": "annual", "interest_rate": Decimal(4)}, Basis.ANNUAL, Decimal("0.04"), 1, id="4 % a year"
        ),
        pytest.param(
            {"interest_basis": "lpr_fixed", "interest_rate": Decimal("1.5")},
            Basis.LPR_FIXED,
            None,
            Decimal("1.5"),
            id="LPR",
        ),
        pytest.param(
            {"interest_basis": "lpr_floating", "interest_rate": None}, Basis.LPR_FLOATING, None, 1, id="LPR as it is"
        ),
        pytest.param({"interest_basis": "sme_statutory"}, Basis.SME, None, 1, id="statutory"),
    ],
)
def test_terms_become_rules_of_interest(changes: dict[str, Any], basis: Basis, rate: Any, multiple: Any) -> None:
    found = terms_of(terms(**changes))

    assert (found.basis, found.rate, found.multiple) == (basis, rate, multiple)


@pytest.mark.parametrize(
    "changes", [{"interest_basis": "none"}, {"interest_rate": None}], ids=["none agreed", "no rate"]
)
def test_without_an_agreed_rate_there_is_no_interest(changes: dict[str, Any]) -> None:
    assert terms_of(terms(**changes)) == NO_INTEREST


def test_the_order_is_that_of_the_terms() -> None:
    assert order_of(terms()) is Order.COSTS_INTEREST_PRINCIPAL
    assert order_of(terms(allocation_order="costs_principal_interest")) is Order.COSTS_PRINCIPAL_INTEREST


@pytest.mark.parametrize(
    ("on", "interest"),
    [
        pytest.param(date(2026, 10, 9), "0.00", id="before it is due"),
        pytest.param(DUE, "0.00", id="on the due date"),
        pytest.param(date(2026, 10, 22), "2.70", id="a day late"),
        pytest.param(date(2026, 11, 20), "81.09", id="thirty days late"),
    ],
)
def test_interest_runs_from_the_day_after_the_due_date(bill: Document, finance: User, on: date, interest: str) -> None:
    making.received(bill, finance)

    found = statement(bill, on=on)

    assert (found.total_interest, found.principal_open) == (Decimal(interest), Decimal("5406.00"))


def test_without_a_formal_invoice_no_day_bears_interest(bill: Document) -> None:
    found = statement(bill, on=date(2027, 6, 1))

    assert (found.segments, found.outstanding) == ((), Decimal("5406.00"))


def test_each_part_payment_ends_a_segment(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    for day, amount in ((date(2026, 10, 31), "1000.00"), (date(2026, 11, 10), "2000.00")):
        paid = making.receipt(amount, value_date=day, at=LATER)
        receipts.allocate(paid, bill, by=finance, at=LATER)

    found = statement(bill, on=date(2026, 11, 20))

    assert [(row.days, row.principal) for row in found.segments] == [
        (10, Decimal("5406.00")), (10, Decimal("4433.03")), (10, Decimal("2455.20")),
    ]  # fmt: skip
    assert found.total_interest == Decimal("61.47")  # 27.03 + 22.16515 + 12.276, the running total rounded
    shown = whole_settlements(found.settlements)
    assert [(row.amount, row.to_interest, row.to_principal) for row in shown] == [
        (Decimal("1000.00"), Decimal("27.03"), Decimal("972.97")),
        (Decimal("2000.00"), Decimal("22.17"), Decimal("1977.83")),
    ]


def test_a_past_day_is_answered_the_same_after_a_later_payment(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    before = statement(bill, on=date(2026, 10, 31)).outstanding
    paid = making.receipt("1000.00", value_date=date(2026, 11, 10), at=LATER)
    receipts.allocate(paid, bill, by=finance, at=LATER)

    assert statement(bill, on=date(2026, 10, 31)).outstanding == before


def test_interest_stops_when_everything_is_paid(bill: Document, finance: User) -> None:
    making.received(bill, finance)
    paid = making.receipt("6000.00", value_date=date(2026, 10, 31), at=LATER)
    receipts.allocate(paid, bill, by=finance, at=LATER)

    for day in (date(2026, 10, 31), date(2027, 10, 31)):
        found = statement(bill, on=day)
        assert (found.outstanding, found.total_interest) == (Decimal("0.00"), Decimal("27.03"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("zh-hans", ["逾期利息计算书", "应付日期的计算", "10月8日"], id="Chinese"),
        pytest.param("en", ["How the due date was counted", "2026-10-21"], id="English"),
    ],
)
def test_the_interest_statement_says_how_the_due_date_was_counted(
    bill: Document, finance: User, language: str, words: list[str]
) -> None:
    making.received(bill, finance)

    content = printing.interest_pdf(bill, on=date(2026, 11, 20), by=finance, language=language)

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert [word for word in words if word not in text] == []


def test_without_interest_or_payments_there_is_no_statement(bill: Document, finance: User) -> None:
    with pytest.raises(Refused, match="截至 2026-10-20 该账单没有逾期利息，也没有收款"):
        printing.interest_pdf(bill, on=date(2026, 10, 20), by=finance)
