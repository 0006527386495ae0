"""Telling of letters of demand: to the lead that one waits, to Party B that one came, to finance of its end."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import Demand
from billing.wording import yuan
from contracts.sharing_news import people_of
from journal.models import Notice
from journal.outbox import announce_each, holders
from people.models import User

Words = Callable[[], str]


def tell_drafted(demand: Demand, *, by: User, at: datetime) -> None:
    """Those who may issue it learn that a draft waits; whoever drafted it is not among them."""
    _tell_staff(
        demand,
        "billing.issue_demand",
        "drafted",
        lambda: _("请审核签发催告函：%(party)s") % _told(demand),
        lambda: _("协议 %(agreement)s 的催告函草稿已拟好，请审核签发。") % _told(demand),
        at=at,
        but=by,
    )


def tell_sent(demand: Demand, *, at: datetime) -> None:
    """Party B learns that it can read the letter, and what follows."""
    _tell_party_b(
        demand,
        "sent",
        lambda: _("收到催告函 %(number)s，请付 %(total)s 元") % _told(demand),
        lambda: (
            _("协议 %(agreement)s 有账单逾期未付，甲方发来催告函 %(number)s，请阅读并确认收到；如有异议请尽快提出。")
            % _told(demand)
        ),
        at=at,
    )


def tell_delivered(demand: Demand, *, at: datetime) -> None:
    """Both sides learn until when is to be paid."""

    def subject() -> str:
        return _("催告函 %(number)s 已送达，付款宽限期至 %(until)s") % _told(demand)

    def body() -> str:
        return _("协议 %(agreement)s 的催告函于 %(delivered)s 送达，宽限期至 %(until)s 届满。") % _told(demand)

    _tell_party_b(demand, "delivered", subject, body, at=at)
    _tell_staff(demand, "billing.draft_demand", "delivered", subject, body, at=at)


def tell_cure_over(demand: Demand, *, left: Any, at: datetime) -> None:
    """Finance learns that the period is over and something is still unpaid; whether to go further, a person decides."""
    told = {**_told(demand), "left": yuan(left)}
    _tell_staff(
        demand,
        "billing.propose_debtorstop",
        "cure_over",
        lambda: _("催告函 %(number)s 宽限期已满，仍有 %(left)s 元未付") % told,
        lambda: _("%(party)s 在宽限期内没有付清。请核对收款后决定是否提请暂停服务；系统不会自动暂停。") % told,
        at=at,
    )


def tell_withdrawn(demand: Demand, *, at: datetime) -> None:
    """Party B learns that the letter no longer stands, and why."""
    _tell_party_b(
        demand,
        "withdrawn",
        lambda: _("催告函 %(number)s 已撤回") % _told(demand),
        lambda: _("原因：%(why)s") % _told(demand),
        at=at,
    )


def _tell_party_b(demand: Demand, what: str, subject: Words, body: Words, *, at: datetime) -> None:
    announce_each(
        people_of(demand.agreement.party_b),
        key=f"demand.{what}:{demand.pk}",
        kind=f"demand.{what}",
        subject=subject,
        body=body,
        url=reverse("billing:demand", args=[demand.pk]),
        level=Notice.Level.URGENT.value if what == "sent" else Notice.Level.WARNING.value,
        at=at,
    )


def _tell_staff(
    demand: Demand, permission: str, what: str, subject: Words, body: Words, *, at: datetime, but: User | None = None
) -> None:
    announce_each(
        [person for person in holders(permission).filter(is_staff=True) if but is None or person.pk != but.pk],
        key=f"demand.{what}:{demand.pk}",
        kind=f"demand.{what}",
        subject=subject,
        body=body,
        url=reverse("admin:billing_demand_change", args=[demand.pk]),
        level=Notice.Level.WARNING.value,
        at=at,
    )


def _told(demand: Demand) -> dict[str, Any]:
    return {
        "number": demand.number or "",
        "agreement": demand.agreement.number,
        "party": demand.agreement.party_b.name,
        "total": yuan(demand.principal + demand.interest),
        "delivered": demand.delivered_on or "",
        "until": demand.cure_until or "",
        "why": demand.withdrawn_why,
    }
