"""Terminating before the term ends (Civil Code 562-566): decided by two persons, effective when the notice arrived.

An agreed termination ends on the agreed day.  Any other takes effect when its notice arrives or, where the notice names
a day (a cure period, 565), at 24:00 of that day unless the breach was cured; a person records that it did.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts import lifecycle, papers, term
from contracts.models import Agreement, Paper, ServedNotice, Termination
from journal import approvals
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.workdays import corresponding_day, end_of_day

KIND = "agreement.terminate"
Ground, Side, State = Termination.Ground, Termination.Side, Termination.State
OPEN = frozenset({State.PROPOSED, State.DECIDED})


@dataclass(frozen=True, kw_only=True)
class Case:
    """Why an agreement is to end, by whom, and by which notice; choices are those of Termination."""

    ground: str
    side: str
    reason: str
    clause_number: str = ""
    known_on: date | None = None
    notice: ServedNotice | None = None
    until: date | None = None


def lapses_on(known_on: date) -> date:
    """The last day on which a right to terminate is exercised, unless agreed otherwise: one year (Civil Code 564)."""
    return corresponding_day(known_on, years=1)


def lapsed(made: Termination, *, today: date) -> bool:
    """Whether the year was over when the notice arrived, or is over today while it has not: a warning, no refusal."""
    if made.known_on is None or made.ground == Ground.AGREED:
        return False
    arrived = made.notice.received_at if made.notice else None
    return (term.today_at(arrived) if arrived else today) > lapses_on(made.known_on)


@transaction.atomic
def propose(agreement: Agreement, case: Case, *, file: Any = None, by: User, at: datetime) -> Termination:
    """Propose to end the agreement early, and ask a second person.

    Refused unless the agreement runs, while another termination is open, and for a case without what it rests on.
    """
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.state not in lifecycle.RUNNING:
        raise Refused(_("只有生效中的协议可以解除。"))
    if agreement.terminations.filter(state__in=OPEN).exists():
        raise Refused(_("已有一项解除正在办理，请先办结或撤回。"))
    _require_grounds(agreement, case, file=file, today=term.today_at(at))
    title = _("解除协议") if case.ground == Ground.AGREED else _("解除依据")
    paper = (
        papers.keep(agreement, file, kind=Paper.Kind.EVIDENCE, title=title, for_party_b=True, by=by, at=at)
        if file
        else None
    )
    made = Termination.objects.create(
        agreement=agreement,
        ground=case.ground,
        side=case.side,
        reason=case.reason.strip()[:500],
        clause_number=case.clause_number.strip(),
        known_on=case.known_on,
        notice=case.notice,
        until=case.until,
        paper=paper,
        proposed_by=by,
        proposed_at=at,
    )
    _note("termination.proposed", made, by=by, at=at, reason=made.reason)
    ask(made, by=by, at=at)
    return made


@transaction.atomic
def ask(made: Termination, *, by: User, at: datetime) -> Approval:
    """Ask a second person (again, when an earlier request was rejected or ran out)."""
    made = _locked(made)
    if made.state != State.PROPOSED:
        raise Refused(_("这项解除已经批准或办结。"))
    return approvals.ask(KIND, target=made, content=contents(made), by=by, at=at, reason=made.reason)


def decide(approval: Approval, *, by: User, at: datetime) -> Termination:
    """The approved effect: the decision stands; it takes effect by its notice."""
    made = _locked(Termination.objects.get(pk=approval.target_id))
    if made.state != State.PROPOSED:
        raise Refused(_("这项解除已经批准或办结。"))
    made.state, made.decided_by, made.decided_at = State.DECIDED, by, at
    made.save()
    _note("termination.decided", made, by=by, at=at)
    return made


@transaction.atomic
def take_effect(made: Termination, *, by: User, at: datetime) -> Termination:
    """Record that the agreement has ended, as of the instant when the termination took effect.

    Refused before the approval, before the notice arrived, and before the day that it names is over.
    """
    made = _locked(made)
    if made.state != State.DECIDED:
        raise Refused(_("这项解除还没有批准，或者已经办结。"))
    made.effective_at = effective_at(made)
    if at < made.effective_at:
        raise Refused(
            _("%(day)s 24 时才届满，届满前不能登记解除生效。") % {"day": f"{made.until:%Y-%m-%d}" if made.until else ""}
        )
    lifecycle.terminate(made.agreement, ended_at=made.effective_at, by=by, at=at)
    made.state = State.EFFECTIVE
    made.save()
    _note("termination.effective", made, by=by, at=at)
    return made


def effective_at(made: Termination) -> datetime:
    """When it takes effect (Civil Code 565).  Raises Refused while the notice has not arrived."""
    if made.ground == Ground.AGREED:
        return end_of_day(made.until or date.max)
    arrived = made.notice.received_at if made.notice else None
    if arrived is None:
        raise Refused(_("解除通知还没有送达，解除没有生效；送达后请先登记送达。"))
    if made.until is None:
        return arrived
    if end_of_day(made.until) <= arrived:
        raise Refused(_("通知送达时，通知载明的期限已经过去，请重新发出通知。"))
    return end_of_day(made.until)


@transaction.atomic
def cure(made: Termination, *, reason: str, by: User, at: datetime) -> Termination:
    """The other side cured the breach within the period: the agreement goes on."""
    made = _locked(made)
    if made.ground != Ground.BREACH or made.until is None:
        raise Refused(_("只有给了整改期限的违约解除可以登记改正。"))
    return _drop(made, State.CURED, reason=reason, by=by, at=at)


@transaction.atomic
def withdraw(made: Termination, *, reason: str, by: User, at: datetime) -> Termination:
    """Give the termination up before it takes effect."""
    return _drop(_locked(made), State.WITHDRAWN, reason=reason, by=by, at=at)


def contents(made: Termination) -> dict[str, Any]:
    """All that the decision rests on."""
    return {
        "agreement": made.agreement.number,
        "termination": made.pk,
        "ground": made.ground,
        "side": made.side,
        "reason": made.reason,
        "clause_number": made.clause_number,
        "known_on": made.known_on,
        "notice": made.notice_id,
        "until": made.until,
        "paper": made.paper.sha256 if made.paper else "",
    }


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now."""
    return contents(Termination.objects.select_related("agreement", "paper").get(pk=approval.target_id))


def describe(approval: Approval) -> Iterator[tuple[object, object]]:
    """What the approver reads before consenting, with the warning that the right may have lapsed."""
    made = Termination.objects.select_related("agreement", "notice").get(pk=approval.target_id)
    yield _("协议编号"), made.agreement.number
    yield _("解除事由"), made.get_ground_display()
    yield _("提出方"), made.get_side_display()
    yield _("理由"), made.reason
    if made.clause_number:
        yield _("依据条款"), made.clause_number
    if made.notice:
        yield _("解除通知"), f"{made.notice.subject}（{made.notice.get_state_display()}）"
        if made.notice.sent_at:
            yield _("发出时间"), f"{localtime(made.notice.sent_at):%Y-%m-%d %H:%M}"
    if made.until:
        yield _("整改期限届满日或载明的终止日"), made.until
    if lapsed(made, today=term.today_at(approval.requested_at)):
        yield _("注意"), lapse_warning(made)


def lapse_warning(made: Termination) -> str:
    """That the year in which the right is exercised is over."""
    if made.known_on is None:
        return ""
    return _("知道解除事由已满一年（%(day)s），解除权可能已经消灭（民法典第564条），另有约定的除外。") % {
        "day": lapses_on(made.known_on).isoformat()
    }


def _require_grounds(agreement: Agreement, case: Case, *, file: Any, today: date) -> None:
    if not case.reason.strip():
        raise Refused(_("请写明解除的理由。"))
    if case.known_on is not None and case.known_on > today:
        raise Refused(_("知道解除事由的日期不能晚于今天。"))
    if case.ground == Ground.AGREED:
        if case.side != Side.BOTH or case.until is None or not file:
            raise Refused(_("协商一致解除的，提出方选“双方”，并填写约定的终止日、上传双方签署的解除协议。"))
        return
    if case.side not in {Side.A, Side.B}:
        raise Refused(_("请选择由哪一方提出解除。"))
    notice = case.notice
    if notice is None or notice.agreement_id != agreement.pk or notice.kind != ServedNotice.Kind.TERMINATION:
        raise Refused(_("请先在“往来通知”里登记这份协议的解除通知，再选择它。"))
    if notice.sender != case.side:
        raise Refused(_("解除通知的发出方与提出方不一致。"))
    if case.ground == Ground.BREACH and case.known_on is None:
        raise Refused(_("因违约解除的，请填写知道违约的日期。"))


def _drop(made: Termination, state: Termination.State, *, reason: str, by: User, at: datetime) -> Termination:
    if made.state not in OPEN:
        raise Refused(_("这项解除已经办结。"))
    if not reason.strip():
        raise Refused(_("请写明理由。"))
    made.state, made.outcome = state, reason.strip()[:300]
    made.save()
    _note(f"termination.{state.value}", made, by=by, at=at, reason=made.outcome)
    return made


def _locked(made: Termination) -> Termination:
    """The termination, its agreement's row locked first as every verb on an agreement does."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=made.agreement_id)
    rows = Termination.objects.select_related("notice", "paper")
    locked: Termination = rows.select_for_update(of=("self",), no_key=True).get(pk=made.pk)
    locked.agreement = agreement
    return locked


def _note(action: str, made: Termination, *, by: User, at: datetime, reason: str = "") -> None:
    record(
        action,
        obj=made,
        by=by,
        at=at,
        reason=reason,
        organisation_id=made.agreement.party_b_id,
        agreement_id=made.agreement_id,
        data={"ground": made.ground, "state": made.state, "effective_at": str(made.effective_at or "")},
    )
