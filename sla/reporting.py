"""Monthly reports: issuing one, and Party B's answer.  A correction is a new revision; what was issued stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Agreement, Membership
from journal.models import Event, Notice
from journal.outbox import announce, holders
from journal.recording import record
from people.canonical import decode, digest, encode
from people.models import User
from people.refusal import Refused
from sla.attainment import Month
from sla.models import ReportAnswer, ServiceReport
from sla.report import Issue, ReportContent
from sla.report_paper import draw
from sla.report_sheets import workbook
from sla.taking import printable, taken

State = ServiceReport.State


@transaction.atomic
def issue(agreement: Agreement, month: Month, *, by: User, at: datetime, reason: str = "") -> ServiceReport:
    """Freeze the figures of a month that is over and send them to Party B.

    A later revision takes the place of the one before it, which stays as it was.  Raises Refused for a month that is
    not over or lies before the agreement, for a revision that would say the same, and for one without a reason.
    """
    # Numbers the revisions of this agreement one after the other.
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    _demand_month(agreement, month, at)
    before = ServiceReport.objects.filter(agreement=agreement, month=month.first).order_by("-revision").first()
    snapshot = encode(taken(agreement, month, at=at))
    sha256 = digest(snapshot)
    words = reason.strip()[:300]
    if before is not None:
        _demand_difference(before, sha256, words)
        before.state = State.SUPERSEDED
        before.save(update_fields=["state"])
    report = ServiceReport.objects.create(
        agreement=agreement,
        month=month.first,
        revision=1 if before is None else before.revision + 1,
        reason="" if before is None else words,
        snapshot=snapshot,
        sha256=sha256,
        issued_by=by,
        issued_at=at,
    )
    event = _record("report.issued", report, by=by, at=at, reason=report.reason)
    _tell_party_b(report, event=event, at=at)
    return report


@transaction.atomic
def confirm(report: ServiceReport, *, by: User, at: datetime, text: str = "") -> ServiceReport:
    """Party B agrees with the figures, at once or after a dispute was settled."""
    return _answer(report, ReportAnswer.Kind.CONFIRMED, {State.ISSUED, State.DISPUTED}, by=by, at=at, text=text)


@transaction.atomic
def dispute(report: ServiceReport, *, by: User, at: datetime, text: str) -> ServiceReport:
    """Party B does not agree, and says with what."""
    if not text.strip():
        raise Refused(_("请写明异议的理由。"))
    return _answer(report, ReportAnswer.Kind.DISPUTED, {State.ISSUED}, by=by, at=at, text=text)


def content_of(report: ServiceReport) -> ReportContent:
    """The frozen content.  Raises SnapshotError for rows that do not fit."""
    content: ReportContent = decode(ReportContent, report.snapshot)
    return content


def issue_of(report: ServiceReport) -> Issue:
    """Which report it is, in words."""
    return Issue(
        number=report.number,
        issued_on=timezone.localdate(report.issued_at).isoformat(),
        issued_by=printable(str(report.issued_by)),
        reason=printable(report.reason),
        sha256=report.sha256,
    )


def pdf_of(report: ServiceReport) -> bytes:
    """The report on paper: the same bytes whenever it is drawn."""
    return draw(content_of(report), issue_of(report))


def xlsx_of(report: ServiceReport) -> bytes:
    """The report as a workbook: the same bytes whenever it is written."""
    return workbook(content_of(report), issue_of(report))


def intact(report: ServiceReport) -> bool:
    """Whether the frozen content still has the hash that it was issued with."""
    return digest(report.snapshot) == report.sha256


def _demand_month(agreement: Agreement, month: Month, at: datetime) -> None:
    if at < month.end:
        raise Refused(_("%(month)s 还没有结束，下个月才能出具月报。") % {"month": month})
    if agreement.effective_on is None or agreement.effective_on >= month.plus(1).first:
        raise Refused(
            _("协议 %(number)s 在 %(month)s 还没有生效，没有可出具的月报。")
            % {"number": agreement.number, "month": month}
        )


def _demand_difference(before: ServiceReport, sha256: str, reason: str) -> None:
    if before.sha256 == sha256:
        raise Refused(_("数字与第 %(revision)s 版相同，不需要重新出具。") % {"revision": before.revision})
    if not reason:
        raise Refused(_("这个月已出具第 %(revision)s 版，重新出具请写明原因。") % {"revision": before.revision})


def _answer(
    report: ServiceReport, kind: ReportAnswer.Kind, start: set[State], *, by: User, at: datetime, text: str
) -> ServiceReport:
    rows = ServiceReport.objects.select_for_update(no_key=True, of=("self",)).select_related("agreement")
    report = rows.get(pk=report.pk)
    if report.state not in start:
        raise Refused(
            _("月报 %(number)s 现在是“%(state)s”，不能进行此操作，请刷新页面查看最新情况。")
            % {"number": report.number, "state": report.get_state_display()}
        )
    ReportAnswer.objects.create(report=report, kind=kind, text=text.strip()[:4000], by=by, at=at)
    report.state = State(kind.value)
    report.save(update_fields=["state"])
    event = _record(f"report.{kind.value}", report, by=by, at=at)
    _tell_issuers(report, event=event, at=at)
    return report


def _record(action: str, report: ServiceReport, *, by: User, at: datetime, reason: str = "") -> Event:
    return record(
        action,
        obj=report,
        by=by,
        at=at,
        reason=reason,
        data={"month": str(report.month)[:7], "revision": report.revision, "sha256": report.sha256},
        organisation_id=report.agreement.party_b_id,
        agreement_id=report.agreement_id,
    )


def _tell_party_b(report: ServiceReport, *, event: Event, at: datetime) -> None:
    members = Membership.objects.filter(organisation=report.agreement.party_b, active=True, user__is_active=True)
    members = members.select_related("user").order_by("pk")
    chosen = [m.user for m in members if m.role == Membership.Role.ADMIN] or [m.user for m in members]
    said = {"month": f"{report.month:%Y-%m}", "agreement": report.agreement.number}
    for person in _once(chosen):
        announce(
            key=f"report/{report.pk}/issued",
            recipient=person,
            kind="report.issued",
            subject=lambda: _("请确认服务月报：%(month)s，协议 %(agreement)s") % said,
            body=lambda: _("%(month)s 的服务月报已出具，请下载核对，并确认或提出异议。") % said,
            url=reverse("sla:report", args=[report.pk]),
            event=event,
            at=at,
        )


def _tell_issuers(report: ServiceReport, *, event: Event, at: datetime) -> None:
    said = {"number": report.number, "agreement": report.agreement.number}
    for person in holders("sla.issue_report"):
        announce(
            key=f"report/{report.pk}/{report.state}",
            recipient=person,
            kind=f"report.{report.state}",
            subject=lambda: f"{report.get_state_display()}：" + _("服务月报 %(number)s，协议 %(agreement)s") % said,
            url=reverse("admin:sla_servicereport_change", args=[report.pk]),
            level=Notice.Level.WARNING.value if report.state == State.DISPUTED else Notice.Level.INFO.value,
            event=event,
            at=at,
        )


def _once(people: Iterable[User]) -> list[User]:
    return list({person.pk: person for person in people}.values())
