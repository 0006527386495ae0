"""What issued corrections pay: a credit note or a write-off takes effect on the bill that it names, on its own day.

Not on an earlier one: interest up to that day was earned on what was open then, and statements of days past stay true.
"""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.models import Allocation, Document
from billing.money import ZERO
from billing.overdue import debt_of
from people.models import User
from people.refusal import Refused

BILLS = frozenset({Document.Kind.INVOICE, Document.Kind.INTEREST_INVOICE})


def locked_bill(pk: int | None) -> Document:
    """The issued bill under its lock: everything about one bill happens one after the other."""
    rows = Document.objects.select_for_update(of=("self",), no_key=True)
    bill: Document | None = rows.select_related("version", "agreement__party_b").filter(pk=pk).first()
    if bill is None or not bill.is_issued or bill.kind not in BILLS:
        raise Refused(_("只有已开具的账单可以更正或核销。"))
    return bill


def pay_corrected(document: Document, by: User, at: datetime) -> None:
    """A credit note, being issued, pays the principal of its bill up to what is open; the rest stays the payer's."""
    bill, on = locked_bill(document.refers_to_id), _day_of(document)
    check_not_above(bill, document)
    check_after_payments(bill, on)
    paying = min(document.gross, debt_of(bill).on(on).principal_open)
    if paying > 0:
        _pay(document, bill, Allocation.Component.PRINCIPAL, paying, by=by, at=at)


def pay_written_off(document: Document, by: User, at: datetime) -> None:
    """A write-off, being issued, takes its amount off the open principal or interest of its bill, never more."""
    bill, on = locked_bill(document.refers_to_id), _day_of(document)
    check_after_payments(bill, on)
    part = Allocation.Component(document.writes_off)
    open_ = open_part(bill, part, on)
    if document.gross > open_:
        raise Refused(
            _("核销金额 %(amount)s 元超过该账单当日未付的%(part)s %(open)s 元，请作废草稿后重新拟制。")
            % {"amount": document.gross, "part": part.label, "open": open_}
        )
    _pay(document, bill, part, document.gross, by=by, at=at)


def open_part(bill: Document, part: str, on: date) -> Decimal:
    """What of the principal or the interest of a bill is open on a day."""
    owed = debt_of(bill).on(on)
    return owed.interest_open if part == Allocation.Component.INTEREST else owed.principal_open


def credited(bill: Document) -> Decimal:
    """The gross of all credit notes of a bill, drafts too: what is left of it can still be credited."""
    notes = Document.objects.filter(refers_to=bill, kind=Document.Kind.CREDIT_NOTE)
    return sum(notes.values_list("gross", flat=True), ZERO)


def check_not_above(bill: Document, document: Document) -> None:
    """Refuse a credit note that, with the others of its bill, takes back more than the bill (the bill is locked)."""
    others = credited(bill) - (document.gross if document.pk else ZERO)
    if others + document.gross > bill.gross:
        raise Refused(
            _("贷项合计不能超过账单：账单 %(bill)s 元，其他贷项通知单 %(others)s 元，本次 %(this)s 元。")
            % {"bill": bill.gross, "others": others, "this": document.gross}
        )


def check_after_payments(bill: Document, on: date) -> None:
    """Refuse a day before the bill or its last payment: that payment was split by what was open on its day."""
    if bill.issued_on is not None and on < bill.issued_on:
        raise Refused(
            _("开具日期 %(on)s 早于账单的开具日期 %(issued)s，请核对。") % {"on": on, "issued": bill.issued_on}
        )
    latest = max((payment.on for payment in debt_of(bill).payments), default=on)
    if on < latest:
        raise Refused(_("该账单在 %(latest)s 已有收款或贷项入账，开具日期不能早于这一天。") % {"latest": latest})


def left_of_credit(document: Document) -> Decimal:
    """What of an issued credit note has paid nothing yet, in yuan: the payer's credit."""
    left: Decimal = document.gross - sum((row.amount for row in document.spent.all()), ZERO)
    return left


def _day_of(document: Document) -> date:
    assert document.issued_on is not None, "set by issue before"  # noqa: S101
    return document.issued_on


def _pay(document: Document, bill: Document, part: str, amount: Decimal, *, by: User, at: datetime) -> None:
    Allocation(
        credit=document, document=bill, component=part, amount=amount, effective_on=_day_of(document),
        reason=document.reason[:200], recorded_at=at, recorded_by=by,
    ).save(force_insert=True)  # fmt: skip
