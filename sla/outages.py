"""Outages: recorded, announced to every Party B concerned, followed, ended, explained; corrections stay visible.

An outage that Party B was told of becomes shorter, or goes away, only with a second person's consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from contracts import papers
from contracts.models import Paper
from journal import approvals
from journal.models import Approval, Event
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla import uptime_news
from sla.models import MaintenanceWindow, Outage, OutageEntry, OutageTicket, Service, Ticket
from sla.numbering import next_number
from sla.uptime_words import services_words, span_words

SHORTEN = "outage.shorten"
State, Kind, Source, Cause = Outage.State, OutageEntry.Kind, Outage.Source, Outage.Cause


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What was seen: which services could not be used, since when, until when (if over), how it came to be known."""

    title: str
    services: Sequence[Service]
    started_at: datetime
    ended_at: datetime | None = None
    cause: str = Cause.UNKNOWN.value
    source: str = Source.HAND.value
    source_key: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What the outage should read; a withdrawn one was none; an empty cause stays what it is."""

    started_at: datetime
    ended_at: datetime | None
    services: Sequence[Service]
    reason: str
    cause: str = ""
    withdrawn: bool = False


@transaction.atomic
def start(what: Happening, *, tickets: Iterable[Ticket] = (), by: User | None, at: datetime) -> Outage:
    """Keep an outage, open or over already.  Refused for times in the future or a source record that is known."""
    if not (what.title.strip() and what.services):
        raise Refused(_("请写明中断的情况和涉及的服务。"))
    _check_times(what.started_at, what.ended_at, at)
    row = Outage(
        number=next_number("FW", "outage", at),
        title=what.title.strip(),
        started_at=what.started_at,
        ended_at=what.ended_at,
        state=State.OPEN if what.ended_at is None else State.ENDED,
        cause=what.cause,
        source=what.source,
        source_key=what.source_key.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    _add(row, by)
    row.services.set(what.services)
    _entry(row, Kind.RECORDED, what.text, by=by, at=at, internal=True)
    event = _note("outage.recorded", row, by=by, at=at)
    for ticket in tickets:
        _link(row, ticket, by=by, at=at)
    uptime_news.tell_operations(row, event=event, at=at)
    return row


@transaction.atomic
def announce(outage: Outage, *, text: str, by: User, at: datetime) -> Outage:
    """Tell the people of every Party B concerned, in one announcement."""
    row = _locked(outage)
    if row.announced_at is not None:
        raise Refused(_("这次中断已经公告，请用“更新进展”。"))
    row.announced_at = at
    _save(row, by)
    return _said(row, Kind.ANNOUNCED, text, "outage.announced", by=by, at=at)


@transaction.atomic
def update(outage: Outage, *, text: str, by: User, at: datetime) -> Outage:
    """Say how it goes on; those who were told are told."""
    return _said(_locked(outage), Kind.UPDATED, text, "outage.updated", by=by, at=at)


@transaction.atomic
def end(outage: Outage, *, ended_at: datetime, text: str = "", by: User | None, at: datetime) -> Outage:
    """The services can be used again since an instant; those who were told get the resolution notice."""
    row = _locked(outage)
    if row.state != State.OPEN:
        raise Refused(_("这次中断已经登记恢复。"))
    _check_times(row.started_at, ended_at, at)
    row.ended_at, row.state = ended_at, State.ENDED
    _save(row, by)
    return _said(row, Kind.ENDED, text or _("服务已恢复。"), "outage.ended", by=by, at=at)


@transaction.atomic
def link(outage: Outage, *, tickets: Iterable[Ticket], by: User, at: datetime) -> Outage:
    """Say which reports the outage explains."""
    row = _locked(outage)
    for ticket in tickets:
        _link(row, ticket, by=by, at=at)
    return row


@transaction.atomic
def explain(outage: Outage, *, cause: str, root_cause: str, file: Any = None, by: User, at: datetime) -> Outage:
    """The root cause and what is done about it, with the report; those who were told are told."""
    row = _locked(outage)
    if row.state == State.OPEN:
        raise Refused(_("服务恢复之后才能登记原因分析。"))
    if not root_cause.strip():
        raise Refused(_("请写明根本原因和改进措施。"))
    if cause == Cause.FORCE_MAJEURE and row.announced_at is not None and row.cause != cause:
        raise Refused(_("已公告的中断改为不可抗力会减少统计的中断，请用“更正”提请另一人批准。"))
    row.cause, row.root_cause = cause, root_cause.strip()
    if file:
        row.report = papers.keep(
            row.services.all()[0].provider, file, kind=Paper.Kind.EVIDENCE, title=f"{row.number}", by=by, at=at
        )
    _save(row, by)
    return _said(row, Kind.REPORTED, row.root_cause, "outage.explained", by=by, at=at)


@transaction.atomic
def correct(outage: Outage, what: Correction, *, by: User, at: datetime) -> Outage | Approval:
    """Put times or services right.  What makes an announced outage shorter is asked of a second person."""
    row = _locked(outage)
    if not what.reason.strip():
        raise Refused(_("请写明更正的理由。"))
    if not what.services:
        raise Refused(_("请选择涉及的服务。"))
    _check_times(what.started_at, what.ended_at, at)
    if row.announced_at is not None and _shortens(row, what):
        return approvals.ask(SHORTEN, target=row, content=_content(row, what), by=by, at=at, reason=what.reason.strip())
    return _corrected(row, what, by=by, at=at)


def shorten_approved(approval: Approval, *, by: User, at: datetime) -> Outage:
    """The approved effect."""
    said = approval.content
    row = _locked(Outage.objects.get(pk=approval.target_id))
    ended = said["ended_at"] and parse_datetime(said["ended_at"])
    started = parse_datetime(said["started_at"])
    if started is None:
        raise Refused(_("申请里没有中断时间。"))
    what = Correction(
        started_at=started,
        ended_at=ended or None,
        services=list(Service.objects.filter(code__in=said["services"])),
        reason=said["reason"],
        cause=said["cause"],
        withdrawn=said["withdrawn"],
    )
    return _corrected(row, what, by=by, at=at)


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold now: void when the outage changed since."""
    row = Outage.objects.get(pk=approval.target_id)
    return {**approval.content, "was": _reads(row)}


def describe(approval: Approval) -> Iterable[tuple[object, object]]:
    """What the approver reads."""
    said = approval.content
    yield _("中断"), said["number"]
    yield _("现在登记的时间"), _span(said["was"])
    yield _("更正为"), _("撤销这次中断") if said["withdrawn"] else _span(said)
    names = Service.objects.filter(code__in=said["services"]).values_list("name", flat=True)
    yield _("更正后的服务"), services_words(list(names))
    if said["cause"]:
        yield _("更正后的原因"), Cause(said["cause"]).label
    yield _("理由"), said["reason"]


def of_overrun(window: MaintenanceWindow, *, at: datetime) -> Outage | None:
    """The outage that begins where the announced end of a maintenance passes; None when it is there already."""
    if Outage.objects.filter(window=window).exists():
        return None
    row = Outage(
        number=next_number("FW", "outage", at),
        title=_("维护超时：%(title)s") % {"title": window.title[:100]},
        started_at=window.planned_to,
        state=State.OPEN,
        cause=Cause.OVERRUN,
        source=Source.OVERRUN,
        window=window,
        announced_at=at,
        recorded_at=at,
    )
    _add(row, None)
    row.services.set(window.services.all())
    text = _("维护超出公告的结束时间，从此时起按服务中断统计。")
    return _said(row, Kind.ANNOUNCED, text, "outage.recorded", by=None, at=at)


def end_overrun(window: MaintenanceWindow, *, by: User | None, at: datetime) -> None:
    """The work is done: the outage of its overrun is over too."""
    for row in Outage.objects.open().filter(window=window):
        end(row, ended_at=max(window.ended_at or at, row.started_at), by=by, at=at)


def _corrected(row: Outage, what: Correction, *, by: User, at: datetime) -> Outage:
    was = _reads(row)
    row.started_at, row.ended_at, row.cause = what.started_at, what.ended_at, what.cause or row.cause
    row.state = State.WITHDRAWN if what.withdrawn else State.OPEN if what.ended_at is None else State.ENDED
    _save(row, by)
    row.services.set(what.services)
    kind = Kind.WITHDRAWN if what.withdrawn else Kind.CORRECTED
    action = "outage.withdrawn" if what.withdrawn else "outage.corrected"
    return _said(row, kind, what.reason.strip(), action, by=by, at=at, data={"was": was, "is": _reads(row)})


def _shortens(row: Outage, what: Correction) -> bool:
    """Whether some time of some service would count no more; force majeure may take it all out."""
    if what.withdrawn or what.started_at > row.started_at:
        return True
    if what.cause == Cause.FORCE_MAJEURE and row.cause != what.cause:
        return True
    if {service.pk for service in row.services.all()} - {service.pk for service in what.services}:
        return True
    return what.ended_at is not None and (row.ended_at is None or what.ended_at < row.ended_at)


def _reads(row: Outage) -> dict[str, Any]:
    return {
        "started_at": row.started_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else "",
        "services": sorted(row.services.values_list("code", flat=True)),
        "cause": row.cause,
    }


def _content(row: Outage, what: Correction) -> dict[str, Any]:
    return {
        "number": row.number,
        "was": _reads(row),
        "started_at": what.started_at.isoformat(),
        "ended_at": what.ended_at.isoformat() if what.ended_at else "",
        "services": sorted(service.code for service in what.services),
        "cause": what.cause,
        "withdrawn": what.withdrawn,
        "reason": what.reason.strip(),
    }


def _span(said: Mapping[str, Any]) -> str:
    started, ended = parse_datetime(said["started_at"]), said["ended_at"] and parse_datetime(said["ended_at"])
    return span_words(started, ended or None) if started else "—"


def _said(
    row: Outage,
    kind: str,
    text: str,
    action: str,
    *,
    by: User | None,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> Outage:
    """A line of the timeline, its event, and the news to those who were told of the outage."""
    if not text.strip():
        raise Refused(_("请写明告知的内容。"))
    entry = _entry(row, kind, text, by=by, at=at, internal=row.announced_at is None, data=data)
    event = _note(action, row, by=by, at=at)
    if row.announced_at is not None:
        uptime_news.tell_of_outage(row, entry, event=event)
    return row


def _entry(
    row: Outage,
    kind: str,
    text: str,
    *,
    by: User | None,
    at: datetime,
    internal: bool,
    data: Mapping[str, Any] | None = None,
) -> OutageEntry:
    return OutageEntry.objects.create(
        outage=row, kind=kind, text=text.strip(), by=by, at=at, internal=internal, data=dict(data or {})
    )


def _link(row: Outage, ticket: Ticket, *, by: User | None, at: datetime) -> None:
    known = OutageTicket.objects.filter(ticket=ticket).select_related("outage").first()
    if known is not None:
        if known.outage_id == row.pk:
            return
        raise Refused(
            _("报告 %(ticket)s 已关联到中断 %(outage)s。") % {"ticket": ticket.number, "outage": known.outage.number}
        )
    OutageTicket.objects.create(outage=row, ticket=ticket, by=by, at=at)
    _entry(row, Kind.LINKED, ticket.number, by=by, at=at, internal=True, data={"ticket": ticket.number})
    record(
        "outage.ticket_linked",
        obj=row,
        by=by,
        at=at,
        data={"ticket": ticket.number},
        organisation_id=ticket.agreement.party_b_id,
        agreement_id=ticket.agreement_id,
    )


def _check_times(started_at: datetime, ended_at: datetime | None, at: datetime) -> None:
    if started_at > at or (ended_at is not None and ended_at > at):
        raise Refused(_("中断和恢复的时间不能晚于现在。"))
    if ended_at is not None and ended_at < started_at:
        raise Refused(_("恢复时间不能早于中断开始时间。"))


def _locked(outage: Outage) -> Outage:
    row: Outage = Outage.objects.select_for_update(no_key=True).get(pk=outage.pk)
    if row.state == State.WITHDRAWN:
        raise Refused(_("这次中断已撤销。"))
    return row


def _add(row: Outage, by: User | None) -> None:
    try:
        with transaction.atomic():
            _save(row, by)
    except IntegrityError as error:  # the constraint outage_source_once, also when two calls come at once
        raise Refused(_("来源记录号 %(key)s 已经登记过。") % {"key": row.source_key}) from error


def _save(row: Outage, by: User | None) -> None:
    row._history_user = by  # type: ignore[attr-defined]
    row.save()


def _note(action: str, row: Outage, *, by: User | None, at: datetime) -> Event:
    data = {"number": row.number, "state": row.state, "source": row.source, **_reads(row)}
    return record(action, obj=row, by=by, at=at, data=data)
