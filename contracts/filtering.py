"""Filters of the console's lists of duties: where they stand today, and whose they are."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Rows = Callable[[Any, date], Any]


def week_of(today: date) -> tuple[date, date]:
    """Monday to Sunday of the week of a day."""
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


STANDS: dict[str, tuple[object, Rows]] = {
    "open": (_("待完成"), lambda rows, today: rows.open()),
    "overdue": (_("已逾期"), lambda rows, today: rows.overdue(today)),
    "today": (_("今日到期"), lambda rows, today: rows.open().filter(due_on=today)),
    "week": (_("本周到期"), lambda rows, today: rows.open().due_between(*week_of(today))),
    "soon": (_("提醒期内"), lambda rows, today: rows.due_soon(today)),
    "near": (_("逾期或提醒期内"), lambda rows, today: rows.overdue(today) | rows.due_soon(today)),
    "confirm": (_("待甲方确认"), lambda rows, today: rows.to_confirm()),
    "done": (_("已完成"), lambda rows, today: rows.filter(state="done")),
    "waived": (_("已豁免"), lambda rows, today: rows.filter(state="waived")),
    "provisional": (_("日期暂定"), lambda rows, today: rows.open().filter(provisional=True)),
    "all": (_("全部"), lambda rows, today: rows),
}


class StandFilter(admin.SimpleListFilter):
    """Where occurrences stand today; open ones unless something else is asked for."""

    title = _("进度")
    parameter_name = "stand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _rows) in STANDS.items()]

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or "open"
        for name, label in self.lookup_choices:
            yield {
                "selected": chosen == name,
                "query_string": changelist.get_query_string({self.parameter_name: name}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """A record opened by its address is found wherever it stands."""
        name = self.value() or "open"
        return STANDS[name][1](queryset, timezone.localdate()) if name in STANDS else queryset.none()


class MineFilter(admin.SimpleListFilter):
    """What the signed-in person answers for."""

    title = _("负责")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("我负责的"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        return queryset.in_charge_of(request.user) if self.value() == "1" else queryset  # type: ignore[attr-defined]
