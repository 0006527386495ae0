"""The filters of the list of agreements: when they end, whose they are, who takes care of them."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

BINDING = ("in_force", "suspended")
WITHIN = {"30": _("30 天内届满"), "60": _("60 天内届满"), "90": _("90 天内届满")}
PAST, OPEN_ENDED = "past", "none"


class ExpiryFilter(admin.SimpleListFilter):
    """Agreements that bind and end within so many days (that day included), or whose written end date is past."""

    title = _("届满")
    parameter_name = "expiry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            *((days, str(label)) for days, label in WITHIN.items()),
            (PAST, str(_("终止日期已过"))),
            (OPEN_ENDED, str(_("没有终止日期"))),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return ending(queryset, self.value() or "", today=timezone.localdate())


def ending(rows: QuerySet[Any], choice: str, *, today: date) -> QuerySet[Any]:
    """The agreements of one choice; an unknown one keeps all."""
    if choice in WITHIN:
        last = today + timedelta(days=int(choice))
        return rows.filter(state__in=BINDING, ends_on__gte=today, ends_on__lte=last)
    if choice == PAST:
        return rows.filter(ends_on__lt=today)
    if choice == OPEN_ENDED:
        return rows.filter(ends_on__isnull=True)
    return rows


FILTERS = (
    "state",
    ExpiryFilter,
    ("party_a", admin.RelatedOnlyFieldListFilter),
    ("party_b", admin.RelatedOnlyFieldListFilter),
    ("manager", admin.RelatedOnlyFieldListFilter),
)
