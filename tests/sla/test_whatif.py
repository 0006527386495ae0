"""What if: under the pinned terms the answer is what was stored; under others it is what the acts amount to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.replay import Course, Happening, advanced, broken_at, follow
from sla.whatif import Otherwise, Verdict, judged, restated
from tests.sla.make_sla import local
from worktime.clock import Window, WorkCalendar, natural_hours

DAY = (Window.parse("08:30", "12:00"), Window.parse("13:30", "17:30"))
OFFICE = WorkCalendar(weekly=(DAY,) * 5 + ((), ()), published_years=[2026])
HOLIDAY = WorkCalendar(
    weekly=(DAY,) * 5 + ((), ()), holidays=[local("2026-09-18 00:00").date()], published_years=[2026]
)
CALENDARS = {7: OFFICE, 8: HOLIDAY}
NATURAL = natural_hours("Asia/Shanghai")
START = local("2026-09-16 09:00").astimezone(UTC)
END = START + timedelta(days=40)
HOUR = 3600


def started(target: int | None = 8 * HOUR) -> Happening:
    data = {"target_seconds": target, "shares": [50], "version": 1, "calendar_version": 7}
    return Happening("started", START, data)


def at(text: str) -> datetime:
    return local(f"2026-09-{text}").astimezone(UTC)


def office(course: Course) -> WorkCalendar:
    return CALENDARS[course.calendar]


class Desk:
    """The product's way with one clock: it settles before each act, as sla.judging does, and sweeps at times."""

    def __init__(self, target: int | None) -> None:
        self.happenings = [started(target)]

    @property
    def course(self) -> Course:
        return follow(self.happenings)

    def settle(self, at: datetime, until: datetime | None = None) -> None:
        instant = broken_at(self.course, office(self.course), until or at)
        if instant is not None:
            self.happenings.append(Happening("breached", at, {"breached_at": instant.isoformat()}))

    def act(self, name: str, at: datetime, back: int) -> None:
        course = self.course
        if name == "pause" and not course.over and not course.held:
            since = max(at - timedelta(minutes=back), course.last_at)
            self.settle(at, until=since)
            self.happenings.append(Happening("paused", at, {"since": since.isoformat()}, "force_majeure"))
        elif name == "resume" and course.held and not course.cancelled:
            self.happenings.append(Happening("resumed", at, {}, course.held[0]))
            self.settle(at)
        elif name in {"stop", "cancel"} and not course.over:
            self.settle(at)
            self.happenings.append(Happening({"stop": "stopped", "cancel": "cancelled"}[name], at))
        elif name == "reopen" and course.over and not course.cancelled and not course.held:
            self.happenings.append(Happening("reopened", at))
        elif name in {"retarget", "revise"} and not course.over and course.target is not None:
            self.settle(at)
            said = {"target_seconds": (back % 12 + 1) * HOUR} if name == "retarget" else {"calendar_version": 8}
            kind = {"retarget": "retargeted", "revise": "calendar_revised"}[name]
            self.happenings.append(Happening(kind, at, said))
        elif name == "sweep":
            self.settle(at)


ACTS = ("pause", "resume", "stop", "cancel", "reopen", "retarget", "revise", "sweep")
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 900), st.integers(0, 600)), max_size=12)


def lived(plan: list[tuple[str, int, int]], target: int | None) -> list[Happening]:
    desk, now = Desk(target), START
    for name, minutes, back in plan:
        now += timedelta(minutes=minutes)
        desk.act(name, now, back)
    desk.settle(END)
    return desk.happenings


@settings(max_examples=300)
@given(plan=steps, target=st.sampled_from([None, HOUR, 8 * HOUR, 20 * HOUR]))
def test_under_the_pinned_terms_the_answer_is_what_was_stored(plan: list[tuple[str, int, int]], target: Any) -> None:
    happenings = lived(plan, target)
    course = follow(happenings)

    verdict = judged(restated(happenings, Otherwise(), None), office, END)

    assert (verdict.breached_at, verdict.target) == (course.breached_at, course.target)


@settings(max_examples=150)
@given(plan=steps, hours=st.integers(1, 30))
def test_a_constant_target_is_broken_when_more_than_it_is_consumed(
    plan: list[tuple[str, int, int]], hours: int
) -> None:
    """Without later targets and calendars the verdict is plain arithmetic on the time consumed."""
    acts = [step for step in plan if step[0] not in {"retarget", "revise", "sweep"}]
    happenings = [h for h in lived(acts, 8 * HOUR) if h.kind != "breached"]

    verdict = judged(restated(happenings, Otherwise(), hours * HOUR), office, END)

    assert (verdict.breached_at is not None) is (verdict.consumed > hours * HOUR)


@settings(max_examples=100)
@given(plan=steps, hours=st.integers(1, 30))
def test_a_looser_target_never_breaks_more(plan: list[tuple[str, int, int]], hours: int) -> None:
    happenings = lived([step for step in plan if step[0] != "sweep"], 8 * HOUR)

    def broken(target: int) -> bool:
        return judged(restated(happenings, Otherwise(), target), office, END).breached_at is not None

    assert broken(hours * HOUR) or not broken((hours + 1) * HOUR)


def replayed(*happenings: Happening, target: int | None = None, **otherwise: Any) -> Verdict:
    calendar_of = otherwise.pop("calendar_of", office)
    return judged(restated(happenings, Otherwise(**otherwise), target), calendar_of, END)


def solved() -> Iterator[Happening]:
    yield started()
    yield Happening("stopped", at("17 10:00"))


@pytest.mark.parametrize(
    "target, broken",
    [
        pytest.param(None, "17 09:30", id="as agreed: eight hours"),
        pytest.param(9 * HOUR, None, id="nine hours"),
        pytest.param(HOUR * 17 // 2, None, id="eight and a half, used to the second"),
        pytest.param(2 * HOUR, "16 11:00", id="two hours"),
    ],
)
def test_other_targets(target: int | None, broken: str | None) -> None:
    verdict = replayed(*solved(), target=target)

    assert verdict.consumed == HOUR * 17 // 2
    assert verdict.breached_at == (at(broken) if broken else None)


def test_natural_hours_count_the_night() -> None:
    verdict = replayed(*solved(), other_hours=True, calendar_of=lambda course: NATURAL)

    assert (verdict.consumed, verdict.breached_at) == (25 * HOUR, START + timedelta(hours=8))


@pytest.mark.parametrize("calendar, broken", [(8, "21 09:00"), (7, "18 09:00")])
def test_another_calendar_takes_the_place_of_every_revision(calendar: int, broken: str) -> None:
    revised = Happening("calendar_revised", at("16 10:00"), {"calendar_version": 15 - calendar})

    verdict = replayed(started(), revised, Happening("stopped", at("21 10:00")), calendar=calendar, target=15 * HOUR)

    assert verdict.breached_at == at(broken)


def test_a_target_where_none_was_promised_judges_what_was_measured() -> None:
    verdict = replayed(started(None), Happening("stopped", at("16 12:00")), target=HOUR)

    assert verdict.breached_at == at("16 10:00")


@pytest.mark.parametrize(
    "kind, clock, priority, target",
    [
        pytest.param("fault", "response", 1, 1800, id="its own priority"),
        pytest.param("fault", "response", 3, 3600, id="every other priority"),
        pytest.param("fault", "solution", 1, None, id="a clock that stays"),
        pytest.param("question", "response", 1, None, id="a kind that stays"),
    ],
)
def test_which_target_a_clock_gets(kind: str, clock: str, priority: int, target: int | None) -> None:
    said = {("response", 1): 1800, ("response", 0): 3600}

    assert Otherwise(kinds=frozenset({"fault"}), targets=said).target(kind, clock, priority) == target


def test_advanced_is_one_step_of_follow() -> None:
    course = None
    for happening in solved():
        course = advanced(course, happening)

    assert course == follow(solved())
