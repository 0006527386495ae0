"""Credit notes (贷项通知单): drafted by line of an issued bill, spent on its principal, the rest on other bills.

A quantity takes back use, and the next bill counts it as never billed.  An amount is remitted and stays remitted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing import corrections, receipts
from billing.charging import charges_of
from billing.corrections import left_of_credit, locked_bill
from billing.models import Allocation, BillDispute, Document, DocumentLine, ServicePeriod
from billing.money import ZERO, largest_remainder
from billing.noting import note_document
from billing.periods import civil_day
from billing.taking_back import Part, TooMuch, Wish, rest_of, take_back
from contracts.models import Agreement
from people.models import User
from people.refusal import Refused

HUNDRED = Decimal(100)


@transaction.atomic
def draft_credit_note(
    bill: Document,
    wishes: Mapping[int, Wish] | None,
    *,
    reason: str,
    by: User,
    at: datetime,
    dispute: BillDispute | None = None,
) -> Document:
    """A draft credit note for lines of a bill (by their numbers; None: all that is left of the bill).

    Raises Refused for more than is left of a line or of the bill, drafts of other credit notes counted.
    """
    bill = locked_bill(bill.pk)
    if not reason.strip():
        raise Refused(_("请填写冲减原因。"))
    left = left_by_line(bill)
    if wishes is None:
        wishes = {position: Wish() for position, (_line, rest) in left.items() if rest.gross}
    note = Document(
        kind=Document.Kind.CREDIT_NOTE, agreement=bill.agreement, version=bill.version, refers_to=bill,
        reason=reason.strip(), drafted_at=at, drafted_by=by,
    )  # fmt: skip
    lines = [_credit_line(note, number, bill, left, wish) for number, wish in enumerate(sorted(wishes.items()), 1)]
    note.net, note.tax = (sum((getattr(line, name) for line in lines), ZERO) for name in ("net", "tax"))
    note.gross = note.net + note.tax
    if not lines or note.gross <= 0 or note.net < 0 or note.tax < 0:
        raise Refused(_("请选择要冲减的行和金额，合计须大于 0。"))
    corrections.check_not_above(bill, note)
    note.save()
    DocumentLine.objects.bulk_create(lines)
    if dispute is not None:
        _answer(dispute, note)
    note_document(
        "credit_note.drafted",
        note,
        by=by,
        at=at,
        data={"bill": bill.number, "gross": note.gross},
        reason=reason.strip(),
    )
    return note


@transaction.atomic
def draft_from_corrections(
    agreement: Agreement, period: ServicePeriod, *, reason: str, by: User, at: datetime
) -> list[Document]:
    """Draft credit notes for the use that corrections took out of billed periods, one for each bill.

    For a period whose bill they would make negative: afterwards its bill holds its own charges only.
    """
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    wishes: dict[int, dict[int, Wish]] = {}
    for charge in charges_of(agreement, period):
        if charge.net < 0 and charge.period.pk != period.pk:
            _spread_correction(wishes, charge.rate.pk, charge.period, Part(-charge.net, ZERO, -charge.quantity))
    if not wishes:
        raise Refused(_("以前周期的用量没有需要冲减的更正。"))
    bills = {bill.pk: bill for bill in Document.objects.filter(pk__in=wishes)}
    return [draft_credit_note(bills[pk], found, reason=reason, by=by, at=at) for pk, found in sorted(wishes.items())]


@transaction.atomic
def allocate_credit(
    note: Document, document: Document, *, amount: Decimal | None = None, by: User, at: datetime
) -> list[Allocation]:
    """Pay a bill of the same agreement with what a credit note has left, as money of its day would."""
    note = _locked_note(note)
    if note.agreement_id != document.agreement_id:
        raise Refused(_("贷项余额只能核销同一份协议的账单。"))
    source = receipts.Source(credit=note, left=left_of_credit(note), since=note.issued_on or civil_day(at))
    rows = receipts.pay(document, source, amount=amount, by=by, at=at)
    told = {row.component: row.amount for row in rows}
    note_document("credit_note.allocated", note, by=by, at=at, data={"bill": document.number, **told})
    return rows


@transaction.atomic
def reverse_credit(note: Document, document: Document, *, reason: str, by: User, at: datetime) -> list[Allocation]:
    """Take back what a credit note paid of another bill than its own; needs a second person."""
    note = _locked_note(note)
    if document.pk == note.refers_to_id:
        raise Refused(_("贷项通知单对所更正账单的冲减不能冲回。"))
    rows = document.allocations.standing().filter(credit=note)
    mirrors = receipts.take_back(document, rows, reason=reason, by=by, at=at)
    told = {row.component: row.amount for row in mirrors}
    note_document(
        "credit_note.reversed", note, by=by, at=at, reason=reason.strip(), data={"bill": document.number, **told}
    )
    return mirrors


def left_by_line(bill: Document) -> dict[int, tuple[DocumentLine, Part]]:
    """The lines of a bill by number, with what no credit note takes back yet, drafts counted."""
    taken: dict[int, Part] = {}
    for line in DocumentLine.objects.filter(corrects__document=bill, document__kind=Document.Kind.CREDIT_NOTE):
        so_far, key = taken.get(line.corrects_id or 0, Part()), line.corrects_id or 0
        taken[key] = Part(so_far.net + line.net, so_far.tax + line.tax, so_far.quantity + line.quantity)
    return {
        line.position: (line, _unsigned(line, rest_of(_billed(line), taken.get(line.pk, Part()))))
        for line in bill.lines.all()
    }


def spread_gross(bill: Document, total: Decimal) -> dict[int, Wish]:
    """A gross amount over the lines that charged, in proportion to what is left of them."""
    left = {
        position: rest.gross for position, (line, rest) in left_by_line(bill).items() if line.gross > 0 < rest.gross
    }
    if not 0 < total <= sum(left.values(), ZERO):
        raise Refused(_("冲减总额须大于 0，且不超过各行余额的合计。"))
    shares = largest_remainder(total, list(left.values()))
    return {position: Wish(gross=share) for position, share in zip(left, shares, strict=True) if share}


def with_credit_left(rows: Iterable[Document]) -> list[tuple[Document, Decimal]]:
    """Issued credit notes that have something left, with it."""
    found = [(note, left_of_credit(note)) for note in rows]
    return [(note, left) for note, left in found if left > 0]


def _spread_correction(wishes: dict[int, dict[int, Wish]], rate: int, period: ServicePeriod, wanted: Part) -> None:
    """Take a correction off the lines that billed the use, the newest bill first."""
    lines = DocumentLine.objects.filter(
        rate_line=rate, period=period, document__kind=Document.Kind.INVOICE, document__state=Document.State.ISSUED,
        net__gt=0,
    )  # fmt: skip
    net, quantity = wanted.net, wanted.quantity
    for line in lines.select_related("document").order_by("-document_id", "-position"):
        _row, rest = left_by_line(line.document)[line.position]
        part = min(net, rest.net)
        units = min(quantity, rest.quantity)
        if part > 0:
            wishes.setdefault(line.document_id, {})[line.position] = Wish(net=part, quantity=units)
            net, quantity = net - part, quantity - units
    if net > 0:
        raise Refused(
            _("%(period)s 的更正有 %(net)s 元找不到可冲减的账单行，请先开具相关账单或核对用量。")
            % {"period": period, "net": net}
        )


def _credit_line(
    note: Document, number: int, bill: Document, left: Mapping[int, tuple[DocumentLine, Part]], wish: tuple[int, Wish]
) -> DocumentLine:
    position, wanted = wish
    if position not in left:
        raise Refused(_("账单没有第 %(position)s 行。") % {"position": position})
    line, rest = left[position]
    billed = _unsigned(line, _billed(line))
    taken = Part(billed.net - rest.net, billed.tax - rest.tax, billed.quantity - rest.quantity)
    try:
        part = take_back(
            billed, taken, wanted, tax_rate=line.tax_rate / HUNDRED,
            unit_price=None if line.unit_price is None else line.unit_price,
        )  # fmt: skip
    except TooMuch as error:
        raise Refused(_words(error, line, rest)) from error
    sign = _sign(line)
    with translation.override("zh-hans"):  # the paper is Chinese, whoever drafts it
        detail = _("冲减账单 %(number)s 第 %(position)d 行") % {"number": bill.number, "position": position}
    return DocumentLine(
        document=note, position=number, description=line.description, clause=line.clause, rate_line=line.rate_line,
        period=line.period, corrects=line, quantity=part.quantity if line.quantity >= 0 else -part.quantity,
        unit=line.unit, unit_price=line.unit_price if part.quantity else None, net=sign * part.net,
        tax_rate=line.tax_rate, tax=sign * part.tax, gross=sign * part.gross,
        trace={"detail": detail, "corrects": {"document": bill.number, "line": position, "left": str(rest.net)}},
    )  # fmt: skip


def _words(error: TooMuch, line: DocumentLine, rest: Part) -> str:
    told = {
        "position": line.position, "item": line.description, "net": rest.net, "gross": rest.gross,
        "quantity": f"{rest.quantity.normalize():f}",
    }  # fmt: skip
    words = {
        "quantity": _("第 %(position)s 行“%(item)s”可冲减的数量是 %(quantity)s。"),
        "no_price": _("第 %(position)s 行“%(item)s”没有单一单价，请同时填写冲减的数量和金额。"),
        "amount": _("第 %(position)s 行“%(item)s”可冲减的余额是不含税 %(net)s 元，含税 %(gross)s 元。"),
        "nothing": _("第 %(position)s 行“%(item)s”的冲减金额须大于 0（余额不含税 %(net)s 元）。"),
    }
    return words[error.reason] % told


def _billed(line: DocumentLine) -> Part:
    return Part(line.net, line.tax, line.quantity)


def _sign(line: DocumentLine) -> int:
    return -1 if line.gross < 0 else 1


def _unsigned(line: DocumentLine, part: Part) -> Part:
    sign = _sign(line)
    return Part(sign * part.net, sign * part.tax, part.quantity if line.quantity >= 0 else -part.quantity)


def _answer(dispute: BillDispute, note: Document) -> None:
    held = BillDispute.objects.awaiting_credit().filter(pk=dispute.pk, document=note.refers_to_id).first()
    if held is None:
        raise Refused(_("该异议不需要贷项通知单，或已有一份。"))
    held.credit_note = note
    held.save(update_fields=["credit_note"])


def _locked_note(note: Document) -> Document:
    rows = Document.objects.select_for_update(of=("self",), no_key=True).select_related("agreement")
    held: Document = rows.get(pk=note.pk)
    if not held.is_issued or held.kind != Document.Kind.CREDIT_NOTE:
        raise Refused(_("只有已开具的贷项通知单有可核销的余额。"))
    return held
