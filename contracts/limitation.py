"""The limitation of actions: three years from knowing, begun anew by each interruption (Civil Code 188, 195, 202).

The last day is the corresponding day, without the roll-over of article 203: the reminder stays on the safe side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from worktime.workdays import corresponding_day

YEARS = 3
LEVELS = (180, 90, 30)  # days before the last day on which people are reminded
OVER = 0  # the level of a limitation that has run out
FILED = "filed"  # proceedings keep the limitation from running until they end


@dataclass(frozen=True, slots=True)
class Restart:
    """An interruption: its ground and its civil day."""

    ground: str
    on: date


def last_day(known_on: date, restarts: Sequence[Restart] = ()) -> date | None:
    """The last day of the limitation; None while proceedings are under way.

    The later of two restarts on one day counts, in the order given.  A restart before known_on changes nothing.
    """
    start, running = known_on, True
    for restart in sorted(restarts, key=lambda one: one.on):
        if restart.on >= start:
            start, running = restart.on, restart.ground != FILED
    return corresponding_day(start, years=YEARS) if running else None


def level_on(last: date, today: date) -> int | None:
    """The reminder that is due: the smallest level reached, 0 once the limitation is over, None before the first."""
    left = (last - today).days
    if left < 0:
        return OVER
    return min((level for level in LEVELS if left <= level), default=None)
