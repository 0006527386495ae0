"""Security incidents (clause 8.1.2): found, graded, contained, handled, closed; the reports that the law asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import papers
from contracts.models import Agreement, Organisation, Paper
from contracts.sharing_news import News, tell_party_b
from journal.models import Event, Notice
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.incident_rules import Seen, duties_of
from sla.models import ReportDuty, SecurityIncident, Service, Ticket
from sla.numbering import next_number
from sla.scope import agreements_of

State, DutyState = SecurityIncident.State, ReportDuty.State


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What was seen, by what kind of operator it is to be reported, and what it touches."""

    provider: Organisation
    title: str
    kind: str
    actor: str
    text: str
    found_at: datetime
    services: Sequence[Service] = ()
    personal_information: bool = False
    endangers: bool = False
    ticket: Ticket | None = None


@transaction.atomic
def find(what: Sighting, *, by: User, at: datetime) -> SecurityIncident:
    """Keep an incident; the timers that need no level run from its discovery."""
    if not (what.title.strip() and what.text.strip()):
        raise Refused(_("请写明事件和情况。"))
    if what.found_at > at:
        raise Refused(_("发现时间不能晚于现在。"))
    row = SecurityIncident(
        number=next_number("AQ", "incident", at),
        title=what.title.strip(),
        text=what.text.strip(),
        provider=what.provider,
        kind=what.kind,
        actor=what.actor,
        found_at=what.found_at,
        personal_information=what.personal_information,
        endangers=what.endangers,
        ticket=what.ticket,
        recorded_by=by,
        recorded_at=at,
    )
    _save(row, by)
    row.services.set(what.services)
    _follow_law(row, by=by)
    _note("incident.found", row, by=by, at=at)
    return row


@transaction.atomic
def grade(
    row: SecurityIncident,
    *,
    level: str,
    personal_information: bool,
    endangers: bool,
    reason: str,
    by: User,
    at: datetime,
) -> SecurityIncident:
    """Say how grave it is, again when more is known.  Reports that become due run from the discovery all the same."""
    row = _locked(row, State.FOUND, State.GRADED, State.HANDLED)
    if not reason.strip():
        raise Refused(_("请写明定级的依据。"))
    row.level, row.graded_at = level, at
    row.personal_information, row.endangers = personal_information, endangers
    if row.state == State.FOUND:
        row.state = State.GRADED
    _save(row, by)
    _follow_law(row, by=by)
    _note("incident.graded", row, by=by, at=at, reason=reason.strip())
    return row


@transaction.atomic
def contain(row: SecurityIncident, *, contained_at: datetime, text: str, by: User, at: datetime) -> SecurityIncident:
    """It spreads no more."""
    row = _locked(row, State.FOUND, State.GRADED)
    _check_time(row, contained_at, at)
    row.contained_at = contained_at
    _save(row, by)
    _note("incident.contained", row, by=by, at=at, reason=text.strip())
    return row


@transaction.atomic
def handle(row: SecurityIncident, *, handled_at: datetime, text: str, by: User, at: datetime) -> SecurityIncident:
    """It is dealt with; where the law asks for a summary, its days begin."""
    row = _locked(row, State.GRADED)
    _check_time(row, handled_at, at)
    if not text.strip():
        raise Refused(_("请写明处置情况。"))
    row.handled_at, row.state = handled_at, State.HANDLED
    _save(row, by)
    _follow_law(row, by=by)
    _note("incident.handled", row, by=by, at=at, reason=text.strip())
    return row


@transaction.atomic
def close(row: SecurityIncident, *, summary: str, by: User, at: datetime) -> SecurityIncident:
    """Summed up.  Refused while a report is still open."""
    row = _locked(row, State.HANDLED)
    if not summary.strip():
        raise Refused(_("请写明总结：原因、影响、处置和改进。"))
    waiting = row.duties.filter(state=DutyState.OPEN).first()
    if waiting is not None:
        raise Refused(_("“%(report)s”还没有登记，不能关闭。") % {"report": waiting.get_kind_display()})
    row.summary, row.closed_at, row.state = summary.strip(), at, State.CLOSED
    _save(row, by)
    _note("incident.closed", row, by=by, at=at)
    return row


@transaction.atomic
def report(
    duty: ReportDuty, *, made_at: datetime, channel: str, text: str, file: Any = None, by: User, at: datetime
) -> ReportDuty:
    """A report was made; a late one stays late."""
    row = _open_duty(duty)
    if made_at > at or made_at < row.starts_at:
        raise Refused(_("报告时间须在事件发现之后、现在之前。"))
    if not (channel.strip() and text.strip()):
        raise Refused(_("请写明报告方式和内容。"))
    if file:
        title = f"{row.incident.number} {row.get_kind_display()}"
        row.paper = papers.keep(row.incident.provider, file, kind=Paper.Kind.EVIDENCE, title=title, by=by, at=at)
    row.state, row.made_at, row.look_at, row.by = DutyState.MADE, made_at, None, by
    row.channel, row.text = channel.strip(), text.strip()
    _save(row, by)
    _note("incident.reported", row.incident, by=by, at=at, report=row.kind, late=row.late)
    return row


@transaction.atomic
def needless(duty: ReportDuty, *, reason: str, by: User, at: datetime) -> ReportDuty:
    """The law does not ask for this report after all, and why; refused while it still does by what is recorded."""
    row = _open_duty(duty)
    if not reason.strip():
        raise Refused(_("请写明为什么不需要报告。"))
    if row.kind in {asked.kind for asked in duties_of(_seen(row.incident))}:
        raise Refused(_("按现在的定级和登记情况仍须报告；情况有变的，请先重新定级。"))
    row.state, row.text, row.look_at, row.by = DutyState.NEEDLESS, reason.strip(), None, by
    _save(row, by)
    _note("incident.report_needless", row.incident, by=by, at=at, reason=reason.strip(), report=row.kind)
    return row


@transaction.atomic
def tell(row: SecurityIncident, *, text: str, by: User, at: datetime) -> SecurityIncident:
    """Tell every Party B that the incident concerns, in one text."""
    row = _locked(row, State.FOUND, State.GRADED, State.HANDLED)
    if not text.strip():
        raise Refused(_("请写明告知的内容。"))
    event = _note("incident.told", row, by=by, at=at, reason=text.strip())
    news = News(
        key=f"incident/{row.pk}/{event.seq}",
        kind=event.action,
        subject=lambda: _("安全事件告知"),
        body=lambda: text.strip(),
        level=Notice.Level.URGENT.value,
    )
    for agreement in concerned(row):
        tell_party_b(agreement, news, event=event, at=at)
    return row


def concerned(row: SecurityIncident) -> list[Agreement]:
    """The running agreements whose services it touches; all of the provider's where it names no service."""
    services = list(row.services.all())
    if not services:
        return list(Agreement.objects.running().filter(party_a=row.provider_id).select_related("party_b"))
    return list(agreements_of(services).select_related("party_b"))


def _follow_law(row: SecurityIncident, *, by: User) -> None:
    """Open the reports that the law asks for now; those that stand keep their times."""
    known = set(row.duties.values_list("kind", flat=True))
    for asked in duties_of(_seen(row)):
        if asked.kind in known:
            continue
        duty = ReportDuty(
            incident=row,
            kind=asked.kind,
            recipient=asked.recipient,
            basis=asked.basis,
            starts_at=asked.starts_at,
            due_at=asked.due_at,
        )
        if asked.due_at is not None:  # people are reminded when half of the time is over
            duty.look_at = asked.starts_at + (asked.due_at - asked.starts_at) / 2
        _save(duty, by)


def _seen(row: SecurityIncident) -> Seen:
    return Seen(
        actor=row.actor,
        level=row.level,
        found_at=row.found_at,
        handled_at=row.handled_at,
        endangers=row.endangers,
        personal_information=row.personal_information,
    )


def _check_time(row: SecurityIncident, moment: datetime, at: datetime) -> None:
    if not row.found_at <= moment <= at:
        raise Refused(_("时间须在事件发现之后、现在之前。"))


def _locked(row: SecurityIncident, *states: str) -> SecurityIncident:
    locked: SecurityIncident = SecurityIncident.objects.select_for_update(no_key=True).get(pk=row.pk)
    if locked.state not in states:
        raise Refused(
            _("事件 %(number)s 现在是“%(state)s”，不能进行此操作，请刷新页面查看最新情况。")
            % {"number": locked.number, "state": locked.get_state_display()}
        )
    return locked


def _open_duty(duty: ReportDuty) -> ReportDuty:
    rows = ReportDuty.objects.select_related("incident__provider")
    row: ReportDuty = rows.select_for_update(of=("self",), no_key=True).get(pk=duty.pk)
    if row.state != DutyState.OPEN:
        raise Refused(_("这份报告已经登记。"))
    return row


def _save(row: SecurityIncident | ReportDuty, by: User | None) -> None:
    row._history_user = by  # type: ignore[union-attr]
    row.save()


def _note(action: str, row: SecurityIncident, *, by: User, at: datetime, reason: str = "", **data: Any) -> Event:
    about = {"number": row.number, "level": row.level, "state": row.state, **data}
    return record(action, obj=row, by=by, at=at, reason=reason, data=about)
