"""The queue's filters: what is to be done, by whom, and what is at risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sla.models import Holding, Label, Labelled, Queue

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


class DeskFilter(admin.SimpleListFilter):
    """The queue that the ticket lies with."""

    title = _("处理队列")
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = [(str(pk), name) for pk, name in Queue.objects.order_by("name").values_list("pk", "name")]
        return [*named, ("none", str(_("不在队列里")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        here = Holding.objects.filter(ticket=OuterRef("pk"), until__isnull=True, queue__isnull=False)
        if value == "none":
            return queryset.filter(~Exists(here))
        return queryset.filter(Exists(here.filter(queue=int(value)))) if _is_key(value) else queryset


class LabelFilter(admin.SimpleListFilter):
    """The category or a label of the ticket."""

    title = _("分类和标签")
    parameter_name = "label"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Label.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        worn = Labelled.objects.filter(ticket=OuterRef("pk"))
        return queryset.filter(Exists(worn.filter(label=int(value)))) if _is_key(value) else queryset


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


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
