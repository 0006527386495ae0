"""Force majeure, each move a verb: recorded, notified, proven, ended; relief is given obligation by obligation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import obligations, papers
from contracts.models import Agreement, ForceMajeure, ObligationOccurrence, Paper, Relief, ServedNotice
from journal.recording import record
from people.models import User
from people.refusal import Refused

State = ForceMajeure.State
Follower = Callable[[Relief], object]
_followers: list[Follower] = []


def add_follower(follower: Follower) -> None:
    """Let whoever keeps due dates hear of each relief given or lifted (see lifted_on), in its transaction."""
    if follower not in _followers:
        _followers.append(follower)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What happened: whom it hindered, since when, and the deadlines that the agreement names, in days."""

    party: str
    title: str
    cause: str
    started_on: date
    notice_days: int | None = None
    proof_days: int | None = None
    exit_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class PutOff:
    """An obligation that the event puts off: of whom, from which due date to which; occurrence when it is tracked."""

    clause_number: str
    obligation: str
    debtor: str
    due_on: date
    until: date
    reason: str
    occurrence: ObligationOccurrence | None = None


@transaction.atomic
def report(agreement: Agreement, what: Happening, *, by: User, at: datetime) -> ForceMajeure:
    """Record an event."""
    if agreement.state == Agreement.State.DRAFT:
        raise Refused(_("草稿协议还没有约束力，不能登记不可抗力。"))
    if not (what.title.strip() and what.cause.strip()):
        raise Refused(_("请写明事件、原因和影响。"))
    if what.started_on > timezone.localdate(at):
        raise Refused(_("发生日期不能晚于今天。"))
    event = ForceMajeure.objects.create(agreement=agreement, recorded_by=by, recorded_at=at, **vars(what))
    _note("force_majeure.recorded", event, by=by, at=at)
    return event


@transaction.atomic
def notify(event: ForceMajeure, *, notice: ServedNotice, by: User, at: datetime) -> ForceMajeure:
    """The affected party's notice has arrived (Civil Code 590: without delay).

    Refused for a notice of another agreement, by the other party, not arrived, or from before the event.
    """
    event = _locked(event)
    if event.state != State.RECORDED:
        raise Refused(_("这起事件已经登记过通知。"))
    if notice.agreement_id != event.agreement_id:
        raise Refused(_("这份通知属于另一份协议，请选择本协议的通知。"))
    if notice.sender != event.party:
        raise Refused(_("不可抗力通知须由受影响一方发出。"))
    if notice.received_at is None:
        raise Refused(_("通知尚未送达；请先登记送达，通知自送达时生效（民法典第137条）。"))
    if timezone.localdate(notice.received_at) < event.started_on:
        raise Refused(_("通知早于事件发生，请核对。"))
    event.notice, event.state = notice, State.NOTIFIED
    event.save()
    _note("force_majeure.notified", event, by=by, at=at)
    return event


@transaction.atomic
def prove(event: ForceMajeure, *, file: Any, on: date, by: User, at: datetime) -> ForceMajeure:
    """The affected party gave its proof."""
    event = _locked(event)
    if event.state == State.RECORDED:
        raise Refused(_("请先登记通知，再登记证明。"))
    if event.proof_id is not None:
        raise Refused(_("这起事件已经登记过证明。"))
    if on > timezone.localdate(at) or on < event.started_on:
        raise Refused(_("提交证明的日期须在事件发生之后、今天之前。"))
    event.proof = papers.keep(
        event.agreement, file, kind=Paper.Kind.EVIDENCE, title=event.title, for_party_b=True, by=by, at=at
    )
    event.proven_on = on
    if event.state == State.NOTIFIED:
        event.state = State.PROVEN
    event.save()
    _note("force_majeure.proven", event, by=by, at=at)
    return event


@transaction.atomic
def end(event: ForceMajeure, *, on: date, by: User, at: datetime) -> ForceMajeure:
    """The event no longer hinders.  Refused before its notice, in the future, and before it began."""
    event = _locked(event)
    if event.state == State.RECORDED:
        raise Refused(_("请先登记通知，再登记结束。"))
    if event.state == State.ENDED:
        raise Refused(_("这起事件已经结束。"))
    if on > timezone.localdate(at):
        raise Refused(_("结束日期不能晚于今天。"))
    if on < event.started_on:
        raise Refused(_("结束日期不能早于发生日期。"))
    event.ended_on, event.state = on, State.ENDED
    event.save()
    _note("force_majeure.ended", event, by=by, at=at)
    return event


@transaction.atomic
def relieve(event: ForceMajeure, what: PutOff, *, by: User, at: datetime) -> Relief:
    """Put one obligation off.

    Refused when the debtor was late before the event began (Civil Code 590(2)), for an obligation of the other party,
    for one due after the event was over, before the notice arrived, and for the same obligation twice.  A tracked
    obligation gets the time (contracts.obligations.extend).
    """
    event = _locked(event)
    if event.state == State.RECORDED:
        raise Refused(_("请先登记不可抗力通知的送达，再登记顺延。"))
    if what.debtor != event.party:
        raise Refused(_("只有受影响一方的义务可以顺延。"))
    if what.due_on < event.started_on:
        raise Refused(_("该义务在事件发生前已经到期，迟延履行后发生不可抗力的，不免除责任（民法典第590条）。"))
    if event.ended_on is not None and what.due_on > event.ended_on:
        raise Refused(_("该义务在事件结束后才到期，不受事件影响。"))
    if what.until <= what.due_on:
        raise Refused(_("顺延后的日期须晚于原到期日。"))
    if not (what.obligation.strip() and what.reason.strip() and what.clause_number.strip()):
        raise Refused(_("请写明条款号、义务和理由。"))
    if what.occurrence is not None:
        _check_occurrence(event, what, what.occurrence)
    fields = {name: value for name, value in vars(what).items() if name != "debtor"}
    try:
        with transaction.atomic():
            made = Relief.objects.create(event=event, by=by, at=at, **fields)
    except IntegrityError as error:
        raise Refused(_("这项义务已经登记过顺延；如有变化，请先撤销原来的。")) from error
    if what.occurrence is not None:
        obligations.extend(
            what.occurrence, until=what.until, ground="force_majeure", reason=made.reason, since=event.started_on,
            by=by, at=at,
        )  # fmt: skip
    _tell_followers(made)
    _note("force_majeure.relieved", event, by=by, at=at, clause=made.clause_number, until=made.until)
    return made


@transaction.atomic
def lift(made: Relief, *, reason: str, by: User, at: datetime) -> Relief:
    """Take a relief back, with a reason."""
    event = _locked(made.event)
    found: Relief = Relief.objects.select_for_update(no_key=True).get(pk=made.pk)
    if found.lifted_on is not None:
        raise Refused(_("这项顺延已经撤销。"))
    if found.occurrence_id is not None:
        raise Refused(_("这项顺延已经延长了所跟踪义务的到期日，延期记录不能撤销。"))
    if not reason.strip():
        raise Refused(_("请写明撤销理由。"))
    found.event, found.lifted_on, found.lifted_reason = event, timezone.localdate(at), reason.strip()[:300]
    found.save()
    _tell_followers(found)
    _note("force_majeure.relief_lifted", event, by=by, at=at, clause=found.clause_number)
    return found


def _check_occurrence(event: ForceMajeure, what: PutOff, row: ObligationOccurrence) -> None:
    """The tracked obligation is of this agreement and of the debtor, and due on the day that was said."""
    if row.obligation.agreement_id != event.agreement_id:
        raise Refused(_("这项履行事项属于另一份协议。"))
    if row.obligation.side not in {what.debtor, "both"}:
        raise Refused(_("只有受影响一方的义务可以顺延。"))
    if row.due_on != what.due_on:
        raise Refused(_("该履行事项的到期日是 %(day)s，请核对。") % {"day": row.due_on})


def _tell_followers(made: Relief) -> None:
    for follower in _followers:
        follower(made)


def _locked(event: ForceMajeure) -> ForceMajeure:
    rows = ForceMajeure.objects.select_related("agreement", "notice")
    found: ForceMajeure = rows.select_for_update(of=("self",), no_key=True).get(pk=event.pk)
    return found


def _note(action: str, event: ForceMajeure, *, by: User, at: datetime, **data: object) -> None:
    record(
        action,
        obj=event,
        by=by,
        at=at,
        organisation_id=event.agreement.party_b_id,
        agreement_id=event.agreement_id,
        data={"party": event.party, "started_on": event.started_on, "state": event.state, **data},
    )
