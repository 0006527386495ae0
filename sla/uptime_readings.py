"""What services and security duties say of their clauses, for the clause board.  Nothing is kept without a row."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import board
from contracts.board import Link, Reading, Standing, list_link
from contracts.models import Agreement
from sla.models import CheckPlan, CheckResult, Outage, ReportDuty, SecurityIncident, Service, Vulnerability
from sla.uptime import Row, availability_of
from sla.uptime_words import figure_words, per_cent

MONTHS = 3  # the running month and the two before it
SOON = timedelta(days=7)


def read_availability(agreement: Agreement, at: datetime) -> Reading:
    """Availability (7.2.1): judged where a target is agreed, else shown; a month that missed its target is a breach."""
    links = (
        _outages(),
        list_link(_("维护窗口"), "sla_maintenancewindow", "sla.view_maintenancewindow"),
        list_link(
            _("可用率约定"), "sla_serviceterm", "sla.view_serviceterm", version__agreement__id__exact=agreement.pk
        ),
    )
    rows = list(_rows(agreement, at))
    judged = [row for row in rows if row.met is not None]
    down = Outage.objects.open().filter(announced_at__isnull=False).of_services(Service.objects.of(agreement)).count()
    if not judged:
        return _unjudged(rows, down, links)
    missed = [row for row in judged if not row.met]
    lost = [row for row in missed if row.complete]
    if lost:
        return Reading(standing=Standing.BREACHED, note=_worst(lost), count=len(judged), links=links)
    if missed:
        return Reading(standing=Standing.OVERDUE, note=_worst(missed), count=len(judged), links=links)
    if down:
        note = _("%(n)d 项服务中断尚未恢复") % {"n": down}
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(judged), links=links)
    note = _("近 3 个月各服务都达到约定的可用率，最低 %(low)s") % {
        "low": figure_words(min(judged, key=lambda row: row.percentage or 0))
    }
    return Reading(standing=Standing.KEPT, note=note, count=len(judged), links=links)


def read_security_checks(agreement: Agreement, at: datetime) -> Reading:
    """Checks and fixes (7.2.2): late ones are overdue; kept only by reports of checks that were in time."""
    links = (
        list_link(_("安全检查安排"), "sla_checkplan", "sla.view_checkplan", agreements__id__exact=agreement.pk),
        list_link(_("安全漏洞"), "sla_vulnerability", "sla.view_vulnerability"),
    )
    today = timezone.localdate(at)
    plans = CheckPlan.objects.going().filter(agreements=agreement)
    late = plans.late_on(today).count()
    open_late = Vulnerability.objects.concerning(agreement, Service.objects.of(agreement)).late_at(at).count()
    if late or open_late:
        note = _("%(n)d 项安全检查逾期，%(m)d 个漏洞超过修复期限") % {"n": late, "m": open_late}
        return Reading(standing=Standing.OVERDUE, note=note, count=late + open_late, links=links)
    results = CheckResult.objects.filter(plan__agreements=agreement, due_on__gt=today - timedelta(days=365))
    missed = results.filter(outcome="missed").count()
    if missed:
        note = _("近 12 个月有 %(n)d 次安全检查未开展") % {"n": missed}
        return Reading(standing=Standing.BREACHED, note=note, count=missed, links=links)
    soon = plans.filter(next_due_on__lte=today + SOON).count()
    if soon:
        note = _("%(n)d 项安全检查将到期") % {"n": soon}
        return Reading(standing=Standing.DUE_SOON, note=note, count=soon, links=links)
    done = results.exclude(outcome="missed").count()
    if done:
        note = _("近 12 个月完成 %(n)d 次安全检查，没有逾期的检查和漏洞") % {"n": done}
        return Reading(standing=Standing.KEPT, note=note, count=done, links=links)
    if plans.exists():
        return Reading(standing=Standing.UNPROVEN, note=_("已安排安全检查，还没有检查报告"), links=links)
    return Reading(standing=Standing.NOT_MEASURABLE, note=_("没有约定检查周期，也没有安排安全检查"), links=links)


def read_data_security(agreement: Agreement, at: datetime) -> Reading:
    """Incidents (8.1.2): a late statutory report is overdue, one under way is near; none proves that data are safe."""
    links = (
        list_link(_("安全事件"), "sla_securityincident", "sla.view_securityincident"),
        list_link(_("法定报告"), "sla_reportduty", "sla.view_reportduty"),
    )
    rows = SecurityIncident.objects.concerning(agreement, Service.objects.of(agreement))
    count, still_open = rows.count(), rows.open().count()
    late = ReportDuty.objects.late_at(at).filter(incident__in=rows).count()
    # Party B learns of an incident by being told, not from a count on a board.
    silent = Reading(standing=Standing.UNPROVEN)
    if late:
        note = _("%(n)d 份法定报告逾期") % {"n": late}
        return Reading(standing=Standing.OVERDUE, note=note, count=count, links=links, party_b=silent)
    if still_open:
        note = _("%(n)d 起安全事件正在处置") % {"n": still_open}
        return Reading(standing=Standing.DUE_SOON, note=note, count=count, links=links, party_b=silent)
    note = _("登记过 %(n)d 起安全事件，都已处置完毕") % {"n": count} if count else ""
    return Reading(standing=Standing.UNPROVEN, note=note, count=count, links=links, party_b=silent)


def _unjudged(rows: list[Row], down: int, links: tuple[Link, ...]) -> Reading:
    note = _("没有约定可用率目标")
    if rows:
        low = min((row.percentage for row in rows if row.percentage is not None), default=None)
        note += _("；近 3 个月最低 %(low)s%%") % {"low": per_cent(low)}
    if down:
        note += _("；%(n)d 项服务中断尚未恢复") % {"n": down}
    return Reading(standing=Standing.NOT_MEASURABLE, note=note, count=len(rows), links=links)


def _rows(agreement: Agreement, at: datetime) -> Iterable[Row]:
    month = timezone.localdate(at).replace(day=1)
    for _number in range(MONTHS):
        yield from availability_of(agreement, month, at)
        month = (month - timedelta(days=1)).replace(day=1)


def _worst(rows: list[Row]) -> str:
    row = min(rows, key=lambda row: row.percentage or 0)
    return _("%(service)s %(month)s 可用率 %(figure)s，约定 %(target)s%%") % {
        "service": row.service.name,
        "month": f"{timezone.localtime(row.since):%Y-%m}",
        "figure": figure_words(row),
        "target": per_cent(row.target),
    }


def _outages() -> Link:
    return list_link(_("服务中断"), "sla_outage", "sla.view_outage", portal_url=reverse("sla:service"))


READERS: Iterable[tuple[str, board.Reader]] = (
    ("availability", read_availability),
    ("security_checks", read_security_checks),
    ("data_security", read_data_security),
)


def register_readers() -> None:
    """Let these readers speak for their topics."""
    for topic, reader in READERS:
        board.add_reader(topic, reader)
