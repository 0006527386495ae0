"""Pages of a long queue by the index of running clocks, where sorting every ticket by its next due time would cost."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from sla.models import Clock

LONG = 5000  # tickets from which a queue is walked instead of sorted
CHUNK = 500
MOST_CHUNKS = 60


def page_by_due(tickets: QuerySet[Any], first: int, size: int) -> list[Any] | None:
    """The tickets first..first+size of the queue by what runs out next, nulls last.

    None where the walk along the clocks does not fill the page soon: few tickets fit, which are then sorted cheaply,
    or the page lies beyond the running clocks.
    """
    clocks = Clock.objects.filter(state=Clock.State.RUNNING, due_at__isnull=False).order_by("due_at", "pk")
    seen: set[int] = set()
    kept: list[int] = []
    narrowed = tickets.order_by()
    for low in range(0, CHUNK * MOST_CHUNKS, CHUNK):
        chunk = list(dict.fromkeys(clocks.values_list("ticket_id", flat=True)[low : low + CHUNK]))
        fresh = [pk for pk in chunk if pk not in seen]
        seen.update(fresh)
        fitting = set(narrowed.filter(pk__in=fresh).values_list("pk", flat=True))
        kept += [pk for pk in fresh if pk in fitting]
        if len(kept) >= first + size:
            chosen = kept[first : first + size]
            rows = {row.pk: row for row in tickets.filter(pk__in=chosen)}
            return [rows[pk] for pk in chosen if pk in rows]
        if not chunk:
            return None
    return None
