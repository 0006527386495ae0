"""Bills by their due date: the groups of the due list with what each still owes, and the month of due dates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.dates import due_dates
from billing.due_groups import GROUPS, PROVISIONAL, group_on, in_group, owing
from billing.models import Document
from billing.periods import civil_day
from billing.wording import yuan
from contracts.month import first_of, month_of
from people.showing import Tone


@dataclass(frozen=True, slots=True)
class Card:
    """A group: how many bills, what they owe, and the list that holds them."""

    label: object
    tone: Tone
    count: int
    open: Decimal
    url: str

    @property
    def amount(self) -> str:
        """Yuan as people read them."""
        return yuan(self.open)


def cards(today: date) -> list[Card]:
    """Every group, the empty ones too, and the provisional dates where there are any; two queries."""
    rows = owing(Document.objects.with_due().with_paid()).order_by()
    summed = {"count": Count("pk"), "fen": Sum(F("gross_fen") - F("paid_fen"))}
    by_group = rows.annotate(due_group=group_on(today)).values("due_group").annotate(**summed)
    found = {row["due_group"]: row for row in by_group}
    made = [_card(name, label, tone, found.get(name, {})) for name, (label, tone) in GROUPS.items()]
    loose = rows.filter(due_provisional=True).aggregate(**summed)
    return [*made, _card(PROVISIONAL, _("到期日暂定"), "warn", loose)] if loose["count"] else made


def _card(name: str, label: object, tone: Tone, row: dict[str, Any]) -> Card:
    url = f"{reverse('admin:billing_document_changelist')}?due={name}&o=6"
    count = row.get("count", 0)
    return Card(label, tone if count else "muted", count, Decimal(row.get("fen") or 0).scaleb(-2), url)


class DueFilter(admin.SimpleListFilter):
    """Bills that are not paid, by when they are due."""

    title = _("到期")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*((name, label) for name, (label, _tone) in GROUPS.items()), (PROVISIONAL, _("到期日暂定"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = self.value() or ""
        known = name in GROUPS or name == PROVISIONAL
        return in_group(queryset, name, civil_day(timezone.now())) if known else queryset


def due_page(request: HttpRequest, admin_: Any) -> HttpResponse:
    """The groups of the due list and the month of due dates, paid ones too."""
    if not admin_.has_view_permission(request):
        raise PermissionDenied
    today = civil_day(timezone.now())
    first = first_of(request.GET.get("month", ""), today=today)
    context = {
        **admin_.admin_site.each_context(request),
        "title": _("付款到期"),
        "opts": admin_.model._meta,
        "cards": cards(today),
        "month": month_of(request.user, first, today=today, found=partial(due_dates, words="%(number)s")),  # type: ignore[arg-type]
        "as_list": request.GET.get("view") == "list",
        "this_month": today.replace(day=1),
    }
    return TemplateResponse(request, "admin/billing/due_list.html", context)
