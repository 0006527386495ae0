"""A formal invoice on its way: how it was sent, its receipt by Party B in the portal, or its return from there."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing import formal_invoices
from billing.delivery_news import tell_answered, tell_sent
from billing.formal_files import keep
from billing.models import Document, FormalFile, FormalInvoice
from billing.periods import civil_day
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How, to whom and on which day; `file` is the proof of it."""

    how: str
    to: str
    on: date
    file: Any = None


@transaction.atomic
def record_delivery(invoice: FormalInvoice, delivery: Delivery, *, by: User, at: datetime) -> FormalInvoice:
    """The formal invoice was sent.  That starts no time to pay: its receipt does."""
    invoice = _waiting(invoice)
    if delivery.how not in FormalInvoice.SentHow.values or not delivery.to.strip():
        raise Refused(_("请填写送达方式和送达对象。"))
    if not invoice.dated_on <= delivery.on <= civil_day(at):
        raise Refused(_("送出日期须在开票日期之后、今天之前（含当日）。"))
    invoice.sent_how, invoice.sent_to, invoice.sent_on = delivery.how, delivery.to.strip(), delivery.on
    invoice.save()
    if delivery.file:
        keep(invoice, delivery.file, kind=FormalFile.Kind.DELIVERY, by=by, at=at)
    _note("formal_invoice.sent", invoice, by=by, at=at, data={"how": delivery.how, "on": delivery.on})
    tell_sent(invoice, at=at)
    return invoice


@transaction.atomic
def acknowledge(invoice: FormalInvoice, *, by: User, at: datetime) -> FormalInvoice:
    """Party B took the formal invoice as correct in the portal: received on this civil day, due date counted."""
    with translation.override("zh-hans"):  # it stays in the record, whoever clicks
        proof = _("%(name)s在门户签收") % {"name": by.get_full_name() or by.get_username()}
    received = formal_invoices.record_received(invoice, on=civil_day(at), proof=proof, by=by, at=at)
    received.acknowledged_by = by
    received.save()
    tell_answered(received, by=by, at=at)
    return received


@transaction.atomic
def send_back(invoice: FormalInvoice, *, reason: str, by: User, at: datetime) -> FormalInvoice:
    """Party B returned the formal invoice in the portal; no time to pay runs."""
    rejected = formal_invoices.reject(invoice, on=civil_day(at), reason=reason, by=by, at=at)
    tell_answered(rejected, by=by, at=at)
    return rejected


def _waiting(invoice: FormalInvoice) -> FormalInvoice:
    Document.objects.select_for_update(no_key=True).get(pk=invoice.document_id)
    rows = FormalInvoice.objects.select_related("document__agreement__party_b")
    held: FormalInvoice = rows.get(pk=invoice.pk)
    if held.state != FormalInvoice.State.SENT:
        raise Refused(_("该发票已经签收、退回或红冲，不能再登记送达。"))
    return held


def _note(action: str, invoice: FormalInvoice, *, by: User, at: datetime, data: dict[str, Any]) -> None:
    agreement = invoice.document.agreement
    record(
        action, obj=invoice.document, by=by, at=at, data={"formal_invoice": invoice.number, **data},
        organisation_id=agreement.party_b_id, agreement_id=agreement.pk,
    )  # fmt: skip
