"""Onboarding: told by a notice, started by its arrival, connected by a joint test (clause 3.1.1)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import papers, serving
from contracts.models import Agreement, AgreementItem, InterfaceSpec, OnboardingTask, Paper, ServedNotice
from contracts.sharing_news import News, tell_holders, tell_party_b
from journal.models import Event
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.published import Reckoned
from worktime.workdays import RollOver, WorkdayCalendar, civil_period_end

State = OnboardingTask.State
HANDLE = "contracts.handle_onboarding"
CLAUSE = "3.1.1"


@dataclass(frozen=True, kw_only=True)
class Term:
    """Within how many working or natural days after the notice arrived Party B connects; no days when not agreed."""

    agreed_days: int | None = None
    day_kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """The notice to connect: what it says, how and when it went out, and the letter when there is one."""

    subject: str
    text: str
    channel: str
    sent_at: datetime
    file: Any = None


@transaction.atomic
def begin(agreement: Agreement, shared: AgreementItem | None, *, term: Term, by: User, at: datetime) -> OnboardingTask:
    """Begin Party B's way to the platform, or to one shared item.  Refused while another one of the kind stands."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.state not in {Agreement.State.IN_FORCE, Agreement.State.SUSPENDED}:
        raise Refused(_("只有已生效的协议可以办理接入。"))
    if shared is not None and shared.agreement_id != agreement.pk:
        raise Refused(_("这项共享信息不属于该协议。"))
    if agreement.onboarding.standing().filter(shared_item=shared).exists():
        raise Refused(_("同样的接入任务正在办理或已经完成，请勿重复登记。"))
    if (term.agreed_days is None) != (not term.day_kind) or term.agreed_days == 0:
        raise Refused(_("约定期限要写全：多少个工作日，或者多少天；没有约定的都不填。"))
    task = OnboardingTask(agreement=agreement, shared_item=shared, agreed_days=term.agreed_days, day_kind=term.day_kind)
    task.save()
    _note("onboarding.begun", task, by=by, at=at)
    return task


@transaction.atomic
def notify(task: OnboardingTask, message: Message, *, by: User, at: datetime) -> OnboardingTask:
    """Write and send Party A's notice to connect.  The way starts when it arrives, not now."""
    task = _locked(task)
    _need_no_notice(task)
    writing = serving.Writing(
        kind=ServedNotice.Kind.ONBOARDING,
        sender=ServedNotice.Side.A,
        subject=message.subject,
        text=message.text,
        clause_number=CLAUSE,
    )
    notice = serving.write(task.agreement, writing, file=message.file, by=by, at=at)
    task.notice = serving.send(notice, channel=message.channel, sent_at=message.sent_at, by=by, at=at)
    task.save()
    event = _note("onboarding.notified", task, by=by, at=at)
    news = News(
        key=f"onboarding/{task.pk}/notice/{notice.pk}",
        kind="onboarding.notified",
        subject=lambda: _("甲方发来接入通知：%(subject)s") % {"subject": notice.subject},
        body=lambda: _("请在门户中确认收到；对接自收到通知之日起算。"),
        url=reverse("contracts:onboarding"),
    )
    tell_party_b(task.agreement, news, event=event, at=at)
    return task


@transaction.atomic
def attach(task: OnboardingTask, notice: ServedNotice, *, by: User, at: datetime) -> OnboardingTask:
    """Let a notice to connect that was sent before start this task.  Refused for one of another kind or agreement."""
    task = _locked(task)
    _need_no_notice(task)
    if notice.agreement_id != task.agreement_id or notice.kind != ServedNotice.Kind.ONBOARDING:
        raise Refused(_("请选择本协议的接入通知。"))
    if notice.state == ServedNotice.State.DRAFT:
        raise Refused(_("这份通知还没有发出。"))
    if OnboardingTask.objects.filter(notice=notice).exists():
        raise Refused(_("这份通知已经用于另一项接入任务。"))
    task.notice = notice
    task.save()
    _note("onboarding.attached", task, by=by, at=at, notice=notice.pk)
    return task


@transaction.atomic
def acknowledge(task: OnboardingTask, *, by: User, at: datetime) -> OnboardingTask:
    """Party B confirms in the portal that the notice has arrived; the way starts now (Civil Code 137)."""
    task = _locked(task)
    if task.notice is None or task.notice.state != ServedNotice.State.SENT:
        raise Refused(_("没有等待确认收到的接入通知。"))
    task.notice = serving.receive(task.notice, received_at=at, received_by=by.get_full_name(), by=by, at=at)
    event = _note("onboarding.acknowledged", task, by=by, at=at, channel=ServedNotice.Channel.PORTAL.value)
    _tell_staff(task, event, at=at)
    return task


@transaction.atomic
def start(task: OnboardingTask, *, by: User, at: datetime) -> OnboardingTask:
    """Notified to connecting.  Refused before the notice has arrived."""
    task = _locked(task)
    if task.state != State.WAITING:
        raise Refused(_("对接已经开始。"))
    if task.stage != "notified":
        raise Refused(_("接入通知还没有送达，对接自乙方收到通知起算。"))
    return _move(task, State.CONNECTING, "onboarding.started", by=by, at=at)


@transaction.atomic
def ready(task: OnboardingTask, *, by: User, at: datetime) -> OnboardingTask:
    """Connecting to testing: both parties test together."""
    task = _locked(task)
    if task.state != State.CONNECTING:
        raise Refused(_("只有对接中的任务可以进入联调。"))
    return _move(task, State.TESTING, "onboarding.testing", by=by, at=at)


@transaction.atomic
def send_back(task: OnboardingTask, *, reason: str, by: User, at: datetime) -> OnboardingTask:
    """Testing back to connecting, with what went wrong."""
    task = _locked(task)
    if task.state != State.TESTING:
        raise Refused(_("只有联调中的任务可以退回对接。"))
    return _move(task, State.CONNECTING, "onboarding.sent_back", reason=_reason(reason), by=by, at=at)


@transaction.atomic
def connect(
    task: OnboardingTask, *, connected_on: date, file: Any, spec: InterfaceSpec | None = None, by: User, at: datetime
) -> OnboardingTask:
    """Testing to connected, with the report of the joint test and the version of the interface that was tested."""
    task = _locked(task)
    if task.state != State.TESTING or task.notice is None or task.notice.received_at is None:
        raise Refused(_("只有联调中的任务可以登记接入。"))
    received_on = timezone.localdate(task.notice.received_at)
    if not received_on <= connected_on <= timezone.localdate(at):
        raise Refused(_("接入日期不能早于收到通知之日，也不能晚于今天。"))
    _check_spec(task, spec)
    task.report = papers.keep(
        task.agreement, file, kind=Paper.Kind.EVIDENCE, title=_("联调报告"), for_party_b=True, by=by, at=at
    )
    task.connected_on, task.spec = connected_on, spec
    return _move(task, State.CONNECTED, "onboarding.connected", by=by, at=at)


@transaction.atomic
def move_to_spec(task: OnboardingTask, *, spec: InterfaceSpec, by: User, at: datetime) -> OnboardingTask:
    """Record that a connected Party B now uses another version of the interface."""
    task = _locked(task)
    if task.state != State.CONNECTED:
        raise Refused(_("只有已接入的任务可以更换接口版本。"))
    _check_spec(task, spec)
    if task.spec_id == spec.pk:
        raise Refused(_("已经使用这个接口版本。"))
    task.spec = spec
    return _move(task, State.CONNECTED, "onboarding.spec_changed", by=by, at=at)


@transaction.atomic
def stop(task: OnboardingTask, *, reason: str, by: User, at: datetime) -> OnboardingTask:
    """Stop a task that is not connected, with a reason that Party B reads."""
    task = _locked(task)
    if task.state in {State.CONNECTED, State.STOPPED}:
        raise Refused(_("已接入或已中止的任务不能中止。"))
    return _move(task, State.STOPPED, "onboarding.stopped", reason=_reason(reason), by=by, at=at)


def stage_words(task: OnboardingTask) -> str:
    """Where the task is, in words."""
    between = {"sent": _("待乙方签收"), "notified": _("已通知")}
    return between.get(task.stage) or str(task.get_state_display())


def days_since(task: OnboardingTask, today: date) -> int | None:
    """Days since the notice arrived, until Party B was connected; None before it arrived."""
    if task.notice is None or task.notice.received_at is None:
        return None
    until = task.connected_on or today
    return (until - timezone.localdate(task.notice.received_at)).days


def due_of(task: OnboardingTask, workdays: WorkdayCalendar) -> Reckoned[date] | None:
    """The last day of the agreed term, counted from the arrival; None when nothing is agreed or nothing arrived."""
    if not task.agreed_days or task.notice is None or task.notice.received_at is None:
        return None
    received = timezone.localdate(task.notice.received_at)
    if task.day_kind == OnboardingTask.DayKind.WORKING:
        return workdays.add_working_days(received, task.agreed_days)
    return civil_period_end(received, workdays, roll_over=RollOver.NEXT_WORKING_DAY, days=task.agreed_days)


def _check_spec(task: OnboardingTask, spec: InterfaceSpec | None) -> None:
    if spec is not None and (task.shared_item is None or spec.item_id != task.shared_item.item_id):
        raise Refused(_("接口版本与共享信息不一致，请重新选择。"))
    if spec is None and task.shared_item is not None and task.shared_item.item.specs.exists():
        raise Refused(_("请选择联调所用的接口版本。"))


def _need_no_notice(task: OnboardingTask) -> None:
    if task.state != State.WAITING or task.notice is not None:
        raise Refused(_("这项接入任务已经有接入通知。"))


def _locked(task: OnboardingTask) -> OnboardingTask:
    rows = OnboardingTask.objects.select_related("agreement__party_b", "notice", "shared_item__item", "spec")
    found: OnboardingTask = rows.select_for_update(no_key=True, of=("self",)).get(pk=task.pk)
    return found


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(_("请写明原因，乙方可以看到。"))
    return text.strip()


def _move(task: OnboardingTask, state: str, action: str, *, reason: str = "", by: User, at: datetime) -> OnboardingTask:
    task.state, task.state_reason = state, reason
    task.save()
    event = _note(action, task, by=by, at=at, reason=reason)
    if by.is_staff:
        news = News(
            key=f"onboarding/{task.pk}/{event.seq}",
            kind=action,
            subject=lambda: _("接入进展：%(task)s %(state)s") % {"task": task, "state": stage_words(task)},
            body=lambda: reason or str(task),
            url=reverse("contracts:onboarding"),
        )
        tell_party_b(task.agreement, news, event=event, at=at)
    else:
        _tell_staff(task, event, at=at)
    return task


def _tell_staff(task: OnboardingTask, event: Event, *, at: datetime) -> None:
    news = News(
        key=f"onboarding/{task.pk}/{event.seq}",
        kind=event.action,
        subject=lambda: _("接入进展：%(task)s %(state)s") % {"task": task, "state": stage_words(task)},
        body=lambda: str(task),
        url=reverse("admin:contracts_onboardingtask_change", args=[task.pk]),
    )
    tell_holders(HANDLE, news, event=event, at=at)


def _note(action: str, task: OnboardingTask, *, by: User, at: datetime, reason: str = "", **data: object) -> Event:
    return record(
        action,
        obj=task,
        by=by,
        at=at,
        reason=reason,
        organisation_id=task.agreement.party_b_id,
        agreement_id=task.agreement_id,
        data={"state": str(task.state), **data},
    )
