"""Update frequencies: when the next update is due, and where an item stands on a day."""

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.freshness import Frequency, Standing, Unit, due_after, standing_on
from worktime.china import china_almanac
from worktime.workdays import WorkdayCalendar


@cache
def workdays() -> WorkdayCalendar:
    return WorkdayCalendar(china_almanac())


units = st.sampled_from(list(Unit))
days = st.dates(date(2020, 1, 1), date(2025, 12, 31))
frequencies = st.builds(Frequency, st.integers(1, 24), units, grace_days=st.integers(0, 60), rolls_over=st.booleans())


@pytest.mark.parametrize(
    "last, frequency, due_on, overdue_from",
    [
        pytest.param(
            date(2026, 9, 1), Frequency(1, Unit.DAY), date(2026, 9, 2), date(2026, 9, 3), id="the day after"
        ),
        pytest.param(
            date(2026, 9, 18), Frequency(1, Unit.DAY), date(2026, 9, 20), date(2026, 9, 21),
            id="Saturday rolls to the Sunday that is worked",
        ),
        pytest.param(
            date(2026, 9, 24), Frequency(1, Unit.WEEK), date(2026, 10, 8), date(2026, 10, 9),
            id="a week into the National Day holiday",
        ),
        pytest.param(
            date(2026, 9, 24), Frequency(1, Unit.WEEK, rolls_over=False), date(2026, 10, 1), date(2026, 10, 2),
            id="the same, agreed not to roll",
        ),
        pytest.param(
            date(2026, 8, 31), Frequency(1, Unit.MONTH, 5), date(2026, 9, 30), date(2026, 10, 6),
            id="a month of 30 days, five days of grace",
        ),
        pytest.param(
            date(2024, 2, 29), Frequency(1, Unit.YEAR, rolls_over=False), date(2025, 2, 28), date(2025, 3, 1),
            id="a leap day has no corresponding day",
        ),
        pytest.param(
            date(2025, 11, 30), Frequency(1, Unit.QUARTER, rolls_over=False), date(2026, 2, 28), date(2026, 3, 1),
            id="a quarter to the end of February",
        ),
    ],
)  # fmt: skip
def test_the_next_update_is_due_one_period_after_the_last(
    last: date, frequency: Frequency, due_on: date, overdue_from: date
) -> None:
    due = due_after(last, frequency, workdays())

    assert (due.on, due.overdue_from, due.provisional) == (due_on, overdue_from, False)


def test_a_day_in_a_year_without_a_published_calendar_is_provisional() -> None:
    due = due_after(date(2026, 12, 31), Frequency(1, Unit.DAY), workdays())

    assert (due.on, due.provisional) == (date(2027, 1, 1), True)


@given(days, frequencies)
def test_the_due_day_comes_after_the_update_and_the_grace_after_it(last: date, frequency: Frequency) -> None:
    due = due_after(last, frequency, workdays())

    assert last < due.on < due.overdue_from
    assert due.overdue_from - due.on == timedelta(frequency.grace_days + 1)


@given(days, days, frequencies)
def test_a_later_update_never_falls_due_earlier(one: date, other: date, frequency: Frequency) -> None:
    first, second = sorted((one, other))

    assert due_after(first, frequency, workdays()).on <= due_after(second, frequency, workdays()).on


@given(days, st.integers(1, 20), units)
def test_rolling_moves_to_a_working_day_and_never_back(last: date, every: int, unit: Unit) -> None:
    stays = due_after(last, Frequency(every, unit, rolls_over=False), workdays())
    rolls = due_after(last, Frequency(every, unit), workdays())

    assert rolls.on >= stays.on
    assert rolls.provisional or workdays().is_working_day(rolls.on)
    assert not any(workdays()._works(stays.on + timedelta(n)) for n in range((rolls.on - stays.on).days))


@given(days, st.integers(1, 12))
def test_a_quarter_is_three_months_and_a_week_seven_days(last: date, every: int) -> None:
    def due(number: int, unit: Unit) -> date:
        return due_after(last, Frequency(number, unit, rolls_over=False), workdays()).on

    assert due(every, Unit.QUARTER) == due(3 * every, Unit.MONTH)
    assert due(every, Unit.WEEK) == due(7 * every, Unit.DAY) == last + timedelta(7 * every)


@pytest.mark.parametrize(
    "day, standing",
    [
        pytest.param(date(2026, 9, 6), Standing.FRESH, id="four days before"),
        pytest.param(date(2026, 9, 7), Standing.DUE_SOON, id="three days before"),
        pytest.param(date(2026, 9, 10), Standing.DUE_SOON, id="on the due day"),
        pytest.param(date(2026, 9, 11), Standing.IN_GRACE, id="the first day of grace"),
        pytest.param(date(2026, 9, 12), Standing.IN_GRACE, id="the last day of grace"),
        pytest.param(date(2026, 9, 13), Standing.OVERDUE, id="the day after the grace"),
    ],
)
def test_where_an_item_stands(day: date, standing: Standing) -> None:
    assert standing_on(day, date(2026, 9, 10), date(2026, 9, 13)) == standing


def test_without_a_promise_there_is_nothing_to_measure() -> None:
    assert standing_on(date(2026, 9, 1), None, None) == Standing.NOT_MEASURABLE


@pytest.mark.parametrize("every, grace", [pytest.param(0, 0, id="never"), pytest.param(1, -1, id="negative grace")])
def test_a_frequency_that_says_nothing_is_an_error(every: int, grace: int) -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        Frequency(every, Unit.DAY, grace)
