"""The truth of billing rows is kept by the database itself, whoever writes to it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.db.models import Model

from billing import formal_invoices, receipts
from billing.models import Allocation, BankReceipt, Document, DocumentLine, FormalInvoice, RateLine, ServicePeriod
from billing.money import AmountError
from contracts.models import Agreement
from people.models import User
from tests.billing import making


def refuses(row: Model) -> bool:
    """Whether the database refuses to keep the row."""
    try:
        with transaction.atomic():
            row.save()
    except (IntegrityError, DataError):  # PostgreSQL calls what is too long a matter of data
        return True
    return False


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"fee_kind": "tip"}, id="fee kind"),
        pytest.param({"model": "guess"}, id="pricing model"),
        pytest.param({"valid_to": date(2026, 1, 1)}, id="empty interval"),
        pytest.param({"meter": ""}, id="unit price without a meter"),
        pytest.param({"unit_price": None}, id="unit price missing"),
        pytest.param({"model": "package"}, id="package without a size"),
        pytest.param({"model": "package", "package_size": Decimal(0)}, id="package of nothing"),
        pytest.param({"model": "flat", "meter": "query", "flat_amount": Decimal(1)}, id="fixed fee with a meter"),
        pytest.param({"model": "flat", "meter": ""}, id="fixed fee without an amount"),
        pytest.param({"unit_price": Decimal(-1)}, id="negative price"),
        pytest.param({"free_units": Decimal(-1)}, id="negative allowance"),
        pytest.param({"minimum": Decimal(5), "maximum": Decimal(4)}, id="minimum over maximum"),
        pytest.param({"tax_rate": Decimal(100)}, id="tax of 100 %"),
        pytest.param({"tax_rate": Decimal(-1)}, id="negative tax"),
    ],
)
def test_impossible_rates_are_refused(agreement: Agreement, changes: dict[str, Any]) -> None:
    row = making.rate(agreement)
    for name, value in changes.items():
        setattr(row, name, value)

    assert refuses(row)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"ends_on": date(2026, 9, 1)}, id="no days"),
        pytest.param({"state": "lost"}, id="unknown state"),
        pytest.param({"state": "closed"}, id="closed without an instant"),
        pytest.param({"closed_at": making.NOW}, id="open with an instant"),
    ],
)
def test_impossible_periods_are_refused(agreement: Agreement, changes: dict[str, Any]) -> None:
    row = making.period(agreement)
    for name, value in changes.items():
        setattr(row, name, value)

    assert refuses(row)


@pytest.mark.parametrize(
    "twin", [{"starts_on": date(2026, 9, 1)}, {"ends_on": date(2026, 10, 1)}, {"number": 2026 * 12 + 9}]
)
def test_two_periods_share_no_edge_and_no_number(agreement: Agreement, twin: dict[str, Any]) -> None:
    making.period(agreement)
    fields = {"starts_on": date(2026, 8, 1), "ends_on": date(2026, 12, 1), "number": 7, **twin}

    assert refuses(ServicePeriod(agreement=agreement, whole_days=30, **fields))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"kind": "receipt"}, id="unknown kind"),
        pytest.param({"net": Decimal("5100.01")}, id="totals that do not fit"),
        pytest.param({"number": "ZD-2026-00001"}, id="draft with a number"),
        pytest.param({"state": "issued"}, id="issued without a number"),
        pytest.param({"kind": "credit_note"}, id="credit note of nothing"),
        pytest.param({"net": Decimal(-2), "tax": Decimal(1), "gross": Decimal(-1)}, id="negative"),
    ],
)
def test_impossible_documents_are_refused(agreement: Agreement, finance: User, changes: dict[str, Any]) -> None:
    row = making.draft(agreement, finance)
    for name, value in changes.items():
        setattr(row, name, value)

    assert refuses(row)


def test_issued_by_the_drafter_is_refused_by_the_database(agreement: Agreement, finance: User) -> None:
    row = making.draft(agreement, finance)
    row.issued_by = finance

    assert refuses(row)


def test_totals_of_ten_and_twenty_fen_fit(agreement: Agreement, finance: User) -> None:
    row = making.draft(agreement, finance)
    row.net, row.tax, row.gross = Decimal("0.10"), Decimal("0.20"), Decimal("0.30")

    assert not refuses(row)  # as doubles 0.1 + 0.2 is not 0.3


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"number": "1234567890123456789"}, id="19 digits"),
        pytest.param({"number": "123456789012345678901"}, id="21 digits"),
        pytest.param({"number": "1234567890123456789X"}, id="a letter"),
        pytest.param({"number": "１２３４５６７８９０１２３４５６７８９０"}, id="full-width digits"),
        pytest.param({"red_letter_number": "12"}, id="short red-letter number"),
        pytest.param({"kind": "paper"}, id="unknown kind"),
        pytest.param({"state": "lost"}, id="unknown state"),
        pytest.param({"gross": Decimal("1.00")}, id="totals that do not fit"),
        pytest.param({"state": "accepted"}, id="accepted without a day"),
        pytest.param({"received_on": date(2026, 9, 30)}, id="received before it was made"),
        pytest.param({"state": "rejected"}, id="rejected without a day"),
        pytest.param({"state": "red_lettered"}, id="red-lettered without a number"),
    ],
)
def test_impossible_formal_invoices_are_refused(
    agreement: Agreement, finance: User, finance_lead: User, changes: dict[str, Any]
) -> None:
    document = making.issued(agreement, finance, finance_lead)
    fields = {**making.face(document)._asdict(), "recorded_at": making.NOW, **changes}

    assert refuses(FormalInvoice(document=document, **fields))


def test_one_formal_invoice_stands_for_a_document(agreement: Agreement, finance: User, finance_lead: User) -> None:
    document = making.issued(agreement, finance, finance_lead)
    making.received(document, finance)

    assert refuses(FormalInvoice(document=document, **making.face(document)._asdict(), recorded_at=making.NOW))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"amount": Decimal(0)}, id="nothing"),
        pytest.param({"amount": Decimal(-1)}, id="negative"),
        pytest.param({"occurrence": 0}, id="occurrence before the first"),
        pytest.param({"account": ""}, id="no account"),
        pytest.param({"payer_name": ""}, id="no payer"),
        pytest.param({"bank_txn_id": ""}, id="no transaction"),
    ],
)
def test_impossible_receipts_are_refused(db: None, changes: dict[str, Any]) -> None:
    fields = {
        "account": "1", "bank_txn_id": "2", "value_date": date(2026, 10, 1), "amount": Decimal(1), "payer_name": "甲",
        "recorded_at": making.NOW, **changes,
    }  # fmt: skip

    assert refuses(BankReceipt(**fields))


def test_an_allocation_has_one_source_a_known_part_and_a_fitting_sign(
    agreement: Agreement, finance: User, finance_lead: User
) -> None:
    document, paid = making.issued(agreement, finance, finance_lead), making.receipt()
    good = {
        "document": document, "receipt": paid, "component": "principal", "amount": Decimal(1),
        "effective_on": date(2026, 10, 20), "recorded_at": making.NOW,
    }  # fmt: skip
    for wrong in ({"receipt": None}, {"credit": document}, {"component": "tip"}, {"amount": Decimal(-1)}):
        assert refuses(Allocation(**{**good, **wrong})), wrong

    first = Allocation.objects.create(**good)
    assert refuses(Allocation(**{**good, "reverses": first}))  # a reversal is negative
    Allocation.objects.create(**{**good, "reverses": first, "amount": Decimal(-1)})
    assert refuses(Allocation(**{**good, "reverses": first, "amount": Decimal(-1)}))  # and there is one


@pytest.mark.parametrize("wrong", [Decimal("1.005"), 1.0])
def test_a_money_column_never_rounds(db: None, wrong: Any) -> None:
    with pytest.raises(AmountError):
        BankReceipt.objects.create(
            account="1", bank_txn_id="2", value_date=date(2026, 10, 1), amount=wrong, payer_name="甲",
            recorded_at=making.NOW,
        )  # fmt: skip


FROZEN: list[tuple[str, Callable[[], Any]]] = [
    ("a document's amount", lambda: Document.objects.update(gross=1, net=1, tax=0)),
    ("a document's number", lambda: Document.objects.update(number="ZD-2026-00009")),
    ("a document back to draft", lambda: Document.objects.update(state="draft")),
    ("a document", lambda: Document.objects.all()._raw_delete("default")),
    ("a kept PDF hash", lambda: Document.objects.update(pdf_sha256="0" * 64)),
    ("a line", lambda: DocumentLine.objects.update(description="x")),
    ("a line gone", lambda: DocumentLine.objects.all()._raw_delete("default")),
    ("a price that was billed", lambda: RateLine.objects.filter(meter="query").update(unit_price=9)),
    ("a rejected formal invoice", lambda: FormalInvoice.objects.update(state="sent")),
    ("usage", lambda: connection.cursor().execute("UPDATE billing_usagerecord SET quantity = 1")),
    ("usage gone", lambda: connection.cursor().execute("DELETE FROM billing_usagerecord")),
    ("a receipt", lambda: BankReceipt.objects.update(amount=1)),
    ("an allocation", lambda: Allocation.objects.update(amount=1)),
    ("an allocation gone", lambda: Allocation.objects.all()._raw_delete("default")),
]


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in FROZEN])
def test_what_is_frozen_refuses_sql(
    agreement: Agreement, finance: User, finance_lead: User, change: Callable[[], Any]
) -> None:
    document = making.issued(agreement, finance, finance_lead)
    Document.objects.update(pdf_sha256="a" * 64)
    invoice = formal_invoices.record_formal_invoice(document, making.face(document), by=finance, at=making.NOW)
    formal_invoices.reject(invoice, on=date(2026, 10, 8), reason="抬头有误", by=finance, at=making.NOW)
    receipts.allocate(making.receipt(), document, by=finance, at=making.NOW)

    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        change()


def test_an_issued_document_takes_no_more_lines(agreement: Agreement, finance: User, finance_lead: User) -> None:
    document = making.issued(agreement, finance, finance_lead)
    line = document.lines.get(position=1)
    line.pk, line.position = None, 9

    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        line.save(force_insert=True)


def test_a_billed_price_can_still_be_ended(agreement: Agreement, finance: User, finance_lead: User) -> None:
    making.issued(agreement, finance, finance_lead)

    assert RateLine.objects.update(valid_to=date(2027, 1, 1)) == 2
