"""What the terms promise on a ticket: which kinds are judged, their targets, and when people are warned.

Clause 7.3.2 names fault reports only; everything else is measured and never judged.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

JUDGED_KINDS = frozenset({"fault"})
RESPONSE, SOLUTION = "response", "solution"
CLOCK_KINDS = (RESPONSE, SOLUTION)
WARNING_SHARES = (50, 75, 90)  # per cent of the target
SECONDS_AN_HOUR = 3600


class Terms(Protocol):
    """What an agreement's terms must offer: hours, or None where nothing is promised."""

    response_hours: Decimal | None
    solution_hours: Decimal | None


def target_seconds(terms: Terms, ticket_kind: str, clock_kind: str) -> int | None:
    """The promised time in seconds; None when the clock is only measured.  Clause 7.3.2.

    Raises KeyError for an unknown clock kind.
    """
    hours = {RESPONSE: terms.response_hours, SOLUTION: terms.solution_hours}[clock_kind]
    if ticket_kind not in JUDGED_KINDS or hours is None:
        return None
    return int((Decimal(hours) * SECONDS_AN_HOUR).to_integral_value(ROUND_HALF_UP))


def warning_shares(target: int | None) -> tuple[int, ...]:
    """The shares of the target at which people are warned; none where there is no target."""
    return () if target is None else WARNING_SHARES
