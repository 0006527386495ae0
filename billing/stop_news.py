"""Telling of suspensions of debtors: the notice to Party B, its recall, the service that may be restored."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import DebtorStop, StopReview
from contracts.sharing_news import people_of
from journal.models import Notice
from journal.outbox import announce_each, holders


def notice_text(stop: DebtorStop, effective_on: date) -> str:
    """What the notice of suspension says."""
    return _(
        "贵方在催告函 %(demand)s 的宽限期内没有付清款项。"
        "我方依据协议第 6.3.2 条，自 %(day)s 起暂停本协议的服务（%(scope)s）。"
        "在此之前付清的，不暂停；暂停后付清的，随即恢复。其他协议不受影响。"
    ) % {"demand": stop.demand.number, "day": effective_on, "scope": _scope(stop)}


def tell_noticed(stop: DebtorStop, *, at: datetime) -> None:
    """Party B's people learn from which day the service will be suspended."""
    announce_each(
        people_of(stop.agreement.party_b),
        key=f"debtor_stop.noticed:{stop.pk}",
        kind="debtor_stop.noticed",
        subject=lambda: (
            _("协议 %(number)s 自 %(day)s 起将暂停服务") % {"number": stop.agreement.number, "day": stop.effective_on}
        ),
        body=lambda: _("请在此之前付清催告的款项；已经付款的，请把回单告知我方财务。"),
        url=reverse("billing:demand", args=[stop.demand_id]),
        level=Notice.Level.URGENT.value,
        at=at,
    )


def tell_called_off(stop: DebtorStop, *, at: datetime) -> None:
    """Party B's people learn that the notice no longer stands."""
    announce_each(
        people_of(stop.agreement.party_b),
        key=f"debtor_stop.withdrawn:{stop.pk}",
        kind="debtor_stop.withdrawn",
        subject=lambda: _("协议 %(number)s 不再暂停服务") % {"number": stop.agreement.number},
        body=lambda: _("原定自 %(day)s 起的暂停已经取消。") % {"day": stop.effective_on},
        url=reverse("contracts:agreement", args=[stop.agreement_id]),
        at=at,
    )


def tell_paid_in_time(stop: DebtorStop, *, at: datetime) -> None:
    """Those who prepare a suspension learn that the debt was paid before it was in force."""
    _tell_staff(stop, "billing.propose_debtorstop", "paid_in_time", at=at)


def tell_review(review: StopReview, *, at: datetime) -> None:
    """Those who may restore the service learn why they should look at it now."""
    _tell_staff(review.stop, "billing.lift_debtorstop", f"review.{review.pk}", review=review, at=at)


def _tell_staff(
    stop: DebtorStop, permission: str, what: str, *, at: datetime, review: StopReview | None = None
) -> None:
    def subject() -> str:
        told = {"number": stop.agreement.number, "party": stop.agreement.party_b.name}
        if review is None:
            return _("%(party)s 已付清，请撤回协议 %(number)s 的欠费暂停") % told
        return _("请决定是否恢复 %(party)s 的服务（协议 %(number)s）：%(ground)s") % {
            **told, "ground": review.get_ground_display(),
        }  # fmt: skip

    announce_each(
        holders(permission).filter(is_staff=True),
        key=f"debtor_stop.{what}:{stop.pk}",
        kind="debtor_stop.review",
        subject=subject,
        body=lambda: _("暂停理由：%(reason)s") % {"reason": stop.reason},
        url=reverse("admin:billing_debtorstop_change", args=[stop.pk]),
        level=Notice.Level.URGENT.value,
        at=at,
    )


def _scope(stop: DebtorStop) -> str:
    label = str(stop.get_scope_display())
    return f"{label}：{stop.scope_note}" if stop.scope_note else label
