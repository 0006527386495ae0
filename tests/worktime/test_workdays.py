"""Working days and civil periods (Civil Code 200-204)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worktime.china import china_almanac
from worktime.clock import BeyondCalendar, UnpublishedYear
from worktime.workdays import DayKind, RollOver, WorkdayCalendar, civil_period_end, corresponding_day, end_of_day

CHINA = WorkdayCalendar(china_almanac())
published = st.dates(date(2019, 1, 1), date(2026, 12, 31))

COUNTS = [
    ("2026-02-13", 10, "2026-03-05"),
    ("2026-04-30", 5, "2026-05-11"),
    ("2025-12-31", 2, "2026-01-05"),
    ("2023-12-29", 5, "2024-01-08"),
    ("2019-04-26", 3, "2019-04-30"),
    ("2026-02-28", 2, "2026-03-03"),
    ("2026-10-01", 5, "2026-10-13"),
    ("2026-10-13", -5, "2026-09-30"),
    ("2026-10-05", -1, "2026-09-30"),
    ("2026-10-05", 0, "2026-10-05"),
]


@pytest.mark.parametrize(("received", "n", "due"), COUNTS, ids=[f"{c[0]}{c[1]:+}" for c in COUNTS])
def test_the_nth_working_day(received: str, n: int, due: str) -> None:
    assert CHINA.nth_working_day(date.fromisoformat(received), n) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("known_on", "received", "due"),
    [
        (date(2020, 1, 26), "2020-01-23", "2020-02-03"),
        (date(2020, 1, 27), "2020-01-23", "2020-02-05"),
        (date(2019, 3, 21), "2019-04-26", "2019-05-02"),
        (date(2019, 3, 22), "2019-04-26", "2019-04-30"),
    ],
)
def test_the_answer_depends_on_what_was_known(known_on: date, received: str, due: str) -> None:
    workdays = WorkdayCalendar(china_almanac(known_on))
    assert workdays.nth_working_day(date.fromisoformat(received), 3).isoformat() == due


def test_working_days_of_each_year() -> None:
    counted = {
        year: CHINA.count_working_days(date(year - 1, 12, 31), date(year, 12, 31)).value for year in range(2019, 2027)
    }
    assert counted == {2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}


@settings(deadline=None, max_examples=100)
@given(published, st.integers(-150, 150))
def test_counting_one_by_one_agrees(received: date, n: int) -> None:
    left, day = n, received
    while left:
        day += timedelta(1 if n > 0 else -1)
        if CHINA.kind_of(day) in {DayKind.WORKDAY, DayKind.MAKEUP}:
            left -= 1 if n > 0 else -1
    assert CHINA.add_working_days(received, n).value == day
    if n > 0:
        assert CHINA.count_working_days(received, day).value == n


@settings(deadline=None, max_examples=100)
@given(st.lists(published, min_size=3, max_size=3))
def test_counts_add_up(days: list[date]) -> None:
    legs = sum(CHINA.count_working_days(one, two).value for one, two in pairwise(days))
    assert legs == CHINA.count_working_days(days[0], days[-1]).value


def test_an_unpublished_year_is_provisional_or_refused() -> None:
    assert CHINA.add_working_days(date(2026, 12, 25), 4).unpublished_years == ()
    assert CHINA.add_working_days(date(2026, 12, 25), 5).unpublished_years == (2027,)
    assert CHINA.add_working_days(date(2026, 12, 31), 1).unpublished_years == (2027,)
    assert CHINA.add_working_days(date(2019, 1, 2), -1).unpublished_years == (2018,)
    assert CHINA.count_working_days(date(2026, 12, 30), date(2027, 1, 1)).provisional
    with pytest.raises(UnpublishedYear, match="2027"):
        CHINA.nth_working_day(date(2026, 12, 25), 5)
    with pytest.raises(UnpublishedYear, match="2018"):
        CHINA.is_working_day(date(2018, 12, 28))


def test_the_receipt_day_may_lie_in_an_unpublished_year() -> None:
    assert CHINA.add_working_days(date(2018, 12, 31), 1).unpublished_years == ()
    assert CHINA.add_working_days(date(2018, 12, 31), 1).value == date(2019, 1, 2)


def test_the_day_ends_at_midnight_local_time() -> None:
    assert end_of_day(date(2026, 9, 24)) == datetime(2026, 9, 24, 16, tzinfo=UTC)


def test_a_count_beyond_dates_is_said() -> None:
    with pytest.raises(BeyondCalendar):
        CHINA.add_working_days(date(9998, 12, 1), 100)


PERIODS = [
    ("2026-03-15", {"years": 1}, "2027-03-15"),
    ("2024-02-29", {"years": 1}, "2025-02-28"),
    ("2026-01-31", {"months": 1}, "2026-02-28"),
    ("2026-08-31", {"months": 6}, "2027-02-28"),
    ("2025-12-31", {"months": 2}, "2026-02-28"),
    ("2026-03-01", {"days": 30}, "2026-03-31"),
    ("2026-01-31", {"months": 1, "days": 1}, "2026-03-01"),
]


@pytest.mark.parametrize(("start", "length", "end"), PERIODS, ids=[f"{c[0]}-{'-'.join(c[1])}" for c in PERIODS])
def test_a_period_ends_on_the_corresponding_day(start: str, length: dict[str, int], end: str) -> None:
    found = civil_period_end(date.fromisoformat(start), CHINA, roll_over=RollOver.STAY, **length)
    assert (found.value.isoformat(), found.provisional) == (end, False)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-21", 10, "2026-10-08"),  # 1 October: the day after the holiday
        ("2026-09-10", 10, "2026-09-20"),  # a make-up Sunday is worked and stays
        ("2026-09-09", 10, "2026-09-20"),  # a Saturday moves to the make-up Sunday
        ("2026-03-02", 10, "2026-03-12"),
    ],
)
def test_a_period_that_ends_on_a_day_off_rolls_over(start: str, days: int, end: str) -> None:
    found = civil_period_end(date.fromisoformat(start), CHINA, roll_over=RollOver.NEXT_WORKING_DAY, days=days)
    assert (found.value.isoformat(), found.provisional) == (end, False)


def test_rolling_into_an_unpublished_year_is_provisional() -> None:
    found = civil_period_end(date(2026, 3, 15), CHINA, roll_over=RollOver.NEXT_WORKING_DAY, years=1)
    assert (found.value, found.unpublished_years) == (date(2027, 3, 15), (2027,))


@pytest.mark.parametrize("length", [{}, {"days": -1}, {"months": 2, "days": -1}])
def test_an_empty_or_backward_period_is_refused(length: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        civil_period_end(date(2026, 1, 1), CHINA, roll_over=RollOver.STAY, **length)


def test_a_period_beyond_dates_is_said() -> None:
    with pytest.raises(BeyondCalendar):
        corresponding_day(date(2026, 1, 1), years=9000)
