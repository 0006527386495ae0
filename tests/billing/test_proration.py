"""Parts of periods and due dates by calendar rules."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calendar_terms import UnreadTerm, due_by_words, next_payment_day, on_day_after, past_closed, postponed
from billing.proration import (
    add_months,
    anniversary_period_end,
    calendar_period_end,
    days_in_equal_months,
    share_by_days,
    share_of_period,
)

dates = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def on(text: str) -> date:
    return date.fromisoformat(text)


def test_the_share_of_the_period_that_starts_that_day() -> None:
    assert share_of_period(on("2023-02-23"), on("2023-03-15"), 1) == Fraction(20, 28)
    assert days_in_equal_months(on("2024-02-23"), on("2024-03-15"), 30) == 22
    with pytest.raises(ValueError, match="at least one day"):
        share_by_days(1, 0)


@given(dates, st.integers(min_value=1, max_value=24))
def test_a_whole_period_is_one(start: date, months: int) -> None:
    assert share_of_period(start, add_months(start, months), months) == 1
    assert anniversary_period_end(start, months) < add_months(start, months)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2018-01-15", 3, "2018-03-31"),
        ("2018-04-01", 3, "2018-06-30"),
        ("2018-12-31", 1, "2018-12-31"),
        ("2024-02-10", 12, "2024-12-31"),
    ],
)
def test_calendar_periods(start: str, months: int, end: str) -> None:
    assert calendar_period_end(on(start), months) == on(end)


@pytest.mark.parametrize(
    ("term", "due"),
    [
        ("immediate", "2019-01-31"),
        ("30 days", "2019-03-02"),
        ("2 weeks", "2019-02-14"),
        ("1 month", "2019-02-28"),
        ("45 days from end of month", "2019-03-17"),
        ("30 days end of month", "2019-03-31"),
        ("last day of month", "2019-01-31"),
        ("last day of next month", "2019-02-28"),
        ("first day of next month", "2019-02-01"),
        ("the 15th of the month, min 31 days", "2019-03-15"),
        ("day 10", "2019-02-10"),
    ],
)
def test_terms_in_words(term: str, due: str) -> None:
    assert due_by_words(on("2019-01-31"), term) == on(due)


def test_words_that_are_not_known_are_not_guessed() -> None:
    with pytest.raises(UnreadTerm):
        due_by_words(on("2019-01-31"), "when convenient")


@given(dates, st.integers(min_value=1, max_value=31))
def test_the_next_such_day_is_later_and_within_a_month_or_so(start: date, wanted: int) -> None:
    found = on_day_after(start, wanted)
    assert 0 < (found - start).days <= 31
    assert found.day == wanted or add_months(found.replace(day=1), 1).toordinal() - found.toordinal() == 1


def test_payment_days_and_closed_periods() -> None:
    assert next_payment_day(on("2020-01-15"), [15, 20], same_day_counts=True) == on("2020-01-15")
    assert next_payment_day(on("2020-01-15"), [15, 20], same_day_counts=False) == on("2020-01-20")
    assert past_closed(on("2021-06-12"), [((6, 12), (6, 13)), ((6, 14), (6, 16))]) == on("2021-06-17")
    with pytest.raises(UnreadTerm, match="no day"):
        past_closed(on("2021-06-12"), [((1, 1), (12, 31))])


def test_postponed_days_chain_and_must_not_run_in_a_circle() -> None:
    assert postponed(on("2020-01-01"), {on("2020-01-01"): on("2020-01-02"), on("2020-01-02"): on("2020-01-03")}) == on(
        "2020-01-03"
    )
    with pytest.raises(UnreadTerm, match="circle"):
        postponed(on("2020-01-01"), {on("2020-01-01"): on("2020-01-01")})
