"""Documents of every kind are issued by one verb: numbered in a series of their own, drawn, frozen."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from billing import invoicing, printing
from billing.models import Document, DocumentLine
from people.models import User
from people.refusal import Refused
from tests.billing.making import NOW, OCTOBER


def drafted(bill: Document, by: User, kind: str, gross: str = "106.00", **changes: Any) -> Document:
    """A draft of any kind, made row by row."""
    document = Document.objects.create(
        kind=kind, agreement=bill.agreement, version=bill.version, drafted_by=by, drafted_at=NOW,
        gross=Decimal(gross),
        **{
            "net": Decimal(gross), "reason": "更正", "refers_to": bill,
            **({"writes_off": "principal"} if kind == "write_off" else {}), **changes,
        },
    )  # fmt: skip
    DocumentLine.objects.create(
        document=document, position=1, description="更正", clause="6.1", net=document.net, tax=document.tax,
        tax_rate=Decimal(0), gross=document.gross,
    )  # fmt: skip
    return document


@pytest.mark.parametrize(
    ("kind", "number", "title"),
    [
        ("credit_note", "DX-2026-00001", "贷项通知单"),
        ("write_off", "HX-2026-00001", "核销单"),
    ],
)
def test_each_kind_is_issued_in_its_series_and_frozen(
    bill: Document, finance: User, finance_lead: User, kind: str, number: str, title: str
) -> None:
    issued = invoicing.issue(drafted(bill, finance, kind), by=finance_lead, on=OCTOBER, at=NOW)

    assert issued.number == number
    content = printing.kept_pdf(issued)
    text = PdfReader(BytesIO(content)).pages[0].extract_text()
    assert title in text
    assert number in text
    issued.refresh_from_db()
    issued.reason = "改写"
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        issued.save()


@pytest.mark.parametrize("kind", ["credit_note", "write_off"])
def test_a_correction_pays_the_principal_of_its_bill(
    bill: Document, finance: User, finance_lead: User, kind: str
) -> None:
    issued = invoicing.issue(drafted(bill, finance, kind), by=finance_lead, on=OCTOBER, at=NOW)

    row = bill.allocations.get()
    assert (row.credit, row.component, row.amount, row.effective_on) == (
        issued, "principal", Decimal("106.00"), OCTOBER,
    )  # fmt: skip
    assert Document.objects.with_paid().get(pk=bill.pk).paid_fen == 10600


@pytest.mark.parametrize(
    ("kind", "gross", "words"),
    [
        ("credit_note", "5406.01", "贷项合计不能超过账单"),
        ("write_off", "5406.01", "超过该账单当日未付的本金 5406.00 元"),
    ],
)
def test_no_correction_is_larger_than_its_bill(
    bill: Document, finance: User, finance_lead: User, kind: str, gross: str, words: str
) -> None:
    draft = drafted(bill, finance, kind, gross)

    with pytest.raises(Refused, match=words):
        invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW)
