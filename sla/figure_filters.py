"""Filters of the console's lists that hold the rows behind a figure; offered only when a figure led there."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla.attainment import Month, Part, months_between
from sla.attainment_page import MOST_MONTHS, PART_LABELS, Asked, asked, faults_of
from sla.figures import clocks_in
from sla.models import Ticket

FIGURE = re.compile(r"(?P<first>\d{4}-\d\d)\.\.(?P<last>\d{4}-\d\d):(?P<part>[a-z_]{1,20})", re.ASCII)
ALIKE = re.compile(
    r"(?P<from>\d{4}-\d\d)\.\.(?P<to>\d{4}-\d\d):(?P<agreement>\d{0,17}):(?P<kind>[a-z_]{0,12}):(?P<key>[0-9a-f]{12})",
    re.ASCII,
)


class _LedHere(admin.SimpleListFilter):
    """A filter that only an address brings: one choice, which says what is shown, and the way out of it."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        value = self.used_parameters.get(str(self.parameter_name), "")
        return [(value, self.said(value))] if value else []

    def said(self, value: str) -> str:
        raise NotImplementedError


class FigureFilter(_LedHere):
    """The clocks behind a number of the attainment page: figure=2026-08..2026-10:broken."""

    title = _("统计数字")
    parameter_name = "figure"

    def said(self, value: str) -> str:
        found = figure_of(value)
        if found is None:
            return value
        part, first, last = found
        return f"{PART_LABELS[part]} {first}" + (f"–{last}" if first != last else "")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        found = figure_of(value)
        return queryset.filter(clocks_in(*found, timezone.now())) if found else queryset.none()


class AlikeFilter(_LedHere):
    """The reports of one recurring fault: alike=2026-08..2026-10:AGREEMENT:KIND:KEY."""

    title = _("重复故障")
    parameter_name = "alike"

    def said(self, value: str) -> str:
        return str(_("同一故障的报告"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(pk__in=alike(value, Ticket.objects.all())) if value else queryset


def figure_of(value: str) -> tuple[Part, Month, Month] | None:
    """The part and months that an address names; None for anything else."""
    found = FIGURE.fullmatch(value)
    if found is None:
        return None
    try:
        part, first, last = Part(found["part"]), Month.parse(found["first"]), Month.parse(found["last"])
    except ValueError:
        return None
    return (part, first, last) if 0 < len(months_between(first, last)) <= MOST_MONTHS else None


def alike(value: str, tickets: QuerySet[Any]) -> tuple[int, ...]:
    """The reports of the recurring fault that an address names, among the tickets; none for anything else."""
    found = ALIKE.fullmatch(value)
    if found is None:
        return ()
    what = asked(found.groupdict(), at=timezone.now())
    return next((fault.reports for fault in faults_of(tickets, what) if fault.key == found["key"]), ())


def alike_words(key: str, what: Asked) -> str:
    """The recurring fault as the filter's address names it."""
    return f"{what.span}:{what.agreement}:{what.kind}:{key}"
