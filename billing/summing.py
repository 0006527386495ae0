"""Sums of usage by slice of time and meter, of one agreement or of thousands in one query."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Case, IntegerField, Max, Q, Value, When

from billing.models import UsageRecord
from billing.periods import midnight
from billing.querysets import UsageRecordQuerySet, scaled_sum

Span = tuple[date, date]
NOTHING = Decimal(0)
NAMED = 500  # agreements named in the query; for more, all are read
ABREAST = 3  # slices that are summed side by side; more are grouped, which sorts


@dataclass(slots=True)
class Usage:
    """Sums by slice and meter: the slices are cut at the edges, wherever a period or a rate begins or ends.

    newest: the key of the last usage row of the agreement when it was read.
    """

    edges: tuple[date, ...]
    sums: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    newest: int = 0

    def of(self, meter: str, span: Span) -> Decimal:
        """What a meter counted in [from, to); both are edges, or hold whole slices."""
        first, last = bisect_left(self.edges, span[0]), bisect_left(self.edges, span[1])
        if last == len(self.edges) or self.edges[last] > span[1]:
            last -= 1
        return sum((self.sums.get((place, meter), NOTHING) for place in range(first, last)), NOTHING)


def usage_of(wanted: Mapping[int, Collection[date]]) -> dict[int, Usage]:
    """The usage of agreements (by key) between the first and the last of their edges, cut at each.

    One query sums for them all, cut at the edges of any of them; each then joins what its own edges hold together.
    """
    found = {pk: Usage(tuple(sorted(edges))) for pk, edges in wanted.items()}
    cuts = sorted({edge for usage in found.values() for edge in usage.edges})
    if len(cuts) < 2:
        return found
    places = {pk: _places(usage.edges, cuts) for pk, usage in found.items()}
    for agreement, meter, newest, cut, micro in _rows(found, cuts):
        usage = found[agreement]
        usage.newest = max(usage.newest, newest)
        place = places[agreement].get(cut) if cut is not None else None
        if place is not None and micro is not None:
            before = usage.sums.get((place, meter), NOTHING)
            usage.sums[place, meter] = before + Decimal(micro).scaleb(-6)
    return found


def _places(edges: Sequence[date], cuts: Sequence[date]) -> dict[int, int]:
    """For each slice between cuts that lies within the edges, the slice of the edges that holds it."""
    at = {edge: place for place, edge in enumerate(cuts)}
    slices = enumerate(pairwise(edges))
    return {cut: place for place, (low, high) in slices for cut in range(at[low], at[high])}


Row = tuple[int, str, int, int | None, int | None]  # agreement, meter, newest key, slice, millionths


def _rows(asked: Collection[int], cuts: Sequence[date]) -> Iterator[Row]:
    """The sums of every agreement, meter and slice; of what lies outside the cuts only the newest key."""
    rows = UsageRecord.objects.order_by()
    if len(asked) <= NAMED:
        rows = rows.filter(agreement__in=asked)
    made = _side_by_side(rows, cuts) if len(cuts) - 1 <= ABREAST else _one_by_one(rows, cuts)
    return (row for row in made if row[0] in asked)


def _side_by_side(rows: UsageRecordQuerySet, cuts: Sequence[date]) -> Iterator[Row]:
    """A column for each slice: the index is read in its order, and nothing is sorted."""
    columns = {
        f"in_{place}": scaled_sum(
            "quantity", 6, filter=Q(occurred_at__gte=midnight(low), occurred_at__lt=midnight(high))
        )
        for place, (low, high) in enumerate(pairwise(cuts))
    }
    for row in rows.values("agreement", "meter").annotate(newest=Max("pk"), **columns).iterator():
        for place in range(len(columns)):
            yield row["agreement"], row["meter"], row["newest"], place, row[f"in_{place}"]


def _one_by_one(rows: UsageRecordQuerySet, cuts: Sequence[date]) -> Iterator[Row]:
    """A row for each slice, for as many slices as there may be."""
    grouped = rows.annotate(cut=_cut(cuts, 0, len(cuts))).values("agreement", "meter", "cut")
    sums = grouped.annotate(newest=Max("pk"), micro=scaled_sum("quantity", 6))
    yield from sums.values_list("agreement", "meter", "newest", "cut", "micro").iterator()


def _cut(cuts: Sequence[date], low: int, high: int) -> Any:
    """The slice of an instant, found by halving: a comparison for each doubling of the cuts."""
    if low == high:
        return Value(low - 1 if 0 < low < len(cuts) else None, output_field=IntegerField())
    middle = (low + high) // 2
    return Case(
        When(occurred_at__lt=midnight(cuts[middle]), then=_cut(cuts, low, middle)),
        default=_cut(cuts, middle + 1, high),
        output_field=IntegerField(),
    )
