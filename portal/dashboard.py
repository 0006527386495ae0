"""The dashboard of the admin: the numbers of today, each a link to the rows it counts, by what a person may see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import BankReceipt, Document, FormalInvoice
from billing.overview import overview
from billing.querysets import scaled_sum
from contracts.filtering import week_of
from contracts.models import Agreement, ObligationOccurrence
from journal.models import Approval, Notice
from people.charting import Chart
from people.models import User
from people.showing import Tone
from sla.models import Breach, Ticket

MONTHS_SHOWN = 6
RENEWAL_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number with the list behind it."""

    label: object
    value: object
    url: str
    tone: Tone = "muted"
    note: object = ""


@dataclass(frozen=True)
class Dashboard:
    """What one person sees on entering the admin."""

    cards: list[Card] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)


@dataclass(frozen=True)
class Looker:
    """Who looks, and when."""

    user: User
    now: datetime

    @property
    def today(self) -> date:
        """The civil day."""
        return timezone.localdate(self.now)

    @cached_property
    def tickets_in_charge(self) -> int:
        """How many open tickets the person is in charge of: asked once for all cards that say it."""
        return Ticket.objects.open().filter(assignee=self.user).count()


def dashboard(user: User, *, at: datetime) -> Dashboard:
    """The cards and charts that this person may see."""
    looker = Looker(user, at)
    cards = [card for permission, made in CARDS if user.has_perm(permission) for card in made(looker)]
    charts = [made(looker) for permission, made in CHARTS if user.has_perm(permission)]
    return Dashboard(cards, charts)


def _list(model: str, **filters: object) -> str:
    query = f"?{urlencode(filters)}" if filters else ""
    return reverse(f"admin:{model}_changelist") + query


def _tone(count: int, tone: Tone) -> Tone:
    """The colour of a count that should be nought."""
    return tone if count else "ok"


def _tickets(looker: Looker) -> Iterator[Card]:
    rows = Ticket.objects.open()
    risk, late = rows.at_risk().count(), rows.breached().count()
    yield Card(label=_("未结工单"), value=rows.count(), url=_list("sla_ticket", queue="open"), tone="info")
    yield Card(label=_("即将超时"), value=risk, url=_list("sla_ticket", queue="risk"), tone=_tone(risk, "warn"))
    yield Card(label=_("超时未结"), value=late, url=_list("sla_ticket", queue="breached"), tone=_tone(late, "bad"))


def _workbench(looker: Looker) -> Iterator[Card]:
    yield Card(
        label=_("运维工作台"),
        value=looker.tickets_in_charge,
        url=reverse("admin:sla_ticket_workbench"),
        tone="info",
        note=_("份由我负责"),
    )


def _my_tickets(looker: Looker) -> Iterator[Card]:
    free = Ticket.objects.open().filter(assignee=None).count()
    yield Card(label=_("我负责的"), value=looker.tickets_in_charge, url=_list("sla_ticket", queue="mine"))
    yield Card(label=_("未分派"), value=free, url=_list("sla_ticket", queue="unassigned"), tone=_tone(free, "warn"))


def _breaches(looker: Looker) -> Iterator[Card]:
    first = looker.today.replace(day=1)
    count = Breach.objects.filter(breached_at__gte=_midnight(first)).count()
    url = _list("sla_breach", breached_at__from=first)
    yield Card(label=_("本月超时"), value=count, url=url, tone=_tone(count, "bad"))


def _agreements(looker: Looker) -> Iterator[Card]:
    running = Agreement.objects.filter(state="in_force")
    until = looker.today + timedelta(days=RENEWAL_DAYS)
    ending = running.filter(ends_on__gte=looker.today, ends_on__lte=until).count()
    yield Card(
        label=_("生效协议"),
        value=running.count(),
        url=_list("contracts_agreement", state__exact="in_force"),
        tone="info",
    )
    if ending:
        url = _list("contracts_agreement", state__exact="in_force", ends_on__from=looker.today, ends_on__to=until)
        note = gettext("%(days)d 天内届满") % {"days": RENEWAL_DAYS}
        yield Card(label=_("即将届满"), value=ending, url=url, tone="warn", note=note)


def _money(looker: Looker) -> Iterator[Card]:
    drafts = Document.objects.filter(state="draft").count()
    unsent = FormalInvoice.objects.filter(state="sent").count()
    late = list(Document.objects.owing(until=looker.today - timedelta(days=1)))
    owed = sum(row.gross_fen - row.paid_fen for row in late)
    yield Card(label=_("待开票"), value=drafts, url=_list("billing_document", state__exact="draft"), tone="info")
    yield Card(label=_("发票待签收"), value=unsent, url=_list("billing_formalinvoice", state__exact="sent"))
    yield Card(
        label=_("逾期账单"),
        value=len(late),
        url=_list("billing_document", standing="overdue"),
        tone=_tone(len(late), "bad"),
        note=gettext("未付 %(yuan)s 元") % {"yuan": f"{owed / 100:,.2f}"} if late else "",
    )


def _accounts_receivable(looker: Looker) -> Iterator[Card]:
    found = overview(looker.today)
    late = gettext("其中逾期 %(yuan)s 元") % {"yuan": f"{found.overdue:,.2f}"} if found.overdue else ""
    yield Card(
        label=_("应收余额（元）"),
        value=f"{found.outstanding:,.2f}",
        url=reverse("admin:billing_ledgerentry_ageing"),
        tone="warn" if found.overdue else "info",
        note=late,
    )
    if found.next_on:
        yield Card(
            label=_("下一个到期日"),
            value=f"{found.next_on:%m-%d}",
            url=reverse("admin:billing_ledgerentry_forecast"),
            tone="info",
            note=gettext("应收 %(yuan)s 元") % {"yuan": f"{found.next_amount:,.2f}"},
        )


def _duties(looker: Looker) -> Iterator[Card]:
    rows = ObligationOccurrence.objects.open()
    late, week = rows.overdue(looker.today).count(), rows.due_between(*week_of(looker.today)).count()
    mine = rows.due_soon(looker.today) | rows.overdue(looker.today)
    own = mine.in_charge_of(looker.user).count()
    model = "contracts_obligationoccurrence"
    yield Card(label=_("逾期义务"), value=late, url=_list(model, stand="overdue"), tone=_tone(late, "bad"))
    yield Card(label=_("本周到期义务"), value=week, url=_list(model, stand="week"), tone=_tone(week, "warn"))
    if own:
        yield Card(label=_("我的到期义务"), value=own, url=_list(model, stand="near", mine=1), tone="warn")


def _accounts(looker: Looker) -> Iterator[Card]:
    rows = User.objects.filter(is_superuser=False)
    running = rows.filter(is_active=True).count()
    closed = rows.filter(is_active=False).count()
    yield Card(label=_("启用账号"), value=running, url=_list("people_user", is_active__exact=1), tone="info")
    yield Card(label=_("停用账号"), value=closed, url=_list("people_user", is_active__exact=0))


def _notices(looker: Looker) -> Iterator[Card]:
    dead = Notice.objects.filter(state="dead").count()
    waiting = Notice.objects.due(looker.now).count()
    yield Card(
        label=_("发送失败的通知"), value=dead, url=_list("journal_notice", state__exact="dead"), tone=_tone(dead, "bad")
    )
    yield Card(label=_("待发送的通知"), value=waiting, url=_list("journal_notice", state__exact="pending"))


def _approvals(looker: Looker) -> Iterator[Card]:
    waiting = Approval.objects.decidable_by(looker.user).count()
    if waiting:
        yield Card(label=_("待我审批"), value=waiting, url=_list("journal_approval", mine="decide"), tone="warn")


CARDS: tuple[tuple[str, Callable[[Looker], Iterator[Card]]], ...] = (
    ("sla.view_ticket", _workbench),
    ("sla.view_ticket", _tickets),
    ("sla.handle_ticket", _my_tickets),
    ("billing.view_document", _money),
    ("billing.view_ledgerentry", _accounts_receivable),
    ("contracts.view_agreement", _agreements),
    ("contracts.view_obligationoccurrence", _duties),
    ("sla.view_breach", _breaches),
    ("journal.view_approval", _approvals),
    ("people.view_user", _accounts),
    ("journal.view_notice", _notices),
)


def _months(today: date) -> list[tuple[date, date]]:
    """The last months up to this one, each as [first day, first day of the next)."""
    first = today.replace(day=1)
    spans = []
    for _month in range(MONTHS_SHOWN):
        following = (first + timedelta(days=32)).replace(day=1)
        spans.append((first, following))
        first = (first - timedelta(days=1)).replace(day=1)
    return spans[::-1]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  made aware here


def _within(name: str, span: tuple[date, date]) -> dict[str, datetime]:
    return {f"{name}__gte": _midnight(span[0]), f"{name}__lt": _midnight(span[1])}


def _months_of_service(looker: Looker) -> Chart:
    months = _months(looker.today)
    return Chart(
        name="service",
        label=_("近 6 个月的报告与超时"),
        kind="bar",
        labels=[f"{first:%Y-%m}" for first, _next in months],
        series={
            gettext("收到的报告"): [Ticket.objects.filter(**_within("received_at", span)).count() for span in months],
            gettext("超时"): [Breach.objects.filter(**_within("breached_at", span)).count() for span in months],
        },
    )


def _months_of_money(looker: Looker) -> Chart:
    months = _months(looker.today)
    issued = [Document.objects.issued().filter(issued_on__gte=a, issued_on__lt=b) for a, b in months]
    received = [BankReceipt.objects.filter(value_date__gte=a, value_date__lt=b) for a, b in months]
    return Chart(
        name="money",
        label=_("近 6 个月的开票与到账（元）"),
        kind="bar",
        labels=[f"{first:%Y-%m}" for first, _next in months],
        series={
            gettext("开票"): [_yuan(rows, "gross") for rows in issued],
            gettext("到账"): [_yuan(rows, "amount") for rows in received],
        },
    )


def _yuan(rows: Any, column: str) -> float:
    """The exact sum in fen, as yuan for a drawing and a glance (not for reckoning)."""
    fen = cast(int, rows.aggregate(total=scaled_sum(column, 2))["total"] or 0)
    return fen / 100


CHARTS: tuple[tuple[str, Callable[[Looker], Chart]], ...] = (
    ("sla.view_ticket", _months_of_service),
    ("billing.view_document", _months_of_money),
)
