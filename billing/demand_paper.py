"""A letter of demand on paper: its frozen value with annexed interest statements, its PDF, the file kept of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from billing import document as papers
from billing.debts import OverdueBill, overdue_bills
from billing.models import Demand
from billing.money import ZERO
from billing.pdf import draw
from billing.printing import interest_paper, party_of, payee_account, require_drawable
from billing.wording import yuan
from people.models import User
from people.refusal import Refused

CLAUSE = "late_payment"  # the topic of the clause that the letter rests on


def demanded(demand: Demand, *, on: date) -> list[OverdueBill]:
    """The bills that the letter asks for on a day: overdue, with something undisputed."""
    return [bill for bill in overdue_bills(demand.agreement, on=on) if bill.undisputed > 0]


def letter_of(demand: Demand, bills: Sequence[OverdueBill], *, on: date) -> papers.DemandLetter:
    """The letter as it will be printed, still without number; its parties, account and bills are read now."""
    agreement = demand.agreement
    annexes = [interest_paper(bill.document, on=on) for bill in bills]
    items = tuple(
        papers.DemandItem(bill.document.number or "", bill.due_on, bill.days_late, bill.undisputed, bill.interest)
        for bill in bills
    )
    return papers.DemandLetter(
        heading=papers.Heading(
            agreement_no=agreement.number,
            agreement_title=agreement.title,
            prepared_by=demand.drafted_by.get_full_name() if demand.drafted_by else "",
        ),
        creditor=party_of(agreement.party_a),
        debtor=party_of(agreement.party_b),
        as_of=on,
        items=items,
        total=sum((item.principal + item.interest for item in items), ZERO),
        cure_days=demand.cure_days,
        cure_counted=demand.cure_counted,
        account=payee_account(agreement),
        clause=_clause(demand),
        consequence=demand.consequence,
        paragraphs=(*_of_disputes(bills), *((demand.remark,) if demand.remark else ())),
        annexes=tuple(annex for annex in annexes if annex.segments),
    )


def numbered(letter: papers.DemandLetter, *, number: str, on: date, by: User) -> papers.DemandLetter:
    """The letter with what it is given when it is issued."""
    heading = replace(letter.heading, number=number, issued_on=on, reviewed_by=by.get_full_name())
    annexes = tuple(
        replace(annex, heading=replace(annex.heading, number=f"{number}-{place}")) if number else annex
        for place, annex in enumerate(letter.annexes, start=1)
    )
    return replace(letter, heading=heading, annexes=annexes, signer=by.get_full_name())


def draft_pdf(demand: Demand, *, on: date) -> bytes:
    """The PDF of a draft as of a day, marked as one.  Raises Refused while nothing is to be demanded."""
    bills = demanded(demand, on=on)
    if not bills:
        raise Refused(_("现在没有逾期且无异议的账单，不能催告。"))
    letter = letter_of(demand, bills, on=on)
    require_drawable(letter)
    return draw(letter)


def keep_pdf(demand: Demand) -> bytes:
    """Draw the PDF of an issued letter from its frozen content, keep the file and its hash; the hash is kept once."""
    content = draw(papers.from_dict(demand.snapshot or {}))
    digest = hashlib.sha256(content).hexdigest()
    if demand.pdf_sha256 and digest != demand.pdf_sha256:
        raise Refused(_("重新生成的 PDF 与存档校验值不一致，请联系系统管理员从备份中恢复原件。"))
    if not default_storage.exists(path_of(demand)):
        default_storage.save(path_of(demand), ContentFile(content))
    if not demand.pdf_sha256:
        demand.pdf_sha256 = digest
        demand.save(update_fields=["pdf_sha256"])
    return content


def kept_pdf(demand: Demand) -> bytes:
    """The PDF of an issued letter as it was kept; drawn anew, byte for byte the same, should the file be gone."""
    if demand.pdf_sha256 and default_storage.exists(path_of(demand)):
        with default_storage.open(path_of(demand), "rb") as file:
            content: bytes = file.read()
        if hashlib.sha256(content).hexdigest() == demand.pdf_sha256:
            return content
        default_storage.delete(path_of(demand))
    return keep_pdf(demand)


def path_of(demand: Demand) -> str:
    """Where the PDF of an issued letter is kept."""
    issued_on = demand.issued_on or demand.drafted_at.date()
    return f"demands/{issued_on.year}/{demand.number}.pdf"


def _clause(demand: Demand) -> str:
    """The clause on late payment as the paper names it; the terms may number it in their own way."""
    number = demand.version.clauses.filter(topic=CLAUSE).order_by("position").values_list("number", flat=True).first()
    return f"协议第 {number or '6.3.2'} 条"


def _of_disputes(bills: Sequence[OverdueBill]) -> tuple[str, ...]:
    return tuple(
        f"账单 {bill.document.number} 中有 {yuan(bill.disputed)} 元贵方已提出异议，未列入上表；异议办结后另行处理。"
        for bill in bills
        if bill.disputed
    )
