"""Pace: at most so many messages in any span, told by one instant.  Pure (the generic cell rate algorithm).

A burst of half the limit may leave at once, the other half is spread over the span, so that no window of that length
ever holds more than the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `most` messages in any half-open window of `span`."""

    most: int
    span: timedelta

    @property
    def burst(self) -> int:
        return max(1, self.most // 2)

    @property
    def interval(self) -> timedelta:
        return self.span / max(1, self.most - self.burst)


def wait_until(free_at: datetime | None, at: datetime, pace: Pace) -> datetime:
    """The first instant from `at` on when one more message may leave."""
    if free_at is None:
        return at
    return max(at, free_at - pace.interval * (pace.burst - 1))


def taken(free_at: datetime | None, at: datetime, pace: Pace) -> datetime:
    """What is to be remembered after a message left at `at`."""
    return max(free_at or at, at) + pace.interval
