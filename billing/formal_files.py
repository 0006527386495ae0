"""Files of formal invoices: checked, hashed, kept; an XML is compared with what was recorded, and differences shown."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from billing.einvoice import Said, Unreadable, read
from billing.models import FormalFile, FormalInvoice, RedLetter
from journal.recording import record
from people.models import User
from people.refusal import Refused
from people.uploading import check

FACES = frozenset({"application/pdf", "application/ofd", "application/xml"})
PARTS = ("number", "dated_on", "net", "tax", "gross", "seller", "buyer")


@transaction.atomic
def keep(of: FormalInvoice | RedLetter, file: Any, *, kind: str, by: User, at: datetime) -> FormalFile:
    """Keep a file of an invoice.  Raises Refused for one that may not be taken, or an invoice that is no PDF, OFD, XML.

    What its XML says otherwise than was recorded is kept with it as a warning; the recorded figures stay.
    """
    (checked,) = check([file])
    if kind == FormalFile.Kind.FACE and checked.content_type not in FACES:
        raise Refused(_("发票文件须是 PDF、OFD 或 XML 格式。"))
    is_xml = kind == FormalFile.Kind.FACE and checked.content_type == "application/xml"
    row = FormalFile(
        invoice=of if isinstance(of, FormalInvoice) else None,
        red_letter=of if isinstance(of, RedLetter) else None,
        kind=kind, name=checked.name, content_type=checked.content_type, size=checked.size, sha256=checked.sha256,
        findings=findings_of(of, _read(checked.file)) if is_xml else [], by=by, at=at,
    )  # fmt: skip
    checked.file.seek(0)
    row.file.save(checked.name, checked.file, save=False)
    row.save()
    document = of.document if isinstance(of, FormalInvoice) else of.credit_note
    record(
        "formal_invoice.file_kept", obj=document, by=by, at=at,
        data={"formal_invoice": of.number, "kind": kind, "name": row.name, "sha256": row.sha256,
              "findings": row.findings},
        organisation_id=document.agreement.party_b_id, agreement_id=document.agreement_id,
    )  # fmt: skip
    return row


def findings_of(of: FormalInvoice | RedLetter, said: Said | str) -> list[list[str]]:
    """[part, what the file says, what is recorded] for each difference; a file that cannot be read is one finding."""
    if isinstance(said, str):
        return [["unreadable", said, ""]]
    ours = _recorded(of)
    found = []
    for part in PARTS:
        value = getattr(said, part)
        if value is None or not ours[part]:
            continue
        same = abs(value) == ours[part] if isinstance(value, Decimal) else value == ours[part]
        if not same:
            found.append([part, str(value), str(ours[part])])
    return found


def files_of(invoice: FormalInvoice) -> list[tuple[FormalFile, list[str]]]:
    """The files of a formal invoice and of the red letters that took a part of it back, with their warnings."""
    rows = FormalFile.objects.filter(Q(invoice=invoice) | Q(red_letter__invoice=invoice)).select_related("by")
    return [(row, in_words(row.findings)) for row in rows]


def in_words(findings: Iterable[list[str]]) -> list[str]:
    """Findings as sentences, in the reader's language."""
    labels = {
        "number": _("发票号码"), "dated_on": _("开票日期"), "net": _("不含税金额"), "tax": _("税额"),
        "gross": _("价税合计"), "seller": _("销售方税号"), "buyer": _("购买方税号"),
    }  # fmt: skip
    words = []
    for part, said, ours in findings:
        if part == "unreadable":
            words.append(_("XML 文件读不出发票内容，未能核对。"))
        else:
            told = {"part": labels[part], "said": said, "ours": ours}
            words.append(_("文件中的%(part)s是 %(said)s，登记的是 %(ours)s") % told)
    return words


def _read(file: Any) -> Said | str:
    file.seek(0)
    try:
        return read(file.read())
    except Unreadable as error:
        return error.why


def _recorded(of: FormalInvoice | RedLetter) -> dict[str, Any]:
    document = of.document if isinstance(of, FormalInvoice) else of.credit_note
    agreement = document.agreement
    return {
        "number": of.number, "dated_on": of.dated_on, "net": of.net, "tax": of.tax, "gross": of.gross,
        "seller": agreement.party_a.uscc, "buyer": agreement.party_b.uscc,
    }  # fmt: skip
