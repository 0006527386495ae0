"""Drafting and issuing documents."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from billing.anomalies import require_explained
from billing.charging import Charge, charges_of, last_usage
from billing.corrections import pay_corrected, pay_written_off
from billing.crediting import credit_lines
from billing.document import to_dict
from billing.holding import disputed, require_answered, without_disputed
from billing.interest_invoices import give_back, move_interest
from billing.models import Document, DocumentLine, ServicePeriod
from billing.noting import note_document
from billing.numbering import SERIES, printed, take_number
from billing.periods import civil_day
from billing.pricing import with_detail
from billing.printing import keep_pdf, numbered, paper_of, require_drawable
from billing.telling import tell_issue_requested, tell_issued
from contracts.models import Agreement
from contracts.terms import terms_on
from people.models import User
from people.refusal import Refused


def _pays_nothing(document: Document, by: User, at: datetime) -> None:
    """A bill asks for money; it pays nothing."""


def _corrects(document: Document, by: User, at: datetime) -> None:
    pay_corrected(document, by, at)
    give_back(document, by, at)


# What a kind of document does when it is issued: inside the issuing transaction, before the number is taken.
ON_ISSUE: dict[Document.Kind, Callable[[Document, User, datetime], None]] = {
    Document.Kind.INVOICE: _pays_nothing,
    Document.Kind.INTEREST_INVOICE: move_interest,
    Document.Kind.CREDIT_NOTE: _corrects,
    Document.Kind.WRITE_OFF: pay_written_off,
}


@transaction.atomic
def draft_from_usage(agreement: Agreement, *, period: ServicePeriod, by: User, at: datetime) -> Document:
    """A draft invoice of the period: fixed and metered fees, adjustments of earlier periods, accepted service credits.

    Raises Refused before the period is over, out of turn, twice, or when something used has no price.
    """
    agreement = (
        Agreement.objects.select_for_update(of=("self",), no_key=True).select_related("party_b").get(pk=agreement.pk)
    )
    period = ServicePeriod.objects.get(pk=period.pk)
    _check_turn(agreement, period, civil_day(at))
    require_explained(agreement, period, by=by, at=at)
    version = terms_on(agreement, period.last_day)
    charges = charges_of(agreement, period)
    require_answered(version, period, charges)
    charges = without_disputed(charges, disputed(agreement))
    document = Document(agreement=agreement, version=version, period=period, drafted_at=at, drafted_by=by)
    lines = [_line(document, position, charge) for position, charge in enumerate(charges, start=1)]
    lines += credit_lines(document, lines)
    document.net = sum((line.net for line in lines), Decimal("0.00"))
    document.tax = sum((line.tax for line in lines), Decimal("0.00"))
    document.gross = document.net + document.tax
    if document.net < 0 or document.tax < 0:
        raise Refused(
            _("以前周期的用量更正后，本期合计为负数（%(gross)s 元）；请对以前的账单开具贷项通知单。")
            % {"gross": document.gross}
        )
    document.save()
    DocumentLine.objects.bulk_create(lines)
    period.state, period.closed_at, period.last_usage = ServicePeriod.State.CLOSED, at, last_usage(agreement)
    period.save()
    note_document("document.drafted", document, by=by, at=at, data={"period": str(period), "gross": document.gross})
    return document


@transaction.atomic
def request_issue(document: Document, *, by: User, at: datetime) -> Document:
    """Ask the finance leads to issue the draft; asking again changes nothing but the time."""
    document = _locked(document)
    _check_draft(document)
    document.issue_requested_at, document.issue_requested_by = at, by
    document.save()
    note_document("document.issue_requested", document, by=by, at=at, data={"gross": document.gross})
    tell_issue_requested(document, by=by, at=at)
    return document


def issue(document: Document, *, by: User, on: date, at: datetime) -> Document:
    """Give the draft its number and freeze it, then keep its PDF.  `by` must not be the person who drafted it.

    Everything is computed and checked before the transaction; the number is the last thing taken inside it.
    """
    document = _whole(document)
    paper = paper_of(document)
    require_drawable(numbered(paper, number="", on=on, by=by))
    with transaction.atomic():
        held = _locked(document)
        _check_draft(held)
        _check_issuer(held, by=by)
        _check_issue_date(held, on=on, at=at)
        series = SERIES[Document.Kind(held.kind)]
        held.state, held.series, held.year, held.issued_on = Document.State.ISSUED, series, on.year, on
        held.issued_at, held.issued_by = at, by
        ON_ISSUE[Document.Kind(held.kind)](held, by, at)
        held.sequence = take_number(series, on.year)
        held.number = printed(series, on.year, held.sequence)
        held.snapshot = to_dict(numbered(paper, number=held.number, on=on, by=by))
        held.save()
        note_document("document.issued", held, by=by, at=at, data={"number": held.number, "gross": held.gross})
        tell_issued(held, at=at)
        # After the commit: no one waits for a drawing.  What is missed the sweep draws, or the first reader.
        transaction.on_commit(partial(keep_pdf, held), robust=True)
    return held


@transaction.atomic
def discard(document: Document, *, by: User, reason: str, at: datetime) -> None:
    """Throw a draft away; its period may be drafted again.  An issued document stays for good."""
    document = _locked(document)
    _check_draft(document)
    if not reason.strip():
        raise Refused(_("请填写作废草稿的原因。"))
    if document.period is not None:
        document.period.state, document.period.closed_at = ServicePeriod.State.OPEN, None
        document.period.save()
    note_document("document.discarded", document, by=by, at=at, data={"gross": document.gross}, reason=reason.strip())
    document.delete()


def _check_turn(agreement: Agreement, period: ServicePeriod, today: date) -> None:
    if period.agreement_id != agreement.pk:
        raise Refused(_("该服务周期不属于这份协议。"))
    if period.ends_on > today:
        raise Refused(
            _("服务周期 %(period)s 还没有结束，%(ends)s 起才能出账。") % {"period": period, "ends": period.ends_on}
        )
    if period.state != ServicePeriod.State.OPEN:
        raise Refused(_("服务周期 %(period)s 已经出账；迟报的用量会计入下一周期的调整行。") % {"period": period})
    earlier = agreement.periods.filter(state=ServicePeriod.State.OPEN, starts_on__lt=period.starts_on)
    if first := earlier.order_by("starts_on").first():
        raise Refused(_("请先出账更早的服务周期 %(period)s。") % {"period": first})


def _line(document: Document, position: int, charge: Charge) -> DocumentLine:
    rate, levied = charge.rate, charge.levied
    return DocumentLine(
        document=document,
        position=position,
        description=charge.description,
        clause=rate.clause,
        rate_line=rate,
        period=charge.period,
        quantity=charge.quantity,
        unit=rate.unit,
        unit_price=rate.unit_price if rate.model == "unit" and not rate.includes_tax else None,
        net=charge.taxed.net,
        tax_rate=levied.rate,
        tax_point=levied.point,
        tax_row=levied.row,
        tax=charge.taxed.tax,
        gross=charge.taxed.gross,
        trace=with_detail(charge.trace, rate.unit),
    )


def _whole(document: Document) -> Document:
    """The document with all that its paper names."""
    related = ("agreement__party_a", "agreement__party_b", "version", "period", "drafted_by", "refers_to")
    rows = Document.objects.select_related(*related).prefetch_related("lines")
    found: Document | None = rows.filter(pk=document.pk).first()
    if found is None:
        raise Refused(_("该草稿已被作废，请返回账单列表。"))
    return found


def _locked(document: Document) -> Document:
    rows = Document.objects.select_for_update(of=("self",), no_key=True).select_related("agreement__party_b", "period")
    held: Document | None = rows.filter(pk=document.pk).first()
    if held is None:
        raise Refused(_("该草稿已被作废，请返回账单列表。"))
    return held


def _check_draft(document: Document) -> None:
    if document.is_issued:
        raise Refused(_("账单 %(number)s 已经开具，内容不能再改；更正请开具贷项通知单。") % {"number": document.number})


def _check_issuer(document: Document, *, by: User) -> None:
    if document.drafted_by_id == by.pk:
        raise Refused(_("开具人不能是拟稿人，请由另一位财务负责人开具。"))


def _check_issue_date(document: Document, *, on: date, at: datetime) -> None:
    if on > civil_day(at):
        raise Refused(_("开具日期 %(on)s 晚于今天，请核对。") % {"on": on})
    if document.period is not None and on < document.period.ends_on:
        raise Refused(
            _("开具日期 %(on)s 早于服务周期的结束（%(last)s），请核对。") % {"on": on, "last": document.period.last_day}
        )
