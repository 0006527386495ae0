"""The life of an agreement, each move a verb with its refusals."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from contracts import exits, life_news, parties, renewing, signing, term
from contracts.deciding import last_day, still_open
from contracts.models import Agreement, AgreementVersion, Suspension, TermChange
from journal.models import Approval, Event
from journal.recording import record
from people.models import User
from people.refusal import Refused

State = Agreement.State
FOR_SIGNATURE = frozenset({State.FOR_SIGNING, State.PARTLY_SIGNED})
RUNNING = frozenset({State.IN_FORCE, State.SUSPENDED})
INSTANT = timedelta(microseconds=1)
ENDED = frozenset({State.EXPIRED, State.TERMINATED})


def _locked(agreement: Agreement) -> Agreement:
    locked: Agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    return locked


def _label(model: type[Model], field: str) -> str:
    return str(cast("Field[Any, Any]", model._meta.get_field(field)).verbose_name)


def original_of(agreement: Agreement) -> AgreementVersion | None:
    """The version that is signed as the agreement itself, with its agreement at hand."""
    version: AgreementVersion | None = (
        agreement.versions.filter(kind=AgreementVersion.Kind.ORIGINAL).order_by("number").last()
    )
    if version is not None:
        version.agreement = agreement
    return version


def open_blanks(agreement: Agreement) -> list[str]:
    """Names of every blank that keeps the agreement from signing (clauses 1.3.1, 4.2.1, 6.2.1, 7.1.2, 7.3.2)."""
    names = [_label(Agreement, field) for field in ("term_years", "ends_on") if getattr(agreement, field) is None]
    version = agreement.versions.order_by("number").last()
    if version is None:
        return [*names, _("协议条款")]
    names += [_label(AgreementVersion, field) for field in version.open_blanks]
    hours = version.support_hours
    if hours is not None and hours.weekends_served is None:
        names.append(_("周末是否提供支持"))
    if hours is not None and hours.makeup_days_served is None:
        names.append(_("调休上班日是否提供支持"))
    return [*names, *still_open(version), *renewing.unchecked(agreement)]


@transaction.atomic
def open_for_signing(agreement: Agreement, *, by: User | None, at: datetime) -> Agreement:
    """Draft to for signing.  Refused while a blank is open, and for a term that ends before it starts."""
    agreement = _locked(agreement)
    if agreement.state != State.DRAFT:
        raise Refused(_("只有草稿可以提交签署。"))
    if blanks := open_blanks(agreement):
        raise Refused(_("以下内容还没有填写，填好后再提交签署：%(blanks)s") % {"blanks": "、".join(blanks)})
    version = _original(agreement)
    if starts_on := agreement.agreed_effective_on or agreement.signed_on:
        require_term(last_day(version, starts_on), starts_on=starts_on)
    parties.freeze(agreement, by=by, at=at)
    agreement.state = State.FOR_SIGNING
    agreement.save()
    signing.open_version(version, by=by, at=at)
    note("agreement.for_signing", agreement, by=by, at=at)
    return agreement


@transaction.atomic
def put_in_force(
    agreement: Agreement, *, signed_on: date, effective_on: date, by: User | None, at: datetime
) -> Agreement:
    """For signing to in force: the terms apply from the effective date (clause 1.3.1).

    The inner verb of activation: it asks neither for marks nor for a second person (contracts.activating does).
    """
    agreement = _locked(agreement)
    if agreement.state not in FOR_SIGNATURE:
        raise Refused(_("只有待签署的协议可以生效，请先提交签署。"))
    if effective_on < signed_on:
        raise Refused(_("生效日期不能早于订立日期。"))
    version = _original(agreement)
    agreement.written_ends_on = agreement.ends_on
    agreement.ends_on = last_day(version, effective_on)
    require_term(agreement.ends_on, starts_on=effective_on)
    agreement.signed_on, agreement.effective_on = signed_on, effective_on
    agreement.state = State.IN_FORCE
    agreement.save()
    if agreement.ends_on is not None and agreement.ends_on != agreement.written_ends_on:
        TermChange.objects.create(
            agreement=agreement,
            kind=TermChange.Kind.DECISION,
            version=version,
            old_end=agreement.written_ends_on,
            new_end=agreement.ends_on,
            by=by,
            at=at,
        )
    version.state = AgreementVersion.State.ACTIVE
    version.effective_from = effective_on
    version.save()
    note("agreement.in_force", agreement, by=by, at=at)
    return agreement


def _original(agreement: Agreement) -> AgreementVersion:
    version = original_of(agreement)
    if version is None:
        raise Refused(_("协议还没有条款，不能签署。"))
    return version


@dataclass(frozen=True, kw_only=True)
class Halt:
    """What a suspension holds back (choices of Suspension.Scope), why, and from which instant."""

    scope: str
    reason: str
    starts_at: datetime
    scope_note: str = ""


@transaction.atomic
def suspend(
    agreement: Agreement, halt: Halt, *, approval: Approval | None = None, by: User | None, at: datetime
) -> Suspension:
    """Suspend from the instant named, or from now when that has passed: never backwards.

    The inner verb: it rests on the approval it is given (contracts.suspending asks for one).  Refused unless the
    agreement runs, while a suspension is open, after its last day, and without a reason.
    """
    agreement = _locked(agreement)
    require_suspendable(agreement, halt, at=at)
    starts_at = max(halt.starts_at, at)
    made = Suspension.objects.create(
        agreement=agreement,
        scope=halt.scope,
        scope_note=halt.scope_note.strip()[:300],
        reason=halt.reason.strip()[:300],
        starts_at=starts_at,
        approval=approval,
        suspended_by=by,
    )
    if starts_at <= at:
        agreement.state = State.SUSPENDED
        agreement.save()
    note("agreement.suspended", agreement, by=by, at=at, reason=made.reason, starts_at=starts_at, scope=made.scope)
    return made


def require_suspendable(agreement: Agreement, halt: Halt, *, at: datetime) -> None:
    """Refuse what suspend refuses; the agreement's row is locked."""
    if agreement.state not in RUNNING:
        raise Refused(_("只有生效中的协议可以暂停。"))
    if agreement.suspensions.open().exists():
        raise Refused(_("协议已经暂停，或者已有定好时间的暂停，请先恢复。"))
    if not halt.reason.strip():
        raise Refused(_("请写明暂停的理由。"))
    if halt.scope == Suspension.Scope.PART and not halt.scope_note.strip():
        raise Refused(_("只暂停部分服务的，请写明是哪些。"))
    if agreement.ends_on is not None and max(halt.starts_at, at) >= term.runs_out_at(agreement.ends_on):
        raise Refused(_("暂停时间不能晚于协议的终止日期。"))


@transaction.atomic
def begin_suspension(agreement: Agreement, *, by: User | None, at: datetime) -> Agreement:
    """A suspension that was set for an instant has begun: the agreement is suspended.  Refused before it."""
    agreement = _locked(agreement)
    if agreement.state != State.IN_FORCE or not agreement.suspensions.open().holding(at).exists():
        raise Refused(_("没有到时间的暂停。"))
    agreement.state = State.SUSPENDED
    agreement.save()
    note("agreement.suspension_began", agreement, by=by, at=at)
    return agreement


@transaction.atomic
def lift(
    agreement: Agreement, *, reason: str, approval: Approval | None = None, by: User | None, at: datetime
) -> Suspension:
    """Lift the open suspension now; one that has not begun ends empty.  Refused without a reason or a suspension."""
    agreement = _locked(agreement)
    if not reason.strip():
        raise Refused(_("请写明恢复的理由。"))
    lifted = _end_suspension(agreement, at=at, reason=reason.strip()[:300], by=by, approval=approval)
    if agreement.state not in RUNNING or lifted is None:
        raise Refused(_("协议没有暂停，不需要恢复。"))
    agreement.state = State.IN_FORCE
    agreement.save()
    note("agreement.lifted", agreement, by=by, at=at, reason=lifted.lift_reason)
    return lifted


@transaction.atomic
def expire(agreement: Agreement, *, by: User | None, at: datetime) -> Agreement:
    """The term ran out at 24:00 of its last day, suspended or not: a suspension does not lengthen the term.

    Refused before that instant, and unless the agreement runs.
    """
    agreement = _locked(agreement)
    if agreement.state not in RUNNING:
        raise Refused(_("只有生效中的协议会届满。"))
    if agreement.ends_on is None or at < term.runs_out_at(agreement.ends_on):
        raise Refused(_("协议还没有届满。"))
    return _end(agreement, State.EXPIRED, ended_at=term.runs_out_at(agreement.ends_on), by=by, at=at)


@transaction.atomic
def terminate(agreement: Agreement, *, ended_at: datetime, by: User, at: datetime) -> Agreement:
    """The agreement ended early, at an instant (contracts.terminating finds it).  The inner verb of termination.

    An agreement that expired meanwhile was terminated all the same when that instant came first.
    """
    agreement = _locked(agreement)
    expired_later = agreement.state == State.EXPIRED and agreement.ended_at and ended_at < agreement.ended_at
    if agreement.state not in RUNNING and not expired_later:
        raise Refused(_("只有生效中的协议可以解除。"))
    if agreement.ends_on is not None and ended_at >= term.runs_out_at(agreement.ends_on):
        raise Refused(_("协议在解除生效之前已经届满。"))
    if ended_at > at:
        raise Refused(_("解除还没有生效。"))
    return _end(agreement, State.TERMINATED, ended_at=ended_at, by=by, at=at)


@transaction.atomic
def close(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """Ended to closed.  Refused while an exit task is open; what survives the agreement stays alive."""
    agreement = _locked(agreement)
    if agreement.state not in ENDED:
        raise Refused(_("协议届满或者解除以后才能关闭。"))
    left = [str(task.get_kind_display()) for task in agreement.exit_tasks.unsettled()]
    if left:
        raise Refused(_("还有退出事项没有办结：%(left)s。") % {"left": "、".join(left)})
    agreement.state = State.CLOSED
    agreement.save()
    note("agreement.closed", agreement, by=by, at=at)
    return agreement


def _end(agreement: Agreement, state: State, *, ended_at: datetime, by: User | None, at: datetime) -> Agreement:
    words = _("协议届满") if state == State.EXPIRED else _("协议解除")
    _end_suspension(agreement, at=ended_at, reason=words, by=by, approval=None)
    agreement.state, agreement.ended_at = state, ended_at
    agreement.save()
    exits.make_tasks(agreement, ended_on=term.today_at(ended_at - INSTANT))
    event = note(f"agreement.{state.value}", agreement, by=by, at=at, ended_at=ended_at)
    life_news.tell_of_end(agreement, event=event, at=at)
    return agreement


def _end_suspension(
    agreement: Agreement, *, at: datetime, reason: str, by: User | None, approval: Approval | None
) -> Suspension | None:
    found: Suspension | None = agreement.suspensions.open().first()
    if found is not None:
        found.ends_at, found.lift_reason = max(at, found.starts_at), reason
        found.lifted_by, found.lift_approval = by, approval
        found.save()
    return found


def require_term(ends_on: date | None, *, starts_on: date) -> None:
    """Refuse a term that ends before it starts."""
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("终止日期不能早于生效日期。"))


def note(
    action: str, agreement: Agreement, *, by: User | None, at: datetime, reason: str = "", **said: object
) -> Event:
    """Record what happened to an agreement."""
    return record(
        action,
        obj=agreement,
        by=by,
        at=at,
        reason=reason,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data={"state": agreement.state, "effective_on": str(agreement.effective_on or ""), **said},
    )
