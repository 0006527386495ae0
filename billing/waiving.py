"""Waiving interest: proposed by one person with a reason, decided by another; principal and later interest stay."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from billing.corrections import locked_bill
from billing.fields import fitting, refusal
from billing.interest_invoices import check_no_draft, fixed_interest, save_draft
from billing.models import Document
from billing.money import ZERO, AmountError
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What is proposed: interest up to a day, all that is open of it or an amount; why, and by whose decision."""

    until: date
    reason: str
    amount: Decimal | None = None
    basis: str = ""


@transaction.atomic
def propose(document: Document, waiver: Waiver, *, by: User, at: datetime) -> Document:
    """Draft the write-off that waives interest of a bill.  It counts once the finance lead has issued it.

    Raises Refused without a reason, for more than is open up to the day, while a rate is missing, or beside a draft.
    """
    bill = locked_bill(document.pk)
    if not waiver.reason.strip():
        raise Refused(_("请写明减免利息的理由。"))
    open_ = fixed_interest(bill, waiver.until, at).interest_open
    amount = open_ if waiver.amount is None else _amount(waiver.amount)
    if amount > open_:
        raise Refused(
            _("减免 %(amount)s 元超过截至 %(until)s 的未付利息 %(open)s 元。")
            % {"amount": amount, "until": waiver.until, "open": open_}
        )
    check_no_draft(bill)
    made = Document(
        kind=Document.Kind.WRITE_OFF, writes_off=Document.WritesOff.INTEREST, agreement=bill.agreement,
        version=bill.version, refers_to=bill, interest_until=waiver.until, net=amount, tax=ZERO, gross=amount,
        reason=waiver.reason.strip(), basis=waiver.basis.strip(), drafted_at=at, drafted_by=by,
    )  # fmt: skip
    save_draft(made)
    record(
        "interest.waiver_drafted", obj=made, by=by, at=at, reason=made.reason,
        data={"bill": bill.number, "until": waiver.until, "amount": amount},
        organisation_id=bill.agreement.party_b_id, agreement_id=bill.agreement_id,
    )  # fmt: skip
    return made


def _amount(amount: Decimal) -> Decimal:
    try:
        amount = fitting(amount, digits=14, places=2)
    except AmountError as error:
        raise Refused(_("减免金额：%(wrong)s") % {"wrong": refusal(error, 2)}) from error
    if amount <= ZERO:
        raise Refused(_("减免金额须大于 0。"))
    return amount
