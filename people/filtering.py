"""Filtering: a list by a span of days, without a scan for the years that occur (date_hierarchy)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone


class DateRangeFilter(admin.FieldListFilter):
    """From one civil day to another, both included.  In list_filter: ("reported_at", DateRangeFilter)."""

    template = "admin/date_range_filter.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        field_path = kwargs["field_path"]
        self.from_name, self.to_name = f"{field_path}__from", f"{field_path}__to"
        super().__init__(*args, **kwargs)
        self.since, self.until = self._day(self.from_name), self._day(self.to_name)

    def expected_parameters(self) -> list[str | None]:
        return [self.from_name, self.to_name]

    def _day(self, name: str) -> date | None:
        values = cast(list[str], self.used_parameters.get(name) or [""])
        value = values[-1]
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.since:
            queryset = queryset.filter(**{f"{self.field_path}__gte": self._edge(self.since)})
        if self.until:
            queryset = queryset.filter(**{f"{self.field_path}__lt": self._edge(self.until + timedelta(days=1))})
        return queryset

    def _edge(self, day: date) -> date | datetime:
        """The first instant of a civil day, for a field of instants; else the day."""
        if isinstance(self.field, DateTimeField):
            return timezone.make_aware(datetime.combine(day, time.min))
        return day

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """One form: its two days, the other parameters to carry along, and the address that clears it."""
        others = changelist.get_query_string(remove=[self.from_name, self.to_name])
        yield {
            "from_name": self.from_name,
            "to_name": self.to_name,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "clear": others,
            "others": [
                (name, value)
                for name, values in changelist.filter_params.items()
                for value in values
                if name not in {self.from_name, self.to_name}
            ],
            "query": changelist.query,
        }

    def has_output(self) -> bool:
        return True
