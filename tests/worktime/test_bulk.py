"""Bulk answers are the clock's answers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worktime.calendars import any_instants, calendars
from worktime.china import china_calendar
from worktime.clock import NATURAL_HOURS, BeyondCalendar, UnpublishedYear, Window, WorkCalendar

np = pytest.importorskip("numpy")
bulk = pytest.importorskip("worktime.bulk")

HOURS = (Window.parse("08:30", "12:00"), Window.parse("13:30", "17:30"))
OFFICE = china_calendar((HOURS,) * 5 + ((), ()), weekends_served=False, makeup_days_served=True)
ODD = WorkCalendar(zone="Europe/Berlin", weekly=((Window(30_001, 40_003),),) * 7)


def at(*moments: datetime) -> Any:
    return np.array([moment.astimezone(UTC).replace(tzinfo=None) for moment in moments], dtype="datetime64[us]")


def back(values: Any) -> list[datetime]:
    return [value.replace(tzinfo=UTC) for value in values.tolist()]


bulk_laws = settings(deadline=None, max_examples=60)
lengths = st.integers(-300 * 3600, 300 * 3600)


@bulk_laws
@given(calendars(), st.lists(st.tuples(any_instants, lengths), min_size=1, max_size=40))
def test_many_deadlines_are_each_deadline(calendar: WorkCalendar, asked: list[tuple[datetime, int]]) -> None:
    starts, seconds = [start for start, _ in asked], [length for _, length in asked]
    found = bulk.add_many(calendar, at(*starts), np.array(seconds))
    assert back(found) == [calendar.add(start, length) for start, length in asked]


@bulk_laws
@given(calendars(), st.lists(st.tuples(any_instants, any_instants), min_size=1, max_size=40))
def test_many_elapsed_are_each_elapsed(calendar: WorkCalendar, asked: list[tuple[datetime, datetime]]) -> None:
    found = bulk.elapsed_many(calendar, at(*(one for one, _ in asked)), at(*(two for _, two in asked)))
    assert found.tolist() == [calendar.elapsed(one, two) for one, two in asked]


def many(calendar: WorkCalendar) -> tuple[Any, Any]:
    dice = np.random.default_rng(20260930)
    first = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1_000_000)
    starts = (first + dice.integers(0, 200 * 86_400 * 1_000_000, 30_000)).astype("datetime64[us]")
    return starts, dice.choice([-1, 0, 1], 30_000) * dice.integers(1, 200 * 3600, 30_000)


@pytest.mark.parametrize("calendar", [OFFICE, NATURAL_HOURS, ODD], ids=["cells", "one span", "binary search"])
def test_thirty_thousand_deadlines(calendar: WorkCalendar) -> None:
    starts, seconds = many(calendar)
    found = bulk.add_many(calendar, starts, seconds)
    for place in range(0, 30_000, 101):
        start = starts[place].item().replace(tzinfo=UTC)
        assert found[place].item().replace(tzinfo=UTC) == calendar.add(start, int(seconds[place]))
    spent = bulk.elapsed_many(calendar, starts, found)
    assert spent.tolist() == seconds.tolist()


def test_shapes_and_units_are_kept() -> None:
    starts = np.array([["2026-09-30T09:00", "2026-03-02T01:00"]], dtype="datetime64[m]")
    found = bulk.add_many(OFFICE, starts, 7200)
    assert found.astype(str).tolist() == [["2026-10-08T02:00:00.000000", "2026-03-02T03:00:00.000000"]]
    assert bulk.elapsed_many(OFFICE, starts, found).tolist() == [[7200, 7200]]


def test_no_questions_have_no_answers() -> None:
    none = np.array([], dtype="datetime64[s]")
    assert bulk.add_many(OFFICE, none, 3600).size == 0
    assert bulk.elapsed_many(OFFICE, none, none).size == 0


def test_unpublished_years_are_marked_or_refused() -> None:
    starts = at(
        datetime(2026, 12, 31, 8, tzinfo=UTC), datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    )
    answers = bulk.reckon_add_many(OFFICE, starts, 3600)
    assert answers.provisional.tolist() == [False, True, False]
    with pytest.raises(UnpublishedYear, match="2027"):
        bulk.add_many(OFFICE, starts, 3600)
    with pytest.raises(UnpublishedYear, match="2027"):
        bulk.elapsed_many(OFFICE, starts, starts + np.timedelta64(1, "D"))


def test_a_gap_between_published_years_is_marked() -> None:
    calendar = WorkCalendar(weekly=(HOURS,) * 7, holidays=[date(2026, 1, 1)], published_years=[2024, 2026])
    starts = at(*(datetime(year, 6, 1, tzinfo=UTC) for year in (2024, 2025, 2026)))
    assert bulk.reckon_add_many(calendar, starts, 3600).provisional.tolist() == [False, True, False]
    assert bulk.reckon_add_many(calendar, starts, 3600 * 5000).provisional.tolist() == [True, True, True]


def test_nat_and_distance_are_refused() -> None:
    with pytest.raises(ValueError, match="NaT"):
        bulk.add_many(OFFICE, np.array(["NaT"], dtype="datetime64[s]"), 1)
    far = at(datetime(1000, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(BeyondCalendar):
        bulk.add_many(NATURAL_HOURS, far, 1)


def test_the_scalar_clock_agrees_at_every_second_of_a_day() -> None:
    starts = np.datetime64("2026-09-29T16:00:00") + np.arange(0, 86_400, 7)
    found = bulk.add_many(OFFICE, starts, 1800)
    first = datetime(2026, 9, 29, 16, tzinfo=UTC)
    assert back(found) == [OFFICE.add(first + timedelta(seconds=7 * number), 1800) for number in range(len(starts))]
