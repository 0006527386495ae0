"""The batch: one answer a line whatever comes in."""

import json
from typing import Any

import pytest

from worktime.batch import answers

DAY = [["09:00", "17:00"]]
CASE: dict[str, Any] = {
    "id": "x",
    "timezone": "Asia/Shanghai",
    "weekly": [DAY] * 5 + [[], []],
    "holidays": [],
    "extra_working_days": {},
    "op": "add",
    "start": "2026-03-02T16:00:00+08:00",
    "minutes": 90,
    "pauses": [],
}


def ask(*lines: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(answer) for answer in answers(lines)]


def case(**changes: Any) -> dict[str, Any]:
    return ask(json.dumps({**CASE, **changes}))[0]


RESULTS: list[tuple[dict[str, Any], Any]] = [
    ({}, "2026-03-03T09:30:00+08:00"),
    ({"seconds": 3600, "minutes": 90}, "2026-03-02T17:00:00+08:00"),
    ({"seconds": 0.5}, "2026-03-02T16:00:00.500000+08:00"),
    ({"op": "elapsed", "end": "2026-03-02T16:00:05+08:00"}, 0.083333333),
    ({"op": "elapsed", "end": "2026-03-03T16:00:00+08:00"}, 480),
    ({"op": "elapsed", "end": "2026-03-02T15:59:00+08:00"}, -1),
    ({"op": "is_open"}, True),
    ({"op": "next_open", "start": "2026-03-02T20:00:00+08:00"}, "2026-03-03T09:00:00+08:00"),
    ({"op": "prev_open", "start": "2026-03-02T20:00:00+08:00"}, "2026-03-02T17:00:00+08:00"),
    ({"op": "next_opening", "start": "2026-03-02T09:00:00+08:00"}, "2026-03-03T09:00:00+08:00"),
    (
        {"op": "next_opening", "start": "2026-03-02T09:00:00+08:00", "variant": "transition >= t"},
        "2026-03-02T09:00:00+08:00",
    ),
    (
        {"op": "prev_opening", "start": "2026-03-03T09:00:00+08:00", "variant": "transition <= t"},
        "2026-03-03T09:00:00+08:00",
    ),
    ({"op": "prev_opening", "start": "2026-03-03T09:00:00+08:00"}, "2026-03-02T09:00:00+08:00"),
    ({"op": "next_close", "start": "2026-03-02T17:00:00+08:00"}, "2026-03-03T17:00:00+08:00"),
    (
        {"op": "next_close", "start": "2026-03-02T17:00:00+08:00", "variant": "transition >= t"},
        "2026-03-02T17:00:00+08:00",
    ),
    ({"op": "prev_close", "start": "2026-03-03T09:00:00+08:00"}, "2026-03-02T17:00:00+08:00"),
    (
        {"op": "next_open", "start": "2026-03-02T10:00:00+08:00", "variant": "transition > t"},
        "2026-03-03T09:00:00+08:00",
    ),
    ({"start": "2026-03-02T08:00:00Z"}, "2026-03-03T09:30:00+08:00"),
    ({"holidays": {"2026-03-03": "休"}}, "2026-03-04T09:30:00+08:00"),
    ({"pauses": [["2026-03-02T16:30:00+08:00", None]], "minutes": 30}, "2026-03-02T16:30:00+08:00"),
]


@pytest.mark.parametrize(("changes", "result"), RESULTS, ids=map(str, range(len(RESULTS))))
def test_a_case_is_answered(changes: dict[str, Any], result: Any) -> None:
    assert case(**changes) == {"id": "x", "result": result}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"op": None}, "op is missing"),
    ({"op": "guess"}, "op 'guess' is not one of add"),
    ({"op": 3}, "op must be text"),
    ({"start": "2026-03-02T16:00:00"}, "has no UTC offset"),
    ({"start": "yesterday"}, "not an ISO 8601 instant"),
    ({"start": None}, "start is missing"),
    ({"minutes": None}, "a number of seconds or minutes"),
    ({"seconds": True}, "a number of seconds or minutes"),
    ({"seconds": "60"}, "a number of seconds or minutes"),
    ({"seconds": float("nan")}, "not a finite number"),
    ({"seconds": 1e300}, "400 years"),
    ({"op": "elapsed"}, "end is missing"),
    ({"timezone": None}, "timezone must be an IANA name"),
    ({"timezone": "Mars/Olympus"}, "not a time zone"),
    ({"timezone": "../../etc/passwd"}, "not a time zone"),
    ({"weekly": [[]] * 7}, "no hours at all"),
    ({"weekly": [DAY] * 6}, "seven days, not 6"),
    ({"weekly": None}, "seven days, not 0"),
    ({"weekly": "always"}, "weekly must be a list"),
    ({"weekly": [[["09:00"]]] * 7}, "a window is"),
    ({"weekly": [[[9, 17]]] * 7}, "not a wall time"),
    ({"weekly": [[["09:00", "25:00"]]] * 7}, "not a wall time"),
    ({"weekly": [[["09:00", "12:00"], ["11:00", "13:00"]]] * 7}, "overlap"),
    ({"holidays": "all"}, "holidays must be a list"),
    ({"holidays": ["2026-02-30"]}, "not an ISO date"),
    ({"holidays": ["*-02-30"]}, "not an ISO date"),
    ({"holidays": [None]}, "not an ISO date"),
    ({"extra_working_days": ["2026-03-02"]}, "must map dates to windows"),
    ({"extra_working_days": {"2026-03-02": None}}, "a day without hours is written"),
    ({"pauses": ["2026-03-02"]}, "a pause is"),
    ({"pauses": [["2026-03-02T16:30:00+08:00", None]]}, "a pause without an end"),
    ({"pauses": [["2026-03-02T16:30:00+08:00", "2026-03-01T16:30:00+08:00"]]}, "ends before it starts"),
    ({"op": "next_opening", "variant": "soon"}, "variant 'soon'"),
    ({"op": "next_opening", "variant": ["x"]}, "variant"),
    ({"op": "next_close", "weekly": [[["00:00", "24:00"]]] * 7}, "400 years"),
    ({"start": "0001-01-01T00:00:00+00:00"}, "leaves the years"),
    ({"start": "9999-12-31T00:00:00+00:00"}, "leaves the years"),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED, ids=map(str, range(len(REFUSED))))
def test_a_bad_case_is_refused_with_its_reason(changes: dict[str, Any], words: str) -> None:
    answer = case(**changes)
    assert answer["id"] == "x"
    assert "result" not in answer
    assert words in answer["error"]


BROKEN = [b"{", b"[]", b"null", b"\xff\xfe\x00", b"[" * 100_000, '{"op": }', "9" * 5000]


@pytest.mark.parametrize("line", BROKEN, ids=map(str, range(len(BROKEN))))
def test_a_broken_line_never_stops_the_rest(line: str | bytes) -> None:
    first, second = ask(line, json.dumps(CASE))
    assert first["id"] is None
    assert first["error"].startswith("line 1 is not")
    assert second["result"] == "2026-03-03T09:30:00+08:00"


def test_blank_lines_have_no_answer() -> None:
    assert ask("", "  \n", b"\r\n") == []


def test_any_id_comes_back() -> None:
    for name in (7, None, "\ud800", {"a": [1]}):
        assert case(id=name)["id"] == name
