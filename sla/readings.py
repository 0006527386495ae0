"""What tickets, clocks and breaches say of the clauses on support and service levels, for the clause board."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import board
from contracts.board import Link, Reading, Standing, list_link
from contracts.models import Agreement
from contracts.panorama import applying_version
from sla.faces import spelled
from sla.models import Adjudication, Breach, Clock, Ticket
from sla.promises import CLOCK_KINDS
from sla.quality_readings import read_quality
from sla.querysets.tickets import AT_RISK_FROM

LOOKED_BACK = timedelta(days=365)
ENDED = (Ticket.State.CLOSED, Ticket.State.CANCELLED)


def read_response(agreement: Agreement, at: datetime) -> Reading:
    """Response and solution (7.3.2): breached by any breach of the last 12 months that nobody excused."""
    version = applying_version(agreement, timezone.localdate(at))
    links = (_tickets(agreement, _("故障报告"), "fault"), _breaches(agreement))
    if version is None or (version.response_hours is None and version.solution_hours is None):
        return Reading(standing=Standing.NOT_MEASURABLE, note=_("没有约定响应和提出解决方案的时限"), links=links)
    # Restoration is another promise: never counted as a solution.
    clocks = Clock.objects.filter(ticket__agreement=agreement, target_seconds__isnull=False, kind__in=CLOCK_KINDS)
    found = clocks.aggregate(
        judged=Count("pk", filter=Q(state__in=["met", "missed"]) | Q(breached_at__isnull=False)),
        over=Count("pk", filter=Q(state="running", breached_at__isnull=True, breach_from__lte=at)),
        risky=Count("pk", filter=Q(state="running", breached_at__isnull=True, next_level__gt=AT_RISK_FROM)),
    )
    judged = found["judged"]
    excused = Adjudication.objects.filter(breach__agreement=agreement, state=Adjudication.State.EXCUSED)
    broken = (
        Breach.objects.filter(agreement=agreement, kind__in=CLOCK_KINDS, breached_at__gt=at - LOOKED_BACK)
        .exclude(pk__in=excused.values("breach"))
        .count()
    )
    if broken:
        note = _("近 12 个月有 %(n)d 次超时未免责，共评判 %(all)d 次") % {"n": broken, "all": judged}
        return Reading(standing=Standing.BREACHED, note=note, count=judged, links=links)
    if found["over"]:
        note = _("%(n)d 个时限已用尽") % {"n": found["over"]}
        return Reading(standing=Standing.OVERDUE, note=note, count=judged + found["over"], links=links)
    if found["risky"]:
        note = _("%(n)d 个时限即将用尽") % {"n": found["risky"]}
        return Reading(standing=Standing.DUE_SOON, note=note, count=judged + found["risky"], links=links)
    if judged:
        note = _("近 12 个月没有未免责的超时，共评判 %(all)d 次") % {"all": judged}
        return Reading(standing=Standing.KEPT, note=note, count=judged, links=links)
    return Reading(standing=Standing.UNPROVEN, links=links)


def read_fault_reports(agreement: Agreement, at: datetime) -> Reading:
    """Fault reports (7.3.1): how long Party B took to report, shown and not judged, because no number is agreed."""
    times = list(Ticket.objects.filter(agreement=agreement, kind="fault").values_list("found_at", "reported_at")[:2000])
    links = (_tickets(agreement, _("故障报告"), "fault"),)
    if not times:
        return Reading(standing=Standing.UNPROVEN, links=links)
    lag = round(median((reported_at - found_at).total_seconds() for found_at, reported_at in times))
    note = _("没有约定报告时限；%(n)d 份报告，从发现到报告的中位数为 %(lag)s") % {"n": len(times), "lag": spelled(lag)}
    return Reading(standing=Standing.NOT_MEASURABLE, note=note, count=len(times), links=links)


def answering(label: Callable[[], str], *kinds: str) -> board.Reader:
    """A reader of a support promise without a number: kept while everything reported was answered."""

    def read(agreement: Agreement, at: datetime) -> Reading:
        links = (_tickets(agreement, label(), *(kinds if len(kinds) == 1 else ())),)
        rows = Ticket.objects.filter(agreement=agreement, kind__in=kinds).exclude(state=Ticket.State.CANCELLED)
        found = rows.aggregate(all=Count("pk"), waiting=Count("pk", filter=Q(responded_at__isnull=True)))
        count, waiting = found["all"], found["waiting"]
        if not count:
            return Reading(standing=Standing.UNPROVEN, links=links)
        if waiting:
            note = _("没有约定时限；共 %(all)d 件，%(n)d 件等待答复") % {"all": count, "n": waiting}
            return Reading(standing=Standing.NOT_MEASURABLE, note=note, count=count, links=links)
        note = _("共 %(all)d 件，都已答复") % {"all": count}
        return Reading(standing=Standing.KEPT, note=note, count=count, links=links)

    return read


def read_incidents(agreement: Agreement, at: datetime) -> Reading:
    """Security incidents (8.1.2): one under way is near, none proves that data are safe."""
    states = Counter(Ticket.objects.filter(agreement=agreement, kind="security").values_list("state", flat=True))
    count, still_open = states.total(), states.total() - sum(states[state] for state in ENDED)
    links = (_tickets(agreement, _("安全事件"), "security"),)
    if still_open:
        note = _("%(n)d 起安全事件正在处置") % {"n": still_open}
        return Reading(standing=Standing.DUE_SOON, note=note, count=count, links=links)
    note = _("登记过 %(n)d 起安全事件，都已处置完毕") % {"n": count} if count else ""
    return Reading(standing=Standing.UNPROVEN, note=note, count=count, links=links)


def read_support_hours(agreement: Agreement, at: datetime) -> Reading:
    """Support hours (7.1.2): agreed, with both questions of the clause answered by a person."""
    version = applying_version(agreement, timezone.localdate(at))
    hours = version.support_hours if version else None
    if hours is None:
        links = (list_link(_("支持时段"), "contracts_supporthours", "contracts.view_supporthours"),)
        return Reading(standing=Standing.NOT_MEASURABLE, note=_("没有约定支持时段"), links=links)
    url = reverse("admin:contracts_supporthours_change", args=[hours.pk])
    links = (Link(label=_("支持时段"), url=url, permission="contracts.view_supporthours"),)
    if hours.weekends_served is None or hours.makeup_days_served is None:
        note = _("“节假日除外”是否包括周末和调休日，还没有人作出选择")
        return Reading(standing=Standing.NOT_MEASURABLE, note=note, links=links)
    note = _("已约定并用于计时：%(name)s") % {"name": hours.name}
    return Reading(standing=Standing.KEPT, note=note, count=1, links=links)


def _tickets(agreement: Agreement, label: str, *kinds: str) -> Link:
    chosen = {"kind__exact": kinds[0]} if kinds else {}
    own = f"{reverse('sla:tickets')}?agreement={agreement.pk}" + (f"&kind={kinds[0]}" if kinds else "")
    return list_link(
        label,
        "sla_ticket",
        "sla.view_ticket",
        portal_url=own,
        queue="all",
        agreement__id__exact=agreement.pk,
        **chosen,
    )


def _breaches(agreement: Agreement) -> Link:
    return list_link(_("超时记录"), "sla_breach", "sla.view_breach", agreement__id__exact=agreement.pk)


READERS: Iterable[tuple[str, board.Reader]] = (
    ("response", read_response),
    ("fault_reports", read_fault_reports),
    ("support", answering(lambda: _("咨询、故障与升级"), "question", "fault", "upgrade")),
    ("onboarding_support", answering(lambda: _("接入支持"), "access")),
    ("support_hours", read_support_hours),
    ("quality", read_quality),
    ("data_security", read_incidents),
)


def register_readers() -> None:
    """Let these readers speak for their topics."""
    for topic, reader in READERS:
        board.add_reader(topic, reader)
