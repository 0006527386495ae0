"""A clock read from its events, without a database, against a model that steps through every minute."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.replay import (
    Happening,
    ImpossibleCourse,
    broken_at,
    consumed_at,
    follow,
    levels_reached,
    replay,
    seconds_of,
)
from tests.sla.make_sla import local
from worktime.clock import Window, WorkCalendar, natural_hours

DAY = (Window.parse("08:30", "12:00"), Window.parse("13:30", "17:30"))
HOLIDAYS = {date(2026, 9, 25): "中秋节"}
OFFICE = WorkCalendar(weekly=(DAY,) * 5 + ((), ()), holidays=HOLIDAYS, published_years=[2026])
START = local("2026-09-16 09:00").astimezone(UTC)
HOUR = 3600


def started(at: datetime = START, target: int | None = 2 * HOUR) -> Happening:
    shares = [50, 75, 90] if target else []
    return Happening("started", at, {"target_seconds": target, "shares": shares, "version": 1, "calendar_version": 7})


def at(text: str) -> datetime:
    return local(f"2026-09-{text}").astimezone(UTC)


def reading(*happenings: Happening, calendar: WorkCalendar = OFFICE) -> Any:
    return replay(happenings, {7: calendar, 8: natural_hours("Asia/Shanghai")})


def test_a_running_clock_knows_its_deadline_and_its_first_look() -> None:
    read = reading(started())

    assert (read.state, read.due_at, read.breach_from) == ("running", at("16 11:00"), at("16 11:00"))
    assert (read.next_check_at, read.next_level) == (at("16 10:00"), 50)


def test_a_deadline_on_closing_breaks_at_the_next_opening() -> None:
    read = reading(started(at("16 10:00")))

    assert (read.due_at, read.breach_from) == (at("16 12:00"), at("16 13:30"))


@pytest.mark.parametrize(
    "stopped, state",
    [
        pytest.param("16 11:59", "met", id="before closing"),
        pytest.param("16 12:00", "met", id="due, which is closing time"),
        pytest.param("16 12:45", "met", id="at lunch, when nothing is consumed"),
        pytest.param("16 13:30", "met", id="at the opening itself"),
    ],
)
def test_stopping_between_due_and_breach_is_met(stopped: str, state: str) -> None:
    read = reading(started(at("16 10:00")), Happening("stopped", at(stopped)))

    assert (read.state, read.next_check_at) == (state, None)


def test_one_second_later_the_promise_is_broken() -> None:
    course = follow([started(at("16 10:00"))])

    assert broken_at(course, OFFICE, at("16 13:30")) is None
    assert broken_at(course, OFFICE, at("16 13:30") + timedelta(seconds=1)) == at("16 13:30")


def test_a_paused_clock_has_no_deadline_and_is_not_looked_at() -> None:
    read = reading(started(), Happening("paused", at("16 09:30"), reason="awaiting_party_b"))

    assert (read.state, read.due_at, read.breach_from, read.next_check_at) == ("paused", None, None, None)
    assert read.consumed_seconds == HOUR // 2


def test_a_pause_moves_the_deadline_by_the_support_time_it_took() -> None:
    pause = Happening("paused", at("16 09:30"), reason="awaiting_party_b")

    read = reading(started(), pause, Happening("resumed", at("16 11:30")))

    assert read.due_at == at("16 14:30")


def test_the_time_between_a_stop_and_its_reopening_is_left_out() -> None:
    read = reading(started(), Happening("stopped", at("16 10:00")), Happening("reopened", at("17 09:00")))

    assert (read.state, read.due_at, read.consumed_seconds) == ("running", at("17 10:00"), HOUR)


def test_levels_missed_collapse_into_the_highest() -> None:
    course = follow([started()])

    assert levels_reached(course, OFFICE, at("16 10:48")) == [50, 75, 90]
    assert levels_reached(course, OFFICE, at("16 10:47")) == [50, 75]


def test_after_a_warning_the_next_level_is_next() -> None:
    warned = Happening("warned", at("16 10:40"), {"level": 75, "skipped": [50]})

    read = reading(started(), warned)

    assert (read.next_level, read.next_check_at) == (90, at("16 10:48"))


def test_after_the_last_warning_comes_the_second_after_the_target() -> None:
    read = reading(started(), Happening("warned", at("16 10:48"), {"level": 90, "skipped": []}))

    assert (read.next_level, read.next_check_at) == (100, at("16 11:00") + timedelta(seconds=1))


def test_a_tighter_target_breaks_at_the_change_not_before_it() -> None:
    course = follow([started(), Happening("retargeted", at("16 10:30"), {"target_seconds": HOUR})])

    assert broken_at(course, OFFICE, at("16 10:31")) == at("16 10:30")


def test_a_looser_target_never_unbreaks() -> None:
    broken = Happening("breached", at("16 11:05"), {"breached_at": at("16 11:00").isoformat()})
    looser = Happening("retargeted", at("16 11:10"), {"target_seconds": 8 * HOUR})

    read = reading(started(), broken, looser, Happening("stopped", at("16 11:20")))

    assert (read.state, read.breached_at) == ("missed", at("16 11:00"))


def test_a_revised_calendar_counts_for_the_whole_clock() -> None:
    read = reading(started(at("16 17:00")), Happening("calendar_revised", at("16 17:10"), {"calendar_version": 8}))

    assert read.due_at == at("16 19:00")


def test_a_clock_without_a_target_is_measured() -> None:
    read = reading(started(target=None), Happening("stopped", at("16 11:30")))

    assert (read.state, read.consumed_seconds, read.due_at) == ("measured", 9000, None)
    assert levels_reached(follow([started(target=None)]), OFFICE, at("18 11:00")) == []


def test_a_cancelled_clock_has_no_verdict_unless_it_broke_before() -> None:
    broken = Happening("breached", at("16 11:05"), {"breached_at": at("16 11:00").isoformat()})
    cancelled = Happening("cancelled", at("16 11:10"))

    assert reading(started(), cancelled).state == "cancelled"
    assert reading(started(), broken, cancelled).state == "missed"


def test_a_deadline_in_an_unpublished_year_is_provisional() -> None:
    read = reading(started(local("2026-12-31 17:00").astimezone(UTC)))

    assert read.provisional
    assert not reading(started()).provisional


def test_an_act_in_the_moment_of_a_warning_may_be_recorded_after_it() -> None:
    warned = Happening("warned", at("16 10:00") + timedelta(seconds=2), {"level": 50, "skipped": []})

    read = reading(started(), warned, Happening("stopped", at("16 10:00")))

    assert (read.state, read.consumed_seconds) == ("met", HOUR)


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param([], id="nothing"),
        pytest.param(["stopped"], id="stopped before it started"),
        pytest.param(["started", "started"], id="started twice"),
        pytest.param(["started", "resumed"], id="resumed while running"),
        pytest.param(["started", "paused", "paused"], id="paused twice"),
        pytest.param(["started", "stopped", "stopped"], id="stopped twice"),
        pytest.param(["started", "reopened"], id="reopened while running"),
        pytest.param(["started", "cancelled", "reopened"], id="reopened after cancelling"),
        pytest.param(["started", "slept"], id="no such event"),
    ],
)
def test_events_that_cannot_follow_are_refused(kinds: list[str]) -> None:
    happenings = [started() if kind == "started" else Happening(kind, START, reason="awaiting") for kind in kinds]

    with pytest.raises(ImpossibleCourse):
        follow(happenings)


def test_time_does_not_run_back() -> None:
    with pytest.raises(ImpossibleCourse, match="back in time"):
        follow([started(), Happening("stopped", START - timedelta(seconds=1))])


@pytest.mark.parametrize("target, share, seconds", [(7200, 50, 3600), (7201, 50, 3601), (100, 90, 90), (1, 75, 1)])
def test_shares_round_up_to_whole_seconds(target: int, share: int, seconds: int) -> None:
    assert seconds_of(target, share) == seconds


# --- Against a model that steps through every minute --------------------------------------------------------


def is_open(moment: datetime) -> bool:
    """Whether support time runs in the minute from this moment, told from the wall alone."""
    wall = moment + timedelta(hours=8)
    minute = wall.hour * 60 + wall.minute
    return wall.weekday() < 5 and wall.date() not in HOLIDAYS and (510 <= minute < 720 or 810 <= minute < 1050)


def stepped(acts: list[tuple[str, int]], until: int) -> int:
    """Consumed seconds after `until` minutes, by walking minute for minute through acts given as (kind, minute)."""
    counting, seconds = True, 0
    pending = list(acts)
    for minute in range(until):
        while pending and pending[0][1] == minute:
            counting = pending.pop(0)[0] in {"resumed", "reopened"}
        seconds += 60 * (counting and is_open(START + timedelta(minutes=minute)))
    return seconds


@st.composite
def courses(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Possible acts on a clock with the minute of each, ascending."""
    minutes = sorted(draw(st.lists(st.integers(1, 14 * 24 * 60), max_size=8)))
    acts, state = [], "running"
    for minute in minutes:
        kind = {"running": draw(st.sampled_from(["paused", "stopped"])), "paused": "resumed", "stopped": "reopened"}[
            state
        ]
        state = {"paused": "paused", "stopped": "stopped"}.get(kind, "running")
        acts.append((kind, minute))
    return acts


@given(courses(), st.integers(60, 12 * HOUR))
@settings(deadline=None)
def test_replay_agrees_with_a_walk_through_every_minute(acts: list[tuple[str, int]], target: int) -> None:
    target -= target % 60
    happenings = [started(target=target)]
    happenings += [Happening(kind, START + timedelta(minutes=minute), reason="awaiting") for kind, minute in acts]
    last = acts[-1][1] if acts else 0
    walked = stepped(acts, last)

    read = reading(*happenings)

    assert read.consumed_seconds == walked
    assert consumed_at(follow(happenings), OFFICE, START + timedelta(minutes=last)) == walked
    if read.state == "running" and walked < target:
        due = int((read.due_at - START).total_seconds()) // 60
        assert stepped(acts, due) == target
        assert stepped(acts, due - 1) == target - 60
    if read.state == "running" and read.next_level == 100:
        assert read.next_check_at == read.breach_from + timedelta(seconds=1)


@given(courses(), st.integers(1, 200), st.integers(1, 200))
@settings(deadline=None)
def test_consumed_time_never_falls(acts: list[tuple[str, int]], earlier: int, more: int) -> None:
    happenings = [started(), *(Happening(k, START + timedelta(minutes=m), reason="awaiting") for k, m in acts)]
    course = follow(happenings)
    base = course.last_at

    first = consumed_at(course, OFFICE, base + timedelta(minutes=earlier))
    second = consumed_at(course, OFFICE, base + timedelta(minutes=earlier + more))

    assert 0 <= first <= second
