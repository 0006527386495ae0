"""Restoring the service of a debtor: proposed once when the debt is paid or disputed; a person decides."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from billing import stop_news
from billing.debts import overdue_bills
from billing.models import Allocation, BillDispute, DebtorStop, Demand, StopReview
from billing.periods import civil_day
from billing.stopping import BEFORE_FORCE, State, locked, note
from contracts import life_news, lifecycle
from people.models import User
from people.refusal import Refused


@transaction.atomic
def follow(stop: DebtorStop, *, at: datetime) -> list[StopReview]:
    """Open the reviews that the facts ask for, each once; answers those that are new.  The service stays as it is.

    A suspension that was lifted on the agreement's own page is closed here too.
    """
    stop = locked(stop)
    if stop.suspension is not None and stop.suspension.ends_at is not None and stop.state == State.IN_FORCE:
        _end(stop, reason=stop.suspension.lift_reason, by=stop.suspension.lifted_by, at=at)
        return []
    if stop.state in BEFORE_FORCE and _paid(stop, at):
        stop_news.tell_paid_in_time(stop, at=at)
    if stop.state != State.IN_FORCE:
        return []
    known = set(stop.reviews.values_list("ground", "fact"))
    made = [
        StopReview.objects.create(stop=stop, ground=ground, fact=fact, opened_at=at)
        for ground, fact in _facts(stop, at)
        if (ground.value, fact) not in known
    ]
    for review in made:
        note("debtor_stop.review_opened", stop, by=None, at=at, data={"ground": review.ground, "fact": review.fact})
        stop_news.tell_review(review, at=at)
    return made


@transaction.atomic
def lift(stop: DebtorStop, *, reason: str, by: User, at: datetime) -> DebtorStop:
    """A person restores the service, paid or not: to restore a service needs no second pair of eyes."""
    stop = locked(stop)
    if stop.state != State.IN_FORCE:
        raise Refused(_("服务没有因欠费暂停，不需要恢复。"))
    if not reason.strip():
        raise Refused(_("请写明恢复的理由。"))
    lifted = lifecycle.lift(stop.agreement, reason=reason, by=by, at=at)
    _end(stop, reason=reason.strip()[:300], by=by, at=at)
    life_news.tell_of_lifting(lifted, at=at)
    return stop


@transaction.atomic
def keep(stop: DebtorStop, *, reason: str, by: User, at: datetime) -> DebtorStop:
    """A person decides that the suspension goes on; the open reviews are closed with the reason.

    Refused when the debt is paid: then nothing is left to suspend for.
    """
    stop = locked(stop)
    waiting = list(stop.reviews.open())
    if stop.state != State.IN_FORCE or not waiting:
        raise Refused(_("没有等待决定的恢复提议。"))
    if not reason.strip():
        raise Refused(_("请写明继续暂停的理由。"))
    if _paid(stop, at):
        raise Refused(_("催告的欠款已经付清，不能继续暂停，请恢复服务。"))
    if stop.demand.state == Demand.State.WITHDRAWN:
        raise Refused(_("催告函已经撤回，不能继续暂停，请恢复服务。"))
    for review in waiting:
        _close(review, StopReview.Outcome.KEPT, reason=reason.strip()[:300], by=by, at=at)
    note("debtor_stop.review_kept", stop, by=by, at=at, reason=reason.strip())
    return stop


def _facts(stop: DebtorStop, at: datetime) -> Iterator[tuple[StopReview.Ground, str]]:
    """Why a suspension in force should be looked at, each with the row that says so."""
    documents = stop.demand.bills.values("document")
    if _paid(stop, at):
        last = Allocation.objects.filter(document__in=documents).aggregate(last=Max("pk"))["last"]
        yield StopReview.Ground.PAID, f"allocation-{last}"
    disputes = BillDispute.objects.open().filter(document__in=documents).order_by("pk")
    for pk in disputes.values_list("pk", flat=True):
        yield StopReview.Ground.DISPUTED, f"dispute-{pk}"
    if stop.demand.state == Demand.State.WITHDRAWN:
        yield StopReview.Ground.WITHDRAWN, f"demand-{stop.demand_id}"


def _paid(stop: DebtorStop, at: datetime) -> bool:
    """Whether no principal of the demanded bills is open any more."""
    named = set(stop.demand.bills.values_list("document", flat=True))
    return not any(bill.document.pk in named for bill in overdue_bills(stop.agreement, on=civil_day(at)))


def _end(stop: DebtorStop, *, reason: str, by: User | None, at: datetime) -> None:
    stop.state, stop.ended_at, stop.ended_by, stop.ended_why = State.LIFTED, at, by, reason
    stop.save()
    for review in stop.reviews.open():
        _close(review, StopReview.Outcome.LIFTED, reason=reason, by=by, at=at)
    note("debtor_stop.lifted", stop, by=by, at=at, reason=reason)


def _close(review: StopReview, outcome: StopReview.Outcome, *, reason: str, by: User | None, at: datetime) -> None:
    review.outcome, review.reason, review.closed_at, review.closed_by = outcome, reason, at, by
    review.save()
