"""Words compared: what is struck out, what is added, and that nothing is lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.diffing import Piece, Wording, align, pieces


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param("甲方应当", "甲方应当", [("same", "甲方应当")], id="the same"),
        pytest.param("", "新增", [("added", "新增")], id="from nothing"),
        pytest.param("删去", "", [("removed", "删去")], id="to nothing"),
        pytest.param(
            "收到后10个工作日内付款",
            "收到后15个工作日内付款",
            [("same", "收到后"), ("removed", "10"), ("added", "15"), ("same", "个工作日内付款")],
            id="a figure is one word",
        ),
        pytest.param(
            "甲方响应期限为二小时",
            "甲方处理时限为二小时",
            [("same", "甲方"), ("removed", "响应期"), ("added", "处理时"), ("same", "限为二小时")],
            id="neighbouring changes read as one",
        ),
        pytest.param(
            "甲乙丙丁",
            "甲某丙某",
            [("same", "甲"), ("removed", "乙丙丁"), ("added", "某丙某")],
            id="one equal character between changes is noise",
        ),
        pytest.param(
            "每日 0.05%",
            "每日 0.03%",
            [("same", "每日 "), ("removed", "0.05%"), ("added", "0.03%")],
            id="a rate is one word",
        ),
    ],
)
def test_changed_words_are_marked(old: str, new: str, found: list[tuple[str, str]]) -> None:
    assert pieces(old, new) == [Piece(kind, text) for kind, text in found]  # type: ignore[arg-type]


WORDS = st.text(alphabet="甲乙方收到发票后十个工作日内付款，。 \n10.5%ab", max_size=60)


@given(old=WORDS, new=WORDS)
def test_nothing_is_lost_and_nothing_made_up(old: str, new: str) -> None:
    found = pieces(old, new)

    assert "".join(piece.text for piece in found if piece.kind != "added") == old
    assert "".join(piece.text for piece in found if piece.kind != "removed") == new
    assert all(piece.text for piece in found)
    assert all(left.kind != right.kind for left, right in pairwise(found))


def clauses(*numbers: str, text: str = "正文") -> list[Wording]:
    return [Wording(number=number, heading=f"第{number}条", text=text) for number in numbers]


def test_clauses_are_matched_by_number_in_the_order_of_the_new_text() -> None:
    rows = align(clauses("0", "1", "2", "3", "4"), [*clauses("1", "3"), *clauses("3.1"), *clauses("4", text="新文")])

    assert [(row.number, row.change) for row in rows] == [
        ("0", "removed"), ("1", "same"), ("2", "removed"), ("3", "same"), ("3.1", "added"), ("4", "changed"),
    ]  # fmt: skip


def test_a_changed_heading_is_a_change() -> None:
    old, new = (Wording(number="1", heading=heading, text="正文") for heading in ("付款", "支付"))

    [row] = align([old], [new])

    assert row.change == "changed"


NUMBERS = st.lists(st.sampled_from("ABCDEFGH"), unique=True)


@given(old=NUMBERS, new=NUMBERS)
def test_every_clause_of_both_versions_has_one_row(old: list[str], new: list[str]) -> None:
    rows = [row.number for row in align(clauses(*old), clauses(*new))]

    assert sorted(rows) == sorted(set(old) | set(new))
    assert [number for number in rows if number in new] == new
