"""Interest invoices: fixed open interest of a bill as of a day moves to a document of its own, which bears none.

Bill and interest invoice together owe what the bill owed before, to the fen.  The moving allocation pays interest up
to its day, so that the same days cannot be invoiced twice.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing.corrections import check_after_payments, locked_bill
from billing.interest import InterestStatement
from billing.models import Allocation, Document, DocumentLine
from billing.money import ZERO
from billing.noting import note_document
from billing.overdue import debt_of
from billing.periods import civil_day
from billing.stating import segment_words
from billing.tax import within_gross
from billing.wording import yuan
from people.models import User
from people.refusal import Refused

HUNDRED = Decimal(100)
CLAUSE = "6.3.2"


@dataclass(frozen=True, slots=True)
class Tax:
    """How the interest is taxed, as decided: the rate in per cent (the amount contains it), or none with its ground."""

    rate: Decimal
    ground: str = ""


def tax_rate_of(bill: Document) -> Decimal:
    """The rate of the bill's largest line: interest on a taxed service is 价外费用, taxed as the service."""
    rates: dict[Decimal, Decimal] = {}
    for line in bill.lines.all():
        rates[line.tax_rate] = rates.get(line.tax_rate, ZERO) + line.gross
    return max(rates, key=lambda rate: (rates[rate], rate)) if rates else ZERO


@transaction.atomic
def draft(document: Document, *, until: date, tax: Tax, by: User, at: datetime) -> Document:
    """Draft the invoice for all interest of a bill that is open as of a day.

    Raises Refused where there is none, where it is still provisional, where the bill has a later payment, or a draft.
    """
    bill = locked_bill(document.pk)
    found = fixed_interest(bill, until, at)
    if tax.rate == 0 and not tax.ground.strip():
        raise Refused(_("不计税的，请写明理由。"))
    if not 0 <= tax.rate < HUNDRED:
        raise Refused(_("税率须在 0 与 100（%）之间。"))
    check_no_draft(bill)
    taxed = within_gross(found.interest_open, tax.rate / HUNDRED)
    made = Document(
        kind=Document.Kind.INTEREST_INVOICE, agreement=bill.agreement, version=bill.version, refers_to=bill,
        interest_until=until, net=taxed.net, tax=taxed.tax, gross=taxed.gross, drafted_at=at, drafted_by=by,
    )  # fmt: skip
    save_draft(made)
    _line(made, bill, found, tax).save()
    data = {"bill": bill.number, "until": until, "gross": made.gross, "tax_rate": tax.rate}
    note_document("interest.drafted", made, by=by, at=at, data=data, reason=tax.ground.strip())
    return made


def move_interest(document: Document, by: User, at: datetime) -> None:
    """An interest invoice, being issued, takes the interest off its bill, which must owe just that much."""
    until = document.interest_until
    assert until is not None, "held by a constraint"  # noqa: S101
    bill = locked_bill(document.refers_to_id)
    if document.issued_on is None or document.issued_on < until:
        raise Refused(_("开具日期不能早于利息计至的日期 %(until)s。") % {"until": until})
    found = fixed_interest(bill, until, at)
    if found.interest_open != document.gross:
        raise Refused(
            _("起草之后情况有变：截至 %(until)s 未付利息为 %(now)s 元，草稿为 %(then)s 元；请作废草稿后重新拟制。")
            % {"until": until, "now": found.interest_open, "then": document.gross}
        )
    Allocation(
        credit=document, document=bill, component=Allocation.Component.INTEREST, amount=document.gross,
        effective_on=until, recorded_at=at, recorded_by=by,
    ).save(force_insert=True)  # fmt: skip
    note_document("interest.invoiced", bill, by=by, at=at, data={"until": until, "amount": document.gross})


def give_back(document: Document, by: User, at: datetime) -> None:
    """A credit note over a whole interest invoice, being issued, gives the interest back to the bill it came from.

    So interest may be invoiced anew after a payment that was found late.
    """
    invoice = document.refers_to
    if invoice is None or invoice.kind != Document.Kind.INTEREST_INVOICE or document.gross != invoice.gross:
        return
    bill = locked_bill(invoice.refers_to_id)
    for row in bill.allocations.standing().filter(credit=invoice):
        Allocation(
            credit=invoice, document=bill, component=row.component, amount=-row.amount, effective_on=row.effective_on,
            reverses=row, reason=document.reason[:200], recorded_at=at, recorded_by=by,
        ).save(force_insert=True)  # fmt: skip
        data = {"invoice": invoice.number, "amount": row.amount}
        note_document("interest.returned", bill, by=by, at=at, data=data, reason=document.reason)


def fixed_interest(bill: Document, until: date, at: datetime) -> InterestStatement:
    """The interest of a bill as of a day, where something of it is open and every rate is published; else Refused."""
    if bill.kind != Document.Kind.INVOICE:
        raise Refused(_("利息账单本身不计利息。"))
    if until > civil_day(at):
        raise Refused(_("利息计至的日期 %(until)s 晚于今天，请核对。") % {"until": until})
    check_after_payments(bill, until)
    found = debt_of(bill).on(until)
    if found.provisional:
        raise Refused(
            _("缺 %(months)s 的 LPR，截至 %(until)s 的利息只是暂计；请先录入并核对 LPR。")
            % {"months": "、".join(found.missing), "until": until}
        )
    if found.interest_open <= 0:
        raise Refused(_("截至 %(until)s 该账单没有未付利息。") % {"until": until})
    return found


def check_no_draft(bill: Document) -> None:
    """Refuse a second draft on the interest of a bill: both would take the same days."""
    waiting = Document.objects.filter(refers_to=bill, state=Document.State.DRAFT, interest_until__isnull=False).first()
    if waiting is not None:
        raise Refused(
            _("该账单已有一份%(kind)s草稿（#%(pk)s）还没有办完，请先开具或作废它。")
            % {"kind": waiting.get_kind_display(), "pk": waiting.pk}
        )


def save_draft(made: Document) -> None:
    """Keep a draft on interest; the constraint holds where two people draft at the same moment."""
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Refused(_("该账单已有一份利息账单或利息减免的草稿。")) from error


def _line(made: Document, bill: Document, found: InterestStatement, tax: Tax) -> DocumentLine:
    until, first = made.interest_until, found.due_on
    open_segments = [segment for segment in found.segments if segment.amount]
    if open_segments:
        first = open_segments[0].first_day
    with translation.override("zh-hans"):  # the paper is Chinese, whoever drafts it
        words = _("逾期利息 %(first)s 至 %(until)s（账单 %(bill)s）")
        detail = _("累计 %(total)s 元，已付或已转出 %(paid)s 元")
        taxed = _("价外费用，按税率 %(rate)s%% 含税") if tax.rate else _("不计税：%(ground)s")
        said = taxed % ({"rate": tax.rate.normalize()} if tax.rate else {"ground": tax.ground.strip()})
        told = {"total": yuan(found.total_interest), "paid": yuan(found.interest_paid)}
        description = words % {"first": first, "until": until, "bill": bill.number}
    return DocumentLine(
        document=made, position=1, description=description, clause=CLAUSE, net=made.net, tax_rate=tax.rate,
        tax=made.tax, gross=made.gross,
        trace={
            "detail": f"{detail % told}；{said}",
            "segments": [segment_words(segment) for segment in found.segments],
            "tax": {"rate": str(tax.rate), "ground": tax.ground.strip()},
        },
    )  # fmt: skip
