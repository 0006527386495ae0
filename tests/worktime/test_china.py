"""The bundled calendars against the facts and, day by day, against two public packages."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import holidays
import pytest

from worktime.almanac import Almanac, Notice, YearDays
from worktime.china import china_almanac, china_versions, guangxi_almanac
from worktime.clock import ImpossibleCalendar, Window
from worktime.workdays import WorkdayCalendar

FACTS = Path(__file__).parent / "vectors" / "cn_working_days.csv"
DAYS = [date(2019, 1, 1) + timedelta(number) for number in range(2922)]
CHINA = WorkdayCalendar(china_almanac())
NINE = (Window.parse("09:00", "17:00"),)


def test_the_days_equal_the_facts() -> None:
    with FACTS.open(encoding="utf-8", newline="") as file:
        facts = {(row["date"], row["kind"], row["holiday"]) for row in csv.DictReader(file)}
    almanac = china_almanac()
    off = {(str(day), "OFF_ON_WEEKDAY", name) for day, name in almanac.off.items() if day in DAYS and day.weekday() < 5}
    work = {(str(day), "WORKDAY_ON_WEEKEND", name) for day, name in almanac.work.items() if day in DAYS}
    assert off | work == facts


def test_chinese_calendar_agrees_day_by_day() -> None:
    assert [CHINA.is_working_day(day) for day in DAYS] == [chinese_calendar.is_workday(day) for day in DAYS]


def test_holidays_agrees_day_by_day() -> None:
    public = holidays.country_holidays("CN", years=range(2018, 2028))
    assert [CHINA.is_working_day(day) for day in DAYS] == [public.is_working_day(day) for day in DAYS]


def test_chinese_calendar_names_the_same_days_off() -> None:
    """Weekend days inside a break are days off; of 2024's "与周末连休" the package leaves out one weekend."""
    listed = {day for day in chinese_calendar.constants.holidays if day in set(DAYS)}
    ours = set(china_almanac().off) & set(DAYS)
    assert listed - ours == set()
    assert ours - listed == {date(2024, 6, 8), date(2024, 6, 9)}


def test_every_version_is_known_by_its_notice() -> None:
    known = {str(since): sorted(almanac.years) for since, almanac in china_versions()}
    assert list(known) == [
        "2018-12-06",
        "2019-03-22",
        "2019-11-21",
        "2020-01-27",
        "2020-11-25",
        "2021-10-25",
        "2022-12-08",
        "2023-10-25",
        "2024-11-12",
        "2025-11-04",
    ]
    assert known["2025-11-04"] == list(range(2019, 2027))
    assert len({almanac.sha256 for _, almanac in china_versions()}) == 10


@pytest.mark.parametrize(
    ("before", "after", "off", "worked"),
    [
        (
            date(2019, 3, 21),
            date(2019, 3, 22),
            ["2019-05-02", "2019-05-03", "2019-05-04"],
            ["2019-04-28", "2019-05-05"],
        ),
        (date(2020, 1, 26), date(2020, 1, 27), ["2020-01-31", "2020-02-01", "2020-02-02"], []),
    ],
    ids=["Labour Day 2019", "Spring Festival 2020"],
)
def test_amendments_change_their_days_only(before: date, after: date, off: list[str], worked: list[str]) -> None:
    first, second = china_almanac(before), china_almanac(after)
    assert sorted(map(str, second.off.keys() - first.off.keys())) == off
    assert sorted(map(str, second.work.keys() - first.work.keys())) == worked
    assert len(second.years[after.year].notices) == 2


def test_before_the_first_notice_nothing_is_known() -> None:
    assert china_almanac(date(2018, 12, 5)).published_years == frozenset()


def test_2027_is_not_guessed() -> None:
    assert 2027 not in china_almanac().published_years


def test_each_day_names_its_notice() -> None:
    notices = china_almanac().notice_of
    assert notices[date(2026, 10, 1)] == "国办发明电〔2025〕7号"
    assert notices[date(2020, 2, 1)] == "国办发明电〔2019〕16号、国办发明电〔2020〕1号"
    assert notices[date(2022, 12, 31)] == "国办发明电〔2022〕16号"


def test_the_hash_is_of_the_content() -> None:
    almanac = china_almanac()
    again = Almanac.from_json(almanac.as_json())
    assert again == almanac
    assert again.sha256 == almanac.sha256
    assert almanac.sha256.startswith("aada5b8a351b")
    assert guangxi_almanac().sha256 != almanac.sha256


def test_the_own_year_of_a_date_wins_over_its_neighbour() -> None:
    eve = date(2025, 12, 28)
    years = [YearDays(2025, {date(2025, 10, 1): "国庆节"}, {eve: "国庆节"}), YearDays(2026, {eve: "元旦"}, {})]
    almanac = Almanac.of(years)
    assert (eve in almanac.off, eve in almanac.work) == (False, True)
    assert almanac.hours((NINE,) * 7, weekends_served=False, makeup_days_served=True, makeup_hours=NINE).is_open(
        datetime(2025, 12, 28, 2, tzinfo=UTC)
    )


def test_a_region_adds_days_and_beats_a_national_makeup_day() -> None:
    guangxi = WorkdayCalendar(guangxi_almanac())
    assert [CHINA.is_working_day(date(2023, 4, day)) for day in (21, 22, 23)] == [True, False, True]
    assert [guangxi.is_working_day(date(2023, 4, day)) for day in (21, 22, 23)] == [False, False, False]
    assert guangxi.nth_working_day(date(2023, 4, 20), 1) == date(2023, 4, 24)
    assert "壮族三月三" in guangxi_almanac().notice_of[date(2023, 4, 21)]


def test_a_region_cannot_speak_for_an_unpublished_year() -> None:
    notice = Notice("自治区通知", date(2026, 1, 1))
    with pytest.raises(ImpossibleCalendar, match="2027, which is not published"):
        china_almanac().overlaid(off={date(2027, 4, 9): "三月三"}, work={}, notice=notice)


BAD_YEARS: list[dict[str, Any]] = [
    {"off": {date(2026, 1, 1): "元旦"}, "work": {date(2026, 1, 1): "元旦"}},
    {"off": {date(2024, 1, 1): "元旦"}, "work": {}},
]


@pytest.mark.parametrize("days", BAD_YEARS, ids=["both", "other year"])
def test_a_year_that_contradicts_itself_is_refused(days: dict[str, Any]) -> None:
    with pytest.raises(ImpossibleCalendar):
        YearDays(2026, **days)
