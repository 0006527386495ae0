"""Money that goes back: proposed by finance, approved by its lead, then linked to the row by which the bank paid it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import receipts, reordering
from billing.fields import fitting, refusal
from billing.models import BankReceipt, BankRow, Refund
from billing.money import AmountError
from billing.periods import civil_day
from journal import approvals, effects
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused

KIND = "refund.payment"
State = Refund.State


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to go back: how much, to whom, and why."""

    amount: Decimal
    reason: str
    to_name: str
    to_account: str = ""
    kind: str = Refund.Kind.REFUND.value


@transaction.atomic
def propose(receipt: BankReceipt, asked: Asked, *, by: User, at: datetime) -> Refund:
    """Ask the finance lead to let money of a receipt go back; from now on it is not free to be allocated.

    Raises Refused for more than is left.  What the bank took back (bounced) is the whole receipt: its allocations are
    reversed with the approval.
    """
    receipt = receipts.held(receipt)
    amount = _amount(receipt, asked)
    if not (asked.reason.strip() and asked.to_name.strip()):
        raise Refused(_("请填写退款原因和收款人。"))
    made = Refund(
        receipt=receipt, kind=asked.kind, amount=amount, reason=asked.reason.strip(), to_name=asked.to_name.strip(),
        to_account=asked.to_account.strip(), proposed_by=by, proposed_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    approvals.ask(KIND, target=made, content=contents(made), by=by, at=at, reason=made.reason)
    _note("refund.proposed", made, by=by, at=at)
    return made


@transaction.atomic
def ask_again(refund: Refund, *, by: User, at: datetime) -> Approval:
    """Ask anew after a request was rejected, withdrawn or ran out; the asker becomes the proposer."""
    refund = _locked(refund, State.PROPOSED, _("只有待审批的退款可以重新提请。"))
    refund.proposed_by = by
    refund.save(update_fields=["proposed_by"])
    return approvals.ask(KIND, target=refund, content=contents(refund), by=by, at=at, reason=refund.reason)


@transaction.atomic
def drop(refund: Refund, *, reason: str, by: User, at: datetime) -> Refund:
    """Give a refund up before it was paid: the money is free again.  Refused while a request for it is open."""
    if not reason.strip():
        raise Refused(_("请填写作废原因。"))
    refund = _locked(refund, (State.PROPOSED, State.APPROVED), _("已退款或已作废的不能再作废。"))
    if refund.kind == Refund.Kind.BOUNCED and refund.state == State.APPROVED:
        raise Refused(_("银行已退回的款项不能作废。"))
    if Approval.objects.filter(
        kind=KIND, target_id=str(refund.pk), state=Approval.State.REQUESTED, expires_at__gt=at
    ).exists():
        raise Refused(_("这笔退款正在等待审批，请先撤回或驳回申请。"))
    refund.state, refund.approved_by, refund.approved_at = State.DROPPED, None, None
    refund.save()
    _note("refund.dropped", refund, by=by, at=at, reason=reason.strip())
    return refund


@transaction.atomic
def paid(
    refund: Refund, *, row: BankRow | None = None, on: date | None = None, bank_txn_id: str = "", by: User, at: datetime
) -> Refund:
    """Record that the money left: by the bank's outgoing row, or by its day and transaction number."""
    refund = _locked(refund, State.APPROVED, _("退款须先批准，才能登记付款。"))
    if row is not None:
        row = BankRow.objects.select_for_update(no_key=True).get(pk=row.pk)
        _check_row(refund, row)
        on, bank_txn_id = row.value_date, row.bank_txn_id
    if on is None or not bank_txn_id.strip():
        raise Refused(_("请选择银行付款行，或填写付款日期和流水号。"))
    if on > civil_day(at) or on < refund.receipt.value_date:
        raise Refused(_("退款日期须在到账日期与今天之间。"))
    refund.state, refund.refunded_on, refund.bank_txn_id, refund.paid_row = State.PAID, on, bank_txn_id.strip(), row
    refund.save()
    _note("refund.paid", refund, by=by, at=at)
    return refund


def register_refund() -> None:
    """Make the refund known as a kind of request; call it from AppConfig.ready."""
    effects.register(
        KIND,
        approve,
        permission="billing.approve_refund",
        label=gettext_lazy("退款"),
        present=lambda approval: contents(Refund.objects.get(pk=approval.target_id)),
        describe=_described,
    )


def approve(approval: Approval, *, by: User, at: datetime) -> Refund:
    """The approved effect, inside the approving transaction."""
    refund = Refund.objects.get(pk=approval.target_id)
    reordering.hold_around(refund.receipt)
    refund = _locked(refund, State.PROPOSED, _("这笔退款已经处理。"))
    if refund.kind == Refund.Kind.BOUNCED:
        reordering.take_back(refund.receipt, reason=refund.reason, by=by, at=at)
    if receipts.left_of(refund.receipt) < 0:
        raise Refused(_("这笔收款的余额已不足，请作废后重新提出。"))
    refund.state, refund.approved_by, refund.approved_at = State.APPROVED, by, at
    refund.save()
    _note("refund.approved", refund, by=by, at=at)
    return refund


def contents(refund: Refund) -> dict[str, Any]:
    """What the approver sees and what is frozen by its hash."""
    return {
        "kind": refund.kind,
        "receipt": refund.receipt_id,
        "amount": refund.amount,
        "to_name": refund.to_name,
        "to_account": refund.to_account,
        "reason": refund.reason,
    }


def _described(approval: Approval) -> Iterable[tuple[object, object]]:
    said = approval.content
    receipt = BankReceipt.objects.filter(pk=said["receipt"]).first()
    return [
        (_("类型"), Refund.Kind(said["kind"]).label),
        (_("银行收款"), receipt or "—"),
        (_("金额"), said["amount"]),
        (_("收款人"), said["to_name"]),
        (_("收款账号"), said["to_account"] or "—"),
        (_("原因"), said["reason"]),
    ]


def _amount(receipt: BankReceipt, asked: Asked) -> Decimal:
    try:
        amount = fitting(asked.amount, digits=14, places=2)
    except AmountError as error:
        raise Refused(_("退款金额：%(wrong)s") % {"wrong": refusal(error, 2)}) from error
    if amount <= 0:
        raise Refused(_("退款金额须大于 0。"))
    if asked.kind == Refund.Kind.BOUNCED:
        if amount != receipt.amount or receipt.refunds.exclude(state=State.DROPPED).exists():
            raise Refused(_("银行退回或误转的款项须是整笔收款，且没有其他退款。"))
        return amount
    if amount > (left := receipts.left_of(receipt)):
        raise Refused(_("退款金额 %(asked)s 元超过这笔收款的余额 %(left)s 元。") % {"asked": amount, "left": left})
    return amount


def _check_row(refund: Refund, row: BankRow) -> None:
    if row.direction != BankRow.Direction.OUT or row.statement.state != row.statement.State.IMPORTED:
        raise Refused(_("请选择已导入流水中的支出行。"))
    if Refund.objects.filter(paid_row=row).exists():
        raise Refused(_("这一支出行已经与另一笔退款对上。"))
    if row.amount != refund.amount:
        raise Refused(
            _("支出行金额 %(row)s 元与退款金额 %(amount)s 元不同。") % {"row": row.amount, "amount": refund.amount}
        )


def _locked(refund: Refund, states: Any, otherwise: str) -> Refund:
    """The refund, held after its receipt: the order in which every verb takes them."""
    receipts.held(refund.receipt)
    locked: Refund = (
        Refund.objects.select_for_update(no_key=True, of=("self",)).select_related("receipt").get(pk=refund.pk)
    )
    if locked.state not in (states if isinstance(states, tuple) else (states,)):
        raise Refused(otherwise)
    return locked


def _note(action: str, refund: Refund, *, by: User, at: datetime, reason: str = "") -> None:
    record(
        action,
        obj=refund,
        by=by,
        at=at,
        reason=reason or refund.reason,
        data={"receipt": refund.receipt_id, "amount": refund.amount, "txn": refund.bank_txn_id},
        organisation_id=refund.receipt.party_id,
    )
