"""What must hold before the service of a debtor may be suspended (clause 6.3.2), each condition with its evidence.

Read at the proposal, at the approval and again when it takes effect, the last two times under locks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.debts import OverdueBill, overdue_bills
from billing.matching import waiting_for
from billing.models import Demand
from billing.money import ZERO
from billing.periods import civil_day
from billing.wording import yuan
from contracts.models import Agreement
from people.refusal import Refused

LABELS = {
    "running": gettext_lazy("协议正在履行，没有暂停"),
    "delivered": gettext_lazy("催告函已经送达"),
    "cure_over": gettext_lazy("宽限期已经届满"),
    "undisputed": gettext_lazy("催告的账单仍有逾期且无异议的本金"),
    "no_money": gettext_lazy("该付款人没有待核对的收款"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: whether it is met, by what evidence, and where that can be seen."""

    key: str
    met: bool
    evidence: str
    url: str = ""

    @property
    def label(self) -> object:
        """What must hold, in words."""
        return LABELS[self.key]


def conditions_of(agreement: Agreement, demand: Demand | None, *, at: datetime) -> list[Condition]:
    """Every condition for suspending an agreement on a letter of demand, met or not."""
    return [
        _running(agreement),
        _delivered(demand),
        _cure_over(demand, at),
        _undisputed(agreement, demand, at),
        _no_money(agreement),
    ]


def unmet(conditions: Sequence[Condition]) -> list[Condition]:
    """Those that are not met."""
    return [condition for condition in conditions if not condition.met]


def require(conditions: Sequence[Condition]) -> None:
    """Raise Refused naming what is not met."""
    if missing := unmet(conditions):
        words = "；".join(f"{condition.label}：{condition.evidence}" for condition in missing)
        raise Refused(_("暂停服务的条件不具备：%(missing)s") % {"missing": words})


def candidates(*, at: datetime) -> list[Demand]:
    """Letters for which every condition holds: what a person may propose.  The system proposes nothing itself."""
    over = Demand.objects.delivered().filter(cure_until__lt=civil_day(at), cure_provisional=False)
    rows = over.select_related("agreement__party_b")
    return [row for row in rows if not unmet(conditions_of(row.agreement, row, at=at))]


def latest_demand(agreement: Agreement) -> Demand | None:
    """The letter that a suspension would rest on: the last delivered one, else the last that is on its way."""
    letters = Demand.objects.filter(agreement=agreement).select_related("agreement", "notice__proof", "notice__paper")
    found: Demand | None = letters.delivered().order_by("-delivered_on", "-pk").first()
    return found or letters.open().order_by("-pk").first()


def still_demanded(agreement: Agreement, demand: Demand, *, at: datetime) -> list[OverdueBill]:
    """Of the bills that a letter names those that are still overdue with something undisputed."""
    named = set(demand.bills.values_list("document", flat=True))
    bills = overdue_bills(agreement, on=civil_day(at))
    return [bill for bill in bills if bill.document.pk in named and bill.undisputed > 0]


def as_json(conditions: Sequence[Condition], *, moment: str, at: datetime) -> dict[str, Any]:
    """The conditions as they were found, to be kept."""
    found = [[condition.key, condition.met, condition.evidence] for condition in conditions]
    return {"moment": moment, "at": at.isoformat(), "conditions": found}


def _running(agreement: Agreement) -> Condition:
    running = agreement.state == Agreement.State.IN_FORCE
    free = running and not agreement.suspensions.open().exists()
    evidence = _("协议状态：%(state)s") % {"state": agreement.get_state_display()}
    return Condition("running", free, evidence, reverse("admin:contracts_agreement_change", args=[agreement.pk]))


def _delivered(demand: Demand | None) -> Condition:
    if demand is None:
        return Condition("delivered", met=False, evidence=_("没有催告函"))
    url = reverse("admin:billing_demand_change", args=[demand.pk])
    if demand.state != Demand.State.DELIVERED:
        words = _("%(demand)s：%(state)s") % {"demand": demand, "state": demand.get_state_display()}
        return Condition("delivered", met=False, evidence=words, url=url)
    told = {"demand": demand, "on": demand.delivered_on, "how": _proof(demand)}
    return Condition("delivered", met=True, evidence=_("%(demand)s 于 %(on)s 送达（%(how)s）") % told, url=url)


def _proof(demand: Demand) -> str:
    notice = demand.notice
    if notice is not None and notice.proof is not None:
        return notice.proof.name
    if notice is not None and notice.deemed:
        return _("依约视为送达")
    return _("签收人：%(name)s") % {"name": notice.received_by if notice else ""}


def _cure_over(demand: Demand | None, at: datetime) -> Condition:
    if demand is None or demand.cure_until is None:
        return Condition("cure_over", met=False, evidence=_("宽限期还没有起算"))
    if demand.cure_provisional:
        words = _("%(until)s（暂定，所涉年份的放假安排尚未公布）") % {"until": demand.cure_until}
        return Condition("cure_over", met=False, evidence=words)
    over = demand.cure_until < civil_day(at)
    return Condition("cure_over", over, _("届满日 %(until)s") % {"until": demand.cure_until})


def _undisputed(agreement: Agreement, demand: Demand | None, at: datetime) -> Condition:
    if demand is None:
        return Condition("undisputed", met=False, evidence=_("没有催告的账单"))
    bills = still_demanded(agreement, demand, at=at)
    if not bills:
        return Condition("undisputed", met=False, evidence=_("催告的账单已经付清，或者余额都有异议"))
    total = yuan(sum((bill.undisputed for bill in bills), ZERO))
    numbers = "、".join(bill.document.number or "" for bill in bills)
    words = _("%(numbers)s 共 %(total)s 元") % {"numbers": numbers, "total": total}
    return Condition("undisputed", met=True, evidence=words)


def _no_money(agreement: Agreement) -> Condition:
    waiting = list(waiting_for(agreement.party_b))
    if not waiting:
        return Condition("no_money", met=True, evidence=_("没有"))
    total = yuan(sum((receipt.amount for receipt in waiting), ZERO))
    words = _("有 %(count)d 笔收款还没有核销，到账共 %(total)s 元") % {"count": len(waiting), "total": total}
    return Condition("no_money", met=False, evidence=words, url=reverse("admin:billing_bankreceipt_changelist"))
