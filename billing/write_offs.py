"""Write-offs (核销单): principal or interest that is no longer pursued in the books, and its return when money comes.

Proposed by one person, issued by another.  The debt itself is not released: a reversal puts it back as it was.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing.corrections import locked_bill, open_part
from billing.fields import fitting, refusal
from billing.models import Allocation, Document, DocumentLine
from billing.money import ZERO, AmountError
from billing.noting import note_document
from billing.periods import civil_day
from billing.receipts import take_back
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What to write off of a bill and why; `part` is principal or interest, no amount means all that is open."""

    reason: str
    basis: str
    amount: Decimal | None = None
    part: str = Document.WritesOff.PRINCIPAL.value
    clause: str = "6.3"


@transaction.atomic
def draft_write_off(bill: Document, proposal: Proposal, *, by: User, at: datetime) -> Document:
    """A draft write-off of what is open of a bill today.  Raises Refused for more, or without reason and basis."""
    bill = locked_bill(bill.pk)
    if not (proposal.reason.strip() and proposal.basis.strip()):
        raise Refused(_("请填写核销原因和依据（例如裁定文书或审批文号）。"))
    if proposal.part not in Document.WritesOff.values:
        raise Refused(_("请选择核销本金还是利息。"))
    if bill.corrections.filter(
        kind=Document.Kind.WRITE_OFF, state=Document.State.DRAFT, writes_off=proposal.part
    ).first():
        raise Refused(_("该账单已有一份待开具的核销单草稿，请先开具或作废。"))
    amount = _amount(proposal.amount, open_part(bill, proposal.part, civil_day(at)))
    document = Document(
        kind=Document.Kind.WRITE_OFF, agreement=bill.agreement, version=bill.version, refers_to=bill,
        writes_off=proposal.part, reason=proposal.reason.strip(), basis=proposal.basis.strip(),
        net=amount, tax=ZERO, gross=amount, drafted_at=at, drafted_by=by,
    )  # fmt: skip
    document.save()
    with translation.override("zh-hans"):  # the paper is Chinese, whoever drafts it
        part = document.get_writes_off_display()
        words = _("核销账单 %(number)s 未付%(part)s") % {"number": bill.number, "part": part}
    DocumentLine.objects.create(
        document=document, position=1, description=words, clause=proposal.clause, net=amount, tax_rate=Decimal(0),
        tax=ZERO, gross=amount, trace={"detail": proposal.basis.strip()},
    )  # fmt: skip
    note_document("write_off.drafted", document, by=by, at=at, reason=proposal.reason.strip(),
          data={"bill": bill.number, "part": proposal.part, "amount": amount, "basis": document.basis})  # fmt: skip
    return document


@transaction.atomic
def reverse_write_off(document: Document, *, reason: str, by: User, at: datetime) -> list[Allocation]:
    """Money came after all: what was written off is open again, as if it had never been.

    The whole of it, by a mirrored row and by another person than the one who issued; what stays unpaid may be written
    off anew.
    """
    rows = Document.objects.select_for_update(of=("self",), no_key=True).select_related("agreement", "refers_to")
    document = rows.get(pk=document.pk)
    if not document.is_issued or document.kind != Document.Kind.WRITE_OFF or document.refers_to is None:
        raise Refused(_("只有已开具的核销单可以冲回。"))
    bill = locked_bill(document.refers_to_id)
    mirrors = take_back(bill, bill.allocations.standing().filter(credit=document), reason=reason, by=by, at=at)
    note_document("write_off.reversed", document, by=by, at=at, reason=reason.strip(),
          data={"bill": bill.number, "amount": -sum((row.amount for row in mirrors), ZERO)})  # fmt: skip
    return mirrors


def _amount(asked: Decimal | None, open_: Decimal) -> Decimal:
    if open_ <= 0:
        raise Refused(_("该账单没有可核销的未付金额。"))
    if asked is None:
        return open_
    try:
        amount = fitting(asked, digits=14, places=2)
    except AmountError as error:
        raise Refused(_("核销金额：%(wrong)s") % {"wrong": refusal(error, 2)}) from error
    if not 0 < amount <= open_:
        raise Refused(_("核销金额须大于 0，且不超过未付的 %(open)s 元。") % {"open": open_})
    return amount
