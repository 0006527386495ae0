"""The contract: what other projects' suites and the working-day facts expect, all of it."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.worktime.oracle import SteppingOracle
from worktime.batch import answer
from worktime.china import china_almanac
from worktime.workdays import WorkdayCalendar

VECTORS = Path(__file__).parent / "vectors"


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VECTORS / name).read_text(encoding="utf-8"))["vectors"]
    return found


def expected(case: dict[str, Any]) -> Any:
    """The answer by our semantics: the oracle's where a peer differs by convention."""
    return case["oracle"] if case["verdict"].startswith("differs") else case["expected"]


def rows(name: str) -> list[dict[str, str]]:
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FOREIGN = cases("worktime_vectors.json")
OWN = cases("own_cases.json")


def test_no_vector_was_lost() -> None:
    assert len(FOREIGN) == 516
    assert all(case["source"]["repo"] for case in FOREIGN)


@pytest.mark.parametrize("case", FOREIGN, ids=[case["id"] for case in FOREIGN])
def test_foreign_vector(case: dict[str, Any]) -> None:
    assert answer(case) == expected(case)


@pytest.mark.parametrize("case", OWN, ids=[case["id"] for case in OWN])
def test_own_case(case: dict[str, Any]) -> None:
    assert answer(case) == case["expected"]


def minutes(hours: list[list[str]]) -> list[tuple[int, int]]:
    return [tuple(int(text[:2]) * 60 + int(text[3:]) for text in pair) for pair in hours]  # type: ignore[misc]


def oracle_of(case: dict[str, Any]) -> SteppingOracle:
    return SteppingOracle(
        case["timezone"],
        [minutes(day) for day in case["weekly"]],
        [date.fromisoformat(day) for day in case["holidays"]],
        {date.fromisoformat(day): minutes(hours) for day, hours in case["extra_working_days"].items()},
        [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in case["pauses"]],
    )


STEPPED = [
    case for case in OWN if "yearly" not in case["id"] and (case["op"] == "elapsed" or case.get("minutes", 0) > 0)
]


@pytest.mark.parametrize("case", STEPPED, ids=[case["id"] for case in STEPPED])
def test_the_oracle_confirms_the_own_cases(case: dict[str, Any]) -> None:
    oracle, start = oracle_of(case), datetime.fromisoformat(case["start"]).astimezone(UTC)
    if case["op"] == "elapsed":
        assert oracle.elapsed(start, datetime.fromisoformat(case["end"])) == case["expected"]
    else:
        assert oracle.add(start, case["minutes"], limit=20_000) == datetime.fromisoformat(case["expected"])


@pytest.mark.parametrize("row", rows("workdays_vectors.csv"), ids=lambda row: row["received"])
def test_working_day_vector(row: dict[str, str]) -> None:
    workdays = WorkdayCalendar(china_almanac())
    reckoned = workdays.add_working_days(date.fromisoformat(row["received"]), int(row["n_working_days"]))
    if row["due"].startswith("PROVISIONAL"):
        assert reckoned.provisional
        assert reckoned.unpublished_years == (2027,)
    else:
        assert (reckoned.value.isoformat(), reckoned.unpublished_years) == (row["due"], ())
