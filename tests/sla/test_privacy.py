"""Numbers that look like personal data, and the spread of times."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.privacy import looks_personal
from sla.spread import spread_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("编号 36010219900307123X 的记录", ["id_number"]),
        ("360102199003071231", ["id_number"]),
        ("全角 ３６０１０２１９９００３０７１２３１", ["id_number"]),
        ("旧证 360102900307123", ["id_number"]),
        ("请打 13800138000", ["phone"]),
        ("+86 138 0013 8000", ["phone"]),
        ("0791-86812345", ["phone"]),
        ("36010219900307123X 和 13800138000", ["id_number", "phone"]),
        pytest.param("统一社会信用代码 12360000MB01234561", [], id="a credit code"),
        pytest.param("记录编号 20260916000123", [], id="a record number"),
        pytest.param("360102199013071231", [], id="no such month"),
        pytest.param("共 13800138000123 条", [], id="a longer number"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_what_looks_personal(text: str, found: list[str]) -> None:
    assert looks_personal(text) == found


@pytest.mark.parametrize(
    ("values", "median", "p90"),
    [
        ([], None, None),
        ([3], "3", 3),
        ([1, 2], "1.5", 2),
        ([9, 1, 5], "5", 9),
        (list(range(1, 11)), "5.5", 9),
        (list(range(1, 12)), "6", 10),
    ],
)
def test_the_middle_and_nine_of_ten(values: list[int], median: str | None, p90: int | None) -> None:
    spread = spread_of(values)

    assert (spread.median, spread.p90) == (None if median is None else Decimal(median), p90)


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_nine_of_ten_are_within_p90(values: list[int]) -> None:
    spread = spread_of(values)

    assert spread.p90 in values
    assert sum(value <= spread.p90 for value in values) * 10 >= len(values) * 9
    assert min(values) <= (spread.median or 0) <= max(values)
