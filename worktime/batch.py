"""Answers JSON cases, one a line: for other programs and for checking the clock against foreign test suites.

A case has the fields of tests/worktime/vectors/worktime_vectors.json without `expected`: timezone, weekly, holidays,
extra_working_days, op, start, seconds or minutes or end, pauses, variant. The answer is {"id", "result"}: an instant
in ISO 8601 with the offset of the case's zone, minutes, or true/false; or {"id", "error"} with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from worktime.clock import BeyondCalendar, Pause, StillPaused, UnpublishedYear, Window, WorkCalendar

Json = Any
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
REFUSALS = (ValueError, OverflowError, BeyondCalendar, StillPaused, UnpublishedYear)
VARIANTS = {
    None: False,
    "transition > t": False,
    "transition < t": False,
    "transition >= t": True,
    "transition <= t": True,
}


class BadCase(ValueError):
    """The line is not a case: what is missing or wrong."""


def answers(lines: Iterable[bytes | str]) -> Iterator[str]:
    """One line of JSON for each line that is not blank, in order; a bad line never stops the rest."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(_answered(line, number), allow_nan=False)


def _answered(line: bytes | str, number: int) -> dict[str, Json]:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"line {number} is not JSON: {error}"}
    if not isinstance(case, dict):
        return {"id": None, "error": f"line {number} is not a JSON object"}
    try:
        return {"id": case.get("id"), "result": answer(case)}
    except REFUSALS as error:
        return {"id": case.get("id"), "error": str(error)}


def answer(case: Mapping[str, Json]) -> str | float | bool:
    """The result of one case. Raises BadCase, or what the clock refuses with."""
    operation = OPERATIONS.get(_text(case, "op"))
    if operation is None:
        raise BadCase(f"op {case['op']!r} is not one of {', '.join(OPERATIONS)}")
    found = operation(calendar_of(case), case, _pauses(case))
    if isinstance(found, timedelta):
        return _minutes(found)
    return found if isinstance(found, bool) else found.isoformat()


def calendar_of(case: Mapping[str, Json]) -> WorkCalendar:
    """The calendar of a case, kept for the next case with the same one. Raises ImpossibleCalendar, BadCase."""
    parts = [case.get(name) for name in ("timezone", "weekly", "holidays", "extra_working_days")]
    return _calendar(json.dumps(parts))


@lru_cache(maxsize=256)
def _calendar(text: str) -> WorkCalendar:
    zone, weekly, holidays, extra = json.loads(text)
    closed = _list(holidays if not isinstance(holidays, dict) else list(holidays), "holidays")
    if not isinstance(extra or {}, dict):
        raise BadCase("extra_working_days must map dates to windows")
    replaced = {day: _windows(hours) for day, hours in (extra or {}).items()}
    return WorkCalendar(
        zone=_zone(zone),
        weekly=tuple(_windows(day) for day in _list(weekly, "weekly")),
        holidays=[_date(day) for day in closed if not _yearly(day)],
        yearly_holidays=[_month_day(day) for day in closed if _yearly(day)],
        overrides={_date(day): hours for day, hours in replaced.items() if not _yearly(day)},
        yearly_overrides={_month_day(day): hours for day, hours in replaced.items() if _yearly(day)},
    )


# What each op asks of the calendar


def _add(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> datetime:
    return _local(calendar, calendar.add(_instant(case, "start"), _seconds(case), pauses))


def _elapsed(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> timedelta:
    return calendar.elapsed_exact(_instant(case, "start"), _instant(case, "end"), pauses)


def _is_open(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> bool:
    return calendar.is_open(_instant(case, "start"), pauses)


def _next_open(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> datetime:
    if case.get("variant") is not None:
        return _next_opening(calendar, case, pauses)
    return _local(calendar, calendar.next_open(_instant(case, "start"), pauses))


def _prev_open(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> datetime:
    if case.get("variant") is not None:
        return _prev_opening(calendar, case, pauses)
    return _local(calendar, calendar.prev_open(_instant(case, "start"), pauses))


def _next_opening(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> datetime:
    return _local(calendar, calendar.next_opening(_edge(case, -TICK), pauses))


def _prev_opening(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> datetime:
    return _local(calendar, calendar.prev_opening(_edge(case, TICK), pauses))


def _next_close(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> datetime:
    return _local(calendar, calendar.next_closing(_edge(case, -TICK), pauses))


def _prev_close(calendar: WorkCalendar, case: Mapping[str, Json], pauses: list[Pause]) -> datetime:
    return _local(calendar, calendar.prev_closing(_edge(case, TICK), pauses))


Operation = Callable[[WorkCalendar, Mapping[str, Json], list[Pause]], datetime | timedelta | bool]
OPERATIONS: dict[str, Operation] = {
    "add": _add,
    "elapsed": _elapsed,
    "is_open": _is_open,
    "next_open": _next_open,
    "prev_open": _prev_open,
    "next_opening": _next_opening,
    "prev_opening": _prev_opening,
    "next_close": _next_close,
    "next_closing": _next_close,
    "prev_close": _prev_close,
    "prev_closing": _prev_close,
}


# Reading the fields


def _local(calendar: WorkCalendar, moment: datetime) -> datetime:
    return moment.astimezone(calendar.tz)


def _edge(case: Mapping[str, Json], step: timedelta) -> datetime:
    """The start, one tick back (or on) where a change exactly at the start counts."""
    variant = case.get("variant")
    if not isinstance(variant, str | None) or variant not in VARIANTS:
        raise BadCase(f"variant {variant!r} is not one of {', '.join(filter(None, VARIANTS))}")
    return _instant(case, "start") + step if VARIANTS[variant] else _instant(case, "start")


def _minutes(span: timedelta) -> float:
    """Minutes, whole where they are, else to nine decimals."""
    whole, rest = divmod(span, MINUTE)
    return round(span / MINUTE, 9) if rest else whole


def _seconds(case: Mapping[str, Json]) -> float:
    name = "seconds" if case.get("seconds") is not None else "minutes"
    amount = case.get(name)
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise BadCase("an add needs a number of seconds or minutes")
    return amount if name == "seconds" else amount * 60


def _text(case: Mapping[str, Json], name: str) -> str:
    value = case.get(name)
    if not isinstance(value, str):
        raise BadCase(f"{name} is missing" if value is None else f"{name} must be text, not {value!r}")
    return value


def _zone(name: Json) -> str:
    if not isinstance(name, str):
        raise BadCase("timezone must be an IANA name")
    return name


def _instant(case: Mapping[str, Json], name: str) -> datetime:
    return _moment(_text(case, name), name)


def _moment(text: Json, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise BadCase(f"{name}: {text!r} is not an ISO 8601 instant") from None
    if moment.tzinfo is None:
        raise BadCase(f"{name}: {text!r} has no UTC offset")
    return moment


def _pauses(case: Mapping[str, Json]) -> list[Pause]:
    return [_pause(pair) for pair in _list(case.get("pauses"), "pauses")]


def _pause(pair: Json) -> Pause:
    if not isinstance(pair, list) or len(pair) != 2:
        raise BadCase(f"a pause is [from, to], not {pair!r}")
    return Pause(_moment(pair[0], "pause"), None if pair[1] is None else _moment(pair[1], "pause"))


def _windows(hours: Json) -> tuple[Window, ...]:
    if hours is None:
        raise BadCase("a day without hours is written []")
    return tuple(_window(pair) for pair in _list(hours, "windows"))


def _window(pair: Json) -> Window:
    if not isinstance(pair, list) or len(pair) != 2:
        raise BadCase(f"a window is [open, close], not {pair!r}")
    return Window.parse(pair[0], pair[1])


def _list(value: Json, name: str) -> list[Json]:
    if value is not None and not isinstance(value, list):
        raise BadCase(f"{name} must be a list")
    return value or []


def _yearly(day: Json) -> bool:
    return isinstance(day, str) and day.startswith("*-")


def _month_day(day: str) -> tuple[int, int]:
    """(month, day) of *-MM-DD; 29 February is allowed."""
    leap = _date(f"2000-{day[2:]}")
    return leap.month, leap.day


def _date(day: Json) -> date:
    try:
        return date.fromisoformat(day)
    except (ValueError, TypeError):
        raise BadCase(f"{day!r} is not an ISO date") from None
