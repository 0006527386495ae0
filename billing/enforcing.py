"""What enforcing a claim adds to a bill: costs with their proof, and the doubled part after a judgment."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from billing.corrections import locked_bill
from billing.fields import fitting, refusal
from billing.models import Allocation, CollectionCost, Document, Judgment
from billing.money import ZERO, AmountError
from billing.noting import note_document
from billing.overdue import debt_of
from billing.periods import civil_day
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A cost of enforcing the claim: when it joins the debt, how much, what for, and how it is proven."""

    incurred_on: date
    amount: Decimal
    description: str
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A judgment: who gave it, its number, when it took effect, and the last day that it sets for payment."""

    court: str
    case_number: str
    effective_on: date
    pay_by: date


@transaction.atomic
def record_cost(document: Document, spent: Spent, *, by: User, at: datetime) -> CollectionCost:
    """Add a cost to a bill.  Payments from its day on pay it first (Civil Code 561), by the default order.

    Raises Refused for a day to come, or one on or before a payment that is set off already: that was split without it.
    """
    bill = locked_bill(document.pk)
    amount = _amount(spent.amount)
    if spent.incurred_on > civil_day(at):
        raise Refused(_("计入日期 %(on)s 晚于今天，请核对。") % {"on": spent.incurred_on})
    if bill.issued_on and spent.incurred_on < bill.issued_on:
        raise Refused(_("计入日期 %(on)s 早于账单开具日期，请核对。") % {"on": spent.incurred_on})
    if not (spent.description.strip() and spent.proof.strip()):
        raise Refused(_("请写明费用内容和凭证。"))
    later = [payment.on for payment in debt_of(bill).payments if payment.on >= spent.incurred_on]
    if later:
        raise Refused(
            _("该账单在 %(later)s 已有核销，那时没有计入这笔费用；请把计入日期写在它之后，或先冲回再登记。")
            % {"later": max(later)}
        )
    cost: CollectionCost = CollectionCost.objects.create(
        document=bill, incurred_on=spent.incurred_on, amount=amount, description=spent.description.strip(),
        proof=spent.proof.strip(), recorded_at=at, recorded_by=by,
    )  # fmt: skip
    data = {"amount": amount, "on": spent.incurred_on, "proof": cost.proof}
    note_document("cost.recorded", bill, by=by, at=at, data=data, reason=cost.description)
    return cost


@transaction.atomic
def withdraw_cost(cost: CollectionCost, *, reason: str, by: User, at: datetime) -> CollectionCost:
    """Take a cost off its bill.  Raises Refused for the person who recorded it, and once any cost of it is paid."""
    bill = locked_bill(cost.document_id)
    cost = CollectionCost.objects.get(pk=cost.pk)
    if cost.withdrawn_at is not None:
        raise Refused(_("这笔费用已经撤回。"))
    if cost.recorded_by_id == by.pk:
        raise Refused(_("撤回须由登记人以外的人办理。"))
    if not reason.strip():
        raise Refused(_("请填写撤回原因。"))
    if debt_of(bill).on(civil_day(at)).costs_open < cost.amount:
        raise Refused(_("这笔费用已有收款抵充，请先冲回核销再撤回。"))
    cost.withdrawn_at, cost.withdrawn_by, cost.reason = at, by, reason.strip()
    cost.save()
    note_document("cost.withdrawn", bill, by=by, at=at, data={"amount": cost.amount}, reason=cost.reason)
    return cost


@transaction.atomic
def record_judgment(document: Document, ruling: Ruling, *, by: User, at: datetime) -> Judgment:
    """A judgment on a bill: after its last day the unpaid principal bears the doubled part, which is paid last of all.

    0.0175 % a day, 法释〔2014〕8号 art. 1 and 4.  Recording it again corrects it, until the doubled part is paid.
    """
    bill = locked_bill(document.pk)
    if not (ruling.court.strip() and ruling.case_number.strip()):
        raise Refused(_("请写明法院或仲裁机构和案号。"))
    if ruling.effective_on > civil_day(at):
        raise Refused(_("文书生效日期 %(on)s 晚于今天，请核对。") % {"on": ruling.effective_on})
    if ruling.pay_by < ruling.effective_on:
        raise Refused(_("履行期限届满日不能早于文书生效日期。"))
    if bill.allocations.standing().filter(component=Allocation.Component.DOUBLED).exists():
        raise Refused(_("加倍利息已有收款抵充，不能再改判决的日期；请先冲回核销。"))
    fields = {
        "court": ruling.court.strip(), "case_number": ruling.case_number.strip(), "effective_on": ruling.effective_on,
        "pay_by": ruling.pay_by, "recorded_at": at, "recorded_by": by,
    }  # fmt: skip
    judgment: Judgment = Judgment.objects.update_or_create(document=bill, defaults=fields)[0]
    data = {"case": judgment.case_number, "effective_on": judgment.effective_on, "pay_by": judgment.pay_by}
    note_document("judgment.recorded", bill, by=by, at=at, data=data)
    return judgment


def _amount(amount: Decimal) -> Decimal:
    try:
        amount = fitting(amount, digits=14, places=2)
    except AmountError as error:
        raise Refused(_("费用金额：%(wrong)s") % {"wrong": refusal(error, 2)}) from error
    if amount <= ZERO:
        raise Refused(_("费用金额须大于 0。"))
    return amount
