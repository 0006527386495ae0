"""What the terms promise on a ticket: which clocks are judged, their targets, when people are warned, what may pause.

Clause 7.3.2 names fault reports only, with one time for the response and one for a proposed solution.  Rows of the
terms table say more: other kinds, priorities, restoration, pause policy.  What nobody agreed is measured, never judged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

JUDGED_KINDS = frozenset({"fault"})
RESPONSE, SOLUTION, RESTORATION = "response", "solution", "restoration"
CLOCK_KINDS = (RESPONSE, SOLUTION)  # every ticket has these; restoration only where a target is agreed
WARNING_SHARES = (50, 75, 90)  # per cent of the target
SECONDS_AN_HOUR = 3600


class Terms(Protocol):
    """What an agreement's terms must offer: hours, or None where nothing is promised."""

    response_hours: Decimal | None
    solution_hours: Decimal | None


class Row(Protocol):
    """What a row of the terms table must offer (sla.models.ServiceTarget)."""

    pk: Any
    ticket_kind: str
    priority: int | None
    clock: str
    target_hours: Decimal
    hours: str
    shares: list[int]
    pause_reasons: list[str]
    pause_cap_hours: Decimal | None
    reopen_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What one clock is held to.  row: the row of the terms table it comes from; None for the text's own two numbers.

    hours is empty where the version's choice counts; pause_reasons is None where every reason of the policy may pause.
    """

    target: int | None
    shares: tuple[int, ...] = ()
    hours: str = ""
    pause_reasons: tuple[str, ...] | None = None
    cap: int | None = None
    reopen_days: int | None = None
    row: int | None = None

    def pinned(self) -> dict[str, Any]:
        """As a clock's event keeps it: plain JSON, seconds."""
        said: dict[str, Any] = {"target_seconds": self.target, "shares": list(self.shares)}
        if self.row is None:
            return said
        return said | {
            "hours": self.hours,
            "pause_reasons": list(self.pause_reasons or ()),
            "cap_seconds": self.cap,
            "reopen_days": self.reopen_days,
            "target": self.row,
        }


def promised(terms: Terms, rows: Iterable[Row], ticket_kind: str, priority: int, clock_kind: str) -> Promise | None:
    """What the terms hold a clock to: the row of its priority, else the row of all, else the text's own number.

    None for a restoration clock that nobody agreed: there is none then.
    """
    fitting = [row for row in rows if (row.ticket_kind, row.clock) == (ticket_kind, clock_kind)]
    row = _chosen(fitting, priority)
    if row is not None:
        return _of_row(row)
    if clock_kind == RESTORATION:
        return None
    target = target_seconds(terms, ticket_kind, clock_kind)
    return Promise(target=target, shares=warning_shares(target))


def target_seconds(terms: Terms, ticket_kind: str, clock_kind: str) -> int | None:
    """The time that the text itself promises, in seconds; None when the clock is only measured.  Clause 7.3.2.

    Raises KeyError for an unknown clock kind.
    """
    hours = {RESPONSE: terms.response_hours, SOLUTION: terms.solution_hours}[clock_kind]
    if ticket_kind not in JUDGED_KINDS or hours is None:
        return None
    return seconds_in(hours)


def warning_shares(target: int | None) -> tuple[int, ...]:
    """The shares of the target at which people are warned; none where there is no target."""
    return () if target is None else WARNING_SHARES


def seconds_in(hours: Decimal) -> int:
    """Hours in whole seconds."""
    return int((Decimal(hours) * SECONDS_AN_HOUR).to_integral_value(ROUND_HALF_UP))


def _chosen(rows: Sequence[Row], priority: int) -> Row | None:
    by_priority = {row.priority: row for row in rows}
    return by_priority.get(priority) or by_priority.get(None)


def _of_row(row: Row) -> Promise:
    return Promise(
        target=seconds_in(row.target_hours),
        shares=tuple(sorted(row.shares)),
        hours=row.hours,
        pause_reasons=tuple(row.pause_reasons),
        cap=None if row.pause_cap_hours is None else seconds_in(row.pause_cap_hours),
        reopen_days=row.reopen_days,
        row=row.pk,
    )
