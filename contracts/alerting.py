"""When to warn of a date: the tightest threshold that has been reached, so that what an outage missed collapses."""

from collections.abc import Sequence
from datetime import date

PAST = "past"
EXPIRY_DAYS = (90, 30, 7)


def reached(due: date, today: date, levels: Sequence[int] = EXPIRY_DAYS) -> str:
    """The fewest days before `due` that today has come to, as text; PAST after it; empty while none is reached.

    The day itself is still in time: a certificate valid to a day expires at its 24:00.
    """
    left = (due - today).days
    if left < 0:
        return PAST
    met = [level for level in levels if left <= level]
    return str(min(met)) if met else ""
