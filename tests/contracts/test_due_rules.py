"""The arithmetic of due dates: recurrences, months that are short, working days, days off, grace."""

from datetime import date, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.due_rules import (
    ROLL,
    STAY,
    AfterEvent,
    Count,
    Every,
    Once,
    Rule,
    Slack,
    Unit,
    counts_workdays,
    due_on,
    falling,
    periods,
)
from worktime.china import china_almanac
from worktime.published import Reckoned
from worktime.workdays import WorkdayCalendar

CHINA = WorkdayCalendar(china_almanac())
FOREVER = date.max


def day(text: str) -> date:
    return date.fromisoformat(text)


def turns(rule: Rule, since: str, many: int) -> list[str]:
    return [period.day.isoformat() for period in islice(periods(rule, since=day(since), until=FOREVER), many)]


@pytest.mark.parametrize(
    "rule, since, expected",
    [
        pytest.param(
            Every(number=10, unit=Unit.DAY, anchor=day("2026-09-01")),
            "2026-09-12",
            ["2026-09-21", "2026-10-01", "2026-10-11"],
            id="ten days, not from the anchor",
        ),
        pytest.param(
            Every(number=2, unit=Unit.WEEK, anchor=day("2026-09-07")),
            "2026-09-07",
            ["2026-09-07", "2026-09-21", "2026-10-05"],
            id="fortnight from its anchor",
        ),
        pytest.param(
            Every(number=1, unit=Unit.MONTH, anchor=day("2026-01-31")),
            "2026-01-31",
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
            id="end of month comes back after February",
        ),
        pytest.param(
            Every(number=1, unit=Unit.MONTH, anchor=day("2028-01-30"), day=31),
            "2028-01-01",
            ["2028-01-31", "2028-02-29", "2028-03-31"],
            id="31 is the last day, in a leap year too",
        ),
        pytest.param(
            Every(number=1, unit=Unit.YEAR, anchor=day("2024-02-29")),
            "2024-01-01",
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
            id="leap day",
        ),
        pytest.param(
            Every(number=1, unit=Unit.QUARTER, anchor=day("2026-01-20"), day=10),
            "2026-01-01",
            ["2026-04-10", "2026-07-10"],
            id="a day of the month before the anchor waits for the next turn",
        ),
        pytest.param(
            Every(number=3, unit=Unit.YEAR, anchor=day("2026-06-30")),
            "2027-01-01",
            ["2029-06-30", "2032-06-30"],
            id="every three years",
        ),
        pytest.param(Once(on=day("2026-12-31")), "2026-12-31", ["2026-12-31"], id="once, that day included"),
        pytest.param(Once(on=day("2026-12-31")), "2027-01-01", [], id="once, before tracking"),
        pytest.param(AfterEvent(number=3), "2026-01-01", [], id="nothing without an event"),
    ],
)
def test_turns_of_a_rule(rule: Rule, since: str, expected: list[str]) -> None:
    assert turns(rule, since, len(expected) or 1) == expected


@pytest.mark.parametrize(
    "rule, event, expected, unpublished",
    [
        pytest.param(
            AfterEvent(number=5, counted=Count.WORKING), "2026-09-18", "2026-09-24", (), id="make-up Sunday counts"
        ),
        pytest.param(
            AfterEvent(number=3, counted=Count.WORKING),
            "2026-09-30",
            "2026-10-10",
            (),
            id="over National Day to the make-up Saturday",
        ),
        pytest.param(
            AfterEvent(number=10, counted=Count.WORKING), "2026-12-25", "2027-01-08", (2027,), id="into an unknown year"
        ),
        pytest.param(AfterEvent(number=10), "2026-09-21", "2026-10-08", (), id="1 October rolls over the holiday"),
        pytest.param(AfterEvent(number=10), "2026-09-09", "2026-09-20", (), id="Saturday rolls to a make-up Sunday"),
        pytest.param(AfterEvent(number=1), "2026-09-11", "2026-09-14", (), id="Saturday rolls to Monday"),
        pytest.param(AfterEvent(number=30), "2026-12-15", "2027-01-14", (2027,), id="whether it is worked is unknown"),
        pytest.param(AfterEvent(), "2026-10-01", "2026-10-01", (), id="the event's own day does not move"),
        pytest.param(Once(on=day("2026-10-01")), "2026-10-01", "2026-10-01", (), id="a written date does not move"),
        pytest.param(
            Every(number=1, unit=Unit.MONTH, anchor=day("2026-09-01"), roll_over=ROLL),
            "2026-10-01",
            "2026-10-08",
            (),
            id="the first of October by agreement",
        ),
        pytest.param(
            Every(number=1, unit=Unit.MONTH, anchor=day("2026-09-01")), "2026-10-01", "2026-10-01", (), id="as written"
        ),
    ],
)
def test_due_date(rule: Rule, event: str, expected: str, unpublished: tuple[int, ...]) -> None:
    assert due_on(rule, day(event), CHINA) == Reckoned(day(expected), unpublished)


@pytest.mark.parametrize(
    "due, slack, late_after, remind_on, provisional",
    [
        pytest.param("2026-09-18", Slack(), "2026-09-18", "2026-09-18", False, id="none"),
        pytest.param("2026-09-30", Slack(grace=3), "2026-10-03", "2026-09-30", False, id="natural days do not roll"),
        pytest.param(
            "2026-09-30",
            Slack(grace=3, grace_counted=Count.WORKING, lead=7),
            "2026-10-10",
            "2026-09-23",
            False,
            id="working days over National Day",
        ),
        pytest.param(
            "2026-12-31",
            Slack(grace=1, grace_counted=Count.WORKING),
            "2027-01-01",
            "2026-12-31",
            True,
            id="unknown year",
        ),
    ],
)
def test_grace_and_lead(due: str, slack: Slack, late_after: str, remind_on: str, provisional: bool) -> None:
    found = falling(Reckoned(day(due)), slack, CHINA)

    assert (found.late_after, found.remind_on, found.provisional) == (day(late_after), day(remind_on), provisional)


@pytest.mark.parametrize(
    "made, fields",
    [
        pytest.param(Every, {"number": 0, "unit": Unit.MONTH}, id="never"),
        pytest.param(Every, {"number": 1, "unit": Unit.WEEK, "day": 5}, id="day of the month of a week"),
        pytest.param(Every, {"number": 1, "unit": Unit.DAY, "roll_over": ROLL}, id="days pile up behind a holiday"),
        pytest.param(Every, {"number": 1, "unit": Unit.MONTH, "day": 32}, id="the 32nd"),
    ],
)
def test_a_recurrence_that_cannot_be(made: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"a duty recurs|days and weeks|a day of the month"):
        made(anchor=day("2026-01-01"), **fields)


def test_an_event_is_not_answered_before_it_happens() -> None:
    with pytest.raises(ValueError, match="day of its event or later"):
        AfterEvent(number=-1)


@pytest.mark.parametrize(
    "rule, slack, counts",
    [
        pytest.param(Once(on=day("2026-01-01")), Slack(), False, id="once"),
        pytest.param(Once(on=day("2026-01-01")), Slack(grace=1, grace_counted=Count.WORKING), True, id="working grace"),
        pytest.param(AfterEvent(number=1, roll_over=STAY), Slack(), False, id="stays"),
        pytest.param(AfterEvent(number=1), Slack(), True, id="rolls"),
        pytest.param(AfterEvent(number=1, counted=Count.WORKING, roll_over=STAY), Slack(), True, id="working days"),
    ],
)
def test_which_rules_a_calendar_can_move(rule: Rule, slack: Slack, counts: bool) -> None:
    assert counts_workdays(rule, slack) is counts


anchors = st.dates(min_value=date(2019, 1, 1), max_value=date(2026, 6, 30))
recurrences = st.builds(
    lambda number, unit, anchor, on: Every(
        number=number, unit=unit, anchor=anchor, day=None if unit in (Unit.DAY, Unit.WEEK) else on
    ),
    st.integers(1, 40),
    st.sampled_from(list(Unit)),
    anchors,
    st.none() | st.integers(1, 31),
)


@given(recurrences, st.dates(min_value=date(2019, 1, 1), max_value=date(2030, 1, 1)))
def test_turns_are_in_order_without_repeats(rule: Every, since: date) -> None:
    found = list(islice(periods(rule, since=since, until=FOREVER), 20))

    assert all(one.day < other.day for one, other in pairwise(found))
    assert all(period.day >= max(since, rule.anchor) for period in found)
    assert len({period.key for period in found}) == len(found)


@given(recurrences, st.dates(min_value=date(2019, 1, 1), max_value=date(2030, 1, 1)), st.integers(0, 400))
def test_asking_from_a_later_day_gives_the_same_turns(rule: Every, since: date, later: int) -> None:
    until = since + timedelta(days=1500)
    whole = list(periods(rule, since=since, until=until))
    rest = list(periods(rule, since=since + timedelta(days=later), until=until))

    assert rest == [period for period in whole if period.day >= since + timedelta(days=later)]


@given(st.integers(1, 12), anchors, st.none() | st.integers(1, 31))
def test_rolled_months_stay_in_order(number: int, anchor: date, on: int | None) -> None:
    rule = Every(number=number, unit=Unit.MONTH, anchor=anchor, day=on, roll_over=ROLL)
    due = [due_on(rule, period.day, CHINA).value for period in islice(periods(rule, since=anchor, until=FOREVER), 24)]

    assert all(one < other for one, other in pairwise(due))


def test_a_recurrence_ends_with_the_calendar() -> None:
    daily = Every(number=1, unit=Unit.DAY, anchor=date(9999, 12, 30))
    monthly = Every(number=1, unit=Unit.MONTH, anchor=date(9999, 11, 30))

    assert len(list(periods(daily, since=daily.anchor, until=FOREVER))) == 2
    assert len(list(periods(monthly, since=monthly.anchor, until=FOREVER))) == 2
