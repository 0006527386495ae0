"""Figures of ratings: how many answered, the mean score, how many were low."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
FEWEST = 3  # below it a figure would say more of who answered than of the person
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """count: how many answered.  mean: to one decimal, half up; None of none, or where too few answered to say it."""

    count: int
    mean: Decimal | None
    low: int | None


def scores_of(scores: Iterable[int], *, fewest: int = 1) -> Scores:
    """The figure over some scores; below `fewest` answers only their number is said."""
    counts = Counter(scores)
    count = counts.total()
    if count < max(fewest, 1):
        return Scores(count=count, mean=None, low=None)
    total = sum(score * times for score, times in counts.items())
    mean = (Decimal(total) / count).quantize(TENTH, ROUND_HALF_UP)
    return Scores(count=count, mean=mean, low=counts[1] + counts[2])


def by_heading(rows: Iterable[tuple[Key, int]], *, fewest: int = 1) -> Mapping[Key, Scores]:
    """The figure under each heading, in the order in which the headings come."""
    heaps: dict[Key, list[int]] = defaultdict(list)
    for key, score in rows:
        heaps[key].append(score)
    return {key: scores_of(scores, fewest=fewest) for key, scores in heaps.items()}
