"""Reads a year's days from a table (CSV) or a calendar file (ICS), for places that publish no notice in words."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from worktime.almanac import Notice, YearDays
from worktime.stating import LONGEST_BREAK, Statement, UnreadableNotice, belongs

MOST_BYTES = 1_000_000
COLUMNS = {"date": "date", "日期": "date", "kind": "kind", "类型": "kind", "holiday": "holiday", "节日": "holiday"}
KINDS = {"off": "off", "放假": "off", "休": "off", "work": "work", "上班": "work", "班": "work"}
EVENT_ENDINGS = {
    "（休）": "off",
    "(休)": "off",
    "假期": "off",
    "放假": "off",
    "（班）": "work",
    "(班)": "work",
    "补班": "work",
    "调休上班": "work",
    "上班": "work",
}


def read_csv(content: bytes, *, year: int, notice: Notice) -> YearDays:
    """From columns date, kind (off or work), holiday; Chinese headings are understood. Raises UnreadableNotice."""
    rows = csv.DictReader(io.StringIO(_decoded(content)))
    headings = {COLUMNS.get((name or "").strip()): name for name in rows.fieldnames or ()}
    for name in ("date", "kind", "holiday"):
        if name not in headings:
            raise UnreadableNotice("no_column", name=name)
    stated = Statement(year)
    try:
        for row in rows:
            _state_row(
                {name: (row[own] or "").strip() for name, own in headings.items() if name and own},
                stated,
                rows.line_num,
            )
    except csv.Error as error:
        raise UnreadableNotice("not_a_file", text=str(error)) from None
    return stated.year_days((notice,))


def read_ics(content: bytes, *, year: int, notice: Notice) -> YearDays:
    """From all-day events named "春节（休）" and "春节（班）" (假期, 补班, 上班 too); other years' events are left out.

    Raises UnreadableNotice for an event that says neither, repeats, or has a time of day.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableNotice("too_long", most=MOST_BYTES)
    try:
        events = list(Calendar.from_ical(content).walk("VEVENT"))
    except (ValueError, IndexError, KeyError) as error:
        raise UnreadableNotice("not_a_file", text=str(error)) from None
    stated = Statement(year)
    for event in events:
        kind, name = _event_kind(event)
        days = [day for day in _event_days(event) if belongs(day, name, year)]
        stated.add_off(days, name) if kind == "off" else stated.add_work(days, name)
    return stated.year_days((notice,))


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise UnreadableNotice("too_long", most=MOST_BYTES)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableNotice("not_a_file", text="not UTF-8 or GB 18030")


def _state_row(row: dict[str, str], stated: Statement, line: int) -> None:
    kind = KINDS.get(row["kind"].lower())
    if kind is None:
        raise UnreadableNotice("bad_kind", row=line, text=row["kind"])
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        raise UnreadableNotice("bad_date", text=row["date"]) from None
    if kind == "off":
        stated.add_off([day], row["holiday"])
    else:
        stated.add_work([day], row["holiday"])


def _event_kind(event: Any) -> tuple[str, str]:
    summary = str(event.get("SUMMARY", "")).strip()
    if event.get("RRULE") or event.get("RDATE"):
        raise UnreadableNotice("repeating", text=summary)
    for ending, kind in EVENT_ENDINGS.items():
        if summary.endswith(ending) and summary != ending:
            return kind, summary.removesuffix(ending).strip()
    raise UnreadableNotice("bad_event", text=summary)


def _event_days(event: Any) -> list[date]:
    """The civil dates of an all-day event; its end is exclusive, one day when there is none."""
    summary = str(event.get("SUMMARY", ""))
    start = _civil(getattr(event.get("DTSTART"), "dt", None), summary)
    end = _civil(event["DTEND"].dt, summary) if "DTEND" in event else start + timedelta(1)
    length = (end - start).days
    if not 1 <= length <= LONGEST_BREAK:
        raise UnreadableNotice("too_many_days", text=summary, days=length, most=LONGEST_BREAK)
    return [start + timedelta(number) for number in range(length)]


def _civil(value: object, summary: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise UnreadableNotice("not_all_day", text=summary)
    return value
