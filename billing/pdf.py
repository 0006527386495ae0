"""PDF of a frozen document: drawn from the snapshot alone, refused before a character would go missing."""

from collections.abc import Callable, Iterator
from typing import Any

from reportlab.platypus import Flowable

from billing.document import (
    AccountStatement,
    CreditNote,
    DemandLetter,
    Document,
    InterestStatementDocument,
    InvoiceDocument,
    StatementDocument,
    WriteOff,
)
from billing.papers.bill import bill_story, bill_title, credit_note_story
from billing.papers.interest import interest_story
from billing.papers.letter import letter_story
from billing.papers.statement import account_story, statement_story
from billing.papers.write_off import write_off_story, write_off_title
from billing.wording import sayer
from people.canonical import encode
from people.pages import Foot, page_bytes
from people.typesetting import require_glyphs

_STORIES: dict[type[Any], Callable[[Any], list[Flowable]]] = {
    InvoiceDocument: bill_story,
    CreditNote: credit_note_story,
    WriteOff: write_off_story,
    InterestStatementDocument: interest_story,
    StatementDocument: statement_story,
    AccountStatement: account_story,
    DemandLetter: letter_story,
}
_TITLES = {
    CreditNote: "贷项通知单（冲减账单）",
    InterestStatementDocument: "逾期利息计算书",
    StatementDocument: "对账单",
    AccountStatement: "往来对账单",
    DemandLetter: "催告函",
}


def draw(document: Document) -> bytes:
    """The PDF of a document. Raises UndrawableText naming the characters that no font here has."""
    require_glyphs(_strings(encode(document)))
    heading = document.heading
    title = title_of(document)
    say = sayer(heading.language)
    foot = Foot(
        f"{title}  {heading.number}".strip(),
        say("第 {number} 页，共 {count} 页"),
        mark=_mark(document),
        issued_on=heading.issued_on,
    )
    story = _STORIES[type(document)](document)
    named = f"{title} {heading.number}".strip()
    return page_bytes(story, foot, title=named, author=_author(document), language=_pdf_language(heading.language))


def title_of(document: Document) -> str:
    """The title that the paper carries, in its language."""
    if isinstance(document, InvoiceDocument):
        return bill_title(document)
    if isinstance(document, WriteOff):
        return write_off_title(document)
    return sayer(document.heading.language)(_TITLES[type(document)])


def _mark(document: Document) -> str:
    say = sayer(document.heading.language)
    if not document.heading.number:
        return say("草稿")
    return say("暂计") if isinstance(document, InterestStatementDocument) and document.provisional else ""


def _author(document: Document) -> str:
    for side in ("seller", "creditor", "provider"):
        if hasattr(document, side):
            return str(getattr(document, side).name)
    return ""


def _pdf_language(language: str) -> str:
    return {"zh-hans": "zh-CN"}.get(language, language)


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for part in data.values():
            yield from _strings(part)
    elif isinstance(data, list):
        for part in data:
            yield from _strings(part)
