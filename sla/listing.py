"""The portal's list of tickets: what may be searched, filtered and sorted, and its columns when it is taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Agreement
from people.models import User
from sla.models import Clock, Ticket
from sla.querysets import TicketQuerySet

GROUPS: dict[str, tuple[object, Callable[[Any, User], Any]]] = {
    "open": (gettext_lazy("处理中的"), lambda found, user: found.open()),
    "mine": (gettext_lazy("等我们处理的"), lambda found, user: found.filter(state__in=["awaiting_b", "proposed"])),
    "watched": (gettext_lazy("我关注的"), lambda found, user: found.filter(watches__user=user)),
    "breached": (gettext_lazy("超时的"), lambda found, user: found.breached()),
    "done": (gettext_lazy("已结束的"), lambda found, user: found.filter(state__in=["closed", "cancelled"])),
}
SORTS: dict[str, tuple[object, Callable[[Any], Any]]] = {
    "newest": (gettext_lazy("最新报告在前"), lambda found: found.order_by("-received_at", "-pk")),
    "due": (gettext_lazy("最先到期在前"), lambda found: found.soonest_first()),
    "oldest": (gettext_lazy("最早报告在前"), lambda found: found.order_by("received_at", "pk")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the list; anything unknown counts as not asked."""

    query: str
    group: str
    kind: str
    agreement: str
    sort: str

    @property
    def filtered(self) -> bool:
        return any((self.query, self.group, self.kind, self.agreement))


def asked(params: Mapping[str, str]) -> Asked:
    """The search, filters and order of an address."""
    group, kind, agreement, sort = (params.get(name, "") for name in ("group", "kind", "agreement", "sort"))
    return Asked(
        query=params.get("q", "").strip()[:80],
        group=group if group in GROUPS else "",
        kind=kind if kind in Ticket.Kind.values else "",
        agreement=agreement if agreement.isascii() and agreement.isdigit() and len(agreement) < 18 else "",
        sort=sort if sort in SORTS else "newest",
    )


def found(user: User, what: Asked) -> TicketQuerySet:
    """The user's tickets that answer the question, in its order, ready to be shown without further queries."""
    rows: Any = Ticket.objects.for_user(user)
    if what.query:
        rows = rows.matching(what.query)
    if what.group:
        rows = GROUPS[what.group][1](rows, user)
    if what.kind:
        rows = rows.filter(kind=what.kind)
    if what.agreement:
        rows = rows.filter(agreement_id=what.agreement)
    shown: TicketQuerySet = SORTS[what.sort][1](rows).select_related("agreement", "assignee", "reporter")
    return shown.prefetch_related(Prefetch("clocks", Clock.objects.order_by("cycle", "kind")))


def agreements_of(user: User) -> Any:
    """The agreements to filter by."""
    return Agreement.objects.for_user(user).order_by("number").distinct()


def header() -> list[str]:
    """The columns of the exported list."""
    return [
        _("编号"), _("标题"), _("类型"), _("优先级"), _("状态"), _("协议"), _("报告人"), _("发现时间"), _("收到时间"),
        _("响应到期"), _("响应时间"), _("响应结果"), _("方案到期"), _("提出方案时间"), _("方案结果"), _("关闭时间"),
    ]  # fmt: skip


def rows(tickets: TicketQuerySet) -> Iterator[list[Any]]:
    """The exported list, row by row."""
    for ticket in tickets.iterator(chunk_size=500):
        clocks = {clock.kind: clock for clock in ticket.clocks.all()}
        yield [
            ticket.number,
            ticket.title,
            ticket.get_kind_display(),
            ticket.get_priority_display(),
            ticket.get_state_display(),
            ticket.agreement.number,
            str(ticket.reporter),
            ticket.found_at,
            ticket.received_at,
            *_clock_cells(clocks.get("response"), ticket.responded_at),
            *_clock_cells(clocks.get("solution"), ticket.proposed_at),
            ticket.closed_at,
        ]


def _clock_cells(clock: Clock | None, done_at: Any) -> list[Any]:
    if clock is None:
        return [None, done_at, ""]
    broken = clock.breached_at is not None and clock.stopped_at is None
    return [clock.due_at, done_at, _("已超时") if broken else clock.get_state_display()]
