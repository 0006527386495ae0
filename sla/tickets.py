"""Tickets: the verbs of a report's life.  One transaction each: lock the ticket, move its clocks, tell people."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Agreement
from contracts.terms import terms_on
from people.models import User
from people.refusal import Refused
from sla import clocks
from sla.acts import Act, begin, finish, second
from sla.clocks import Dial
from sla.judging import cancel as cancel_clock
from sla.judging import pause, resume, retarget, stop
from sla.judging import reopen as reopen_clock
from sla.models import Ticket, TicketEntry
from sla.numbering import next_ticket_number
from sla.priority import priority_of
from sla.promises import RESPONSE, RESTORATION, SOLUTION, Promise
from sla.reopening import reopens_until
from sla.replay import AWAITING_PARTY_B, CLOSED
from sla.steps import REPORTED
from sla.targets import matrix_of
from sla.telling import moment
from worktime.calendars import CHINA, current_version
from worktime.models import Calendar, CalendarVersion

Files = Iterable[Any]
Kind = TicketEntry.Kind
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the reporter says.  reported_at: when Party B first told us; left out, it is the moment of receipt."""

    agreement: Agreement
    kind: str
    title: str
    description: str
    found_at: datetime
    impact: str = Ticket.Impact.PART.value
    urgency: str = Ticket.Urgency.MEDIUM.value
    channel: str = Ticket.Channel.PORTAL.value
    reported_at: datetime | None = None
    submission_key: uuid.UUID = field(default_factory=uuid.uuid4)


def file(report: Report, *, at: datetime, by: User, files: Files = ()) -> Ticket:
    """Receive a report: number it, pin its terms and calendar, start its clocks.

    The same submission_key again answers with the first ticket.  Raises Refused for times out of order, an agreement
    that is not in force, and files that may not be taken.
    """
    if (first := _filed_before(report, by)) is not None:
        return first
    try:
        return _file(report, at=second(at), by=by, files=files)
    except IntegrityError:
        # The same form, sent twice at the same moment: the other one has just been kept.
        if (first := _filed_before(report, by)) is not None:
            return first
        raise


@transaction.atomic
def accept(ticket: Ticket, *, at: datetime, by: User, text: str = "") -> Ticket:
    """Take charge of a ticket.  Taking charge is no answer: the response clock runs on."""
    act = begin("accept", ticket, at=at, by=by)
    act.ticket.accepted_at = act.at
    act.ticket.assignee = by
    return finish(act, Kind.ACCEPTED, text)


@transaction.atomic
def respond(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """Answer Party B, as a person: stops the response clock and judges it.  Clause 7.3.2."""
    act = begin("respond", ticket, at=at, by=by)
    words = _said(text, _("请写明给乙方的答复内容。"))
    stop(act.dials[RESPONSE], at=act.at, by=by)
    act.ticket.accepted_at = act.ticket.accepted_at or act.at
    act.ticket.responded_at = act.at
    act.ticket.assignee = act.ticket.assignee or by
    return finish(act, Kind.RESPONDED, words, files)


@transaction.atomic
def ask_party_b(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """Ask Party B for what only it can tell: the clocks of the remedy pause until it replies."""
    act = begin("ask_party_b", ticket, at=at, by=by)
    words = _said(text, _("请写明需要乙方补充什么。"))
    for dial in _remedies(act):
        if not dial.course.over:
            pause(dial, at=act.at, by=by, reason=AWAITING_PARTY_B)
    return finish(act, Kind.ASKED, words, files)


@transaction.atomic
def reply(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """Party B says something.  If Party A was waiting for it, the clocks run on at once."""
    act = begin("reply", ticket, at=at, by=by)
    words = _said(text, _("请填写回复内容。"))
    _end_wait(act)
    return finish(act, Kind.REPLIED, words, files)


@transaction.atomic
def propose(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """Propose a solution: stops the solution clock and judges it.  Clause 7.3.2."""
    act = begin("propose", ticket, at=at, by=by)
    words = _said(text, _("请写明解决方案。"))
    _end_wait(act)
    stop(act.dials[SOLUTION], at=act.at, by=by)
    act.ticket.proposed_at = act.at
    return finish(act, Kind.PROPOSED, words, files)


@transaction.atomic
def confirm(ticket: Ticket, *, at: datetime, by: User, text: str = "") -> Ticket:
    """Party B confirms that the solution holds."""
    act = begin("confirm", ticket, at=at, by=by)
    act.ticket.confirmed_at = act.at
    return finish(act, Kind.CONFIRMED, text)


@transaction.atomic
def dispute(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """Party B disputes the solution: the same clocks go on, the time since they stopped left out."""
    act = begin("dispute", ticket, at=at, by=by)
    words = _said(text, _("请写明异议理由。"))
    _go_on(act)
    return finish(act, Kind.DISPUTED, words, files)


@transaction.atomic
def close(ticket: Ticket, *, at: datetime, by: User, text: str = "") -> Ticket:
    """Close a ticket that Party B has confirmed.  Refused while an agreed restoration is still open."""
    act = begin("close", ticket, at=at, by=by)
    if RESTORATION in act.dials and not act.dials[RESTORATION].course.over:
        raise Refused(_("协议约定了恢复时限，请先登记故障恢复，再关闭。"))
    act.ticket.closed_at = act.at
    return finish(act, Kind.CLOSED, text)


@transaction.atomic
def restore(ticket: Ticket, *, at: datetime, by: User, text: str = "", files: Files = ()) -> Ticket:
    """The service runs again: stops the restoration clock, if one was agreed.  It is no proposed solution."""
    act = begin("restore", ticket, at=at, by=by)
    if act.ticket.kind != Ticket.Kind.FAULT and RESTORATION not in act.dials:
        raise Refused(_("只有故障报告需要登记恢复。"))
    if act.ticket.restored_at is not None:
        raise Refused(_("这份报告已于 %(at)s 登记恢复。") % {"at": moment(act.ticket.restored_at)})
    if RESTORATION in act.dials:
        stop(act.dials[RESTORATION], at=act.at, by=by)
    act.ticket.restored_at = act.at
    return finish(act, Kind.RESTORED, text, files)


@transaction.atomic
def reopen(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """A confirmed or closed ticket is not solved after all.

    Inside the agreed window the same clocks go on, the time since they stopped left out; after it, or where no window
    is agreed, a new cycle begins as for a report received now.  Raises Refused when a new cycle is needed and the
    agreement is no longer in force.
    """
    act = begin("reopen", ticket, at=at, by=by)
    words = _said(text, _("请写明为什么重新打开。"))
    act.data = {"state": act.ticket.state}
    if _in_window(act):
        _go_on(act, reason=CLOSED)
    else:
        _begin_again(act, by)
    act.ticket.confirmed_at = act.ticket.closed_at = None
    return finish(act, Kind.REOPENED, words, files)


@transaction.atomic
def reprioritise(ticket: Ticket, *, at: datetime, by: User, priority: int, text: str) -> Ticket:
    """Party A sets the priority anew, with a reason that Party B reads; the running clocks get its targets.

    What was consumed stays.  Already over: the promise breaks now.  A lower priority never unmakes a breach.
    """
    act = begin("reprioritise", ticket, at=at, by=by)
    words = _said(text, _("请写明调整优先级的理由，乙方会看到。"))
    if priority not in Ticket.Priority.values:
        raise Refused(_("没有这个优先级，请重新选择。"))
    if priority == act.ticket.priority:
        raise Refused(_("这份报告已经是 %(level)s。") % {"level": act.ticket.get_priority_display()})
    act.data = {"from": act.ticket.priority, "to": priority, "clocks": []}
    act.ticket.priority = priority
    promises = clocks.promises_on(act.ticket)
    if RESTORATION in promises and RESTORATION not in act.dials:
        act.dials[RESTORATION] = clocks.start_late(act.ticket, act.dials[SOLUTION].clock, RESTORATION, by=by, at=act.at)
    for kind, dial in act.dials.items():
        promise = promises.get(kind, Promise(target=None))
        if retarget(dial, promise, at=act.at, by=by, reason=words[:300]):
            act.data["clocks"].append(kind)
    return finish(act, Kind.PRIORITY, words)


@transaction.atomic
def cancel(ticket: Ticket, *, at: datetime, by: User, text: str) -> Ticket:
    """Withdraw a ticket (Party B) or strike one filed by mistake (operations).  What was broken before stays broken."""
    act = begin("cancel", ticket, at=at, by=by)
    words = _said(text, _("请写明撤销原因。"))
    for dial in act.dials.values():
        if dial.clock.stopped_at is None:
            cancel_clock(dial, at=act.at, by=by, reason=words[:300])
    act.ticket.cancelled_at = act.at
    return finish(act, Kind.CANCELLED, words)


@transaction.atomic
def reassign(ticket: Ticket, *, at: datetime, by: User, to: User, text: str = "") -> Ticket:
    """Give a ticket to another person of operations."""
    act = begin("reassign", ticket, at=at, by=by)
    if not to.is_active or not to.has_perm("sla.handle_ticket"):
        raise Refused(_("%(name)s 不能处理故障报告，请选择其他人员。") % {"name": to})
    if act.ticket.assignee_id == to.pk:
        raise Refused(_("这份报告已经由 %(name)s 负责。") % {"name": to})
    before = act.ticket.assignee
    act.ticket.assignee = to
    act.data = {"from": str(before or ""), "to": str(to)}
    return finish(act, Kind.REASSIGNED, text)


@transaction.atomic
def note(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """Keep an internal note, which Party B never sees."""
    act = begin("note", ticket, at=at, by=by)
    return finish(act, Kind.NOTE, _said(text, _("请填写备注内容。")), files)


def _remedies(act: Act) -> list[Dial]:
    """The clocks that may pause and be reopened: of the solution and, where agreed, of the restoration."""
    return [act.dials[kind] for kind in (SOLUTION, RESTORATION) if kind in act.dials]


def _end_wait(act: Act) -> None:
    for dial in _remedies(act):
        resume(dial, at=act.at, by=act.by, reason=AWAITING_PARTY_B)


def _go_on(act: Act, *, reason: str = "") -> None:
    """The stopped clocks of the promised remedy go on; a response that was given stays given."""
    for dial in _remedies(act):
        if dial.course.over:
            reopen_clock(dial, at=act.at, by=act.by, reason=reason)
    act.ticket.proposed_at = act.ticket.restored_at = None


def _in_window(act: Act) -> bool:
    """Whether the ticket is reopened while the agreed window lasts."""
    dial, ended = act.dials[SOLUTION], act.ticket.closed_at or act.ticket.confirmed_at
    days = dial.course.reopen_days
    return days is not None and ended is not None and act.at < reopens_until(dial.calendar, ended, days)


def _begin_again(act: Act, by: User) -> None:
    """A new cycle: the ticket waits to be accepted, under the terms that apply now."""
    ticket, day = act.ticket, timezone.localdate(act.at)
    _demand_in_force(ticket.agreement, day)
    ticket.version = terms_on(ticket.agreement, day)
    days = _calendar_version(ticket.version.support_hours)
    for dial in act.dials.values():
        if not dial.course.over:
            cancel_clock(dial, at=act.at, by=by, reason=CLOSED)
    clocks.start_again(ticket, act.dials.values(), calendar_version=days, by=by, at=act.at)
    act.leads_to = REPORTED
    act.data["cycle"] = 1 + max(dial.clock.cycle for dial in act.dials.values())
    ticket.accepted_at = ticket.responded_at = ticket.proposed_at = ticket.restored_at = None


@transaction.atomic
def _file(report: Report, *, at: datetime, by: User, files: Files) -> Ticket:
    if report.kind not in Ticket.Kind.values:
        raise Refused(_("没有这种报告类型，请重新选择。"))
    reported_at = second(report.reported_at or at)
    found_at = second(report.found_at)
    _demand_order(report.agreement, found_at, reported_at, at)
    version = terms_on(report.agreement, timezone.localdate(at))
    calendar_version = _calendar_version(version.support_hours)
    ticket = Ticket(
        number=next_ticket_number(at),
        agreement=report.agreement,
        version=version,
        kind=report.kind,
        priority=priority_of(report.impact, report.urgency, matrix_of(version)),
        title=_titled(report.title),
        description=_said(report.description, _("请写明发生了什么。")),
        impact=report.impact,
        urgency=report.urgency,
        channel=report.channel,
        found_at=found_at,
        reported_at=reported_at,
        received_at=at,
        reporter=by,
        submission_key=report.submission_key,
    )
    ticket._history_user = by  # type: ignore[attr-defined]
    ticket.save(force_insert=True)
    started = clocks.start_all(ticket, calendar_version=calendar_version, by=by, at=at)
    dials = {clock.kind: clocks.dial_of(clock) for clock in started}
    return finish(Act("file", ticket, at, by, dials), Kind.FILED, "", files)


def _filed_before(report: Report, by: User) -> Ticket | None:
    """The ticket that this submission made before.  Raises Refused when another person's form had the same key."""
    first: Ticket | None = Ticket.objects.filter(submission_key=report.submission_key).first()
    if first is not None and first.reporter_id != by.pk:
        raise Refused(_("表单已失效，请重新打开页面再提交。"))
    return first


def _demand_order(agreement: Agreement, found_at: datetime, reported_at: datetime, at: datetime) -> None:
    if found_at > at:
        raise Refused(_("发现时间不能晚于现在，请核对日期和时间。"))
    if reported_at > at:
        raise Refused(_("报告时间不能晚于收到时间，请核对日期和时间。"))
    if found_at > reported_at:
        raise Refused(_("发现时间不能晚于报告时间，请核对日期和时间。"))
    _demand_in_force(agreement, timezone.localdate(at))
    if agreement.effective_on and timezone.localdate(found_at) < agreement.effective_on:
        raise Refused(_("发现时间早于协议生效日期 %(day)s，请核对日期。") % {"day": agreement.effective_on.isoformat()})


def _demand_in_force(agreement: Agreement, day: date) -> None:
    if not Agreement.objects.in_force_on(day).filter(pk=agreement.pk).exists():
        raise Refused(_("协议 %(number)s 目前不在有效期内，不能提交报告，请联系甲方。") % {"number": agreement.number})


def _calendar_version(hours: Any) -> CalendarVersion:
    """The newest version of the calendar on which the terms count.  Raises Refused when there is none."""
    calendar = hours.calendar if hours is not None else Calendar.objects.filter(code=CHINA).first()
    if calendar is None:
        raise Refused(_("系统还没有工作日历，无法计算时限，请联系甲方管理员。"))
    return current_version(calendar)


def _titled(title: str) -> str:
    words = " ".join(_said(title, _("请填写标题。")).split())
    if len(words) > LONGEST_TITLE:
        raise Refused(_("标题太长，最多 %(most)s 字。") % {"most": LONGEST_TITLE})
    return words


def _said(text: str, otherwise: str) -> str:
    """The words, trimmed.  Raises Refused when there are none."""
    words = text.strip()
    if not words:
        raise Refused(otherwise)
    return words
