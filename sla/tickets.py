"""Tickets: the verbs.  Each is one transaction: lock the ticket, move its clocks, write the timeline, tell people."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
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
from sla.judging import cancel as cancel_clock
from sla.judging import pause, reopen, resume, stop
from sla.models import Ticket, TicketEntry
from sla.numbering import next_ticket_number
from sla.priority import priority_of
from sla.promises import RESPONSE, SOLUTION
from sla.replay import AWAITING_PARTY_B
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
    """Ask Party B for what only it can tell: the solution clock pauses until it replies."""
    act = begin("ask_party_b", ticket, at=at, by=by)
    words = _said(text, _("请写明需要乙方补充什么。"))
    pause(act.dials[SOLUTION], at=act.at, by=by, reason=AWAITING_PARTY_B)
    return finish(act, Kind.ASKED, words, files)


@transaction.atomic
def reply(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """Party B says something.  If Party A was waiting for it, the solution clock runs on at once."""
    act = begin("reply", ticket, at=at, by=by)
    words = _said(text, _("请填写回复内容。"))
    if act.ticket.state == Ticket.State.AWAITING_B:
        resume(act.dials[SOLUTION], at=act.at, by=by, reason=AWAITING_PARTY_B)
    return finish(act, Kind.REPLIED, words, files)


@transaction.atomic
def propose(ticket: Ticket, *, at: datetime, by: User, text: str, files: Files = ()) -> Ticket:
    """Propose a solution: stops the solution clock and judges it.  Clause 7.3.2."""
    act = begin("propose", ticket, at=at, by=by)
    words = _said(text, _("请写明解决方案。"))
    if act.ticket.state == Ticket.State.AWAITING_B:
        resume(act.dials[SOLUTION], at=act.at, by=by, reason=AWAITING_PARTY_B)
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
    """Party B disputes the solution: the same solution clock goes on, the time since the proposal left out."""
    act = begin("dispute", ticket, at=at, by=by)
    words = _said(text, _("请写明异议理由。"))
    reopen(act.dials[SOLUTION], at=act.at, by=by)
    return finish(act, Kind.DISPUTED, words, files)


@transaction.atomic
def close(ticket: Ticket, *, at: datetime, by: User, text: str = "") -> Ticket:
    """Close a ticket that Party B has confirmed."""
    act = begin("close", ticket, at=at, by=by)
    act.ticket.closed_at = act.at
    return finish(act, Kind.CLOSED, text)


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
        priority=priority_of(report.impact, report.urgency),
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
    if not Agreement.objects.in_force_on(timezone.localdate(at)).filter(pk=agreement.pk).exists():
        raise Refused(_("协议 %(number)s 目前不在有效期内，不能提交报告，请联系甲方。") % {"number": agreement.number})
    if agreement.effective_on and timezone.localdate(found_at) < agreement.effective_on:
        raise Refused(_("发现时间早于协议生效日期 %(day)s，请核对日期。") % {"day": agreement.effective_on.isoformat()})


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
