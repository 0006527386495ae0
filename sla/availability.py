"""Availability of a service over a stretch of time, in whole seconds (clause 7.2.1).

Spans are half-open [from, to) in seconds since 1970 UTC.  What is down counts within service time only; maintenance
that was announced in time and what a suspension or force majeure covers are taken out of service time first.  The
figure is cut, never rounded up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Span = tuple[int, int]
Spans = list[Span]

ZONE = ZoneInfo("Asia/Shanghai")
WHOLE = 100_000  # thousandths of a per cent


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What happened in a stretch: service time, downtime, maintenance announced in time, relieved time.

    most: how many seconds of maintenance may be taken out at most; None when no limit is agreed.
    """

    open: Iterable[Span]
    down: Iterable[Span] = ()
    maintenance: Iterable[Span] = ()
    relieved: Iterable[Span] = ()
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Seconds: service time in all, what is excluded from it (of that maintenance), and downtime of the rest.

    over: maintenance beyond the agreed limit, which counts as downtime where the service was down.
    """

    service: int
    excluded: int
    maintenance: int
    over: int
    down: int

    @property
    def base(self) -> int:
        """The service time that availability is measured against."""
        return self.service - self.excluded

    @property
    def thousandths(self) -> int | None:
        """Availability in thousandths of a per cent, cut; None where no service time is left to measure."""
        return None if self.base <= 0 else (self.base - self.down) * WHOLE // self.base

    def meets(self, target: int) -> bool | None:
        """Whether a target in thousandths of a per cent is kept; None where there is nothing to measure."""
        return None if self.base <= 0 else (self.base - self.down) * WHOLE >= target * self.base


def measure(facts: Facts) -> Figure:
    """The figure of a stretch.  Relieved time goes first, so that it uses up none of the maintenance agreed."""
    opened = union(facts.open)
    relieved = within(opened, union(facts.relieved))
    worked = minus(within(opened, union(facts.maintenance)), relieved)
    taken = worked if facts.most is None else first_seconds(worked, facts.most)
    excluded = union([*relieved, *taken])
    left = minus(opened, excluded)
    return Figure(
        service=length(opened),
        excluded=length(excluded),
        maintenance=length(taken),
        over=length(worked) - length(taken),
        down=length(within(left, union(facts.down))),
    )


def union(spans: Iterable[Span]) -> Spans:
    """The same time as disjoint spans in order; empty and backward ones count for nothing."""
    joined: Spans = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


def within(spans: Spans, others: Spans) -> Spans:
    """The time that both hold; both as `union` makes them."""
    found: Spans = []
    i = j = 0
    while i < len(spans) and j < len(others):
        since, until = max(spans[i][0], others[j][0]), min(spans[i][1], others[j][1])
        if since < until:
            found.append((since, until))
        if spans[i][1] < others[j][1]:
            i += 1
        else:
            j += 1
    return found


def minus(spans: Spans, taken: Spans) -> Spans:
    """The time of spans that `taken` does not hold; both as `union` makes them."""
    if not spans:
        return []
    edges = [spans[0][0], *(edge for span in taken for edge in span), spans[-1][1]]
    gaps = [(edges[k], edges[k + 1]) for k in range(0, len(edges), 2) if edges[k] < edges[k + 1]]
    return within(spans, gaps)


def length(spans: Iterable[Span]) -> int:
    """How many seconds disjoint spans last."""
    return sum(until - since for since, until in spans)


def first_seconds(spans: Spans, most: int) -> Spans:
    """The earliest `most` seconds of the spans."""
    kept: Spans = []
    left = most
    for since, until in spans:
        if left <= 0:
            break
        kept.append((since, min(until, since + left)))
        left -= until - since
    return kept


def month_span(year: int, month: int) -> Span:
    """A calendar month in Shanghai."""
    after = (year + month // 12, month % 12 + 1)
    return _month_start(year, month), _month_start(*after)


def by_month(span: Span) -> list[tuple[int, int, Span]]:
    """The parts of a span in each calendar month of Shanghai that it touches: (year, month, part)."""
    parts = []
    since, until = span
    while since < until:
        first = datetime.fromtimestamp(since, UTC).astimezone(ZONE)
        end = min(until, month_span(first.year, first.month)[1])
        parts.append((first.year, first.month, (since, end)))
        since = end
    return parts


def _month_start(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=ZONE).timestamp())
