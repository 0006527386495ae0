"""Bars: a clock drawn to the scale of support time, its pauses where they were.

Widths are support seconds: a pause is as wide as the support time that it kept from counting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from worktime.clock import Pause, WorkCalendar

USED, PAUSED, LEFT, OVER = "used", "paused", "left", "over"
WIDE = 1000  # the bar's own unit


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the bar: what it is, its support seconds, and for what has happened, when and why."""

    kind: str
    seconds: int
    start: datetime | None = None
    end: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A piece with its place on a bar that is WIDE units wide."""

    piece: Piece
    x: float
    width: float


def pieces(
    calendar: WorkCalendar,
    span: tuple[datetime, datetime],
    pauses: Sequence[Pause],
    target: int | None,
    *,
    carried: tuple[datetime, int] | None = None,
) -> list[Piece]:
    """The parts of a clock that began and was looked at (or stopped) at the ends of `span`, in order.

    carried: since when, and how many seconds were consumed before the span, in other hours.  Overlapping pauses are
    drawn as one, with both reasons.  The last piece is what is left of the target.
    """
    start, end = span
    since_when, spent = carried or (start, 0)
    found = _before(since_when, start, spent, target)
    at = start
    for since, until, reason in [*_joined(pauses, start, end), (end, end, "")]:
        worked = _seconds(calendar, at, since)
        found += _worked(calendar, (at, since), spent, worked, target)
        spent += worked
        if until > since:
            found.append(Piece(PAUSED, _seconds(calendar, since, until), since, until, reason))
        at = until
    if target is not None and spent < target:
        found.append(Piece(LEFT, target - spent))
    return found


def drawn(parts: Iterable[Piece]) -> list[Drawn]:
    """The pieces laid side by side over the whole width; pieces without support time take none."""
    shown = [piece for piece in parts if piece.seconds]
    whole = sum(piece.seconds for piece in shown)
    places, x = [], 0
    for piece in shown:
        places.append(Drawn(piece, round(x * WIDE / whole, 2), round(piece.seconds * WIDE / whole, 2)))
        x += piece.seconds
    return places


def _before(since: datetime, until: datetime, spent: int, target: int | None) -> list[Piece]:
    """What was consumed before the span: one piece, or two where it is more than the target."""
    within = spent if target is None else min(spent, target)
    parts = [Piece(USED, within, since, until), Piece(OVER, spent - within, since, until)]
    return [part for part in parts if part.seconds]


def _worked(
    calendar: WorkCalendar, span: tuple[datetime, datetime], spent: int, worked: int, target: int | None
) -> list[Piece]:
    """A stretch that counted: within the target, beyond it, or first the one and then the other."""
    start, end = span
    if not worked:
        return []
    if target is None or spent + worked <= target:
        return [Piece(USED, worked, start, end)]
    if spent >= target:
        return [Piece(OVER, worked, start, end)]
    turn = calendar.reckon_add(start, target - spent).value
    return [Piece(USED, target - spent, start, turn), Piece(OVER, spent + worked - target, turn, end)]


def _joined(pauses: Iterable[Pause], start: datetime, end: datetime) -> list[tuple[datetime, datetime, str]]:
    """The pauses within the span, those that overlap joined, in order."""
    joined: list[tuple[datetime, datetime, list[str]]] = []
    for pause in sorted(pauses, key=lambda one: one.start):
        since, until = max(pause.start, start), min(pause.end or end, end)
        if until <= since:
            continue
        if joined and since <= joined[-1][1]:
            first, last, reasons = joined[-1]
            joined[-1] = first, max(last, until), [*reasons, pause.reason]
        else:
            joined.append((since, until, [pause.reason]))
    return [(since, until, "；".join(dict.fromkeys(filter(None, why)))) for since, until, why in joined]


def _seconds(calendar: WorkCalendar, start: datetime, end: datetime) -> int:
    return int(calendar.reckon_elapsed(start, end).value.total_seconds()) if end > start else 0
