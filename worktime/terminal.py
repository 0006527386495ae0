"""Reads what a person types at a terminal: durations, hours, pauses, instants."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo

from worktime.china import china_calendar
from worktime.clock import Pause, WorkCalendar
from worktime.windows import Window

DURATION = re.compile(r"(?P<sign>-?)(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)m)?(?:(?P<s>\d+(?:\.\d+)?)s)?")
DEFAULT_HOURS = "08:30-12:00,13:30-17:30"


def duration(text: str) -> float:
    """Seconds of "2h", "1h30m", "45s", "-90m". Raises ValueError."""
    found = DURATION.fullmatch(text.strip().lower())
    if found is None or not any(found.group(unit) for unit in "hms"):
        raise ValueError(f"{text!r} is not a duration such as 2h, 1h30m or 45s")
    hours, minutes, seconds = (float(found.group(unit) or 0) for unit in "hms")
    total = hours * 3600 + minutes * 60 + seconds
    return -total if found.group("sign") else total


def hours(text: str) -> tuple[Window, ...]:
    """The windows of a day, "08:30-12:00,13:30-17:30"; empty text has none. Raises ImpossibleCalendar, ValueError."""
    return tuple(_window(part) for part in text.split(",") if part.strip())


def _window(text: str) -> Window:
    opens, dash, closes = text.strip().partition("-")
    if not dash:
        raise ValueError(f"{text!r} is not a window such as 08:30-12:00")
    return Window.parse(opens.strip(), closes.strip())


def instant(text: str, zone: tzinfo) -> datetime:
    """An ISO 8601 instant; without an offset it is wall time of the zone. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time such as 2026-09-30T17:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def day(text: str) -> date:
    """An ISO date. Raises ValueError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date such as 2026-09-30") from None


def pause(text: str, zone: tzinfo) -> Pause:
    """ "FROM/TO/reason"; an empty TO is a pause that still lasts. Raises ValueError."""
    start, slash, rest = text.partition("/")
    if not slash:
        raise ValueError(f"{text!r} is not a pause such as 2026-09-30T10:00/2026-09-30T11:00/reason")
    end, _, reason = rest.partition("/")
    return Pause(instant(start, zone), instant(end, zone) if end else None, reason)


def calendar(weekday: str, weekend: str, *, makeup_days_served: bool, known_on: date | None) -> WorkCalendar:
    """Support hours on China's days as known on a day; weekends are served where hours are given for them."""
    week = (hours(weekday),) * 5 + (hours(weekend),) * 2
    served = bool(weekend.strip())
    return china_calendar(week, weekends_served=served, makeup_days_served=makeup_days_served, on=known_on)
