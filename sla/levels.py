"""Levels of escalation: which rules speak at a moment of a clock.  Pure.

Three tiers: the rules of the agreement, the rules for all agreements, the built-in ones.  For each level (a share, the
breach, so many hours after it) the highest tier that says anything about it speaks alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHARE, BREACH, AFTER = "share", "breach", "after"
IN_CHARGE, QUEUE, OPERATIONS, LEAD, PERSON = "in_charge", "queue", "operations", "lead", "person"
PARTY_B, ENDPOINT, NOBODY = "party_b", "endpoint", "nobody"
BUILT_IN, GENERAL, OF_AGREEMENT = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One rule as a plain value.  number: per cent for a share, support hours after the breach, 0 for the breach."""

    moment: str
    number: int = 0
    audience: str
    clock_kind: str = ""  # empty: every kind
    by_email: bool = True
    person: int | None = None
    endpoint: int | None = None
    tier: int = BUILT_IN


# What is told where nobody has said anything else: the person in charge (without one, all of operations) of every
# warning; from 90 % on the lead as well; of a breach those and Party B.
BUILT_IN_LINES = (
    Line(moment=SHARE, number=50, audience=IN_CHARGE),
    Line(moment=SHARE, number=75, audience=IN_CHARGE),
    Line(moment=SHARE, number=90, audience=IN_CHARGE),
    Line(moment=SHARE, number=90, audience=LEAD),
    Line(moment=BREACH, audience=IN_CHARGE),
    Line(moment=BREACH, audience=LEAD),
    Line(moment=BREACH, audience=PARTY_B),
)


def effective(lines: Iterable[Line], clock_kind: str) -> list[Line]:
    """The rules that speak for a kind of clock, each level by its highest tier, in the order of time."""
    fitting = [line for line in (*BUILT_IN_LINES, *lines) if line.clock_kind in {"", clock_kind}]
    highest: dict[tuple[str, int], int] = {}
    for line in fitting:
        level = line.moment, line.number
        highest[level] = max(highest.get(level, BUILT_IN), line.tier)
    chosen = [line for line in fitting if line.tier == highest[line.moment, line.number]]
    return sorted(chosen, key=lambda line: (ORDER.index(line.moment), line.number))


def reached(lines: Sequence[Line], moment: str, *, told: int, upto: int) -> list[Line]:
    """Of effective rules, those whose level lies above what was told before and is reached now.

    A level that was missed in an outage speaks with the highest one reached: all are told once, nobody is left out.
    """
    return [line for line in lines if line.moment == moment and told < line.number <= upto]


def next_after(lines: Sequence[Line], told: int) -> int | None:
    """The next hour after a breach at which a rule speaks; None when there is none."""
    return min((line.number for line in lines if line.moment == AFTER and line.number > told), default=None)


ORDER = (SHARE, BREACH, AFTER)
