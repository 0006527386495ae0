"""Red-letter invoices (红字发票) of credit notes: part of a formal invoice taken back, its number with the credit note.

The formal invoice itself stands, and so does the time to pay that its receipt began.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing.formal_files import keep
from billing.formal_invoices import check_number
from billing.models import Document, FormalFile, FormalInvoice, RedLetter
from billing.periods import civil_day
from journal.recording import record
from people.models import User
from people.refusal import Refused


@transaction.atomic
def record_red_letter(
    note: Document, *, number: str, dated_on: date, file: Any = None, by: User, at: datetime
) -> RedLetter:
    """Record the red-letter invoice of an issued credit note; its amounts are those of the credit note."""
    note = Document.objects.select_for_update(of=("self",), no_key=True).select_related("agreement").get(pk=note.pk)
    if not note.is_issued or note.kind != Document.Kind.CREDIT_NOTE:
        raise Refused(_("只有已开具的贷项通知单可以登记红字发票。"))
    check_number(number)
    _check_unknown(number)
    if not (note.issued_on or dated_on) <= dated_on <= civil_day(at):
        raise Refused(_("红字发票的日期须在贷项通知单开具之后、今天之前（含当日）。"))
    if RedLetter.objects.filter(credit_note=note).exists():
        raise Refused(_("该贷项通知单已经登记过红字发票。"))
    invoice = FormalInvoice.objects.standing().filter(document=note.refers_to_id).first()
    if invoice is None:
        raise Refused(_("所更正的账单没有有效的正式发票，不需要红字发票。"))
    made = RedLetter.objects.create(
        credit_note=note, invoice=invoice, number=number, dated_on=dated_on, net=note.net, tax=note.tax,
        gross=note.gross, recorded_at=at, recorded_by=by,
    )  # fmt: skip
    if file:
        keep(made, file, kind=FormalFile.Kind.FACE, by=by, at=at)
    record(
        "red_letter.recorded", obj=note, by=by, at=at,
        data={"number": number, "formal_invoice": invoice.number, "gross": note.gross},
        organisation_id=note.agreement.party_b_id, agreement_id=note.agreement_id,
    )  # fmt: skip
    return made


def _check_unknown(number: str) -> None:
    known = (
        FormalInvoice.objects.filter(number=number).exists()
        or FormalInvoice.objects.filter(red_letter_number=number).exists()
        or RedLetter.objects.filter(number=number).exists()
    )
    if known:
        raise Refused(_("发票号码 %(number)s 已经登记过，请核对。") % {"number": number})
