"""Pauses: half-open stretches of time that are not support time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from worktime.spans import EPOCH, NEVER, SECOND
from worktime.windows import DAY


class StillPaused(LookupError):
    """The answer lies behind a pause that has no end yet."""


@dataclass(frozen=True, slots=True)
class Pause:
    """[start, end) does not count; `end` None means it still lasts. `reason` is shown in explanations."""

    start: datetime
    end: datetime | None = None
    reason: str = ""


def micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC. Raises ValueError for a naive datetime."""
    try:
        gap = moment - EPOCH
    except TypeError:
        raise ValueError(f"{moment!r} has no time zone: give an aware datetime") from None
    return (gap.days * DAY + gap.seconds) * SECOND + gap.microseconds


def stretches(pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    """The union of the pauses as sorted, disjoint microsecond stretches; an endless one ends at NEVER.

    Raises ValueError for a pause that ends before it starts.
    """
    merged: list[tuple[int, int]] = []
    for start, end in sorted(map(_bounds, pauses)):
        if start == end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _bounds(pause: Pause) -> tuple[int, int]:
    start = micros(pause.start)
    end = NEVER if pause.end is None else micros(pause.end)
    if end < start:
        raise ValueError(f"a pause ends before it starts: {pause.start.isoformat()}")
    return start, end


def stretch_at(paused: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """The stretch that contains the instant."""
    return next((pause for pause in paused if pause[0] <= at < pause[1]), None)
