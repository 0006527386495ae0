"""Bars of clocks and time in hand: nothing is lost and nothing counted twice, whatever the pauses."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.bars import LEFT, OVER, PAUSED, USED, WIDE, drawn, pieces
from sla.in_hand import by_person, by_queue
from sla.replay import Happening, consumed_at, follow
from tests.sla.make_sla import NINE, OFFICE, local
from worktime.clock import Pause

TWO_HOURS = 7200


@dataclass(frozen=True)
class Held:
    queue: str
    person: str
    since: datetime
    until: datetime | None


def kinds(*pauses: Pause, until: str, target: int | None = TWO_HOURS) -> list[tuple[str, int]]:
    return [(piece.kind, piece.seconds) for piece in pieces(OFFICE, (NINE, local(until)), pauses, target)]


@pytest.mark.parametrize(
    "pauses, until, target, expected",
    [
        pytest.param([], "2026-09-16 09:30", 7200, [(USED, 1800), (LEFT, 5400)], id="running"),
        pytest.param([], "2026-09-16 09:30", None, [(USED, 1800)], id="measured only"),
        pytest.param([], "2026-09-16 11:30", 7200, [(USED, 7200), (OVER, 1800)], id="over"),
        pytest.param([], "2026-09-16 11:00", 7200, [(USED, 7200)], id="in the last second"),
        pytest.param([], "2026-09-16 09:00", 7200, [(LEFT, 7200)], id="just begun"),
        pytest.param(
            [("2026-09-16 09:30", "2026-09-16 10:30")],
            "2026-09-16 11:00",
            7200,
            [(USED, 1800), (PAUSED, 3600), (USED, 1800), (LEFT, 3600)],
            id="a pause where it was",
        ),
        pytest.param(
            [("2026-09-16 12:00", "2026-09-16 13:30")],
            "2026-09-16 14:00",
            28800,
            [(USED, 10800), (PAUSED, 0), (USED, 1800), (LEFT, 16200)],
            id="a pause over lunch takes nothing",
        ),
        pytest.param(
            [("2026-09-16 09:30", None)], "2026-09-16 10:30", 7200, [(USED, 1800), (PAUSED, 3600), (LEFT, 5400)],
            id="still paused",
        ),
        pytest.param(
            [("2026-09-16 09:30", "2026-09-16 10:30"), ("2026-09-16 10:00", "2026-09-16 11:00")],
            "2026-09-16 11:00",
            7200,
            [(USED, 1800), (PAUSED, 5400), (LEFT, 5400)],
            id="two reasons at once are one pause",
        ),
        pytest.param(
            [("2026-09-16 11:30", "2026-09-16 12:00")],
            "2026-09-16 14:00",
            3600,
            [(USED, 3600), (OVER, 5400), (PAUSED, 1800), (OVER, 1800)],
            id="over, paused, over",
        ),
    ],
)  # fmt: skip
def test_the_pieces_of_a_bar(
    pauses: list[tuple[str, str | None]], until: str, target: int | None, expected: list[tuple[str, int]]
) -> None:
    given_pauses = [Pause(local(start), local(end) if end else None, "等待") for start, end in pauses]

    assert kinds(*given_pauses, until=until, target=target) == expected


@pytest.mark.parametrize(
    "carried, expected",
    [
        pytest.param(3600, [(USED, 3600), (USED, 1800), (LEFT, 1800)], id="some"),
        pytest.param(9000, [(USED, 7200), (OVER, 1800), (OVER, 1800)], id="more than the target"),
    ],
)
def test_what_was_consumed_in_other_hours_comes_first(carried: int, expected: list[tuple[str, int]]) -> None:
    before = NINE - timedelta(hours=5), carried

    found = pieces(OFFICE, (NINE, local("2026-09-16 09:30")), [], TWO_HOURS, carried=before)

    assert [(piece.kind, piece.seconds) for piece in found] == expected


def test_two_reasons_are_both_said() -> None:
    both = [Pause(local("2026-09-16 09:30"), None, "等待乙方"), Pause(local("2026-09-16 09:40"), None, "维护")]

    found = pieces(OFFICE, (NINE, local("2026-09-16 10:30")), both, TWO_HOURS)

    assert [piece.reason for piece in found if piece.kind == PAUSED] == ["等待乙方；维护"]


MINUTES = st.integers(0, 14 * 24 * 60)
SPANS = st.lists(st.tuples(MINUTES, MINUTES).map(sorted), max_size=5)


@given(SPANS, MINUTES, st.one_of(st.none(), st.integers(60, 200_000)))
def test_a_bar_holds_exactly_what_the_clock_consumed(spans: list[list[int]], until: int, target: int | None) -> None:
    pauses = [Pause(NINE + timedelta(minutes=a), NINE + timedelta(minutes=b), "等待") for a, b in spans]
    end = NINE + timedelta(minutes=until)
    found = pieces(OFFICE, (NINE, end), pauses, target)
    sums = {kind: sum(p.seconds for p in found if p.kind == kind) for kind in (USED, OVER, LEFT, PAUSED)}

    consumed = int(OFFICE.reckon_elapsed(NINE, end, pauses).value.total_seconds())
    assert sums[USED] + sums[OVER] == consumed
    assert consumed + sums[PAUSED] == int(OFFICE.reckon_elapsed(NINE, end).value.total_seconds())
    if target is not None:
        assert (sums[OVER], sums[LEFT]) == (max(consumed - target, 0), max(target - consumed, 0))
    places = drawn(found)
    assert not places or abs(sum(place.width for place in places) - WIDE) < 0.5


def test_the_bar_agrees_with_the_clock() -> None:
    said = {"target_seconds": TWO_HOURS, "shares": [], "version": 1, "calendar_version": 1}
    course = follow([Happening("started", NINE, said), Happening("paused", local("2026-09-16 09:30"), {}, "等待")])
    at = local("2026-09-17 09:00")

    used = [p.seconds for p in pieces(OFFICE, (NINE, at), course.pauses, TWO_HOURS) if p.kind == USED]

    assert sum(used) == consumed_at(course, OFFICE, at) == 1800


# --- Time in hand ---------------------------------------------------------------------------------------------


def test_time_in_hand_is_support_time_and_waiting_is_beside_it() -> None:
    held = [
        Held("一线", "", NINE, local("2026-09-16 10:00")),
        Held("一线", "王晓明", local("2026-09-16 10:00"), local("2026-09-16 11:00")),
        Held("数据组", "何燕", local("2026-09-16 11:00"), None),
    ]
    waiting = [Pause(local("2026-09-16 11:30"), local("2026-09-16 14:00"), "等待乙方")]
    at = local("2026-09-16 15:00")

    assert [(r.name, r.working, r.waiting) for r in by_queue(held, OFFICE, waiting, at)] == [
        ("一线", 7200, 0),
        ("数据组", 5400, 3600),
    ]
    assert [(r.name, r.working) for r in by_person(held, OFFICE, waiting, at)] == [
        ("", 3600),
        ("王晓明", 3600),
        ("何燕", 5400),
    ]


@given(st.lists(MINUTES, min_size=2, max_size=8).map(sorted), SPANS)
def test_the_stretches_of_a_ticket_add_up_to_its_clock(cuts: list[int], spans: list[list[int]]) -> None:
    instants = [NINE + timedelta(minutes=cut) for cut in cuts]
    held = [Held(f"q{i % 3}", "", a, b) for i, (a, b) in enumerate(pairwise(instants))]
    pauses = [Pause(NINE + timedelta(minutes=a), NINE + timedelta(minutes=b), "等待") for a, b in spans]

    rows = by_queue(held, OFFICE, pauses, instants[-1])

    whole = int(OFFICE.reckon_elapsed(instants[0], instants[-1], pauses).value.total_seconds())
    assert sum(row.working for row in rows) == whole
