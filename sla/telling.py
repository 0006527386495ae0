"""Telling: who gets a notice of what, in the words of their language.  Operations and Party B never share a text.

Party B is told what was done for it and of a breach; warnings are Party A's own business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _lazy

from contracts.models import Membership
from journal.models import Endpoint, Event, Notice
from journal.outbox import CHANNELS, Letter, announce, announce_at
from people import roles
from people.models import User
from sla import levels
from sla.escalation import lines_for
from sla.levels import Line
from sla.models import Breach, Chase, Clock, Ticket, TicketEntry
from sla.onlookers import watchers

Kind = TicketEntry.Kind
Level = Notice.Level
Words = Callable[[], str]
DESK_ACTIONS: dict[str, object] = {
    "queue.made": _lazy("新建队列"),
    "queue.revised": _lazy("修改队列"),
    "queue.retired": _lazy("停用队列"),
    "queue.revived": _lazy("启用队列"),
    "queue.rule_set": _lazy("设置分派规则"),
    "queue.rule_dropped": _lazy("删除分派规则"),
    "label.made": _lazy("新建标签"),
    "label.revised": _lazy("修改标签"),
    "label.retired": _lazy("停用标签"),
    "label.revived": _lazy("启用标签"),
    "canned.made": _lazy("新建答复模板"),
    "canned.revised": _lazy("修改答复模板"),
    "canned.retired": _lazy("停用答复模板"),
    "canned.revived": _lazy("启用答复模板"),
    "filter.saved": _lazy("保存筛选"),
    "filter.dropped": _lazy("删除筛选"),
}
# What the journal calls the events of this app.
ACTIONS: dict[str, object] = {
    **{f"ticket.{kind.value}": kind.label for kind in Kind},
    "clock.warned": Kind.WARNED.label,
    "clock.breached": Kind.BREACHED.label,
    "mail.filed": _lazy("来信登记为报告"),
    "mail.replied": _lazy("来信作为回复"),
    "mail.waiting": _lazy("来信待人工处理"),
    "mail.discarded": _lazy("来信不予受理"),
    "mail.ignored": _lazy("忽略自动邮件"),
    "clock.chased": _lazy("超时后升级通知"),
    "escalation.added": _lazy("登记升级规则"),
    "escalation.ended": _lazy("停用升级规则"),
    **DESK_ACTIONS,
    "target.added": gettext_lazy("增加服务时限"),
    "target.changed": gettext_lazy("修改服务时限"),
    "target.removed": gettext_lazy("删除服务时限"),
    "matrix.kept": gettext_lazy("约定优先级矩阵"),
    "report.issued": _lazy("出具服务月报"),
    "report.confirmed": _lazy("乙方确认服务月报"),
    "report.disputed": _lazy("乙方对服务月报提出异议"),
}
TO_OPERATIONS = frozenset({Kind.FILED, Kind.REPLIED, Kind.CONFIRMED, Kind.DISPUTED, Kind.CANCELLED, Kind.REOPENED})
REOPENING = frozenset({Kind.DISPUTED, Kind.REOPENED})  # after these a stopped clock may run again
TO_PARTY_B = frozenset(
    {
        Kind.FILED,
        Kind.ACCEPTED,
        Kind.RESPONDED,
        Kind.ASKED,
        Kind.PROPOSED,
        Kind.CLOSED,
        Kind.CANCELLED,
        Kind.RESTORED,
        Kind.REOPENED,
        Kind.PRIORITY,
        Kind.MERGED,
    }
)
# Watchers of Party A hear both, those of Party B what Party B hears.
NEWS = TO_OPERATIONS | TO_PARTY_B


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said to a group of people; callables speak the language of each."""

    key: str
    kind: str
    subject: Words
    body: Words
    level: str = Level.INFO.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said to Party A and, if at all, to Party B."""

    staff: Message
    theirs: Message | None = None


def tell_of_entry(ticket: Ticket, entry: TicketEntry, *, event: Event) -> None:
    """Tell those whom a new line of the timeline concerns, but not the one who wrote it."""
    if entry.kind in REOPENING:
        Chase.objects.revive(ticket.pk, at=entry.at)
    if entry.kind == Kind.REASSIGNED:
        _tell([ticket.assignee], _assigned(ticket, entry), _staff_url(ticket), event=event, at=entry.at)
    if entry.kind == Kind.ESCALATED:
        _tell(_user(entry), _escalated(ticket, entry), _staff_url(ticket), event=event, at=entry.at)
    if entry.kind == Kind.QUEUED and ticket.assignee is None:
        members = [person for person in _members(entry) if person.pk != entry.by_id]
        _tell(members, _assigned(ticket, entry), _staff_url(ticket), event=event, at=entry.at)
    looking = watchers(ticket) if entry.kind in NEWS else []
    if entry.kind in NEWS:
        told = operations(ticket) if entry.kind in TO_OPERATIONS else []
        told += [person for person in looking if person.is_staff]
        people = [person for person in told if person.pk != entry.by_id]
        _tell(people, _news(ticket, entry), _staff_url(ticket), event=event, at=entry.at)
    if entry.kind in TO_PARTY_B:
        receipt = entry.kind == Kind.FILED
        told = [*party_b(ticket), *(person for person in looking if not person.is_staff)]
        people = [person for person in told if receipt or person.pk != entry.by_id]
        _tell(
            people, _receipt(ticket, entry) if receipt else _news(ticket, entry), _url(ticket), event=event, at=entry.at
        )


def tell_of_warning(clock: Clock, *, level: int, told: int, event: Event, at: datetime) -> None:
    """Warn those whom the rules name that a share of the target is used up.  told: the share told of before."""
    message = Message(
        key=f"{key_of_clock(clock)}warned/{clock.revision}",
        kind="clock.warned",
        subject=lambda: _("%(clock)s时限已用 %(level)s%%：%(number)s %(title)s") % _about(clock, level=level),
        body=lambda: _("%(number)s 的%(clock)s时限将于 %(due)s 到期，请及时办理。") % _about(clock),
        level=Level.WARNING.value,
    )
    lines = lines_for(clock.ticket.agreement_id, clock.kind)
    spoken = levels.reached(lines, levels.SHARE, told=told, upto=level)
    _tell_as_ruled(spoken, clock.ticket, Said(staff=message), event=event, at=at)


def tell_of_breach(breach: Breach, *, event: Event) -> None:
    """Tell those whom the rules name, by default those in charge, their lead and Party B, that a promise was broken."""
    clock = breach.clock
    key = f"{key_of_clock(clock)}breached"
    staff = Message(
        key=f"{key}/a",
        kind="clock.breached",
        subject=lambda: _("%(clock)s超时：%(number)s %(title)s") % _about(clock),
        body=lambda: _("%(number)s 的%(clock)s时限已于 %(broken)s 用尽，已记为超时，请立即处理。") % _about(clock),
        level=Level.URGENT.value,
    )
    theirs = Message(
        key=f"{key}/b",
        kind="clock.breached",
        subject=lambda: _("%(clock)s超出约定时限：%(number)s %(title)s") % _about(clock),
        body=lambda: _("甲方未在约定时限内完成%(clock)s（时限至 %(due)s）。系统已记录这次超时。") % _about(clock),
        level=Level.WARNING.value,
    )
    lines = lines_for(breach.ticket.agreement_id, clock.kind)
    spoken = [line for line in lines if line.moment == levels.BREACH]
    _tell_as_ruled(spoken, breach.ticket, Said(staff=staff, theirs=theirs), event=event, at=breach.detected_at)


def tell_of_chase(clock: Clock, spoken: Sequence[Line], *, hours: int, event: Event, at: datetime) -> None:
    """Tell those whom the rules name that a broken promise has not been made good for so many support hours."""
    key = f"{key_of_clock(clock)}after/{hours}"
    staff = Message(
        key=f"{key}/a",
        kind="clock.chased",
        subject=lambda: _("%(clock)s超时已满 %(hours)s 小时：%(number)s %(title)s") % _about(clock, hours=hours),
        body=lambda: (
            _("%(number)s 的%(clock)s自 %(broken)s 超时至今仍未完成，请立即处理。") % _about(clock, hours=hours)
        ),
        level=Level.URGENT.value,
    )
    theirs = Message(
        key=f"{key}/b",
        kind="clock.chased",
        subject=lambda: _("%(clock)s超时仍在处理：%(number)s %(title)s") % _about(clock),
        body=lambda: _("这份报告的%(clock)s自 %(broken)s 超时，甲方仍在处理。") % _about(clock),
        level=Level.WARNING.value,
    )
    _tell_as_ruled(spoken, clock.ticket, Said(staff=staff, theirs=theirs), event=event, at=at)


def audience(line: Line, ticket: Ticket) -> list[User]:
    """The people whom a rule names for a ticket."""
    match line.audience:
        case levels.IN_CHARGE:
            return operations(ticket)
        case levels.QUEUE:
            return in_queue(ticket)
        case levels.OPERATIONS:
            return list(handlers())
        case levels.LEAD:
            return leads()
        case levels.PARTY_B:
            return party_b(ticket)
        case levels.PERSON:
            return list(User.objects.filter(pk=line.person or 0, is_active=True))
        case _:
            return []


def operations(ticket: Ticket) -> list[User]:
    """The person in charge; while there is none, the queue that holds the ticket, else everybody who handles them."""
    if ticket.assignee is not None and ticket.assignee.is_active:
        return [ticket.assignee]
    return in_queue(ticket)


def in_queue(ticket: Ticket) -> list[User]:
    """The members of the queue that holds the ticket; without a queue, or members, everybody who may handle tickets."""
    holding = Q(queues__holdings__ticket=ticket, queues__holdings__until__isnull=True)
    return list(User.objects.filter(holding, is_active=True).distinct().order_by("pk")) or list(handlers())


def handlers() -> QuerySet[User]:
    """Everybody who may handle tickets."""
    held = Q(groups__permissions__codename="handle_ticket", groups__permissions__content_type__app_label="sla")
    return User.objects.filter(held, is_active=True).distinct().order_by("pk")


def leads() -> list[User]:
    """The leads of operations."""
    return list(User.objects.filter(groups__name=roles.OPERATIONS_LEAD, is_active=True).order_by("pk"))


def party_b(ticket: Ticket) -> list[User]:
    """Party B's contacts: the reporter, if of Party B, and its administrators; else everybody of the organisation."""
    members = Membership.objects.filter(organisation=ticket.agreement.party_b, active=True, user__is_active=True)
    members = members.select_related("user").order_by("pk")
    chosen = [m.user for m in members if m.user_id == ticket.reporter_id or m.role == Membership.Role.ADMIN]
    return chosen or [m.user for m in members]


def key_of_clock(clock: Clock) -> str:
    """The beginning of the keys of all notices about a clock."""
    return f"clock/{clock.pk}/"


def moment(at: datetime | None) -> str:
    """An instant as people of the agreement's civil time read it."""
    return "" if at is None else date_format(timezone.localtime(at), "Y-m-d H:i")


def _tell_as_ruled(spoken: Sequence[Line], ticket: Ticket, said: Said, *, event: Event, at: datetime) -> None:
    """Tell everybody whom the rules name once, by e-mail as well when one of them says so; then the places outside."""
    inside = [line for line in spoken if line.audience != levels.PARTY_B]
    _tell_mixed(inside, ticket, said.staff, _staff_url(ticket), event=event, at=at)
    if said.theirs is not None:
        outside = [line for line in spoken if line.audience == levels.PARTY_B]
        _tell_mixed(outside, ticket, said.theirs, _url(ticket), event=event, at=at)
    places = {line.endpoint for line in spoken if line.endpoint is not None}
    for endpoint in Endpoint.objects.filter(pk__in=places).order_by("pk") if places else ():
        message = said.staff
        letter = Letter(
            kind=message.kind, subject=message.subject, body=message.body, url=_staff_url(ticket), level=message.level
        )
        announce_at(endpoint, key=message.key, letter=letter, event=event, at=at)


def _tell_mixed(
    lines: Sequence[Line], ticket: Ticket, message: Message, url: str, *, event: Event, at: datetime
) -> None:
    people: dict[int, tuple[User, bool]] = {}
    for line in lines:
        for person in audience(line, ticket):
            _known, mailed = people.get(person.pk, (person, False))
            people[person.pk] = person, mailed or line.by_email
    _tell([person for person, mailed in people.values() if mailed], message, url, event=event, at=at)
    quiet = [person for person, mailed in people.values() if not mailed]
    _tell(quiet, message, url, event=event, at=at, channels=(Notice.Channel.IN_APP.value,))


def _tell(
    people: Iterable[User | None],
    message: Message,
    url: str,
    *,
    event: Event,
    at: datetime,
    channels: Sequence[str] = CHANNELS,
) -> None:
    for person in {person.pk: person for person in people if person is not None}.values():
        announce(
            key=message.key,
            recipient=person,
            kind=message.kind,
            subject=message.subject,
            body=message.body,
            url=url,
            level=message.level,
            event=event,
            at=at,
            channels=channels,
        )


def _news(ticket: Ticket, entry: TicketEntry) -> Message:
    return Message(
        key=f"ticket/{ticket.pk}/{entry.pk}",
        kind=f"ticket.{entry.kind}",
        subject=lambda: f"{entry.get_kind_display()}：{ticket.number} {ticket.title}",
        body=lambda: entry.text or ticket.description,
    )


def _receipt(ticket: Ticket, entry: TicketEntry) -> Message:
    return Message(
        key=f"ticket/{ticket.pk}/{entry.pk}/receipt",
        kind="ticket.filed",
        subject=lambda: _("已收到报告 %(number)s：%(title)s") % {"number": ticket.number, "title": ticket.title},
        body=lambda: "\n".join(_deadlines(ticket)),
    )


def _assigned(ticket: Ticket, entry: TicketEntry) -> Message:
    return Message(
        key=f"ticket/{ticket.pk}/{entry.pk}",
        kind=f"ticket.{entry.kind}",
        subject=lambda: _("请处理：%(number)s %(title)s") % {"number": ticket.number, "title": ticket.title},
        body=lambda: entry.text or ticket.description,
    )


def _escalated(ticket: Ticket, entry: TicketEntry) -> Message:
    return Message(
        key=f"ticket/{ticket.pk}/{entry.pk}",
        kind="ticket.escalated",
        subject=lambda: (
            _("%(name)s 上报给您：%(number)s %(title)s")
            % {"name": entry.by, "number": ticket.number, "title": ticket.title}
        ),
        body=lambda: entry.text,
        level=Level.URGENT.value,
    )


def _user(entry: TicketEntry) -> Iterable[User]:
    return User.objects.filter(pk=entry.data["user"])


def _members(entry: TicketEntry) -> Iterable[User]:
    return User.objects.filter(queues=entry.data["queue"], is_active=True).order_by("pk")


def _deadlines(ticket: Ticket) -> list[str]:
    """One line for each deadline of the ticket; a sentence where nothing is promised."""
    lines = [
        _("%(clock)s时限：%(due)s 前") % {"clock": clock.get_kind_display(), "due": moment(clock.due_at)}
        for clock in ticket.clocks.all()
        if clock.due_at is not None
    ]
    return lines or [_("协议没有约定此类报告的时限，系统会记录实际用时。")]


def _about(clock: Clock, *, level: int = 0, hours: int = 0) -> dict[str, object]:
    return {
        "clock": clock.get_kind_display(),
        "number": clock.ticket.number,
        "title": clock.ticket.title,
        "due": moment(clock.due_at),
        "broken": moment(clock.breached_at),
        "level": level,
        "hours": hours,
    }


def _url(ticket: Ticket) -> str:
    return reverse("sla:ticket", args=[ticket.number])


def _staff_url(ticket: Ticket) -> str:
    return reverse("admin:sla_ticket_change", args=[ticket.pk])
