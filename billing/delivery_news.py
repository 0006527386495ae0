"""Who is told of a formal invoice: Party B that it was sent, finance that it was taken or returned."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import FormalInvoice
from billing.telling import holders, people_of
from journal.models import Notice
from journal.outbox import announce_each
from people import roles
from people.models import User


def tell_sent(invoice: FormalInvoice, *, at: datetime) -> None:
    """Party B learns that a formal invoice is on its way, and is asked to take it or to send it back."""
    told = {"number": invoice.number, "bill": invoice.document.number, "how": invoice.get_sent_how_display()}
    announce_each(
        people_of(invoice.document),
        key=f"formal_invoice.sent:{invoice.pk}:{invoice.sent_on}",
        kind="formal_invoice.sent",
        subject=lambda: _("账单 %(bill)s 的正式发票已送出，请签收") % told,
        body=lambda: (
            _("账单 %(bill)s 的正式发票 %(number)s 已通过%(how)s送出。收到后请在门户签收，有误请退回并写明原因。")
            % told
        ),
        url=reverse("billing:document", args=[invoice.document_id]),
        at=at,
    )


def tell_answered(invoice: FormalInvoice, *, by: User, at: datetime) -> None:
    """Finance learns that Party B took a formal invoice, or sent it back."""
    returned = invoice.state == FormalInvoice.State.REJECTED
    told = {"number": invoice.number, "bill": invoice.document.number, "due": invoice.due_on, "reason": invoice.reason}
    announce_each(
        [person for person in holders(roles.FINANCE) if person.pk != by.pk],
        key=f"formal_invoice.answered:{invoice.pk}",
        kind="formal_invoice.answered",
        subject=lambda: (
            _("账单 %(bill)s 的正式发票被退回") % told if returned else _("账单 %(bill)s 的正式发票已签收") % told
        ),
        body=lambda: (
            _("乙方退回了发票 %(number)s，原因：%(reason)s。请重开后登记新的发票。") % told
            if returned
            else _("乙方签收了发票 %(number)s，付款到期日为 %(due)s。") % told
        ),
        url=reverse("admin:billing_document_change", args=[invoice.document_id]),
        level=Notice.Level.WARNING.value if returned else Notice.Level.INFO.value,
        at=at,
    )
