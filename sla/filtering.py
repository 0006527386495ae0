"""The queue's filters: what is to be done, by whom, and what is at risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

ALL, OPEN = "all", "open"

QUEUES: dict[str, tuple[object, Callable[[Any, Any], Any]]] = {
    OPEN: (_("待处理"), lambda rows, user: rows.open()),
    "mine": (_("我负责的"), lambda rows, user: rows.open().filter(assignee=user)),
    "unassigned": (_("未分派"), lambda rows, user: rows.open().filter(assignee=None)),
    "risk": (_("即将到期"), lambda rows, user: rows.open().at_risk()),
    "breached": (_("已超时未结束"), lambda rows, user: rows.open().breached()),
    "waiting": (_("等待乙方"), lambda rows, user: rows.filter(state__in=["awaiting_b", "proposed"])),
    "done": (_("已结束"), lambda rows, user: rows.filter(state__in=["closed", "cancelled"])),
    ALL: (_("全部"), lambda rows, user: rows),
}


class QueueFilter(admin.SimpleListFilter):
    """What is to be done is the first thing seen; a search looks at everything."""

    title = _("队列")
    parameter_name = "queue"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.otherwise = ALL if request.GET.get("q") else OPEN

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _rows) in QUEUES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        _label, rows = QUEUES[self._chosen()]
        narrowed: QuerySet[Any] = rows(queryset, request.user)
        return narrowed

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, (label, _rows) in QUEUES.items():
            yield {
                "selected": self._chosen() == name,
                "query_string": changelist.get_query_string({self.parameter_name: name}),
                "display": label,
            }

    def _chosen(self) -> str:
        value = self.value()
        return value if value in QUEUES else self.otherwise


class BrokenFilter(admin.SimpleListFilter):
    """Whether the promise was broken."""

    title = _("是否超时")
    parameter_name = "broken"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("已超时")), ("no", _("未超时"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(breached_at__isnull=self.value() == "no")
        return queryset
