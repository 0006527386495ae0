"""Documents on paper: the frozen value of a document, its PDF, and the file that is kept of it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.translation import gettext as _

from billing import document as papers
from billing.due_dates import in_words
from billing.interest_page import Settled, page_of, remarks
from billing.models import Document, DocumentLine, FormalInvoice
from billing.overdue import due_on
from billing.pdf import draw
from billing.stating import interest_document
from billing.wording import sayer
from contracts.accounts import account_of
from contracts.models import Agreement, Organisation
from people.canonical import encode
from people.models import User
from people.refusal import Refused
from people.typesetting import UndrawableText, require_glyphs

HUNDRED = Decimal(100)


def invoice_paper(document: Document) -> papers.InvoiceDocument:
    """A document as it will be printed, still without number and date.  Its parties, lines and terms are read now."""
    agreement, period = document.agreement, document.period
    service = document.kind == Document.Kind.INVOICE
    return papers.InvoiceDocument(
        heading=_heading(document),
        seller=party_of(agreement.party_a),
        buyer=party_of(agreement.party_b),
        lines=tuple(_line(line) for line in document.lines.all()),
        net=document.net,
        tax=document.tax,
        gross=document.gross,
        account=payee_account(agreement),
        period_from=period.starts_on if period else None,
        period_to=period.last_day if period else None,
        due_rule=_due_rule(document.version.payment_working_days) if service else "",
        purpose="service" if service else "interest",
    )


def credit_note_paper(document: Document) -> papers.CreditNote:
    """A credit note as it will be printed, with the bill that it takes back."""
    agreement, bill = document.agreement, _corrected(document)
    return papers.CreditNote(
        heading=_heading(document),
        seller=party_of(agreement.party_a),
        buyer=party_of(agreement.party_b),
        refers_to=bill.number or "",
        refers_on=bill.issued_on,
        reason=document.reason,
        lines=tuple(_line(line) for line in document.lines.all()),
        net=document.net,
        tax=document.tax,
        gross=document.gross,
    )


def write_off_paper(document: Document) -> papers.WriteOff:
    """A write-off as it will be printed, with the bill whose principal or interest it writes off."""
    agreement, bill = document.agreement, _corrected(document)
    return papers.WriteOff(
        heading=_heading(document),
        creditor=party_of(agreement.party_a),
        debtor=party_of(agreement.party_b),
        refers_to=bill.number or "",
        refers_on=bill.issued_on,
        due_on=due_on(bill),
        bill_gross=bill.gross,
        part=document.writes_off,
        waived_until=document.interest_until,
        amount=document.gross,
        reason=document.reason,
        basis=document.basis,
    )


def interest_invoice_paper(document: Document) -> papers.InvoiceDocument:
    """An interest invoice as it will be printed: the bill that was paid late, and each segment with its sum."""
    paper = invoice_paper(document)
    segments = [words for line in document.lines.all() for words in line.trace.get("segments", ())]
    return replace(paper, purpose="interest", remarks=("本账单所列利息不再计息。", "分段计息：", *segments))


# What each kind of document is on paper.
PAPERS: dict[Document.Kind, Callable[[Document], papers.Document]] = {
    Document.Kind.INVOICE: invoice_paper,
    Document.Kind.INTEREST_INVOICE: interest_invoice_paper,
    Document.Kind.CREDIT_NOTE: credit_note_paper,
    Document.Kind.WRITE_OFF: write_off_paper,
}


def paper_of(document: Document) -> papers.Document:
    """A document of any kind as it will be printed, still without number and date."""
    return PAPERS[Document.Kind(document.kind)](document)


def numbered(paper: papers.Document, *, number: str, on: date, by: User) -> papers.Document:
    """The paper with what it is given at issue."""
    heading = replace(paper.heading, number=number, issued_on=on, reviewed_by=by.get_full_name())
    return replace(paper, heading=heading)


def require_drawable(paper: papers.Document) -> None:
    """Raise Refused, naming the characters, unless every text of the paper can be printed."""
    try:
        require_glyphs(_texts(encode(paper)))
    except UndrawableText as error:
        raise Refused(
            _("以下字符在打印字体中没有字形，请改用其他写法后再开具：%(characters)s")
            % {"characters": " ".join(error.characters)}
        ) from error


def draft_pdf(document: Document) -> bytes:
    """The PDF of a draft, marked as one."""
    paper = paper_of(document)
    require_drawable(paper)
    return draw(paper)


def keep_pdf(document: Document) -> bytes:
    """Draw the PDF of an issued document from its frozen content, keep the file and its hash; the hash is kept once."""
    content = draw(papers.from_dict(document.snapshot or {}))
    digest = hashlib.sha256(content).hexdigest()
    if document.pdf_sha256 and digest != document.pdf_sha256:
        raise Refused(_("重新生成的 PDF 与存档校验值不一致，请联系系统管理员从备份中恢复原件。"))
    if not default_storage.exists(path_of(document)):
        default_storage.save(path_of(document), ContentFile(content))
    if not document.pdf_sha256:
        document.pdf_sha256 = digest
        document.save(update_fields=["pdf_sha256"])
    return content


def kept_pdf(document: Document) -> bytes:
    """The PDF of an issued document as it was kept; drawn anew, byte for byte the same, should the file be gone."""
    if document.pdf_sha256 and default_storage.exists(path_of(document)):
        with default_storage.open(path_of(document), "rb") as file:
            content: bytes = file.read()
        if hashlib.sha256(content).hexdigest() == document.pdf_sha256:
            return content
        default_storage.delete(path_of(document))
    return keep_pdf(document)


def interest_pdf(document: Document, *, on: date, by: User | None, language: str = "zh-hans") -> bytes:
    """The interest statement of an issued document as of a civil day: a draft to look at, not numbered.

    Raises Refused while the time to pay has not begun.
    """
    if page_of(document, on=on).is_empty:
        raise Refused(_("截至 %(on)s 该账单没有逾期利息，也没有收款，无需出具利息计算书。") % {"on": on})
    paper = interest_paper(document, on=on, prepared_by=by.get_full_name() if by else "", language=language)
    require_drawable(paper)
    return draw(paper)


def interest_paper(
    document: Document, *, on: date, prepared_by: str = "", language: str = "zh-hans"
) -> papers.InterestStatementDocument:
    """The interest statement of an issued document as of a civil day, as it will be printed."""
    with translation.override(language):
        page = page_of(document, on=on)
        said, texts = remarks(page), {one.settlement.key: _source(one) for one in page.settled}
    return interest_document(
        replace(page.debt, settlements=tuple(one.settlement for one in page.settled)),
        heading=papers.Heading(
            issued_on=on,
            agreement_no=document.agreement.number,
            agreement_title=document.agreement.title,
            language=language,
            prepared_by=prepared_by,
        ),
        parties=(party_of(document.agreement.party_a), party_of(document.agreement.party_b)),
        invoice_number=document.number or "",
        account=payee_account(document.agreement),
        payment_texts=texts,
        remarks=(*said, *_due_words(document, language)),
    )


def _due_words(document: Document, language: str) -> tuple[str, ...]:
    """How the due date was counted, as it was frozen at the receipt of the formal invoice."""
    accepted = document.formal_invoices.filter(state=FormalInvoice.State.ACCEPTED).first()
    if accepted is None:
        return ()
    return (sayer(language)("应付日期的计算"), *in_words(accepted.due_working, language))


def _source(settled: Settled) -> str:
    """The bank's number, or the document that paid: the payer stands at the head of the paper."""
    return settled.words if settled.credit else settled.words.rsplit(" ", 1)[-1]


def _heading(document: Document) -> papers.Heading:
    return papers.Heading(
        agreement_no=document.agreement.number,
        agreement_title=document.agreement.title,
        prepared_by=document.drafted_by.get_full_name() if document.drafted_by else "",
    )


def _corrected(document: Document) -> Document:
    bill = document.refers_to
    assert bill is not None, "held by document_correction_refers"  # noqa: S101
    return bill


def path_of(document: Document) -> str:
    """Where the PDF of an issued document is kept."""
    return f"documents/{document.year}/{document.number}.pdf"


def party_of(body: Organisation) -> papers.Party:
    """One side as it is named on paper."""
    return papers.Party(
        name=body.name, uscc=body.uscc, address=body.address, phone=body.contact_phone, contact=body.contact_name
    )


def payee_account(agreement: Agreement) -> papers.BankAccount:
    """Where Party A of an agreement is paid, as it stands on paper."""
    payee = agreement.party_a
    account = account_of(payee)
    if account is None:
        return papers.BankAccount(holder=payee.name, bank="", number="")
    return papers.BankAccount(holder=account.holder, bank=account.bank, number=account.number)


def _due_rule(days: int | None) -> str:
    return f"乙方收到正式发票后 {days} 个工作日内付款（协议第 6.2.1 条）" if days else ""


def _line(line: DocumentLine) -> papers.Line:
    return papers.Line(
        item=line.description,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
        tax_rate=line.tax_rate / HUNDRED,
        quantity=line.quantity or None,
        unit=line.unit if line.quantity else "",
        unit_price=line.unit_price,
        clause=line.clause,
        detail=str(line.trace.get("detail", "")),
    )


def _texts(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data]
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [text for part in parts for text in _texts(part)]
