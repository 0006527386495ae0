"""Maintenance: planned, announced, changed by a new announcement, begun, ended.  Clause 7.2.1.

Every announcement is judged for each agreement and service when it is made (sla.noticing), and the verdict is kept.
While work that was announced in time is under way, it holds the clocks that the terms name (sla.maintenance_holds).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import serving
from contracts.models import Agreement, ServedNotice
from journal.models import Event
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla import maintenance_holds, noticing, outages, uptime_news
from sla.models import Announcement, MaintenanceWindow, Reach, Service
from sla.numbering import next_number
from sla.scope import agreements_of, concerning
from sla.uptime_words import span_words

State = MaintenanceWindow.State
CLAUSE = "7.2.1"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done, on which services, when, and whether they can be used meanwhile."""

    title: str
    text: str
    services: Sequence[Service]
    planned_from: datetime
    planned_to: datetime
    interrupts: bool = True
    emergency: bool = False
    emergency_reason: str = ""

    def put_on(self, window: MaintenanceWindow) -> None:
        """Write everything but the services on the window."""
        for name in [field.name for field in fields(self) if field.name != "services"]:
            value = getattr(self, name)
            setattr(window, name, value.strip() if isinstance(value, str) else value)


@transaction.atomic
def plan(what: Plan, *, by: User, at: datetime) -> MaintenanceWindow:
    """Keep a window that nobody has been told of yet."""
    _check(what, at)
    window = MaintenanceWindow(number=next_number("WH", "window", at), planned_by=by)
    what.put_on(window)
    _save(window, by)
    window.services.set(what.services)
    _note("maintenance.planned", window, by=by, at=at)
    return window


@transaction.atomic
def announce(window: MaintenanceWindow, *, by: User, at: datetime) -> MaintenanceWindow:
    """Tell Party B of every agreement concerned; the moment is kept and judged for each."""
    window = _locked(window, State.PLANNED, doing=_("公告"))
    _not_over(window.planned_to, at)
    window.state = State.ANNOUNCED
    _save(window, by)
    event = _note("maintenance.announced", window, by=by, at=at)
    _told(window, Announcement.Kind.ANNOUNCED, window.text, by=by, event=event, at=at)
    return window


@transaction.atomic
def change(window: MaintenanceWindow, what: Plan, *, by: User, at: datetime) -> MaintenanceWindow:
    """Change the plan.  What was announced is announced anew, with its own moment; work under way keeps its start."""
    window = _locked(window, State.PLANNED, State.ANNOUNCED, State.RUNNING, doing=_("变更"))
    _check(what, at)
    if window.state == State.RUNNING and what.planned_from != window.planned_from:
        raise Refused(_("维护已经开始，不能再改计划开始时间。"))
    what.put_on(window)
    if window.planned_to > at:
        window.overrun_at = None
    _save(window, by)
    window.services.set(what.services)
    event = _note("maintenance.changed", window, by=by, at=at)
    if window.state != State.PLANNED:
        _told(window, Announcement.Kind.CHANGED, window.text, by=by, event=event, at=at)
    return window


@transaction.atomic
def cancel(window: MaintenanceWindow, *, reason: str, by: User, at: datetime) -> MaintenanceWindow:
    """Call the work off; those who were told are told again."""
    window = _locked(window, State.PLANNED, State.ANNOUNCED, doing=_("取消"))
    if not reason.strip():
        raise Refused(_("请写明取消的原因。"))
    announced, window.state = window.state == State.ANNOUNCED, State.CANCELLED
    _save(window, by)
    event = _note("maintenance.cancelled", window, by=by, at=at, reason=reason.strip())
    if announced:
        _told(window, Announcement.Kind.CANCELLED, reason.strip(), by=by, event=event, at=at)
    return window


@transaction.atomic
def begin(window: MaintenanceWindow, *, begun_at: datetime | None = None, by: User, at: datetime) -> MaintenanceWindow:
    """The work begins; clocks that the terms name are held from the announced start on.

    Of two people who begin at once the second waits for the row and then finds the work begun.
    """
    window = _locked(window, State.ANNOUNCED, doing=_("开始"))
    begun_at = begun_at or at
    if begun_at > at:
        raise Refused(_("实际开始时间不能晚于现在。"))
    window.state, window.begun_at = State.RUNNING, begun_at
    _save(window, by)
    _note("maintenance.begun", window, by=by, at=at)
    maintenance_holds.hold_for(window, at=at, by=by)
    return window


@transaction.atomic
def finish(
    window: MaintenanceWindow, *, ended_at: datetime | None = None, text: str = "", by: User, at: datetime
) -> MaintenanceWindow:
    """The work is done; what it held runs on from the announced end, or from the real one when that is earlier."""
    window = _locked(window, State.RUNNING, doing=_("结束"))
    ended_at = ended_at or at
    if ended_at > at:
        raise Refused(_("实际结束时间不能晚于现在。"))
    if window.begun_at is not None and ended_at < window.begun_at:
        raise Refused(_("实际结束时间不能早于实际开始时间。"))
    window.state, window.ended_at = State.ENDED, ended_at
    _save(window, by)
    event = _note("maintenance.ended", window, by=by, at=at, reason=text.strip())
    maintenance_holds.release_for(window, at=at, by=by)
    outages.end_overrun(window, by=by, at=at)
    if _announced(window):
        uptime_news.tell_of_end(window, text.strip(), event=event, at=at)
    return window


@transaction.atomic
def confirm_receipt(window: MaintenanceWindow, *, by: User, at: datetime) -> int:
    """A person of Party B says that the notices of the window have arrived; answers how many were confirmed now."""
    own = Agreement.objects.for_user(by).values("pk")
    rows = Reach.objects.filter(announcement__window=window, agreement__in=own, notice__state="sent")
    notices = ServedNotice.objects.filter(pk__in=rows.values("notice"))
    for notice in notices:
        serving.receive(notice, received_at=at, received_by=by.get_full_name(), by=by, at=at)
    return len(notices)


def verdicts(window: MaintenanceWindow) -> list[Reach]:
    """What was decided on the last announcement that is still to be judged: one row for each agreement and service."""
    last = window.announcements.order_by("-seq").first()
    if last is None:
        return []
    return list(last.reaches.select_related("agreement__party_b", "service", "notice"))


def _told(window: MaintenanceWindow, kind: str, text: str, *, by: User, event: Event, at: datetime) -> Announcement:
    """Keep the announcement, judge it for every agreement, serve the notice and tell the people."""
    made = Announcement.objects.create(
        window=window,
        seq=window.announcements.count() + 1,
        kind=kind,
        at=at,
        planned_from=window.planned_from,
        planned_to=window.planned_to,
        interrupts=window.interrupts,
        emergency=window.emergency,
        text=text,
        by=by,
    )
    services = list(window.services.all())
    for agreement in agreements_of(services).select_related("party_b", "party_a"):
        notice = _served(made, agreement, by=by, at=at)
        Reach.objects.bulk_create(
            _judged(made, agreement, service, notice) for service in concerning(agreement, services)
        )
        uptime_news.tell_of_announcement(made, agreement, event=event)
    return made


def _judged(made: Announcement, agreement: Agreement, service: Service, notice: ServedNotice) -> Reach:
    found = noticing.judge(agreement, service, announced_at=made.at, begins=made.planned_from, urgent=made.emergency)
    return Reach(
        announcement=made,
        agreement=agreement,
        service=service,
        version=found.version,
        calendar_version=found.calendar_version,
        verdict=found.verdict,
        counted=found.counted,
        needed_seconds=found.needed,
        given_seconds=found.given,
        notice=notice,
    )


def _served(made: Announcement, agreement: Agreement, *, by: User, at: datetime) -> ServedNotice:
    """The written notice between the parties, sent through the portal."""
    window = made.window
    writing = serving.Writing(
        kind=ServedNotice.Kind.MAINTENANCE,
        sender=ServedNotice.Side.A,
        subject=f"{made.get_kind_display()}：{window.title}"[:160],
        text=f"{span_words(made.planned_from, made.planned_to)}\n{made.text}",
        clause_number=CLAUSE,
    )
    notice = serving.write(agreement, writing, by=by, at=at)
    return serving.send(notice, channel=ServedNotice.Channel.PORTAL, sent_at=at, by=by, at=at)


def _announced(window: MaintenanceWindow) -> bool:
    return window.announcements.exists()


def _check(what: Plan, at: datetime) -> None:
    if not (what.title.strip() and what.text.strip()):
        raise Refused(_("请写明维护的标题、内容和影响。"))
    if not what.services:
        raise Refused(_("请选择涉及的服务。"))
    if len({service.provider_id for service in what.services}) > 1:
        raise Refused(_("一个维护窗口只能涉及同一提供方的服务。"))
    if what.planned_to <= what.planned_from:
        raise Refused(_("计划结束须晚于计划开始。"))
    if what.emergency and not what.emergency_reason.strip():
        raise Refused(_("紧急维护须写明理由。"))
    _not_over(what.planned_to, at)


def _not_over(planned_to: datetime, at: datetime) -> None:
    if planned_to <= at:
        raise Refused(_("计划结束时间已经过去，请先改计划。"))


def _locked(window: MaintenanceWindow, *states: str, doing: str) -> MaintenanceWindow:
    locked: MaintenanceWindow = MaintenanceWindow.objects.select_for_update(no_key=True).get(pk=window.pk)
    if locked.state not in states:
        raise Refused(
            _("维护 %(number)s 现在是“%(state)s”，不能%(doing)s，请刷新页面查看最新情况。")
            % {"number": locked.number, "state": locked.get_state_display(), "doing": doing}
        )
    return locked


def _save(window: MaintenanceWindow, by: User | None) -> None:
    window._history_user = by  # type: ignore[attr-defined]
    window.save()


def _note(action: str, window: MaintenanceWindow, *, by: User | None, at: datetime, **rest: Any) -> Event:
    data = {
        "number": window.number,
        "planned_from": window.planned_from,
        "planned_to": window.planned_to,
        "begun_at": window.begun_at,
        "ended_at": window.ended_at,
        "services": sorted(window.services.values_list("code", flat=True)),
    }
    return record(action, obj=window, by=by, at=at, data=data, **rest)
