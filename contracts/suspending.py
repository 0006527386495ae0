"""Suspending and lifting by two persons, and the question whether an agreement was suspended at some time.

The contract manager asks and the finance lead approves.  Billing rests its suspension of a debtor on approvals of its
own and calls contracts.lifecycle directly.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts import life_news, lifecycle
from contracts.lifecycle import Halt
from contracts.models import Agreement, Suspension
from journal import approvals
from journal.models import Approval
from people.models import User
from people.refusal import Refused
from worktime.workdays import ONE_DAY, end_of_day

SUSPEND, LIFT = "agreement.suspend", "agreement.lift"


def suspended_on(agreement: Agreement, day: date) -> bool:
    """Whether the agreement was suspended at any time of a civil day."""
    return bool(spans(agreement, end_of_day(day - ONE_DAY), end_of_day(day)))


def suspended_at(agreement: Agreement, at: datetime) -> bool:
    """Whether the agreement is suspended at an instant."""
    return agreement.suspensions.holding(at).exists()


def spans(agreement: Agreement, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The parts of [start, end) in which the agreement was suspended, earliest first; an open one runs on."""
    rows = agreement.suspensions.touching(start, end).order_by("starts_at")
    return [(max(begun, start), min(over or end, end)) for begun, over in rows.values_list("starts_at", "ends_at")]


@transaction.atomic
def ask(agreement: Agreement, halt: Halt, *, by: User, at: datetime) -> Approval:
    """Ask a second person to suspend.  What lifecycle.suspend would refuse now is refused here."""
    locked = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    lifecycle.require_suspendable(locked, halt, at=at)
    content = {
        "agreement": locked.number,
        "scope": halt.scope,
        "scope_note": halt.scope_note.strip(),
        "reason": halt.reason.strip(),
        "starts_at": halt.starts_at,
    }
    return approvals.ask(SUSPEND, target=locked, content=content, by=by, at=at, reason=halt.reason.strip())


@transaction.atomic
def ask_lift(agreement: Agreement, *, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to lift the suspension."""
    locked = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if not reason.strip():
        raise Refused(_("请写明恢复的理由。"))
    found = locked.suspensions.open().first()
    if found is None:
        raise Refused(_("协议没有暂停，不需要恢复。"))
    content = {"agreement": locked.number, "suspension": found.pk, "reason": reason.strip()}
    return approvals.ask(LIFT, target=locked, content=content, by=by, at=at, reason=reason.strip())


def suspend_approved(approval: Approval, *, by: User, at: datetime) -> Suspension:
    """The approved effect; Party B is told at once: no service is suspended in silence."""
    said = approval.content
    starts_at = parse_datetime(said["starts_at"])
    if starts_at is None:
        raise Refused(_("申请里没有暂停时间。"))
    halt = Halt(scope=said["scope"], scope_note=said["scope_note"], reason=said["reason"], starts_at=starts_at)
    agreement = Agreement.objects.get(pk=approval.target_id)
    made = lifecycle.suspend(agreement, halt, approval=approval, by=by, at=at)
    life_news.tell_of_suspension(made, at=at)
    return made


def lift_approved(approval: Approval, *, by: User, at: datetime) -> Suspension:
    """The approved effect.  Refused when another suspension is open than the one that was asked about."""
    agreement = Agreement.objects.get(pk=approval.target_id)
    if not agreement.suspensions.open().filter(pk=approval.content["suspension"]).exists():
        raise Refused(_("申请恢复的那次暂停已经结束。"))
    lifted = lifecycle.lift(agreement, reason=approval.content["reason"], approval=approval, by=by, at=at)
    life_news.tell_of_lifting(lifted, at=at)
    return lifted


def describe(approval: Approval) -> Iterator[tuple[object, object]]:
    """What the approver reads before consenting to a suspension or its lifting."""
    said: Mapping[str, Any] = approval.content
    yield _("协议编号"), said["agreement"]
    if "scope" in said:
        yield _("范围"), Suspension.Scope(said["scope"]).label
        if said["scope_note"]:
            yield _("范围说明"), said["scope_note"]
        starts_at = parse_datetime(said["starts_at"])
        yield _("暂停自"), f"{localtime(starts_at):%Y-%m-%d %H:%M}" if starts_at else "—"
    yield _("理由"), said["reason"]
