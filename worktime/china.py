"""The bundled calendars of China, 2019 to 2026, by what was known on a day.

Source: the yearly notices of the General Office of the State Council (国办发明电), each with its number, publication
date and address in data/cn_notices.csv and the days it states in data/cn_days.csv. Two years were changed after
publication: 2019 (Labour Day, 2019-03-22) and 2020 (Spring Festival, 2020-01-27). 2027 is not published here.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from worktime.almanac import Almanac, Notice, YearDays
from worktime.clock import WorkCalendar
from worktime.windows import Window

DATA = Path(__file__).resolve().parent / "data"


@lru_cache(maxsize=1)
def china_versions() -> tuple[tuple[date, Almanac], ...]:
    """Every state of knowledge: (known since, almanac), oldest first. The last is the one in force."""
    versions: list[tuple[date, Almanac]] = []
    known = Almanac.of(())
    for stated in _statements():
        known = known.with_year(stated)
        versions.append((stated.notices[-1].published_on, known))
    return tuple(versions)


def china_almanac(on: date | None = None) -> Almanac:
    """The published years as known on a day (Shanghai), or all that are bundled; empty before 2018-12-06."""
    known = [almanac for since, almanac in china_versions() if on is None or since <= on]
    return known[-1] if known else Almanac.of(())


def china_calendar(
    weekly: tuple[tuple[Window, ...], ...],
    *,
    weekends_served: bool,
    makeup_days_served: bool,
    on: date | None = None,
) -> WorkCalendar:
    """Support hours on China's days as known on a day; both flags are answers of the agreement."""
    almanac = china_almanac(on)
    return almanac.hours(weekly, weekends_served=weekends_served, makeup_days_served=makeup_days_served)


def guangxi_almanac() -> Almanac:
    """A worked example of a regional overlay: Guangxi's 三月三 of 2023.

    The region gave 21 to 23 April 2023 off (its order No. 98 on customary festivals); 23 April is a make-up day
    in the national notice, and in the region the region's notice wins. The day of publication is a press report's.
    """
    days = {date(2023, 4, day): "壮族三月三" for day in (21, 22, 23)}
    notice = Notice("广西壮族自治区人民政府办公厅关于2023年“壮族三月三”放假的通知", date(2023, 3, 14))
    return china_almanac().overlaid(off=days, work={}, notice=notice)


def _statements() -> Iterator[YearDays]:
    """What each notice states of its year, with the notices it amends."""
    days: dict[str, dict[str, dict[date, str]]] = defaultdict(lambda: {"off": {}, "work": {}})
    for row in _rows("cn_days.csv"):
        days[row["notice"]][row["kind"]][date.fromisoformat(row["date"])] = row["holiday"]
    issued: dict[int, tuple[Notice, ...]] = {}
    for row in _rows("cn_notices.csv"):
        year = int(row["year"])
        notice = Notice(row["number"], date.fromisoformat(row["published_on"]), row["url"])
        issued[year] = (*issued.get(year, ()), notice)
        yield YearDays(year, days[notice.number]["off"], days[notice.number]["work"], issued[year])


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
