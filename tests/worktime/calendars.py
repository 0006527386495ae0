"""Calendars that hypothesis draws: weeks, holidays, overrides, zones with their changes, pauses."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from worktime.clock import ImpossibleCalendar, Pause, Window, WorkCalendar

DAY = 1440
ZONES = [
    "Asia/Shanghai",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
]
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def hours(draw: st.DrawFn, *, least: int = 0) -> tuple[Window, ...]:
    """Up to three windows of a day in whole minutes, the last of them perhaps a night shift."""
    cuts = sorted(draw(st.sets(st.integers(0, DAY), min_size=2 * least, max_size=6)))
    windows = [Window(opens * 60, closes * 60) for opens, closes in list(pairwise(cuts))[::2] if opens < DAY]
    night = draw(st.integers(0, 12))
    if windows and night < windows[0].open // 3600 and windows[-1].close < DAY * 60 and draw(st.booleans()):
        windows[-1] = Window(windows[-1].open, night * 3600) if night * 3600 <= windows[-1].open else windows[-1]
    return tuple(windows)


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Any calendar that is possible, with a good part of its days near the changes of summer time."""
    week = tuple(draw(hours(least=1)) if number == 0 else draw(hours()) for number in range(7))
    holidays = draw(st.sets(days, max_size=12))
    overrides = draw(st.dictionaries(days, hours(), max_size=4))
    try:
        return WorkCalendar(zone=draw(st.sampled_from(ZONES)), weekly=week, holidays=holidays, overrides=overrides)
    except ImpossibleCalendar:
        return WorkCalendar(zone="UTC", weekly=((Window(32400, 61200),),) * 7)


minutes = st.integers(0, 364 * DAY)
instants = minutes.map(lambda count: FIRST + timedelta(minutes=count))
near_changes = st.sampled_from(
    [datetime(2026, 3, 8), datetime(2026, 3, 29), datetime(2026, 4, 4), datetime(2026, 10, 25)]
)
busy_instants = st.builds(
    lambda day, count: day.replace(tzinfo=UTC) + timedelta(minutes=count), near_changes, st.integers(-DAY, DAY)
)
any_instants = instants | busy_instants


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    """Up to four pauses, overlapping or not, some of them empty."""
    starts = draw(st.lists(any_instants, max_size=4))
    return [Pause(start, start + timedelta(minutes=draw(st.integers(0, 3 * DAY))), "等待") for start in starts]
