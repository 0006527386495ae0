"""Disputes of bills: opened by Party B or for it, withdrawn by it, decided by the finance lead.

An open dispute stops neither the time to pay nor interest; nothing is suspended for what is disputed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing.corrections import locked_bill
from billing.dispute_news import tell_decided, tell_opened, tell_withdrawn
from billing.fields import fitting, refusal
from billing.models import BillDispute, Document
from billing.money import ZERO, AmountError
from billing.overdue import debt_of
from billing.periods import civil_day
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Objection:
    """What is not accepted: a whole bill, some of its lines (by their numbers), or an amount in yuan."""

    reason: str
    positions: Sequence[int] = ()
    amount: Decimal | None = None


@transaction.atomic
def open_dispute(
    document: Document, objection: Objection, *, by: User, at: datetime, through: str, on: date | None = None
) -> BillDispute:
    """Party B does not accept a bill or a part of it.  Raises Refused for more than is open and not disputed yet."""
    bill = locked_bill(document.pk)
    day = on or civil_day(at)
    reason = objection.reason.strip()
    if not reason:
        raise Refused(_("请写明异议理由。"))
    if not (bill.issued_on or day) <= day <= civil_day(at):
        raise Refused(_("提出日期须在账单开具之后、今天之前（含当日）。"))
    free = debt_of(bill).on(civil_day(at)).principal_open - disputed_of(bill, on=civil_day(at))
    if free <= 0:
        raise Refused(_("该账单已没有未付且无异议的金额；已付的款项有误，请联系财务开具贷项通知单。"))
    amount = _amount(bill, objection, free)
    dispute = BillDispute.objects.create(
        document=bill, positions=sorted(set(objection.positions)), amount=amount, reason=reason, through=through,
        opened_on=day, opened_at=at, opened_by=by,
    )  # fmt: skip
    _note("bill_dispute.opened", dispute, by=by, at=at, data={"amount": amount}, reason=reason)
    tell_opened(dispute, by=by, at=at)
    return dispute


@transaction.atomic
def decide(
    dispute: BillDispute, *, outcome: str, decision: str, upheld: Decimal | None = None, by: User, at: datetime
) -> BillDispute:
    """Uphold, uphold in part (`upheld` yuan) or reject.  What is upheld asks for a credit note.

    `by` must not be the person who opened it.
    """
    dispute = _open(dispute)
    if dispute.opened_by_id == by.pk:
        raise Refused(_("裁定人不能是登记人，请由另一位财务负责人裁定。"))
    if not decision.strip():
        raise Refused(_("请写明处理说明，乙方会看到。"))
    dispute.upheld = _upheld(dispute, outcome, upheld)
    _close(dispute, outcome, decision, by=by, at=at)
    _note("bill_dispute.decided", dispute, by=by, at=at, reason=decision,
          data={"outcome": outcome, "upheld": dispute.upheld})  # fmt: skip
    tell_decided(dispute, at=at)
    return dispute


@transaction.atomic
def withdraw(dispute: BillDispute, *, reason: str = "", by: User, at: datetime) -> BillDispute:
    """Party B accepts the bill after all."""
    dispute = _open(dispute)
    _close(dispute, BillDispute.Outcome.WITHDRAWN, reason, by=by, at=at)
    _note("bill_dispute.withdrawn", dispute, by=by, at=at, reason=reason, data={"amount": dispute.amount})
    tell_withdrawn(dispute, by=by, at=at)
    return dispute


def disputed_of(document: Document, *, on: date) -> Decimal:
    """What of a bill's open principal is disputed on a civil day, in yuan (document.version must be at hand)."""
    rows = BillDispute.objects.standing_on(on).filter(document=document)
    amounts: Decimal = sum(rows.values_list("amount", flat=True), ZERO)
    return min(amounts, debt_of(document).on(on).principal_open) if amounts else ZERO


def _amount(bill: Document, objection: Objection, free: Decimal) -> Decimal:
    lines = {line.position: line for line in bill.lines.all()}
    if unknown := set(objection.positions) - set(lines):
        raise Refused(_("账单没有第 %(position)s 行。") % {"position": min(unknown)})
    if objection.amount is None:
        if not objection.positions:
            return free
        chosen = sum((lines[position].gross for position in set(objection.positions)), ZERO)
        if chosen <= 0:
            raise Refused(_("所选各行合计不是应付金额，请填写有异议的金额。"))
        return min(chosen, free)
    try:
        amount = fitting(objection.amount, digits=14, places=2)
    except AmountError as error:
        raise Refused(_("有异议的金额：%(wrong)s") % {"wrong": refusal(error, 2)}) from error
    if not 0 < amount <= free:
        raise Refused(_("有异议的金额须大于 0，且不超过未付且尚无异议的 %(free)s 元。") % {"free": free})
    return amount


def _upheld(dispute: BillDispute, outcome: str, upheld: Decimal | None) -> Decimal:
    if outcome == BillDispute.Outcome.UPHELD:
        return Decimal(dispute.amount)
    if outcome == BillDispute.Outcome.REJECTED:
        return ZERO
    if outcome != BillDispute.Outcome.PARTLY:
        raise Refused(_("请选择成立、部分成立或不成立。"))
    try:
        amount = fitting(upheld or ZERO, digits=14, places=2)
    except AmountError as error:
        raise Refused(_("成立的金额：%(wrong)s") % {"wrong": refusal(error, 2)}) from error
    if not 0 < amount < dispute.amount:
        raise Refused(_("部分成立的金额须大于 0 且小于有异议的 %(amount)s 元。") % {"amount": dispute.amount})
    return amount


def _close(dispute: BillDispute, outcome: str, decision: str, *, by: User, at: datetime) -> None:
    dispute.outcome, dispute.decision = outcome, decision.strip()
    dispute.closed_on, dispute.closed_at, dispute.closed_by = civil_day(at), at, by
    dispute.save()


def _open(dispute: BillDispute) -> BillDispute:
    locked_bill(dispute.document_id)
    held: BillDispute = BillDispute.objects.select_related("document__agreement__party_b").get(pk=dispute.pk)
    if not held.is_open:
        raise Refused(_("该异议已经办结（%(outcome)s）。") % {"outcome": held.get_outcome_display()})
    return held


def _note(action: str, dispute: BillDispute, *, by: User, at: datetime, data: dict[str, Any], reason: str = "") -> None:
    agreement = dispute.document.agreement
    record(
        action,
        obj=dispute.document,
        by=by,
        at=at,
        reason=reason.strip(),
        data={"dispute": dispute.pk, **data},
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
    )
