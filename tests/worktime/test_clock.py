"""The clock: refusals, unpublished years, limits, threads, and the numbers that the agreement's people know."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from worktime.china import china_calendar
from worktime.clock import (
    NATURAL_HOURS,
    BeyondCalendar,
    ImpossibleCalendar,
    Pause,
    StillPaused,
    UnpublishedYear,
    Window,
    WorkCalendar,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_FIVE = (Window.parse("09:00", "17:00"),)
LUNCH = (Window.parse("08:30", "12:00"), Window.parse("13:30", "17:30"))
ALL_DAY = (Window.parse("00:00", "24:00"),)
HOUR = 3600


def week(*hours: Window, weekend: tuple[Window, ...] = ()) -> tuple[tuple[Window, ...], ...]:
    return (hours,) * 5 + (weekend,) * 2


OFFICE = china_calendar(week(*LUNCH), weekends_served=False, makeup_days_served=True)
WORKING_DAYS = china_calendar(week(*NINE_TO_FIVE), weekends_served=False, makeup_days_served=True)
WEEKENDS_TOO = china_calendar(week(*NINE_TO_FIVE, weekend=NINE_TO_FIVE), weekends_served=True, makeup_days_served=True)
ROUND_THE_CLOCK = china_calendar(week(Window.parse("00:00", "24:00")), weekends_served=False, makeup_days_served=True)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def told(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


SERVICE_LEVELS = [
    ("S1", "2026-09-18 16:30", 2, WORKING_DAYS, "2026-09-20 10:30"),
    ("S2", "2026-02-13 16:00", 4, WORKING_DAYS, "2026-02-14 12:00"),
    ("S3", "2026-09-30 20:00", 2, WORKING_DAYS, "2026-10-08 11:00"),
    ("S4", "2026-09-30 23:00", 4, ROUND_THE_CLOCK, "2026-10-08 03:00"),
    ("S5", "2026-04-30 16:59", 1, WORKING_DAYS, "2026-05-06 09:59"),
    ("S6", "2026-05-08 17:00", 1, WORKING_DAYS, "2026-05-09 10:00"),
    ("S7", "2026-06-18 16:00", 8, WORKING_DAYS, "2026-06-22 16:00"),
    ("S8", "2026-10-10 09:00", 8, WORKING_DAYS, "2026-10-10 17:00"),
    ("S9", "2026-10-10 09:00", 8.5, WORKING_DAYS, "2026-10-12 09:30"),
    ("S10", "2026-09-18 16:30", 2, WEEKENDS_TOO, "2026-09-19 10:30"),
    ("S11", "2026-09-24 16:30", 2, WEEKENDS_TOO, "2026-09-28 10:30"),
    ("national day", "2026-09-30 17:00", 2, OFFICE, "2026-10-08 10:00"),
    ("natural", "2026-09-30 17:00", 2, NATURAL_HOURS, "2026-09-30 19:00"),
]


@pytest.mark.parametrize(
    ("received", "hours", "calendar", "due"), [c[1:] for c in SERVICE_LEVELS], ids=[c[0] for c in SERVICE_LEVELS]
)
def test_service_levels(received: str, hours: float, calendar: WorkCalendar, due: str) -> None:
    assert told(calendar.add(local(received), hours * HOUR)) == due


def test_closing_today_and_the_last_harmless_instant() -> None:
    start = local("2026-09-30 16:30")
    assert told(OFFICE.due_at(start, HOUR)) == "2026-09-30 17:30"
    assert told(OFFICE.breach_from(start, HOUR)) == "2026-10-08 08:30"
    assert OFFICE.due_at(start, 1800) == OFFICE.breach_from(start, 1800)


def test_answers_are_in_utc() -> None:
    answer = OFFICE.add(local("2026-03-02 09:00"), HOUR)
    assert answer.tzinfo is UTC
    assert answer == datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_seconds_are_whole_and_microseconds_are_not_lost() -> None:
    start = local("2026-03-02 09:00")
    end = start + timedelta(seconds=90, microseconds=600_000)
    assert OFFICE.elapsed(start, end) == 90
    assert OFFICE.elapsed(end, start) == -90
    assert OFFICE.elapsed_exact(start, end) == timedelta(seconds=90, microseconds=600_000)
    assert OFFICE.elapsed_exact(end, start) == -timedelta(seconds=90, microseconds=600_000)
    assert OFFICE.add(start, 90.6) == end.astimezone(UTC)


# Make-up days and weekends are two answers of the agreement


@pytest.mark.parametrize(
    ("weekends", "makeup", "due"),
    [
        (False, True, "2026-09-20 10:30"),
        (False, False, "2026-09-21 10:30"),
        (True, True, "2026-09-19 10:30"),
        (True, False, "2026-09-19 10:30"),
    ],
)
def test_both_flags_are_obeyed(weekends: bool, makeup: bool, due: str) -> None:
    hours = week(*NINE_TO_FIVE, weekend=NINE_TO_FIVE)
    calendar = china_calendar(hours, weekends_served=weekends, makeup_days_served=makeup)
    assert told(calendar.add(local("2026-09-18 16:30"), 2 * HOUR)) == due


def test_a_makeup_day_has_weekday_hours_or_its_own() -> None:
    given: dict[str, Any] = {
        "weekly": week(*NINE_TO_FIVE),
        "makeup_days": [date(2026, 9, 20)],
        "makeup_days_served": True,
    }
    assert WorkCalendar(**given).is_open(local("2026-09-20 16:00"))
    assert not WorkCalendar(**given, makeup_hours=(Window.parse("09:00", "12:00"),)).is_open(local("2026-09-20 16:00"))


def test_a_makeup_day_takes_the_first_weekday_that_has_hours() -> None:
    hours = ((), (), NINE_TO_FIVE, LUNCH, (), (), ())
    calendar = WorkCalendar(weekly=hours, makeup_days=[date(2026, 9, 20)], makeup_days_served=True)
    assert told(calendar.next_opening(local("2026-09-20 00:00"))) == "2026-09-20 09:00"


# What cannot be is refused when it is made

OVERLAP = (Window.parse("09:00", "12:00"), Window.parse("11:30", "17:00"))
ALL_2026 = [date(2026, 1, 1) + timedelta(number) for number in range(365)]
REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("no hours", {"weekly": week()}, "no hours at all"),
    ("six days", {"weekly": week(*NINE_TO_FIVE)[:6]}, "seven days, not 6"),
    ("overlap", {"weekly": week(*OVERLAP)}, "weekday 1: 09:00-12:00 and 11:30-17:00 overlap"),
    ("night overlap", {"weekly": week(Window.parse("20:00", "06:00"), Window.parse("22:00", "23:00"))}, "overlap"),
    ("override overlap", {"weekly": week(*LUNCH), "overrides": {date(2026, 1, 1): OVERLAP}}, "2026-01-01"),
    ("closed year", {"weekly": week(*LUNCH), "holidays": ALL_2026}, "no open second in 2026"),
    ("closed Mondays", {"weekly": (NINE_TO_FIVE, *((),) * 6), "holidays": ALL_2026[4::7]}, "no open second in 2026"),
    ("unknown zone", {"weekly": week(*LUNCH), "zone": "Mars/Olympus"}, "not a time zone"),
    ("zone is a path", {"weekly": week(*LUNCH), "zone": "/etc/passwd"}, "not a time zone"),
    ("holiday is a moment", {"weekly": week(*LUNCH), "holidays": [local("2026-01-01 00:00")]}, "not a civil date"),
    (
        "both",
        {"weekly": week(*LUNCH), "holidays": ALL_2026[:9], "makeup_days": ALL_2026[:1], "makeup_days_served": True},
        "both a holiday and a make-up day",
    ),
    ("flag unanswered", {"weekly": week(*LUNCH), "makeup_days": ALL_2026[:1]}, "say whether make-up days are served"),
    ("no weekend hours", {"weekly": week(*LUNCH), "weekends_served": True}, "neither Saturday nor Sunday has hours"),
    ("only weekend hours", {"weekly": week(weekend=NINE_TO_FIVE), "weekends_served": False}, "no hours at all"),
]


@pytest.mark.parametrize(("given", "words"), [c[1:] for c in REFUSALS], ids=[c[0] for c in REFUSALS])
def test_impossible_calendars_are_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ImpossibleCalendar, match=words):
        WorkCalendar(**given)


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("9", "17:00"),
        ("09:00", "24:01"),
        ("24:00", "24:00"),
        ("09:60", "17:00"),
        ("", ""),
        ("-1:00", "17:00"),
        ("０９:00", "17:00"),
    ],
)
def test_wall_times_that_are_none_are_refused(opens: str, closes: str) -> None:
    with pytest.raises(ImpossibleCalendar):
        Window.parse(opens, closes)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_durations_that_are_no_numbers_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not a finite number of seconds"):
        OFFICE.add(local("2026-03-02 09:00"), bad)


def test_naive_instants_are_refused() -> None:
    naive = datetime(2026, 3, 2, 9)
    for act in (OFFICE.is_open, OFFICE.next_open, lambda at: OFFICE.add(at, 1), lambda at: OFFICE.elapsed(at, at)):
        with pytest.raises(ValueError, match="has no time zone"):
            act(naive)


def test_a_pause_that_runs_backward_is_refused() -> None:
    pause = Pause(local("2026-03-02 10:00"), local("2026-03-02 09:00"))
    with pytest.raises(ValueError, match="ends before it starts"):
        OFFICE.add(local("2026-03-02 09:00"), HOUR, [pause])


# A pause that still lasts


def test_a_paused_clock_has_no_deadline_but_a_consumption() -> None:
    start, pause = local("2026-03-02 09:00"), Pause(local("2026-03-02 10:00"))
    assert OFFICE.elapsed(start, local("2026-04-01 09:00"), [pause]) == HOUR
    with pytest.raises(StillPaused):
        OFFICE.add(start, 2 * HOUR, [pause])
    assert told(OFFICE.add(start, HOUR, [pause])) == "2026-03-02 10:00"
    with pytest.raises(StillPaused):
        OFFICE.breach_from(start, HOUR, [pause])
    with pytest.raises(StillPaused):
        OFFICE.next_opening(local("2026-03-03 00:00"), [pause])


# Years without a published calendar


def test_an_unpublished_year_is_refused_or_provisional_never_silent() -> None:
    start = local("2026-12-31 17:00")
    with pytest.raises(UnpublishedYear, match="2027") as refusal:
        OFFICE.add(start, HOUR)
    assert refusal.value.years == (2027,)
    reckoned = OFFICE.reckon_add(start, HOUR)
    assert (reckoned.provisional, reckoned.unpublished_years) == (True, (2027,))
    assert told(reckoned.value) == "2027-01-01 09:00"
    assert OFFICE.reckon_elapsed(start, reckoned.value).unpublished_years == (2027,)
    assert OFFICE.unpublished_between(start, local("2028-01-01 00:00")) == (2027,)


def test_the_last_closing_of_a_published_year_is_firm_but_its_breach_is_not() -> None:
    start = local("2026-12-31 16:30")
    assert told(OFFICE.add(start, HOUR)) == "2026-12-31 17:30"
    assert not OFFICE.reckon_add(start, HOUR).provisional
    assert OFFICE.reckon_breach_from(start, HOUR).unpublished_years == (2027,)
    with pytest.raises(UnpublishedYear):
        OFFICE.breach_from(start, HOUR)


STRICT = [
    lambda: OFFICE.elapsed(local("2026-12-31 09:00"), local("2027-01-01 09:00")),
    lambda: OFFICE.elapsed_exact(local("2027-01-01 09:00"), local("2026-12-31 09:00")),
    lambda: OFFICE.is_open(local("2027-01-01 00:00")),
    lambda: OFFICE.next_open(local("2026-12-31 18:00")),
    lambda: OFFICE.next_opening(local("2026-12-31 18:00")),
    lambda: OFFICE.next_closing(local("2026-12-31 18:00")),
    lambda: OFFICE.prev_open(local("2019-01-01 12:00")),
    lambda: OFFICE.prev_opening(local("2019-01-01 12:00")),
    lambda: OFFICE.prev_closing(local("2019-01-01 12:00")),
    lambda: OFFICE.add(local("2019-01-02 08:30"), -1),
    lambda: OFFICE.add(local("2027-01-01 00:00"), 0),
]


@pytest.mark.parametrize("ask", STRICT, ids=map(str, range(len(STRICT))))
def test_every_question_is_strict(ask: Any) -> None:
    with pytest.raises(UnpublishedYear):
        ask()


def test_the_edge_of_the_published_years_is_exact() -> None:
    assert OFFICE.elapsed(local("2026-12-31 00:00"), local("2027-01-01 00:00")) == 7.5 * HOUR
    assert not OFFICE.is_open(local("2026-12-31 23:59"))
    assert OFFICE.unpublished_between(local("2019-01-01 00:00"), local("2027-01-01 00:00")) == ()


def test_open_at_the_very_end_of_the_published_years_is_not_known() -> None:
    calendar = WorkCalendar(weekly=(ALL_DAY,) * 7, published_years=[2026])
    new_year = local("2027-01-01 00:00")
    for ask in (
        lambda: calendar.add(new_year, 0),
        lambda: calendar.next_open(new_year),
        lambda: calendar.is_open(new_year),
    ):
        with pytest.raises(UnpublishedYear):
            ask()
    assert calendar.reckon_add(new_year, 0).provisional
    assert calendar.add(local("2026-12-31 23:00"), HOUR) == new_year


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_window_over_the_new_year_of_utc_is_one_window(year: int) -> None:
    early = (Window.parse("06:00", "12:00"),)
    morning = f"{year}-01-01 09:00"
    assert told(WorkCalendar(weekly=(early,) * 7).prev_opening(local(morning))) == f"{year}-01-01 06:00"
    assert told(WorkCalendar(weekly=(early,) * 7).next_closing(local(f"{year}-01-01 07:00"))) == f"{year}-01-01 12:00"
    assert WorkCalendar(weekly=(early,) * 7).elapsed(local(f"{year}-01-01 05:00"), local(morning)) == 3 * HOUR


def test_a_night_shift_makes_the_new_year_depend_on_the_year_before() -> None:
    calendar = WorkCalendar(weekly=week(Window.parse("22:00", "06:00")), published_years=[2026])
    assert calendar.unpublished_between(local("2026-01-01 05:59"), local("2026-01-01 07:00")) == (2025,)
    assert calendar.unpublished_between(local("2026-01-01 06:00"), local("2026-01-01 07:00")) == ()


def test_a_gap_between_published_years_is_seen() -> None:
    calendar = WorkCalendar(weekly=week(*LUNCH), published_years=[2024, 2026])
    assert calendar.unpublished_between(local("2024-12-31 00:00"), local("2026-01-02 00:00")) == (2025,)
    assert calendar.elapsed(local("2024-03-04 08:30"), local("2024-03-04 09:30")) == HOUR
    assert calendar.elapsed(local("2026-03-02 08:30"), local("2026-03-02 09:30")) == HOUR


def test_natural_hours_need_no_notice() -> None:
    assert NATURAL_HOURS.add(local("2026-12-31 23:00"), 2 * HOUR) == local("2027-01-01 01:00")


# Far spans, limits, threads

PLAIN = WorkCalendar(zone="Europe/Berlin", weekly=week(*LUNCH))


def test_far_spans_are_exact() -> None:
    start = local("2026-01-01 00:00")
    due = PLAIN.add(start, 100 * 250 * 27_000)
    assert PLAIN.elapsed(start, due) == 100 * 250 * 27_000
    assert PLAIN.add(due, -100 * 250 * 27_000) == PLAIN.next_open(start)


@pytest.mark.parametrize(
    ("start", "seconds"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), 10**13),
        (datetime(2026, 1, 1, tzinfo=UTC), -(10**13)),
        (datetime(9999, 1, 1, tzinfo=UTC), 1),
        (datetime(1, 1, 1, tzinfo=UTC), -1),
    ],
)
def test_beyond_the_reach_is_said(start: datetime, seconds: int) -> None:
    with pytest.raises(BeyondCalendar):
        PLAIN.add(start, seconds)


def test_a_calendar_serves_distant_eras_in_turn() -> None:
    calendar = WorkCalendar(zone="UTC", weekly=week(*NINE_TO_FIVE))
    for year in (2026, 3000, 1500, 2026):
        start = datetime(year, 6, 15, 12, tzinfo=UTC)
        assert calendar.elapsed(start, calendar.add(start, 10 * HOUR)) == 10 * HOUR


def test_hours_that_never_close_have_no_closing() -> None:
    with pytest.raises(BeyondCalendar):
        NATURAL_HOURS.next_closing(local("2026-01-01 00:00"))


def test_a_list_of_opening_dates_ends() -> None:
    calendar = WorkCalendar(weekly=week(), overrides={date(2026, 3, 1): NINE_TO_FIVE})
    assert told(calendar.add(local("2026-01-01 00:00"), 8 * HOUR)) == "2026-03-01 17:00"
    with pytest.raises(BeyondCalendar):
        calendar.add(local("2026-01-01 00:00"), 8 * HOUR + 1)


def test_threads_share_a_calendar() -> None:
    calendar = WorkCalendar(zone="Europe/Berlin", weekly=week(*LUNCH))
    starts = [datetime(1990 + number % 60, 5, 1 + number % 28, 9, tzinfo=UTC) for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda start: calendar.add(start, 300 * HOUR), starts))
    alone = WorkCalendar(zone="Europe/Berlin", weekly=week(*LUNCH))
    assert together == [alone.add(start, 300 * HOUR) for start in starts]


def test_equal_calendars_are_equal_and_hash_alike() -> None:
    one = WorkCalendar(weekly=week(*LUNCH), holidays=[date(2026, 1, 1)])
    two = WorkCalendar(weekly=week(*LUNCH), holidays={date(2026, 1, 1): ""})
    assert one == two
    assert hash(one) == hash(two)
    assert one != WorkCalendar(weekly=week(*LUNCH))


def test_any_zone_of_the_start_gives_the_same_instant() -> None:
    start = local("2026-03-02 09:00")
    elsewhere = start.astimezone(timezone(timedelta(hours=-7, minutes=-30)))
    assert OFFICE.add(elsewhere, HOUR) == OFFICE.add(start, HOUR)
