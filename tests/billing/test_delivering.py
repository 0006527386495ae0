"""Formal invoices with their files, on their way to Party B and back, reissued, red-lettered in part."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from billing import credits, delivering, einvoice, formal_files, formal_invoices, invoicing, overdue, red_letters
from billing.delivering import Delivery
from billing.models import Document, FormalFile, FormalInvoice, RedLetter
from billing.taking_back import Wish
from contracts.models import Agreement
from journal.models import Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests import make
from tests.billing import making
from tests.billing.making import NOW
from tests.billing.test_admin import Clerk, button

TODAY = date(2026, 10, 20)
NUMBER = "26362000000000009999"
XML = """<EInvoice><Header><EIid>{number}</EIid></Header><EInvoiceData>
<SellerInformation><SellerIdNum>{seller}</SellerIdNum></SellerInformation>
<BuyerInformation><BuyerIdNum>{buyer}</BuyerIdNum></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>{net}</TotalAmWithoutTax><TotalTaxAm>{tax}</TotalTaxAm>
<TotalTax-includedAmount>{gross}</TotalTax-includedAmount></BasicInformation></EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>{day}</IssueTime></TaxSupervisionInfo></EInvoice>"""


def sent(bill: Document, by: User, **changes: Any) -> FormalInvoice:
    return formal_invoices.record_formal_invoice(bill, making.face(bill, **changes), by=by, at=NOW)


def xml_of(invoice: FormalInvoice, **changes: Any) -> bytes:
    agreement = invoice.document.agreement
    fields = {
        "number": invoice.number, "seller": agreement.party_a.uscc, "buyer": agreement.party_b.uscc,
        "net": invoice.net, "tax": invoice.tax, "gross": invoice.gross, "day": invoice.dated_on, **changes,
    }  # fmt: skip
    return XML.format(**fields).encode()


def kept(invoice: FormalInvoice, by: User, content: bytes, name: str = "发票.xml") -> FormalFile:
    return formal_files.keep(invoice, SimpleUploadedFile(name, content), kind="face", by=by, at=NOW)


def test_a_file_is_kept_with_its_hash_and_never_changes(bill: Document, finance: User) -> None:
    row = kept(sent(bill, finance), finance, b"%PDF-1.7 invoice", "发票.pdf")

    assert (row.content_type, len(row.sha256), row.findings) == ("application/pdf", 64, [])
    row.name = "别的.pdf"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, [], id="all as recorded"),
        pytest.param({"gross": "5406.01", "day": "2026-10-02"},
                     ["文件中的开票日期是 2026-10-02，登记的是", "文件中的价税合计是 5406.01，登记的是 5406.00"],
                     id="day and total"),
        pytest.param({"number": NUMBER}, ["文件中的发票号码是 26362000000000009999，登记的是 "], id="another invoice"),
    ],
)  # fmt: skip
def test_an_xml_is_compared_with_what_was_recorded(
    bill: Document, finance: User, changes: dict[str, str], words: list[str]
) -> None:
    invoice = sent(bill, finance)

    row = kept(invoice, finance, xml_of(invoice, **changes))

    told = formal_files.in_words(row.findings)
    assert len(told) == len(words)
    assert all(said.startswith(word) for said, word in zip(told, words, strict=True))
    invoice.refresh_from_db()
    assert invoice.gross == bill.gross


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "doctype", id="an outer document type"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>", "doctype", id="an entity"),
        pytest.param(b"<a>" * 50, "deep", id="too deep"),
        pytest.param(b"<a><b></a>", "broken", id="broken"),
        pytest.param(b"<note>hello</note>", "foreign", id="something else"),
        pytest.param(b" " * (einvoice.LARGEST + 1), "large", id="too large"),
    ],
)
def test_what_no_invoice_needs_is_not_read(content: bytes, why: str) -> None:
    with pytest.raises(einvoice.Unreadable) as refused:
        einvoice.read(content)

    assert refused.value.why == why


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("发票.png", b"\x89PNG\r\n\x1a\n", "须是 PDF、OFD 或 XML"),
        ("发票.pdf", b"MZ\x90", "可执行程序"),
        ("发票.xml", b"<!DOCTYPE a><a/>", "内容与扩展名不符"),
    ],
)
def test_files_that_are_no_invoice(bill: Document, finance: User, name: str, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        kept(sent(bill, finance), finance, content, name)


def test_sending_starts_no_time_and_receipt_in_the_portal_does(bill: Document, finance: User, party_b: User) -> None:
    invoice = sent(bill, finance)
    proof = SimpleUploadedFile("回单.png", b"\x89PNG\r\n\x1a\n")
    delivery = Delivery(how="email", to="caiwu@example.gov.cn", on=date(2026, 10, 19), file=proof)

    delivering.record_delivery(invoice, delivery, by=finance, at=NOW)
    assert overdue.due_on(bill) is None
    assert invoice.files.get().kind == "delivery"
    assert Notice.objects.filter(kind="formal_invoice.sent", recipient=party_b).exists()
    taken = delivering.acknowledge(invoice, by=party_b, at=NOW)

    assert (taken.received_on, taken.acknowledged_by, taken.received_proof) == (TODAY, party_b, "刘洋在门户签收")
    assert overdue.due_on(bill) == taken.due_on
    with pytest.raises(Refused, match="不能再登记送达"):
        delivering.record_delivery(invoice, delivery, by=finance, at=NOW)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"to": " "}, "送达方式和送达对象"), ({"how": "pigeon"}, "送达方式"), ({"on": date(2026, 10, 21)}, "送出日期")],
)
def test_a_delivery_is_whole(bill: Document, finance: User, changes: dict[str, Any], words: str) -> None:
    delivery = Delivery(**{"how": "courier", "to": "财务科", "on": TODAY, **changes})

    with pytest.raises(Refused, match=words):
        delivering.record_delivery(sent(bill, finance), delivery, by=finance, at=NOW)


def test_a_returned_invoice_is_reissued_by_one_that_names_it(bill: Document, finance: User, party_b: User) -> None:
    first = sent(bill, finance)
    delivering.send_back(first, reason="抬头有误", by=party_b, at=NOW)

    second = sent(bill, finance)

    assert (second.replaces, first.replaced_by) == (first, second)
    assert Notice.objects.filter(kind="formal_invoice.answered", recipient=finance).exists()


def test_red_lettered_in_full_and_reissued_the_clock_begins_anew(finance: User, finance_lead: User) -> None:
    """100,000.00 received on 2 March, red-lettered on the 6th, received anew on the 10th: due on the 17th."""
    at = NOW.replace(month=4, day=20)
    agreement = make.agreement(
        version_payment_working_days=5, version_interest_basis="daily", version_interest_rate=Decimal("0.05")
    )
    making.platform_fee(agreement, flat_amount=Decimal("100000.00"), tax_rate=Decimal(0))
    period = making.period(agreement, date(2026, 2, 1))
    draft = invoicing.draft_from_usage(agreement, period=period, by=finance, at=at)
    bill = invoicing.issue(draft, by=finance_lead, on=date(2026, 3, 1), at=at)
    wrong = formal_invoices.record_formal_invoice(bill, making.face(bill), by=finance, at=at)
    formal_invoices.record_received(wrong, on=date(2026, 3, 2), proof="签收", by=finance, at=at)
    formal_invoices.red_letter(wrong, on=date(2026, 3, 6), number=NUMBER, reason="税号有误", by=finance, at=at)
    assert overdue.due_on(bill) is None

    right = formal_invoices.record_formal_invoice(bill, making.face(bill, dated_on=date(2026, 3, 9)), by=finance, at=at)
    formal_invoices.record_received(right, on=date(2026, 3, 10), proof="签收", by=finance, at=at)

    assert overdue.due_on(bill) == date(2026, 3, 17)
    found = [overdue.statement(bill, on=date(2026, 3, day)).total_interest for day in (17, 18)]
    assert found == [Decimal("0.00"), Decimal("50.00")]
    assert right.replaces == wrong


def credit(bill: Document, finance: User, lead: User) -> Document:
    draft = credits.draft_credit_note(bill, {2: Wish()}, reason="多计", by=finance, at=NOW)
    return invoicing.issue(draft, by=lead, on=TODAY, at=NOW)


def test_a_partial_red_letter_is_kept_with_the_credit_note(bill: Document, finance: User, finance_lead: User) -> None:
    invoice = making.received(bill, finance)
    due = overdue.due_on(bill)
    note = credit(bill, finance, finance_lead)
    file = SimpleUploadedFile("红字.xml", xml_of(invoice, number=NUMBER, net="-100.00", tax="-6.00", gross="-106.00",
                                               day=TODAY))  # fmt: skip

    made = red_letters.record_red_letter(note, number=NUMBER, dated_on=TODAY, file=file, by=finance, at=NOW)

    assert (made.invoice, made.gross, made.files.get().findings) == (invoice, Decimal("106.00"), [])
    assert overdue.due_on(bill) == due
    with pytest.raises(Refused, match="已经登记过红字发票"):
        red_letters.record_red_letter(note, number=NUMBER[:-1] + "8", dated_on=TODAY, by=finance, at=NOW)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "123"}, "须为 20 位数字"),
        ({"dated_on": date(2026, 10, 19)}, "贷项通知单开具之后"),
        ({"number": "own"}, "已经登记过"),
    ],
)
def test_what_is_no_red_letter(
    bill: Document, finance: User, finance_lead: User, changes: dict[str, Any], words: str
) -> None:
    invoice = making.received(bill, finance)
    note = credit(bill, finance, finance_lead)
    asked = {"number": NUMBER, "dated_on": TODAY, **changes}
    asked["number"] = invoice.number if asked["number"] == "own" else asked["number"]

    with pytest.raises(Refused, match=words):
        red_letters.record_red_letter(note, **asked, by=finance, at=NOW)
    assert not RedLetter.objects.exists()


@pytest.fixture
def portal(client: Client, party_b: User) -> Any:
    client.force_login(party_b)
    with time_machine.travel(NOW, tick=False):
        yield client


def test_party_b_fetches_the_file_and_takes_the_invoice_on_its_page(
    portal: Client, bill: Document, finance: User
) -> None:
    invoice = sent(bill, finance)
    file = kept(invoice, finance, b"%PDF-1.7 invoice", "发票.pdf")
    page = portal.get(f"/portal/documents/{bill.pk}/").content.decode()
    assert "签收发票" in page

    fetched = portal.get(f"/portal/formal-files/{file.pk}/")
    assert (fetched.getvalue(), fetched["Content-Type"]) == (b"%PDF-1.7 invoice", "application/pdf")
    key = new_key()
    for _again in range(2):
        answer = portal.post(f"/portal/formal-invoices/{invoice.pk}/acknowledge/", {KEY_FIELD: key}, follow=True)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.received_on) == ("accepted", TODAY)
    assert f"付款到期日为 {invoice.due_on}" in answer.content.decode()


def test_party_b_returns_the_invoice_with_a_reason(portal: Client, bill: Document, finance: User) -> None:
    invoice = sent(bill, finance)
    portal.post(f"/portal/formal-invoices/{invoice.pk}/send-back/", {"reason": " "})
    assert FormalInvoice.objects.get().state == "sent"

    portal.post(f"/portal/formal-invoices/{invoice.pk}/send-back/", {"reason": "税号有误"})

    invoice.refresh_from_db()
    assert (invoice.state, invoice.reason, invoice.rejected_on) == ("rejected", "税号有误", TODAY)


def test_invoices_of_others_and_proofs_are_not_there(
    portal: Client, bill: Document, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    foreign = sent(making.issued(other_agreement, finance, finance_lead), finance)
    file = kept(foreign, finance, b"%PDF-1.7", "发票.pdf")
    proof = formal_files.keep(
        sent(bill, finance), SimpleUploadedFile("回单.pdf", b"%PDF-1.7"), kind="receipt", by=finance, at=NOW
    )

    for pk in (file.pk, proof.pk):
        assert portal.get(f"/portal/formal-files/{pk}/").status_code == 404
    for verb in ("acknowledge", "send-back"):
        answer = portal.post(f"/portal/formal-invoices/{foreign.pk}/{verb}/", {KEY_FIELD: new_key(), "reason": "不要"})
        assert answer.status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "sent"


def test_a_file_is_recorded_with_the_invoice_and_its_warnings_are_said(bill: Document, finance: User) -> None:
    face = {name: str(value) for name, value in making.face(bill)._asdict().items()}
    xml = XML.format(number=face["number"], seller="", buyer="", net="1.00", tax="306.00", gross="5406.00", day="")

    page = Clerk(finance).does(
        button(bill, "formal-invoice"), **face, file=SimpleUploadedFile("发票.xml", xml.encode())
    )  # fmt: skip

    assert "文件中的不含税金额是 1.00，登记的是 5100.00" in page
    file = FormalFile.objects.get()
    fetched = Clerk(finance).client.get(f"/admin/billing/formalinvoice/file/{file.pk}/")
    assert fetched.getvalue() == xml.encode()
