"""Quiet hours: the first instant that is not quiet.  Pure; half-open, on the wall clock of a zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

NextOpen = Callable[[datetime], datetime]
SATURDAY = 5
STEPS = 200
LONGEST = timedelta(days=31)


class AlwaysQuiet(ValueError):
    """The quiet hours leave no time within a month to tell anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """When a person wants no e-mail: [night_from, night_until) each night, all of Saturday and Sunday."""

    night_from: time | None = None
    night_until: time | None = None
    weekends: bool = False


def over_at(at: datetime, quiet: Quiet, *, zone: tzinfo, next_open: NextOpen | None = None) -> datetime:
    """The first instant from `at` on that is not quiet; `at` itself when it is not.

    next_open answers the first instant from a given one on that lies in support hours.  Raises AlwaysQuiet.
    """
    moment = at
    for _step in range(STEPS):
        later = _after_night(_after_weekend(moment, quiet, zone), quiet, zone)
        if next_open is not None:
            later = max(later, next_open(later))
        if later == moment:
            return moment
        moment = later
        if moment - at > LONGEST:
            break
    raise AlwaysQuiet(f"no time to tell within {LONGEST.days} days of {at.isoformat()}")


def _after_weekend(at: datetime, quiet: Quiet, zone: tzinfo) -> datetime:
    day = at.astimezone(zone).date()
    if not quiet.weekends or day.weekday() < SATURDAY:
        return at
    monday = day + timedelta(days=7 - day.weekday())
    return datetime.combine(monday, time(0), zone).astimezone(UTC)


def _after_night(at: datetime, quiet: Quiet, zone: tzinfo) -> datetime:
    start, end = quiet.night_from, quiet.night_until
    if start is None or end is None:
        return at
    local = at.astimezone(zone)
    now = local.time()
    within = start <= now < end if start < end else now >= start or now < end
    if not within:
        return at
    day = local.date() + timedelta(days=1) if now >= end else local.date()
    # Never back in time where the clock of the zone is set back in that hour.
    return max(at, datetime.combine(day, end, zone).astimezone(UTC))
