"""Bank receipts and what they pay."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import payers
from billing.fields import fitting, refusal
from billing.interest import InterestStatement, Part, Payment
from billing.models import Allocation, BankReceipt, Document
from billing.money import ZERO, AmountError
from billing.noting import note_document
from billing.overdue import Debt, debt_of
from billing.periods import civil_day
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a bank statement; the amount in yuan, the day as the bank values it."""

    account: str
    bank_txn_id: str
    value_date: date
    amount: Decimal
    payer_name: str
    payer_account: str = ""
    memo: str = ""
    occurrence: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What pays: a receipt or a credit note, what is left of it, and the day since when it is there."""

    left: Decimal
    since: date
    receipt: BankReceipt | None = None
    credit: Document | None = None


@transaction.atomic
def record_bank_receipt(entry: Entry, *, by: User | None, at: datetime) -> BankReceipt:
    """Record money on our account.  Raises Refused when it cannot be right or is recorded already."""
    _check(entry, at)
    if known := known_receipt(entry):
        raise Refused(_already(known, entry))
    receipt = BankReceipt(recorded_at=at, recorded_by=by, **asdict(entry))
    try:
        with transaction.atomic():
            receipt.save(force_insert=True)
    except IntegrityError as error:  # another person recorded it at this moment
        if known := known_receipt(entry):
            raise Refused(_already(known, entry)) from error
        raise
    record("receipt.recorded", obj=receipt, by=by, at=at, data=_told(entry))
    return receipt


def known_receipt(entry: Entry) -> BankReceipt | None:
    """The row of the same bank transaction, if there is one."""
    same = {"account": entry.account, "bank_txn_id": entry.bank_txn_id, "occurrence": entry.occurrence}
    found: BankReceipt | None = BankReceipt.objects.filter(**same).first()
    return found


@transaction.atomic
def allocate(
    receipt: BankReceipt, document: Document, *, amount: Decimal | None = None, by: User, at: datetime
) -> list[Allocation]:
    """Pay a document with `amount` of a receipt (None: as much as both allow), in the order of the terms.

    A receipt pays on its value date, one older than the document on the day the document was issued.  Raises Refused
    when more is asked than is left of the receipt or owed that day, or when a later payment is allocated already.
    """
    receipt = held(receipt)
    source = Source(receipt=receipt, left=left_of(receipt), since=receipt.value_date)
    rows = pay(document, source, amount=amount, by=by, at=at)
    day = rows[0].effective_on
    payers.learn(receipt, document.agreement.party_b, by=by, at=at)
    told = {row.component: row.amount for row in rows}
    note_document("receipt.allocated", document, by=by, at=at, data={"receipt": receipt.pk, "on": day, **told})
    return rows


def pay(document: Document, source: Source, *, amount: Decimal | None, by: User, at: datetime) -> list[Allocation]:
    """Pay a document from a locked source, inside the caller's transaction: see `allocate`."""
    document = held_document(document)
    debt = debt_of(document)
    day = max(source.since, document.issued_on or source.since)
    _check_order(debt, day)
    owed, kept = debt.on(day), credited_after(debt, day)
    doubled = ZERO if kept else debt.doubled_open(day)
    paying = _payable(amount, source.left, owed.outstanding - kept + doubled)
    shares = shares_of(debt.paying(paying, day), most_principal=owed.principal_open - kept)
    return [
        add_row(source.receipt, document, (component, share, day), by=by, at=at, credit=source.credit)
        for component, share in shares
    ]


@transaction.atomic
def receive_payment(document: Document, entry: Entry, *, by: User, at: datetime) -> BankReceipt:
    """Record a receipt and pay the document with it, in one step; what it does not need stays unallocated."""
    issued_on = document.issued_on
    if issued_on is not None and entry.value_date < issued_on:
        raise Refused(
            _("到账日期 %(on)s 早于账单开具日期 %(issued)s，请核对；预收款请先在“银行收款”登记，再核销到账单。")
            % {"on": entry.value_date, "issued": issued_on}
        )
    receipt = record_bank_receipt(entry, by=by, at=at)
    allocate(receipt, document, by=by, at=at)
    return receipt


@transaction.atomic
def reverse_payment(
    document: Document, receipt: BankReceipt, *, reason: str, by: User, at: datetime
) -> list[Allocation]:
    """Take back what a receipt paid of a document, by mirrored rows; the receipt is free again.

    Needs a second person (not the one who allocated it).  Raises Refused when nothing stands or a later payment does.
    """
    receipt = held(receipt)
    rows = document.allocations.standing().filter(receipt=receipt)
    mirrors = take_back(document, rows, reason=reason, by=by, at=at)
    payers.unlearn(receipt, document.agreement.party_b)
    told = {row.component: row.amount for row in mirrors}
    note_document("receipt.reversed", document, by=by, at=at, reason=reason, data={"receipt": receipt.pk, **told})
    return mirrors


def held(receipt: BankReceipt) -> BankReceipt:
    """The receipt, locked: always before the documents that it pays."""
    locked: BankReceipt = BankReceipt.objects.select_for_update(no_key=True).get(pk=receipt.pk)
    return locked


def take_back(
    document: Document, standing: QuerySet[Allocation], *, reason: str, by: User, at: datetime
) -> list[Allocation]:
    """Mirror what one source pays of a document, inside the caller's transaction; by a second person.

    Raises Refused when nothing stands or, of money, a later payment does: that one was split by what was open.
    """
    document = held_document(document)
    if not reason.strip():
        raise Refused(_("请填写冲回原因。"))
    rows = list(standing.order_by("effective_on", "pk"))
    if not rows:
        raise Refused(_("没有可冲回的核销，或者已经冲回。"))
    if any(row.recorded_by_id == by.pk for row in rows):
        raise Refused(_("冲回须由核销人以外的另一位人员办理。"))
    if any(row.credit is None or row.credit.refers_to_id != document.pk for row in rows):
        _check_last(document, rows)
    return [
        add_row(
            row.receipt, document, (row.component, -row.amount, row.effective_on), by=by, at=at,
            credit=row.credit, reverses=row, reason=reason.strip(),
        )
        for row in rows
    ]  # fmt: skip


def standing_receipts(document: Document) -> QuerySet[BankReceipt]:
    """The receipts that pay a document now."""
    rows = document.allocations.standing().filter(receipt__isnull=False)
    return BankReceipt.objects.filter(pk__in=rows.values("receipt")).order_by("value_date", "pk")


def left_of(receipt: BankReceipt) -> Decimal:
    """What of a receipt is neither allocated nor to be refunded, in yuan."""
    allocated = sum((row.amount for row in receipt.allocations.all()), ZERO)
    refunded = sum((refund.amount for refund in receipt.refunds.reserving()), ZERO)
    left: Decimal = receipt.amount - allocated - refunded
    return left


def _check(entry: Entry, at: datetime) -> None:
    try:
        amount = fitting(entry.amount, digits=14, places=2)
    except AmountError as error:
        raise Refused(_("到账金额：%(wrong)s") % {"wrong": refusal(error, 2)}) from error
    if amount <= 0:
        raise Refused(_("到账金额须大于 0；退款请另行登记。"))
    if entry.value_date > civil_day(at):
        raise Refused(_("到账日期 %(on)s 晚于今天，请核对。") % {"on": entry.value_date})
    if not (entry.account.strip() and entry.bank_txn_id.strip() and entry.payer_name.strip()):
        raise Refused(_("请填写收款账号、银行流水号和付款人。"))


def _already(known: BankReceipt, entry: Entry) -> str:
    told = {"txn": known.bank_txn_id, "at": f"{timezone.localtime(known.recorded_at):%Y-%m-%d %H:%M}"}
    if (known.value_date, known.amount) == (entry.value_date, entry.amount):
        return _("银行流水 %(txn)s 已于 %(at)s 登记过，没有重复登记。") % told
    return _("银行流水 %(txn)s 已于 %(at)s 登记为 %(on)s 到账 %(amount)s 元，与本次填写的不同，请核对流水号。") % {
        **told, "on": known.value_date, "amount": known.amount,
    }  # fmt: skip


def _told(entry: Entry) -> dict[str, Any]:
    return {"txn": entry.bank_txn_id, "value_date": entry.value_date, "amount": entry.amount, "payer": entry.payer_name}


def held_document(document: Document) -> Document:
    """The bill, locked, with what its debt is computed from.  Raises Refused for what cannot be paid."""
    document = (
        Document.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version", "agreement__party_b")
        .get(pk=document.pk)
    )
    if not document.is_issued or document.kind not in {Document.Kind.INVOICE, Document.Kind.INTEREST_INVOICE}:
        raise Refused(_("只有已开具的账单可以核销收款。"))
    return document


def _check_order(debt: Debt, day: date) -> None:
    """Each payment was split by the interest of its day; one before it would change that split."""
    paid = (*debt.payments, *debt.doubled_paid)
    later = [payment.on for payment in paid if payment.on > day and not _is_credit_of_principal(payment)]
    if later:
        raise Refused(
            _("该账单已有更晚（%(later)s）的核销，利息是按先后次序计算的；请用“重排核销”，由系统按到账先后重新核销。")
            % {"later": max(later)}
        )


def _check_last(document: Document, rows: list[Allocation]) -> None:
    """What is taken back must be the last payment: those after it, on the same day too, were split by what it left."""
    day, last = rows[-1].effective_on, rows[-1].pk
    later = document.allocations.standing().filter(Q(effective_on__gt=day) | Q(effective_on=day, pk__gt=last))
    later = later.exclude(credit__isnull=False, component=Allocation.Component.PRINCIPAL)
    if found := later.order_by("effective_on").last():
        raise Refused(
            _("该账单已有更晚（%(later)s）的核销，利息是按先后次序计算的；请用“重排核销”，由系统按到账先后重新核销。")
            % {"later": found.effective_on}
        )


def _is_credit_of_principal(payment: Payment) -> bool:
    """A credit note or write-off takes its amount off the principal whatever interest ran: nothing to split."""
    return payment.to is Part.PRINCIPAL and payment.key.startswith("credit-")


def credited_after(debt: Debt, day: date) -> Decimal:
    """Principal that later credits take: money of this day must leave it to them."""
    return sum((p.amount for p in debt.payments if p.on > day and _is_credit_of_principal(p)), ZERO)


def _payable(asked: Decimal | None, left: Decimal, outstanding: Decimal) -> Decimal:
    if outstanding <= 0:
        raise Refused(_("该账单已经付清，没有可核销的余额。"))
    if left <= 0:
        raise Refused(_("这笔收款已经全部核销，没有余额。"))
    if asked is None:
        return min(left, outstanding)
    try:
        asked = fitting(asked, digits=14, places=2)
    except AmountError as error:
        raise Refused(_("核销金额：%(wrong)s") % {"wrong": refusal(error, 2)}) from error
    if asked <= 0:
        raise Refused(_("核销金额须大于 0。"))
    if asked > left:
        raise Refused(_("核销金额 %(asked)s 元超过这笔收款的余额 %(left)s 元。") % {"asked": asked, "left": left})
    if asked > outstanding:
        raise Refused(
            _("核销金额 %(asked)s 元超过该账单当日应付的 %(owed)s 元。") % {"asked": asked, "owed": outstanding}
        )
    return asked


def shares_of(after: InterestStatement, *, most_principal: Decimal) -> list[tuple[str, Decimal]]:
    """What the last payment paid, in the order of the components, without zeros.

    Principal that a later credit took is not paid again: there the payment goes on to interest.  What the debt does
    not need pays the doubled part after a judgment.
    """
    last = after.settlements[-1]
    above = max(ZERO, last.to_principal - most_principal)
    parts = {
        Allocation.Component.COSTS: last.to_costs,
        Allocation.Component.INTEREST: last.to_interest + above,
        Allocation.Component.PRINCIPAL: last.to_principal - above,
        Allocation.Component.DOUBLED: last.credit,
    }
    return [(component.value, share) for component, share in parts.items() if share]


def add_row(
    receipt: BankReceipt | None,
    document: Document,
    part: tuple[str, Decimal, date],
    *,
    by: User,
    at: datetime,
    **more: Any,
) -> Allocation:
    """One row of what is paid: (component, amount, day); whoever calls it holds the receipt and the bill."""
    component, amount, day = part
    row = Allocation(
        receipt=receipt, document=document, component=component, amount=amount, effective_on=day,
        recorded_at=at, recorded_by=by, **more,
    )  # fmt: skip
    row.save(force_insert=True)
    return row
