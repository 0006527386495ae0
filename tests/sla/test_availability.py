"""The arithmetic of availability: unions, cuts at month ends, limits, and agreement with a model that steps."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.availability import (
    WHOLE,
    Facts,
    Figure,
    Span,
    by_month,
    first_seconds,
    length,
    measure,
    minus,
    month_span,
    union,
    within,
)

SECONDS = 60
spans = st.lists(st.tuples(st.integers(0, SECONDS), st.integers(0, SECONDS)), max_size=6)


def stepped(*given_spans: list[Span]) -> set[int]:
    """The seconds that any of the spans holds, counted one by one."""
    return {second for some in given_spans for since, until in some for second in range(since, until)}


def model(facts: Facts) -> Figure:
    """The same figure by looking at every second."""
    opened, relieved = stepped(list(facts.open)), stepped(list(facts.relieved))
    worked = sorted((stepped(list(facts.maintenance)) & opened) - relieved)
    taken = worked if facts.most is None else worked[: facts.most]
    excluded = (relieved & opened) | set(taken)
    down = stepped(list(facts.down)) & (opened - excluded)
    return Figure(
        service=len(opened),
        excluded=len(excluded),
        maintenance=len(taken),
        over=len(worked) - len(taken),
        down=len(down),
    )


@given(open=spans, down=spans, maintenance=spans, relieved=spans, most=st.none() | st.integers(0, SECONDS))
def test_the_figure_is_that_of_a_model_that_steps(
    open: list[Span], down: list[Span], maintenance: list[Span], relieved: list[Span], most: int | None
) -> None:
    facts = Facts(open=open, down=down, maintenance=maintenance, relieved=relieved, most=most)

    assert measure(facts) == model(facts)


@given(down=spans, shuffled=st.randoms())
def test_the_order_and_the_overlap_of_outages_do_not_matter(down: list[Span], shuffled: object) -> None:
    other = [*down, *down]
    shuffled.shuffle(other)  # type: ignore[attr-defined]

    assert measure(Facts(open=[(0, SECONDS)], down=other)) == measure(Facts(open=[(0, SECONDS)], down=down))


@given(down=spans, cut=st.integers(0, SECONDS))
def test_two_parts_of_a_stretch_add_up(down: list[Span], cut: int) -> None:
    whole = measure(Facts(open=[(0, SECONDS)], down=down))
    left, right = (measure(Facts(open=[part], down=down)) for part in ((0, cut), (cut, SECONDS)))

    assert (left.service + right.service, left.down + right.down) == (whole.service, whole.down)


@given(one=spans, other=spans)
def test_union_within_and_minus_are_those_of_sets(one: list[Span], other: list[Span]) -> None:
    a, b = union(one), union(other)

    assert stepped(a) == stepped(one)
    assert stepped(within(a, b)) == stepped(one) & stepped(other)
    assert stepped(minus(a, b)) == stepped(one) - stepped(other)
    assert length(minus(a, b)) + length(within(a, b)) == length(a)


@given(some=spans, most=st.integers(0, SECONDS))
def test_the_first_seconds_are_the_first(some: list[Span], most: int) -> None:
    assert sorted(stepped(first_seconds(union(some), most))) == sorted(stepped(some))[:most]


@pytest.mark.parametrize(
    "down, base, thousandths",
    [
        pytest.param(0, 100, 100_000, id="always up"),
        pytest.param(100, 100, 0, id="never up"),
        pytest.param(1, 3, 66_666, id="cut, not rounded up"),
        pytest.param(1, 10_000_000, 99_999, id="one second of many is not 100 %"),
    ],
)
def test_the_percentage_is_cut(down: int, base: int, thousandths: int) -> None:
    assert Figure(service=base, excluded=0, maintenance=0, over=0, down=down).thousandths == thousandths


@pytest.mark.parametrize(
    "down, kept", [pytest.param(1000, True, id="exactly the target"), pytest.param(1001, False, id="a second more")]
)
def test_a_target_is_judged_by_exact_seconds(down: int, kept: bool) -> None:
    figure = Figure(service=1_000_000, excluded=0, maintenance=0, over=0, down=down)

    assert figure.meets(99_900) is kept
    assert WHOLE == 100_000


def test_without_service_time_there_is_no_figure() -> None:
    figure = measure(Facts(open=[(0, 10)], relieved=[(0, 10)]))

    assert (figure.base, figure.thousandths, figure.meets(1)) == (0, None, None)


def test_an_outage_across_a_month_end_is_split_at_shanghai_midnight() -> None:
    since, until = datetime(2026, 9, 30, 15, tzinfo=UTC), datetime(2026, 9, 30, 17, tzinfo=UTC)
    parts = by_month((int(since.timestamp()), int(until.timestamp())))

    assert [(year, month, part[1] - part[0]) for year, month, part in parts] == [(2026, 9, 3600), (2026, 10, 3600)]


@given(since=st.integers(1_600_000_000, 1_900_000_000), lasts=st.integers(0, 10_000_000))
def test_the_months_of_a_span_hold_all_of_it_once(since: int, lasts: int) -> None:
    parts = by_month((since, since + lasts))

    assert sum(part[1] - part[0] for _year, _month, part in parts) == lasts
    for year, month, part in parts:
        assert within([part], [month_span(year, month)]) == [part]
