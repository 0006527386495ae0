"""The tax bureau's invoice (发票) for a document: recorded, received, returned, red-lettered."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from billing.due_dates import due_after, moved
from billing.fields import fitting, refusal
from billing.models import Document, FormalInvoice
from billing.money import AmountError
from billing.periods import civil_day
from journal.recording import record
from people.models import User
from people.refusal import Refused

NUMBER = re.compile(r"[0-9]{20}")


class Face(NamedTuple):
    """What stands on the formal invoice; amounts in yuan."""

    kind: str  # FormalInvoice.Kind
    number: str
    dated_on: date
    net: Decimal
    tax: Decimal
    gross: Decimal


@transaction.atomic
def record_formal_invoice(document: Document, face: Face, *, by: User, at: datetime) -> FormalInvoice:
    """Record the formal invoice made for an issued document; its number and amounts must be right.

    After a return or a red letter it names the one that it replaces.

    Raises Refused otherwise, and while another formal invoice of the document stands.
    """
    document = Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    if not document.is_issued or document.kind not in {Document.Kind.INVOICE, Document.Kind.INTEREST_INVOICE}:
        raise Refused(_("只有已开具的账单可以登记正式发票，请先开具账单。"))
    check_number(face.number)
    _check_date(face.dated_on, not_before=document.issued_on, today=civil_day(at))
    _check_amounts(document, face)
    if standing := document.formal_invoices.standing().first():
        raise Refused(
            _("该账单已有一张有效的正式发票 %(number)s（%(state)s）；先退回或红冲，才能登记新的。")
            % {"number": standing.number, "state": standing.get_state_display()}
        )
    if FormalInvoice.objects.filter(number=face.number).exists():
        raise Refused(_("发票号码 %(number)s 已经登记过，请核对。") % {"number": face.number})
    replaced = document.formal_invoices.filter(replaced_by__isnull=True).order_by("recorded_at", "pk").last()
    invoice = FormalInvoice(
        document=document, recorded_at=at, recorded_by=by, replaces=replaced, **face._asdict()
    )  # fmt: skip
    invoice.full_clean(exclude=["document", "recorded_by"], validate_unique=False, validate_constraints=False)
    invoice.save()
    told = {"gross": invoice.gross, **({"replaces": replaced.number} if replaced else {})}
    _note("formal_invoice.recorded", invoice, by=by, at=at, data=told)
    return invoice


@transaction.atomic
def record_received(invoice: FormalInvoice, *, on: date, proof: str, by: User, at: datetime) -> FormalInvoice:
    """Party B received a correct formal invoice on a civil day: the time to pay begins (clause 6.2.1).

    The due date is frozen with its working.  Raises Refused for a day in the future or before the invoice.
    """
    invoice = _locked(invoice)
    if invoice.state != FormalInvoice.State.SENT:
        raise Refused(
            _("只有待签收的发票可以登记签收，当前状态是“%(state)s”。") % {"state": invoice.get_state_display()}
        )
    if on > civil_day(at):
        raise Refused(_("收到日期 %(on)s 晚于今天，请填写实际收到的日期。") % {"on": on})
    if on < invoice.dated_on:
        raise Refused(_("收到日期 %(on)s 早于开票日期 %(dated)s，请核对。") % {"on": on, "dated": invoice.dated_on})
    if not proof.strip():
        raise Refused(_("请填写签收凭证，例如签收人和快递单号。"))
    _set_due(invoice, on)
    invoice.state, invoice.received_on, invoice.received_proof = FormalInvoice.State.ACCEPTED, on, proof.strip()
    invoice.save()
    _note("formal_invoice.received", invoice, by=by, at=at, data={"received_on": on, "due": invoice.due_working})
    return invoice


@transaction.atomic
def reject(invoice: FormalInvoice, *, on: date, reason: str, by: User, at: datetime) -> FormalInvoice:
    """Party B returned the formal invoice as wrong: no time to pay runs.  Raises Refused once it is received."""
    invoice = _locked(invoice)
    if invoice.state != FormalInvoice.State.SENT:
        raise Refused(_("只有待签收的发票可以退回；已签收的发票有误，请办理红冲。"))
    _check_end(invoice, on, reason, at)
    invoice.state, invoice.rejected_on, invoice.reason = FormalInvoice.State.REJECTED, on, reason.strip()
    invoice.save()
    _note("formal_invoice.rejected", invoice, by=by, at=at, reason=reason, data={"rejected_on": on})
    return invoice


@transaction.atomic
def red_letter(invoice: FormalInvoice, *, on: date, number: str, reason: str, by: User, at: datetime) -> FormalInvoice:
    """The formal invoice was cancelled by a red-letter one: the time to pay that it started falls away."""
    invoice = _locked(invoice)
    if invoice.state not in {FormalInvoice.State.SENT, FormalInvoice.State.ACCEPTED}:
        raise Refused(_("该发票已经退回或红冲，不能再红冲。"))
    check_number(number)
    if number == invoice.number:
        raise Refused(_("红字发票号码不能与原发票号码相同。"))
    _check_end(invoice, on, reason, at)
    invoice.state, invoice.red_lettered_on = FormalInvoice.State.RED_LETTERED, on
    invoice.red_letter_number, invoice.reason = number, reason.strip()
    invoice.save()
    _note("formal_invoice.red_lettered", invoice, by=by, at=at, reason=reason, data={"red_letter_number": number})
    return invoice


@transaction.atomic
def recount_due(invoice: FormalInvoice, *, by: User | None, at: datetime) -> FormalInvoice:
    """Count a due date anew after a calendar was published: one that was provisional, or has not passed yet.

    A due date that has passed stays, and none moves to a day before the publication.
    """
    invoice = _locked(invoice)
    today = civil_day(at)
    if invoice.state != FormalInvoice.State.ACCEPTED or invoice.received_on is None or invoice.due_on is None:
        return invoice
    if (invoice.due_on < today and not invoice.due_provisional) or moved(invoice.due_working):
        return invoice
    before, pinned = invoice.due_on, invoice.calendar_version_id
    _set_due(invoice, invoice.received_on)
    if invoice.calendar_version_id == pinned or invoice.due_on < min(before, today):
        return invoice
    invoice.save()
    _note("formal_invoice.due_recounted", invoice, by=by, at=at, data={"before": before, "due": invoice.due_working})
    return invoice


def check_number(number: str) -> None:
    """Raise Refused unless the number is the 20 digits of a 数电票, saying how many there are."""
    if not NUMBER.fullmatch(number):
        raise Refused(
            _("发票号码须为 20 位数字，填写的“%(number)s”有 %(count)d 位，请对照发票核对。")
            % {"number": number, "count": len(number)}
        )


def _check_date(dated_on: date, *, not_before: date | None, today: date) -> None:
    if dated_on > today:
        raise Refused(_("开票日期 %(on)s 晚于今天，请核对。") % {"on": dated_on})
    if not_before is not None and dated_on < not_before:
        raise Refused(
            _("开票日期 %(on)s 早于账单开具日期 %(issued)s，请核对。") % {"on": dated_on, "issued": not_before}
        )


def _check_amounts(document: Document, face: Face) -> None:
    labels = {"net": _("不含税金额"), "tax": _("税额"), "gross": _("价税合计")}
    for part, label in labels.items():
        try:
            amount = fitting(getattr(face, part), digits=14, places=2)
        except AmountError as error:
            raise Refused(f"{label}：{refusal(error, 2)}") from error
        if amount != getattr(document, part):
            raise Refused(
                _("发票的%(label)s %(amount)s 元与账单的 %(ours)s 元不一致；发票有误请退回重开，账单有误请先更正账单。")
                % {"label": label, "amount": amount, "ours": getattr(document, part)}
            )


def _check_end(invoice: FormalInvoice, on: date, reason: str, at: datetime) -> None:
    if not invoice.dated_on <= on <= civil_day(at):
        raise Refused(_("日期 %(on)s 须在开票日期之后、今天之前（含当日）。") % {"on": on})
    if not reason.strip():
        raise Refused(_("请填写原因。"))


def _set_due(invoice: FormalInvoice, received_on: date) -> None:
    due = due_after(invoice.document.version, received_on)
    invoice.due_on, invoice.due_provisional = due.on, due.provisional
    invoice.due_working, invoice.calendar_version = due.working, due.calendar_version


def _locked(invoice: FormalInvoice) -> FormalInvoice:
    """The row under its document's lock: everything about one document happens one after the other."""
    Document.objects.select_for_update(no_key=True).get(pk=invoice.document_id)
    rows = FormalInvoice.objects.select_related("document__agreement", "document__version__support_hours__calendar")
    held: FormalInvoice = rows.get(pk=invoice.pk)
    return held


def _note(
    action: str, invoice: FormalInvoice, *, by: User | None, at: datetime, data: dict[str, Any], reason: str = ""
) -> None:
    agreement = invoice.document.agreement
    record(
        action,
        obj=invoice.document,
        by=by,
        at=at,
        reason=reason,
        data={"formal_invoice": invoice.number, **data},
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
    )
