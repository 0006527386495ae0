"""Sample papers of formal invoices: one with its file, one that was returned and made anew."""

from django.core.files.base import ContentFile

from billing import delivering, formal_files, formal_invoices
from billing.models import Document, FormalFile, FormalInvoice
from contracts.models import Agreement
from portal.sample.moments import Moments, months_before
from portal.sample.people import People

XML = """<?xml version="1.0" encoding="UTF-8"?>
<EInvoice><Header><EIid>{number}</EIid></Header><EInvoiceData>
<SellerInformation><SellerIdNum>{seller}</SellerIdNum></SellerInformation>
<BuyerInformation><BuyerIdNum>{buyer}</BuyerIdNum></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>{net}</TotalAmWithoutTax><TotalTaxAm>{tax}</TotalTaxAm>
<TotalTax-includedAmount>{gross}</TotalTax-includedAmount></BasicInformation></EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>{day}</IssueTime></TaxSupervisionInfo></EInvoice>
"""


def make_formal(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """Keep the file of one invoice; let Party B return another, and record the one that replaces it."""
    clerk, at = people["caiwu"], moments.now
    taken = _bill(agreements[0], moments, 2).formal_invoices.get()
    _keep_file(people, taken, moments)
    waiting = _bill(agreements[1], moments, 1)
    first = waiting.formal_invoices.get()
    buyer = people.of(waiting.agreement.party_b)
    delivering.send_back(first, reason="购买方名称少写了“局”字，请重开。", by=buyer, at=at)
    face = formal_invoices.Face(
        kind=FormalInvoice.Kind.values[0], number=f"{first.number[:7]}1{first.number[8:]}", dated_on=first.dated_on,
        net=waiting.net, tax=waiting.tax, gross=waiting.gross,
    )  # fmt: skip
    anew = formal_invoices.record_formal_invoice(waiting, face, by=clerk, at=at)
    _keep_file(people, anew, moments)
    delivery = delivering.Delivery(how="email", to="caiwu@donghe.example.gov.cn", on=moments.today)
    delivering.record_delivery(anew, delivery, by=clerk, at=at)


def _keep_file(people: People, invoice: FormalInvoice, moments: Moments) -> None:
    agreement = invoice.document.agreement
    text = XML.format(
        number=invoice.number, seller=agreement.party_a.uscc, buyer=agreement.party_b.uscc, net=invoice.net,
        tax=invoice.tax, gross=invoice.gross, day=invoice.dated_on,
    )  # fmt: skip
    file = ContentFile(text.encode(), name=f"dzfp_{invoice.number}.xml")
    formal_files.keep(invoice, file, kind=FormalFile.Kind.FACE, by=people["caiwu"], at=moments.now)


def _bill(agreement: Agreement, moments: Moments, months_ago: int) -> Document:
    first = months_before(moments.today, months_ago)
    rows = Document.objects.issued().select_related("agreement__party_a", "agreement__party_b")
    found: Document = rows.get(agreement=agreement, kind=Document.Kind.INVOICE, period__starts_on=first)
    return found
