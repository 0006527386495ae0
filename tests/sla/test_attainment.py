"""Attainment from plain values: in which month a clock counts, as what, and how long things took."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.attainment import Cell, Figure, Month, Part, Run, by_clock, months_between, parts_of, rate, tally
from tests.sla.make_sla import local

SEPTEMBER = Month(2026, 9)
LATER = local("2026-12-01 00:00")
RESPONSE = Cell("fault", 2, "response")


def run(**changes: Any) -> Run:
    fields: dict[str, Any] = {
        "clock": 1, "ticket": "GZ-2026-00001", "agreement": 1, "cell": RESPONSE, "target": 7200,
        "stopped_at": None, "breached_at": None, "consumed": 3600, **changes,
    }  # fmt: skip
    return Run(**fields)


AUGUST, INSIDE, OCTOBER = (local(f"2026-{month}-10 10:00") for month in ("08", "09", "10"))


@pytest.mark.parametrize(
    "changes, parts",
    [
        pytest.param({}, "", id="running, unbroken"),
        pytest.param({"stopped_at": INSIDE}, "judged kept stopped timed", id="kept"),
        pytest.param({"stopped_at": AUGUST}, "", id="kept the month before"),
        pytest.param({"stopped_at": OCTOBER}, "", id="kept the month after"),
        pytest.param({"breached_at": INSIDE}, "judged broken open_broken", id="broken and still open"),
        pytest.param(
            {"breached_at": INSIDE, "stopped_at": INSIDE}, "judged broken stopped timed", id="broken, done in the month"
        ),
        pytest.param(
            {"breached_at": INSIDE, "stopped_at": OCTOBER}, "judged broken open_broken", id="broken, done afterwards"
        ),
        pytest.param({"breached_at": AUGUST, "stopped_at": INSIDE}, "late timed", id="counted before, done now"),
        pytest.param({"breached_at": AUGUST}, "carried", id="counted before, still open"),
        pytest.param({"breached_at": AUGUST, "stopped_at": AUGUST}, "", id="over before the month"),
        pytest.param({"target": None, "stopped_at": INSIDE}, "measured timed", id="nothing promised"),
        pytest.param({"stopped_at": INSIDE, "withdrawn": True}, "withdrawn", id="withdrawn"),
        pytest.param(
            {"breached_at": INSIDE, "stopped_at": INSIDE, "withdrawn": True},
            "judged broken stopped",
            id="withdrawn after the promise broke",
        ),
        pytest.param(
            {"breached_at": INSIDE, "excused": True}, "judged broken excused open_broken", id="broken and excused"
        ),
        pytest.param({"paused_at": (AUGUST, INSIDE)}, "paused", id="paused in the month"),
    ],
)
def test_what_a_clock_is_for_a_month(changes: dict[str, Any], parts: str) -> None:
    assert parts_of(run(**changes), SEPTEMBER, LATER) == {Part(name) for name in parts.split()}


def test_what_happens_after_the_moment_of_reading_is_not_known() -> None:
    at = INSIDE + timedelta(hours=1)

    assert parts_of(run(breached_at=INSIDE, stopped_at=at + timedelta(1)), SEPTEMBER, at) == {
        Part.JUDGED, Part.BROKEN, Part.OPEN_BROKEN,
    }  # fmt: skip
    assert parts_of(run(stopped_at=at + timedelta(seconds=1)), SEPTEMBER, at) == set()


@pytest.mark.parametrize(
    "instant, counts",
    [
        pytest.param("2026-08-31 23:59:59", False, id="last second of August"),
        pytest.param("2026-09-01 00:00:00", True, id="first second of September"),
        pytest.param("2026-09-30 23:59:59", True, id="last second of September"),
        pytest.param("2026-10-01 00:00:00", False, id="first second of October"),
    ],
)
def test_months_are_civil_months_of_shanghai(instant: str, counts: bool) -> None:
    stopped = local(instant).astimezone(UTC)

    assert (Part.KEPT in parts_of(run(stopped_at=stopped), SEPTEMBER, LATER)) is counts
    assert (Month.containing(stopped) == SEPTEMBER) is counts


instants = st.integers(0, 400 * 24).map(lambda hours: local("2026-01-01 00:00") + timedelta(hours=hours))


@given(started=instants, breaks=st.none() | st.integers(0, 3000), stops=st.none() | st.integers(0, 3000))
def test_a_clock_is_judged_in_one_month_at_most(started: datetime, breaks: int | None, stops: int | None) -> None:
    breached_at = None if breaks is None else started + timedelta(hours=breaks)
    stopped_at = None if stops is None else (breached_at or started) + timedelta(hours=stops)
    one = run(breached_at=breached_at, stopped_at=stopped_at)
    end = local("2028-01-01 00:00")

    judged = [m for m in months_between(Month(2026, 1), Month(2027, 12)) if Part.JUDGED in parts_of(one, m, end)]

    assert len(judged) == (breached_at is not None or stopped_at is not None)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=30))
def test_the_denominator_is_the_sum_of_its_parts(rows: list[tuple[bool, bool, bool]]) -> None:
    read = [
        run(stopped_at=INSIDE if stopped else None, breached_at=INSIDE if broken else None, excused=excused and broken)
        for stopped, broken, excused in rows
    ]

    figure = tally(read, [SEPTEMBER], LATER, by=by_clock).get("response", Figure())

    assert figure.judged == figure.kept + figure.broken == figure.of(Part.STOPPED) + figure.of(Part.OPEN_BROKEN)
    assert figure.excused <= figure.broken
    assert (figure.raw or 0) <= (figure.adjudicated or 0) <= 100


@pytest.mark.parametrize(
    "kept, judged, percent",
    [
        pytest.param(0, 0, None, id="nothing judged, no number"),
        pytest.param(2, 3, Decimal("66.66"), id="rounded down"),
        pytest.param(99_999, 100_000, Decimal("99.99"), id="never 100 while one is broken"),
        pytest.param(7, 7, Decimal("100.00"), id="all"),
        pytest.param(0, 4, Decimal("0.00"), id="none"),
    ],
)
def test_the_rate(kept: int, judged: int, percent: Decimal | None) -> None:
    assert rate(kept, judged) == percent


@pytest.mark.parametrize(
    "used, median, p90",
    [
        pytest.param((), None, None, id="nothing"),
        pytest.param((60,), 60, 60, id="one"),
        pytest.param((60, 121), 91, 121, id="two, the mean of both, a half goes up"),
        pytest.param(tuple(range(1, 11)), 6, 9, id="ten: the ninth"),
        pytest.param(tuple(range(1, 12)), 6, 10, id="eleven: the tenth"),
    ],
)
def test_the_middle_and_the_ninetieth(used: tuple[int, ...], median: int | None, p90: int | None) -> None:
    figure = Figure(used=used)

    assert (figure.median, figure.p90) == (median, p90)


def test_where_nothing_is_promised_no_figure_says_so() -> None:
    figure = tally([run(target=None, stopped_at=INSIDE)], [SEPTEMBER], LATER, by=by_clock)["response"]

    assert (figure.promised, figure.raw, figure.adjudicated, figure.judged) == (False, None, None, 0)
    assert figure.median == 3600


@pytest.mark.parametrize("text", ["2026-13", "2026-9", "1999-01", "2026-09-01", "", "２０２６-09", "9999-01"])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month"):
        Month.parse(text)


def test_months_in_a_row() -> None:
    assert [str(m) for m in months_between(Month(2025, 11), Month(2026, 2))] == [
        "2025-11", "2025-12", "2026-01", "2026-02",
    ]  # fmt: skip
    assert months_between(Month(2026, 2), Month(2026, 1)) == []
