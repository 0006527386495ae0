"""Data quality reports: described, verified, forwarded, corrected; everybody who shares the item is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contracts.models import Agreement, AgreementItem, Membership
from contracts.terms import support_calendar
from journal.models import Event
from journal.outbox import announce_each
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla import telling, tickets
from sla.acts import second
from sla.models import QualityReport, Ticket
from sla.models.quality import RESPECTS
from worktime.calendars import CHINA, current_version, workday_calendar
from worktime.models import Calendar, CalendarVersion

State = QualityReport.State
# What the journal calls the events of this module.
ACTIONS: dict[str, object] = {
    "quality.described": gettext_lazy("登记数据质量问题"),
    "quality.confirmed": gettext_lazy("核实数据质量问题"),
    "quality.rejected": gettext_lazy("核实数据质量问题不成立"),
    "quality.forwarded": gettext_lazy("转交提供部门"),
    "quality.corrected": gettext_lazy("登记数据更正"),
}
LABELS: dict[str, object] = {
    "untrue": pgettext_lazy("quality", "不真实"),
    "inaccurate": pgettext_lazy("quality", "不准确"),
    "incomplete": pgettext_lazy("quality", "不完整"),
    "untimely": pgettext_lazy("quality", "不及时"),
}
SHARED_NOW = (AgreementItem.State.OPEN, AgreementItem.State.SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong: shared items of one agreement, in which respects (of RESPECTS), which records, what is asked."""

    items: Sequence[AgreementItem]
    respects: Sequence[str]
    samples: str
    asked: str


@transaction.atomic
def file(
    report: tickets.Report, complaint: Complaint, *, at: datetime, by: User, files: Iterable[Any] = ()
) -> QualityReport:
    """File a data quality ticket with what it is about.  The same submission again answers with the first."""
    ticket = tickets.file(report, at=at, by=by, files=files)
    made: QualityReport | None = QualityReport.objects.filter(ticket=ticket).first()
    return made or describe(ticket, complaint, at=at, by=by)


@transaction.atomic
def describe(ticket: Ticket, complaint: Complaint, *, at: datetime, by: User) -> QualityReport:
    """Say what a data quality ticket is about.  Raises Refused for other tickets, foreign items and a second time."""
    ticket = Ticket.objects.select_for_update(of=("self",), no_key=True).select_related("agreement").get(pk=ticket.pk)
    if ticket.kind != Ticket.Kind.DATA_QUALITY:
        raise Refused(_("只有“数据质量”类型的报告才登记质量问题。"))
    _check(ticket.agreement, complaint)
    if QualityReport.objects.filter(ticket=ticket).exists():
        raise Refused(_("这份报告已经登记过质量问题。"))
    made = QualityReport(
        ticket=ticket,
        samples=complaint.samples.strip(),
        asked=complaint.asked.strip(),
        described_at=at,
        described_by=by,
        **dict.fromkeys(complaint.respects, True),
    )
    made._history_user = by  # type: ignore[attr-defined]
    made.save(force_insert=True)
    made.items.set(complaint.items)
    event = _note("quality.described", made, by=by, at=at)
    subject = _words(gettext_lazy("数据质量问题：%(number)s %(title)s"), made)
    staff = [person for person in telling.operations(ticket) if person.pk != by.pk]
    _tell(staff, made, "described", subject, lambda: made.samples, _staff_url(made), event)
    return made


@transaction.atomic
def confirm(report: QualityReport, *, text: str, at: datetime, by: User) -> QualityReport:
    """The data is wrong as reported: it waits for its correction."""
    return _verify(report, State.CONFIRMED, text, at=at, by=by)


@transaction.atomic
def reject(report: QualityReport, *, text: str, at: datetime, by: User) -> QualityReport:
    """The data is right; the reason goes to Party B."""
    return _verify(report, State.REJECTED, text, at=at, by=by)


@transaction.atomic
def forward(report: QualityReport, *, department: str, text: str, at: datetime, by: User) -> QualityReport:
    """Hand the question to the department that the data comes from; again when it was the wrong one."""
    report = _locked(report, {State.REPORTED, State.CONFIRMED})
    if not department.strip():
        raise Refused(_("请填写转交给哪个提供部门。"))
    report.forwarded_to, report.forwarded_at = department.strip()[:120], at
    report.source_note = text.strip()
    _save(report, by)
    _note("quality.forwarded", report, by=by, at=at, data={"department": report.forwarded_to})
    return report


@transaction.atomic
def correct(
    report: QualityReport, *, corrected_at: datetime, correction: str, evidence: str, at: datetime, by: User
) -> QualityReport:
    """The data was put right: measure how long it took, and tell everybody who shares the item, without a name."""
    report = _locked(report, {State.CONFIRMED})
    corrected_at = second(corrected_at)
    ticket = report.ticket
    if not ticket.received_at <= corrected_at <= at:
        raise Refused(_("更正时间须在收到报告之后，且不能晚于现在，请核对。"))
    report.correction = _said(correction, _("请写明更正了什么；共享这项数据的各单位都会看到。"))
    report.evidence = _said(evidence, _("请写明更正的凭据，例如提供部门的复函文号、更新批次。"))
    days, seconds, provisional = _took(ticket, corrected_at)
    report.state, report.corrected_at, report.corrected_by = State.CORRECTED, corrected_at, by
    report.working_days, report.support_seconds, report.provisional = days, seconds, provisional
    _save(report, by)
    event = _note("quality.corrected", report, by=by, at=at, data={"working_days": days, "support_seconds": seconds})
    _tell_reporter(report, event)
    for shared in sharing_too(report):
        _tell_sharing(report, shared, event)
    return report


def sharing_too(report: QualityReport) -> list[AgreementItem]:
    """The same catalogue items as other agreements in force share them: their Party Bs are concerned too."""
    rows = AgreementItem.objects.filter(
        item__in=report.items.values("item"), state__in=SHARED_NOW, agreement__state=Agreement.State.IN_FORCE
    ).exclude(agreement__party_b=report.ticket.agreement.party_b_id)
    return list(rows.select_related("item", "agreement").order_by("pk"))


def respects_words(report: QualityReport) -> str:
    """In which respects the data is said to be wrong."""
    return "、".join(str(LABELS[name]) for name in report.respects)


def _check(agreement: Agreement, complaint: Complaint) -> None:
    if not complaint.items:
        raise Refused(_("请选择涉及的数据资源。"))
    if any(shared.agreement_id != agreement.pk for shared in complaint.items):
        raise Refused(_("所选数据资源不属于这份协议，请重新选择。"))
    if not complaint.respects or set(complaint.respects) - set(RESPECTS):
        raise Refused(_("请至少选择一项：不真实、不准确、不完整、不及时。"))
    _said(complaint.samples, _("请说明涉及哪些记录，可以用记录编号或查询条件描述，不需要个人信息。"))
    _said(complaint.asked, _("请写明请求怎样更正。"))


def _verify(report: QualityReport, state: State, text: str, *, at: datetime, by: User) -> QualityReport:
    report = _locked(report, {State.REPORTED})
    report.verdict = _said(text, _("请写明核实结论，乙方可以看到。"))
    report.state, report.verified_at, report.verified_by = state, at, by
    _save(report, by)
    event = _note(f"quality.{state.value}", report, by=by, at=at)
    words = (
        gettext_lazy("数据质量问题已核实：%(number)s %(title)s")
        if state == State.CONFIRMED
        else gettext_lazy("数据质量问题核实不成立：%(number)s %(title)s")
    )
    people = telling.party_b(report.ticket)
    _tell(people, report, state.value, _words(words, report), lambda: report.verdict, _url(report), event)
    return report


def _took(ticket: Ticket, until: datetime) -> tuple[int, int, bool]:
    """Working days after the day of receipt, and support seconds, with whether a year is not published yet."""
    version = _calendar_of(ticket)
    days = workday_calendar(version).count_working_days(
        timezone.localdate(ticket.received_at), timezone.localdate(until)
    )
    seconds = support_calendar(ticket.version, version).reckon_elapsed(ticket.received_at, until)
    provisional = days.provisional or seconds.provisional
    return days.value, round(seconds.value.total_seconds()), provisional


def _calendar_of(ticket: Ticket) -> CalendarVersion:
    clock = ticket.clocks.select_related("calendar_version").first()
    return clock.calendar_version if clock else current_version(Calendar.objects.get(code=CHINA))


def _locked(report: QualityReport, states: set[State]) -> QualityReport:
    rows = QualityReport.objects.select_related("ticket__agreement__party_b", "ticket__version__support_hours")
    locked: QualityReport = rows.select_for_update(of=("self",), no_key=True).get(pk=report.pk)
    if locked.state not in states:
        raise Refused(
            _("这份质量报告现在是“%(state)s”，不能进行此操作，请刷新页面。") % {"state": locked.get_state_display()}
        )
    return locked


def _said(text: str, otherwise: str) -> str:
    words = text.strip()
    if not words:
        raise Refused(otherwise)
    return words


def _save(report: QualityReport, by: User) -> None:
    report._history_user = by  # type: ignore[attr-defined]
    report.save()


def _note(action: str, report: QualityReport, *, by: User, at: datetime, data: dict[str, Any] | None = None) -> Event:
    ticket = report.ticket
    return record(
        action,
        obj=report,
        by=by,
        at=at,
        # The words stay in the row: what people write may hold personal data.
        data={"ticket": ticket.number, "state": report.state, **(data or {})},
        organisation_id=ticket.agreement.party_b_id,
        agreement_id=ticket.agreement_id,
    )


def _words(words: Any, report: QualityReport) -> Callable[[], str]:
    return lambda: str(words) % {"number": report.ticket.number, "title": report.ticket.title}


def _tell(
    people: Iterable[User],
    report: QualityReport,
    what: str,
    subject: Callable[[], object],
    body: Callable[[], object],
    url: str,
    event: Event,
) -> None:
    announce_each(
        people,
        key=f"quality/{report.pk}/{what}",
        kind=event.action,
        subject=subject,
        body=body,
        url=url,
        event=event,
        at=event.at,
    )


def _tell_reporter(report: QualityReport, event: Event) -> None:
    words = _words(gettext_lazy("数据已更正：%(number)s %(title)s"), report)
    _tell(telling.party_b(report.ticket), report, "corrected", words, lambda: report.correction, _url(report), event)


def _tell_sharing(report: QualityReport, shared: AgreementItem, event: Event) -> None:
    """To people of another Party B: the item and what was put right; nothing of the report or its author."""
    members = Membership.objects.filter(
        organisation=shared.agreement.party_b_id, active=True, user__is_active=True
    ).select_related("user")
    url = reverse("contracts:shared-item", args=[shared.pk])
    _tell(
        [member.user for member in members.order_by("pk")],
        report,
        f"shared/{shared.pk}",
        lambda: _("共享数据已更正：%(item)s") % {"item": shared.item.title},
        lambda: report.correction,
        url,
        event,
    )


def _url(report: QualityReport) -> str:
    return reverse("sla:quality-report", args=[report.ticket.number])


def _staff_url(report: QualityReport) -> str:
    return reverse("admin:sla_qualityreport_change", args=[report.pk])
