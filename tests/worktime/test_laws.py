"""Laws that hold for every calendar, and agreement with an oracle that steps minute by minute."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.worktime.calendars import any_instants, calendars, pauses
from tests.worktime.oracle import SteppingOracle
from worktime.clock import BeyondCalendar, Pause, Window, WorkCalendar
from worktime.explain import Explanation, explain
from worktime.wording import render

MICRO = timedelta(microseconds=1)
spans = st.integers(0, 400 * 3600)
laws = settings(deadline=None, max_examples=150)


@laws
@given(calendars(), any_instants, spans, pauses())
def test_a_deadline_has_exactly_its_time_before_it(
    calendar: WorkCalendar, start: datetime, seconds: int, breaks: list[Pause]
) -> None:
    due = calendar.add(start, seconds, breaks)
    assert calendar.elapsed(start, due, breaks) == seconds
    if seconds:
        assert calendar.elapsed_exact(start, due - MICRO, breaks) < timedelta(seconds=seconds)


@laws
@given(calendars(), any_instants, st.integers(1, 400 * 3600), pauses())
def test_backward_mirrors_forward(calendar: WorkCalendar, start: datetime, seconds: int, breaks: list[Pause]) -> None:
    found = calendar.add(start, -seconds, breaks)
    assert calendar.elapsed(start, found, breaks) == -seconds
    assert calendar.elapsed_exact(found + MICRO, start, breaks) < timedelta(seconds=seconds)


@laws
@given(calendars(), any_instants, spans, spans, pauses())
def test_more_time_is_never_due_earlier(
    calendar: WorkCalendar, start: datetime, one: int, two: int, breaks: list[Pause]
) -> None:
    less, more = sorted((one, two))
    assert calendar.add(start, less or 1, breaks) <= calendar.add(start, more or 1, breaks)


@laws
@given(calendars(), any_instants, any_instants, st.integers(1, 400 * 3600))
def test_a_later_start_is_never_due_earlier(calendar: WorkCalendar, one: datetime, two: datetime, seconds: int) -> None:
    early, late = sorted((one, two))
    assert calendar.add(early, seconds) <= calendar.add(late, seconds)


@laws
@given(calendars(), any_instants, any_instants, any_instants, pauses())
def test_elapsed_adds_up_over_split_points(
    calendar: WorkCalendar, one: datetime, two: datetime, three: datetime, breaks: list[Pause]
) -> None:
    whole = calendar.elapsed(one, three, breaks)
    assert whole == calendar.elapsed(one, two, breaks) + calendar.elapsed(two, three, breaks)
    assert whole == -calendar.elapsed(three, one, breaks)


@laws
@given(calendars(), any_instants, st.integers(1, 90 * 3600), st.integers(1, 90 * 3600), pauses())
def test_adding_in_two_steps_is_adding_at_once(
    calendar: WorkCalendar, start: datetime, one: int, two: int, breaks: list[Pause]
) -> None:
    assert calendar.add(calendar.add(start, one, breaks), two, breaks) == calendar.add(start, one + two, breaks)


@laws
@given(calendars(), any_instants, spans, pauses(), st.randoms(use_true_random=False))
def test_the_order_of_pauses_does_not_matter(
    calendar: WorkCalendar, start: datetime, seconds: int, breaks: list[Pause], dice: random.Random
) -> None:
    shuffled = dice.sample(breaks, len(breaks))
    assert calendar.add(start, seconds, breaks) == calendar.add(start, seconds, shuffled)


@laws
@given(calendars(), any_instants, spans, st.integers(1, 1439))
def test_splitting_a_window_changes_nothing(calendar: WorkCalendar, start: datetime, seconds: int, minute: int) -> None:
    def halves(window: Window) -> tuple[Window, ...]:
        cut = minute * 60
        if not window.open < cut < min(window.end, 86_400):
            return (window,)
        return Window(window.open, cut), Window(cut, window.close)

    week = tuple(tuple(half for window in day for half in halves(window)) for day in calendar.weekly)
    assume(week != calendar.weekly)
    split = WorkCalendar(zone=calendar.zone, weekly=week, holidays=calendar.holidays, overrides=calendar.overrides)
    assert split.add(start, seconds) == calendar.add(start, seconds)
    assert split.next_closing(start) == calendar.next_closing(start)


def oracle_of(calendar: WorkCalendar, breaks: list[Pause]) -> SteppingOracle:
    def in_minutes(windows: tuple[Window, ...]) -> list[tuple[int, int]]:
        return [(window.open // 60, window.close // 60) for window in windows]

    return SteppingOracle(
        calendar.zone,
        [in_minutes(day) for day in calendar.weekly],
        calendar.holidays,
        {day: in_minutes(windows) for day, windows in calendar.overrides.items()},
        [(pause.start, pause.end or datetime.max.replace(tzinfo=UTC)) for pause in breaks],
    )


@settings(deadline=None, max_examples=60)
@given(calendars(), any_instants, st.integers(0, 3000), pauses())
def test_the_stepping_oracle_agrees(calendar: WorkCalendar, start: datetime, length: int, breaks: list[Pause]) -> None:
    oracle, end = oracle_of(calendar, breaks), start + timedelta(minutes=length)
    minutes = oracle.elapsed(start, end)
    assert calendar.elapsed(start, end, breaks) == minutes * 60
    assert calendar.is_open(start, breaks) == oracle.open(start)
    if minutes:
        assert calendar.add(start, minutes * 60, breaks) == oracle.add(start, minutes, limit=length + 1)


@laws
@given(calendars(), any_instants, pauses())
def test_openings_and_closings_alternate(calendar: WorkCalendar, at: datetime, breaks: list[Pause]) -> None:
    try:
        opening, closing = calendar.next_opening(at, breaks), calendar.next_closing(at, breaks)
    except BeyondCalendar:
        return  # never closes
    assert calendar.is_open(at, breaks) == (closing < opening)
    assert calendar.is_open(opening, breaks)
    assert not calendar.is_open(opening - MICRO, breaks)
    assert not calendar.is_open(closing, breaks)
    assert calendar.is_open(closing - MICRO, breaks)
    assert calendar.prev_opening(opening + MICRO, breaks) == opening
    assert calendar.prev_closing(closing + MICRO, breaks) == closing
    assert calendar.prev_open(closing, breaks) == closing


@laws
@given(calendars(), any_instants, st.integers(0, 400 * 3600), pauses())
def test_nothing_is_consumed_between_due_and_breach(
    calendar: WorkCalendar, start: datetime, seconds: int, breaks: list[Pause]
) -> None:
    due, breach = calendar.due_at(start, seconds, breaks), calendar.breach_from(start, seconds, breaks)
    assert due <= breach
    assert calendar.elapsed(due, breach, breaks) == 0
    assert calendar.elapsed_exact(start, breach + MICRO, breaks) > timedelta(seconds=seconds)


@laws
@given(calendars(), any_instants, st.integers(-200 * 3600, 400 * 3600), pauses())
def test_an_explanation_counts_exactly_the_target(
    calendar: WorkCalendar, start: datetime, seconds: int, breaks: list[Pause]
) -> None:
    found = explain(calendar, start, seconds, breaks)
    assert found.due_at == calendar.add(start, seconds, breaks)
    assert sum(entry.counted for entry in found.entries) == abs(seconds) * 1_000_000
    assert not found.entries or found.entries[-1].total == abs(seconds) * 1_000_000
    edges = [edge for entry in found.entries for edge in (entry.start, entry.end)]
    assert edges[1:-1:2] == edges[2::2]
    assert not edges or {edges[0], edges[-1]} == {start, found.due_at}
    assert Explanation.from_json(found.as_json()) == found
    assert len(render(found, "en")) == len(render(found)) == len(found.entries) + 2
