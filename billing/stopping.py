"""Suspending a debtor (clause 6.3.2): a right of Party A that people exercise, step by step, never a machine.

proposed → approved by a second person → notice sent and delivered → put in force by a person → lifted.  The
conditions are read anew at the approval and when it takes effect, inside the transaction and with the bills locked.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing import stop_conditions, stop_news
from billing.debts import hold_bills
from billing.models import DebtorStop, Demand
from billing.periods import civil_day, midnight
from contracts import life_news, lifecycle, serving
from contracts.lifecycle import Halt
from contracts.models import Agreement, ServedNotice, Suspension
from journal import approvals
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused

KIND = "debtor.suspend"
State = DebtorStop.State
BEFORE_FORCE = frozenset({State.PROPOSED, State.APPROVED, State.NOTICED})


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a person proposes: the scope within this one agreement, and why."""

    scope: str
    reason: str
    scope_note: str = ""


@transaction.atomic
def propose(agreement: Agreement, proposal: Proposal, *, by: User, at: datetime) -> DebtorStop:
    """Propose to suspend one agreement, and ask a second person.

    Refused unless every condition holds now, without a reason, and while another proposal is open.
    """
    held = _held(agreement.pk)
    _require_whole(proposal)
    if held.debtor_stops.open().exists():
        raise Refused(_("这份协议已有一项没有办结的欠费暂停。"))
    demand = stop_conditions.latest_demand(held)
    found = stop_conditions.conditions_of(held, demand, at=at)
    stop_conditions.require(found)
    made = DebtorStop(
        agreement=held,
        demand=demand,
        scope=proposal.scope,
        scope_note=proposal.scope_note.strip(),
        reason=proposal.reason.strip()[:300],
        proposed_by=by,
        proposed_at=at,
        checks=[stop_conditions.as_json(found, moment="proposed", at=at)],
    )
    made.save()
    note("debtor_stop.proposed", made, by=by, at=at, reason=made.reason)
    ask(made, by=by, at=at)
    return made


@transaction.atomic
def ask(stop: DebtorStop, *, by: User, at: datetime) -> Approval:
    """Ask a second person (again, when an earlier request was rejected or ran out)."""
    held = locked(stop)
    if held.state != State.PROPOSED:
        raise Refused(_("这项欠费暂停已经批准或办结。"))
    if held.proposed_by_id != by.pk:
        raise Refused(_("只能由提请人本人再次提请；换人提请的，请先撤回再重新提议。"))
    return approvals.ask(KIND, target=held, content=contents(held), by=by, at=at, reason=held.reason)


def approve(approval: Approval, *, by: User, at: datetime) -> DebtorStop:
    """The approved effect: the service goes on until the notice was delivered and a person puts it in force."""
    stop = locked(DebtorStop.objects.get(pk=approval.target_id))
    if stop.state != State.PROPOSED:
        raise Refused(_("这项欠费暂停已经批准或办结。"))
    _require_conditions(stop, moment="approved", at=at)
    stop.state, stop.approval, stop.approved_by, stop.approved_at = State.APPROVED, approval, by, at
    stop.save()
    note("debtor_stop.approved", stop, by=by, at=at)
    return stop


@transaction.atomic
def give_notice(
    stop: DebtorStop, *, effective_on: date, channel: str, sent_at: datetime, by: User, at: datetime
) -> DebtorStop:
    """Send Party B the notice of suspension, which names the day from which the service is suspended."""
    stop = locked(stop)
    if stop.state != State.APPROVED:
        raise Refused(_("只有已批准、尚未通知的欠费暂停可以发出通知。"))
    if effective_on <= civil_day(sent_at) or effective_on <= civil_day(at):
        raise Refused(_("暂停日期须晚于发出通知的当天，给乙方留出时间。"))
    writing = serving.Writing(
        kind=ServedNotice.Kind.SUSPENSION,
        sender=ServedNotice.Side.A,
        subject=_("暂停服务通知（自 %(day)s 起）") % {"day": effective_on},
        text=stop_news.notice_text(stop, effective_on),
        clause_number="6.3.2",
    )
    written = serving.write(stop.agreement, writing, by=by, at=at)
    stop.notice = serving.send(written, channel=channel, sent_at=sent_at, by=by, at=at)
    stop.state, stop.effective_on = State.NOTICED, effective_on
    stop.save()
    note("debtor_stop.noticed", stop, by=by, at=at, data={"effective_on": effective_on})
    stop_news.tell_noticed(stop, at=at)
    return stop


@transaction.atomic
def notice_delivered(stop: DebtorStop, *, by: User, at: datetime, **arrival: Any) -> DebtorStop:
    """Record that the notice of suspension arrived, with its proof (contracts.serving.receive)."""
    stop = locked(stop)
    if stop.state != State.NOTICED or stop.notice is None:
        raise Refused(_("还没有发出暂停通知，或者已经办结。"))
    serving.receive(stop.notice, by=by, at=at, **arrival)
    note("debtor_stop.notice_delivered", stop, by=by, at=at)
    return stop


@transaction.atomic
def take_effect(stop: DebtorStop, *, by: User, at: datetime) -> DebtorStop:
    """A person puts the suspension in force, from now.

    Refused before the day that the notice names, unless the notice arrived before that day, and unless every condition
    still holds: a payment that came since the approval stops it.
    """
    stop = locked(stop)
    if stop.state != State.NOTICED or stop.notice is None or stop.effective_on is None:
        raise Refused(_("只有已批准并已通知乙方的欠费暂停可以执行。"))
    if civil_day(at) < stop.effective_on:
        raise Refused(_("通知载明自 %(day)s 起暂停，在那之前不能执行。") % {"day": stop.effective_on})
    arrived = stop.notice.received_at
    if arrived is None or arrived >= midnight(stop.effective_on):
        raise Refused(_("暂停通知没有在载明的暂停日期之前送达，不能执行；请撤回后重新办理。"))
    _require_conditions(stop, moment="in_force", at=at)
    halt = Halt(scope=stop.scope, scope_note=stop.scope_note, reason=stop.reason, starts_at=at)
    made = lifecycle.suspend(stop.agreement, halt, approval=stop.approval, by=by, at=at)
    stop.state, stop.suspension, stop.put_in_force_by = State.IN_FORCE, made, by
    stop.save()
    note("debtor_stop.in_force", stop, by=by, at=at, data={"suspension": made.pk})
    life_news.tell_of_suspension(made, at=at)
    return stop


@transaction.atomic
def withdraw(stop: DebtorStop, *, reason: str, by: User, at: datetime) -> DebtorStop:
    """Give the suspension up before it is in force.  Party B is told when it had been notified."""
    stop = locked(stop)
    if stop.state not in BEFORE_FORCE:
        raise Refused(_("已经执行的暂停请办理恢复；已经办结的不能撤回。"))
    if not reason.strip():
        raise Refused(_("请写明撤回的理由。"))
    notified = stop.state == State.NOTICED
    stop.state, stop.ended_at, stop.ended_by, stop.ended_why = State.WITHDRAWN, at, by, reason.strip()[:300]
    stop.save()
    note("debtor_stop.withdrawn", stop, by=by, at=at, reason=stop.ended_why)
    if notified:
        stop_news.tell_called_off(stop, at=at)
    return stop


def contents(stop: DebtorStop) -> dict[str, Any]:
    """All that the approval rests on."""
    return {
        "agreement": stop.agreement.number,
        "demand": stop.demand.number,
        "scope": stop.scope,
        "scope_note": stop.scope_note,
        "reason": stop.reason,
    }


def _require_conditions(stop: DebtorStop, *, moment: str, at: datetime) -> None:
    """The bills are locked first: a payment is either seen here, or waits until this is over."""
    hold_bills(stop.agreement)
    demand = Demand.objects.select_related("notice__proof").select_for_update(of=("self",), no_key=True)
    found = stop_conditions.conditions_of(stop.agreement, demand.get(pk=stop.demand_id), at=at)
    stop_conditions.require(found)
    stop.checks = [*stop.checks, stop_conditions.as_json(found, moment=moment, at=at)]


def _require_whole(proposal: Proposal) -> None:
    if not proposal.reason.strip():
        raise Refused(_("请写明暂停的理由。"))
    if proposal.scope == Suspension.Scope.PART and not proposal.scope_note.strip():
        raise Refused(_("只暂停部分服务的，请写明是哪些。"))


def _held(pk: int) -> Agreement:
    rows = Agreement.objects.select_related("party_a", "party_b")
    held: Agreement = rows.select_for_update(of=("self",), no_key=True).get(pk=pk)
    return held


def locked(stop: DebtorStop) -> DebtorStop:
    """The proposal, its agreement's row locked first as every verb on an agreement does."""
    agreement = _held(stop.agreement_id)
    rows = DebtorStop.objects.select_related("demand", "notice", "approval", "suspension")
    held: DebtorStop = rows.select_for_update(of=("self",), no_key=True).get(pk=stop.pk)
    held.agreement = agreement
    return held


def note(
    action: str,
    stop: DebtorStop,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Record what happened to a suspension."""
    record(
        action,
        obj=stop,
        by=by,
        at=at,
        reason=reason,
        data=data or {},
        organisation_id=stop.agreement.party_b_id,
        agreement_id=stop.agreement_id,
    )
