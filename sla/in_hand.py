"""Time in hand: how much support time a ticket lay with each queue and each person.

Complaint 21 (one clock for the whole journey does not tell which team it waited for).  What was paused is counted
beside, not within: time that Party B took is nobody's of Party A.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from worktime.clock import Pause, WorkCalendar


class Stretch(Protocol):
    """Who held the ticket from when to when; `until` None: still."""

    @property
    def queue(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def until(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class InHand:
    """Support seconds that one queue (or person) had the ticket: at work, and while everything was paused."""

    name: str
    working: int
    waiting: int


def by_queue(held: Iterable[Stretch], calendar: WorkCalendar, pauses: Sequence[Pause], at: datetime) -> list[InHand]:
    """The time in hand of each queue up to `at`, in the order in which they first had the ticket."""
    return _summed(((one.queue, one) for one in held), calendar, pauses, at)


def by_person(held: Iterable[Stretch], calendar: WorkCalendar, pauses: Sequence[Pause], at: datetime) -> list[InHand]:
    """The time in hand of each person up to `at`, in the order in which they first had the ticket."""
    return _summed(((one.person, one) for one in held), calendar, pauses, at)


def _summed(
    named: Iterable[tuple[str, Stretch]], calendar: WorkCalendar, pauses: Sequence[Pause], at: datetime
) -> list[InHand]:
    sums: dict[str, tuple[int, int]] = {}
    for name, one in named:
        working, waiting = sums.get(name, (0, 0))
        end = max(min(one.until or at, at), one.since)
        worked, whole = _seconds(calendar, one.since, end, pauses), _seconds(calendar, one.since, end, ())
        sums[name] = working + worked, waiting + whole - worked
    return [InHand(name, working, waiting) for name, (working, waiting) in sums.items()]


def _seconds(calendar: WorkCalendar, start: datetime, end: datetime, pauses: Sequence[Pause]) -> int:
    return int(calendar.reckon_elapsed(start, end, pauses).value.total_seconds())
