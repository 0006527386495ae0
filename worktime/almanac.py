"""Published days off and make-up working days, by year, with the notices they come from.

An almanac is an immutable statement: days, sources and a hash of its canonical JSON. A year that is not in it is
not published, and nothing here guesses it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from worktime.clock import SHANGHAI, WorkCalendar
from worktime.windows import ImpossibleCalendar, Window


@dataclass(frozen=True, slots=True)
class Notice:
    """A published notice of days off; `published_on` is the day from which it can be known."""

    number: str
    published_on: date
    url: str = ""

    def as_json(self) -> dict[str, str]:
        return {"number": self.number, "published_on": self.published_on.isoformat(), "url": self.url}

    @classmethod
    def from_json(cls, given: Mapping[str, str]) -> Notice:
        return cls(given["number"], date.fromisoformat(given["published_on"]), given.get("url", ""))


@dataclass(frozen=True, slots=True)
class YearDays:
    """One year as its notices state it: days off (weekend days of a break included) and weekend days worked."""

    year: int
    off: Mapping[date, str]
    work: Mapping[date, str]
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        if both := sorted(self.off.keys() & self.work.keys()):
            raise ImpossibleCalendar(f"{both[0]} is both a day off and a working day")
        strangers = [day for day in (*self.off, *self.work) if abs(day.year - self.year) > 1]
        if strangers:
            raise ImpossibleCalendar(f"{min(strangers)} does not belong to the notice for {self.year}")

    @property
    def source(self) -> str:
        """The numbers of its notices, in one line."""
        return "、".join(notice.number for notice in self.notices)

    def as_json(self) -> dict[str, Any]:
        return {
            "notices": [notice.as_json() for notice in self.notices],
            "off": {day.isoformat(): self.off[day] for day in sorted(self.off)},
            "work": {day.isoformat(): self.work[day] for day in sorted(self.work)},
        }

    @classmethod
    def from_json(cls, year: int, given: Mapping[str, Any]) -> YearDays:
        return cls(
            year,
            {date.fromisoformat(day): name for day, name in given["off"].items()},
            {date.fromisoformat(day): name for day, name in given["work"].items()},
            tuple(Notice.from_json(notice) for notice in given.get("notices", ())),
        )


@dataclass(frozen=True, slots=True)
class Almanac:
    """Every published year. Equal almanacs have equal hashes."""

    years: Mapping[int, YearDays]
    zone: str = SHANGHAI

    @classmethod
    def of(cls, years: Iterable[YearDays], *, zone: str = SHANGHAI) -> Almanac:
        """From years in any order; a later statement of the same year replaces the earlier one."""
        stated = {year.year: year for year in years}
        return cls({number: stated[number] for number in sorted(stated)}, zone)

    @classmethod
    def from_json(cls, days: Mapping[str, Any], *, zone: str = SHANGHAI) -> Almanac:
        """From {"2026": {"notices": [...], "off": {date: name}, "work": {date: name}}}. Raises KeyError, ValueError."""
        return cls.of((YearDays.from_json(int(year), given) for year, given in days.items()), zone=zone)

    def as_json(self) -> dict[str, Any]:
        """The value that is stored and hashed."""
        return {str(year): self.years[year].as_json() for year in sorted(self.years)}

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON (sorted keys, no blanks, UTF-8)."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def published_years(self) -> frozenset[int]:
        return frozenset(self.years)

    @property
    def off(self) -> dict[date, str]:
        """Days off with their names; where two notices name one date, the year that the date lies in wins."""
        return dict(self._days("off"))

    @property
    def work(self) -> dict[date, str]:
        """Weekend days that are worked (调休), with the holiday they make up for."""
        return dict(self._days("work"))

    @property
    def notice_of(self) -> dict[date, str]:
        """The source of each named date."""
        return {day: year.source for year in self._ascending() for day in (*year.off, *year.work)}

    def with_year(self, year: YearDays) -> Almanac:
        """The next version: this year added or replaced."""
        return Almanac.of([*self.years.values(), year], zone=self.zone)

    def overlaid(self, *, off: Mapping[date, str], work: Mapping[date, str], notice: Notice) -> Almanac:
        """The almanac of a region that states days of its own: on them the region's notice beats the national one.

        Raises ImpossibleCalendar for a date in a year that is not published.
        """
        years = dict(self.years)
        for number in sorted({day.year for day in (*off, *work)}):
            if number not in years:
                raise ImpossibleCalendar(f"a region cannot add days to {number}, which is not published")
            mine = {day: name for day, name in off.items() if day.year == number}
            worked = {day: name for day, name in work.items() if day.year == number}
            years[number] = _overlay(years[number], mine, worked, notice)
        return replace(self, years=years)

    def hours(
        self,
        weekly: tuple[tuple[Window, ...], ...],
        *,
        weekends_served: bool,
        makeup_days_served: bool,
        makeup_hours: tuple[Window, ...] | None = None,
        overrides: Mapping[date, tuple[Window, ...]] | None = None,
    ) -> WorkCalendar:
        """Support hours on these days; both flags are answers of the agreement. Raises ImpossibleCalendar."""
        return WorkCalendar(
            zone=self.zone,
            weekly=weekly,
            holidays=self.off,
            makeup_days=self.work,
            makeup_hours=makeup_hours,
            overrides=overrides or {},
            weekends_served=weekends_served,
            makeup_days_served=makeup_days_served,
            published_years=self.published_years,
            notices=self.notice_of,
        )

    def _days(self, kind: str) -> Iterator[tuple[date, str]]:
        other = "work" if kind == "off" else "off"
        for year in self._ascending():
            for day, name in getattr(year, kind).items():
                own = self.years.get(day.year)
                if own is None or own is year or day not in getattr(own, other):
                    yield day, name

    def _ascending(self) -> Iterator[YearDays]:
        return (self.years[number] for number in sorted(self.years))


def _overlay(year: YearDays, off: Mapping[date, str], work: Mapping[date, str], notice: Notice) -> YearDays:
    kept_off = {day: name for day, name in year.off.items() if day not in work}
    kept_work = {day: name for day, name in year.work.items() if day not in off}
    return YearDays(year.year, {**kept_off, **off}, {**kept_work, **work}, (*year.notices, notice))
