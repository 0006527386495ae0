"""Payments put into the order of their days: for one found late, and for one that the bank took back.

A payment was split by the interest of its day.  When an earlier one turns up, or one goes away, those after it are
reversed and allocated anew in one transaction; what does not change stays as people recorded it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from billing import receipts
from billing.interest import Part, Payment
from billing.models import Allocation, BankReceipt, Document
from billing.money import ZERO
from billing.overdue import Debt, debt_of
from billing.periods import civil_day
from billing.resplitting import Split, as_payments, resplit
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, slots=True)
class Step:
    """One receipt of the bill: what it pays now, and what it will pay."""

    receipt: BankReceipt
    on: date
    before: tuple[tuple[Part, Decimal], ...]
    after: tuple[tuple[Part, Decimal], ...]

    @property
    def changes(self) -> bool:
        """Whether its rows are reversed and written anew."""
        return dict(self.before) != dict(self.after)

    @property
    def before_words(self) -> list[tuple[object, Decimal]]:
        """What it pays now, by the names of the parts."""
        return _named(self.before)

    @property
    def after_words(self) -> list[tuple[object, Decimal]]:
        """What it will pay, by the names of the parts."""
        return _named(self.after)

    @property
    def gained(self) -> Decimal:
        """What the receipt pays more than before; negative where money becomes free."""
        return _total(self.after) - _total(self.before)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to one bill, and what that does to its interest on a day."""

    document: Document
    on: date
    steps: tuple[Step, ...]
    interest_before: Decimal
    interest_after: Decimal

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return any(step.changes for step in self.steps)

    @property
    def difference(self) -> Decimal:
        """More interest than before (less where negative)."""
        return self.interest_after - self.interest_before


def plan(
    document: Document,
    *,
    on: date,
    adding: BankReceipt | None = None,
    amount: Decimal | None = None,
    without: BankReceipt | None = None,
) -> Plan:
    """The preview: all receipts of the bill in the order of their days, with one more (its `amount`) or one less.

    Raises Refused where a credit that stands (a credit note, a waiver, an interest invoice) would no longer fit.
    """
    debt, rows = debt_of(document), _standing(document)
    held: dict[int, list[Allocation]] = {}
    for row in rows:
        if row.receipt_id is not None:
            held.setdefault(row.receipt_id, []).append(row)
    taking: dict[BankReceipt, Decimal] = {
        receipt: sum((row.amount for row in mine), ZERO)
        for mine in held.values()
        if (receipt := mine[0].receipt) is not None
    }
    if adding is not None:
        taking[adding] = taking.get(adding, ZERO) + (receipts.left_of(adding) if amount is None else amount)
    if without is not None:
        taking.pop(without, None)
    if debt.doubled_paid:
        raise Refused(_("判决后的加倍利息已有收款抵充，不能重排；请先冲回抵充它的收款。"))
    credits_ = [payment for payment in debt.payments if payment.key.startswith("credit-")]
    days = {receipt: _day(receipt, document) for receipt in taking}
    payments = [Payment(on=days[one], amount=much, key=_key(one)) for one, much in taking.items() if much > 0]
    splits = resplit(debt, [*credits_, *payments])
    if any(split.unneeded for split in splits if split.key.startswith("credit-")):
        raise Refused(_("重排后，已有的贷项、减免或利息账单会超出应付；请先冲回它们，再重排。"))
    steps = _steps(held, taking, {split.key: split for split in splits}, without, document)
    after = replace(debt, payments=as_payments(splits))
    return Plan(document, on, steps, _interest(debt, on), _interest(after, on))


@transaction.atomic
def redo(
    document: Document,
    *,
    adding: BankReceipt | None = None,
    amount: Decimal | None = None,
    without: BankReceipt | None = None,
    reason: str,
    by: User,
    at: datetime,
) -> Plan:
    """Reverse the payments that change and allocate them anew, in the order of their days.

    Needs a reason and another person than whoever allocated what is reversed.  A receipt that was found late pays as
    much as is left of it, or `amount`; of two people at once the second sees what the first did.
    """
    if not reason.strip():
        raise Refused(_("请填写重排原因。"))
    _hold_receipts([document], [one for one in (adding, without) if one is not None])
    document = receipts.held_document(document)
    if adding is not None:
        adding = BankReceipt.objects.get(pk=adding.pk)
        _check_left(adding, amount)
    made = plan(document, on=civil_day(at), adding=adding, amount=amount, without=without)
    changing = [step for step in made.steps if step.changes]
    if not changing:
        raise Refused(_("各笔收款已经按到账先后核销，不需要重排。"))
    _reverse(document, changing, reason=reason.strip(), by=by, at=at)
    for step in changing:
        for part, share in step.after:
            receipts.add_row(step.receipt, document, (part.value, share, step.on), by=by, at=at)
    data = {
        "receipts": [step.receipt.pk for step in changing],
        "interest_before": made.interest_before, "interest_after": made.interest_after, "difference": made.difference,
    }  # fmt: skip
    record(
        "receipt.reordered", obj=document, by=by, at=at, reason=reason.strip(), data=data,
        organisation_id=document.agreement.party_b_id, agreement_id=document.agreement_id,
    )  # fmt: skip
    return made


@transaction.atomic
def take_back(receipt: BankReceipt, *, reason: str, by: User, at: datetime) -> list[Plan]:
    """Take a receipt out of every bill that it pays; later payments of those bills are allocated anew."""
    documents = hold_around(receipt)
    return [redo(document, without=receipt, reason=reason, by=by, at=at) for document in documents]


def _standing(document: Document) -> list[Allocation]:
    return list(document.allocations.standing().select_related("receipt").order_by("effective_on", "pk"))


def _steps(
    held: dict[int, list[Allocation]],
    taking: dict[BankReceipt, Decimal],
    splits: dict[str, Split],
    without: BankReceipt | None,
    document: Document,
) -> tuple[Step, ...]:
    everyone = [*taking, *([without] if without is not None and without.pk in held else [])]
    steps = []
    for receipt in sorted(everyone, key=_key):
        before = tuple((Part(row.component), row.amount) for row in held.get(receipt.pk, []))
        split = splits.get(_key(receipt))
        after = split.parts if split else ()
        steps.append(Step(receipt, _day(receipt, document), _merged(before), after))
    return tuple(steps)


def _merged(parts: Iterable[tuple[Part, Decimal]]) -> tuple[tuple[Part, Decimal], ...]:
    """Parts of one kind in one sum: a receipt may pay a bill in two goes."""
    sums: dict[Part, Decimal] = {}
    for part, amount in parts:
        sums[part] = sums.get(part, ZERO) + amount
    return tuple(sums.items())


def _reverse(document: Document, steps: list[Step], *, reason: str, by: User, at: datetime) -> None:
    changing = {step.receipt.pk for step in steps}
    rows = [row for row in _standing(document) if row.receipt_id in changing]
    if any(row.recorded_by_id == by.pk for row in rows):
        raise Refused(_("重排要冲回原有核销，须由核销人以外的另一位人员办理。"))
    for row in rows:
        mirrored = (row.component, -row.amount, row.effective_on)
        receipts.add_row(row.receipt, document, mirrored, by=by, at=at, reverses=row, reason=reason)


def hold_around(receipt: BankReceipt) -> list[Document]:
    """Lock a receipt and all others of the bills that it pays; those bills, by key."""
    rows = Allocation.objects.standing().filter(receipt=receipt)
    documents = list(Document.objects.filter(pk__in=rows.values("document")).order_by("pk"))
    _hold_receipts(documents, [receipt])
    return documents


def _hold_receipts(documents: list[Document], more: list[BankReceipt]) -> None:
    """All receipts of the bills, locked by key, before the bills: the one order in which verbs take them."""
    rows = Allocation.objects.filter(document__in=documents, receipt__isnull=False).values_list("receipt_id", flat=True)
    keys = sorted({*rows, *(receipt.pk for receipt in more)})
    list(BankReceipt.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _check_left(receipt: BankReceipt, amount: Decimal | None) -> None:
    left = receipts.left_of(receipt)
    if left <= 0:
        raise Refused(_("这笔收款已经全部核销，没有余额。"))
    if amount is not None and not ZERO < amount <= left:
        raise Refused(_("核销金额 %(asked)s 元超过这笔收款的余额 %(left)s 元。") % {"asked": amount, "left": left})


def _day(receipt: BankReceipt, document: Document) -> date:
    return max(receipt.value_date, document.issued_on or receipt.value_date)


def _key(receipt: BankReceipt) -> str:
    """By what the bank says, not by when somebody recorded it."""
    return f"receipt-{receipt.value_date}-{receipt.account}-{receipt.bank_txn_id}-{receipt.occurrence}-{receipt.pk}"


def _interest(debt: Debt, on: date) -> Decimal:
    return debt.on(on).total_interest


def _total(parts: Iterable[tuple[Part, Decimal]]) -> Decimal:
    return sum((amount for _part, amount in parts), ZERO)


def _named(parts: Iterable[tuple[Part, Decimal]]) -> list[tuple[object, Decimal]]:
    return [(Allocation.Component(part.value).label, amount) for part, amount in parts]
