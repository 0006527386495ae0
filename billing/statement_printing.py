"""Usage statements on paper: the frozen value, its PDF, and the file that is kept of it."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from billing import document as papers
from billing.models import UsageStatement, UsageStatementLine
from billing.pdf import draw
from billing.printing import require_drawable
from contracts.models import Organisation
from people.refusal import Refused


def statement_paper(statement: UsageStatement, heading: papers.Heading | None = None) -> papers.StatementDocument:
    """The statement as it will be printed; without a heading of its own it is a draft and says so."""
    period = statement.period
    agreement = period.agreement
    return papers.StatementDocument(
        heading=heading or heading_of(statement),
        provider=_party(agreement.party_a),
        user=_party(agreement.party_b),
        period_from=period.starts_on,
        period_to=period.last_day,
        lines=tuple(_line(line) for line in statement.lines.all()),
        total=statement.total,
        confirm_by=statement.confirm_by,
        remarks=_remarks(statement),
    )


def heading_of(statement: UsageStatement) -> papers.Heading:
    """What the paper starts with, still without number and date."""
    agreement, maker = statement.period.agreement, statement.made_by or statement.sent_by
    return papers.Heading(
        agreement_no=agreement.number,
        agreement_title=agreement.title,
        prepared_by=maker.get_full_name() if maker else "",
    )


def draft_pdf(statement: UsageStatement) -> bytes:
    """The PDF of a draft, marked as one."""
    paper = statement_paper(statement)
    require_drawable(paper)
    return draw(paper)


def keep_pdf(statement: UsageStatement) -> bytes:
    """Draw the PDF of a sent statement from its frozen content, keep the file and its hash; the hash is kept once."""
    content = draw(papers.from_dict(statement.snapshot or {}))
    digest = hashlib.sha256(content).hexdigest()
    if statement.pdf_sha256 and digest != statement.pdf_sha256:
        raise Refused(_("重新生成的 PDF 与存档校验值不一致，请联系系统管理员从备份中恢复原件。"))
    if not default_storage.exists(_path(statement)):
        default_storage.save(_path(statement), ContentFile(content))
    if not statement.pdf_sha256:
        statement.pdf_sha256 = digest
        statement.save(update_fields=["pdf_sha256"])
    return content


def kept_pdf(statement: UsageStatement) -> bytes:
    """The PDF of a sent statement as it was kept; drawn anew, byte for byte the same, should the file be gone."""
    if statement.pdf_sha256 and default_storage.exists(_path(statement)):
        with default_storage.open(_path(statement), "rb") as file:
            content: bytes = file.read()
        if hashlib.sha256(content).hexdigest() == statement.pdf_sha256:
            return content
        default_storage.delete(_path(statement))
    return keep_pdf(statement)


def _path(statement: UsageStatement) -> str:
    return f"statements/{statement.number}.pdf"


def _party(body: Organisation) -> papers.Party:
    return papers.Party(
        name=body.name, uscc=body.uscc, address=body.address, phone=body.contact_phone, contact=body.contact_name
    )


def _line(line: UsageStatementLine) -> papers.StatementLine:
    return papers.StatementLine(
        item=line.description,
        amount=line.amount,
        mode=line.mode,
        quantity=line.quantity or None,
        unit=line.unit if line.quantity else "",
        clause=line.clause,
        detail=str(line.trace.get("detail", "")),
    )


def _remarks(statement: UsageStatement) -> tuple[str, ...]:
    """Words of the paper, which is Chinese whoever sends it."""
    said = ["金额不含税；税额在账单上按开具时的税率计算。"]
    if statement.replaces is not None:
        said.append(f"本对账单为第 {statement.revision} 版，代替 {statement.replaces.number}：{statement.reason}")
    if statement.confirm_by is not None:
        deemed = statement.version.statement_silence == statement.version.StatementSilence.DEEMED
        said.append("按协议约定，逾期未答复的各行视为确认。" if deemed else "逾期未答复不视为确认，甲方将再次催请。")
    return tuple(said)
