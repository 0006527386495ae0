"""Titles that say the same fault in other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.recurring import Told, league, likeness, pairs_of, plain_form


def told(*titles: str) -> list[Told]:
    return [Told(pk=number, title=title, breaches=1, seconds=60) for number, title in enumerate(titles, 1)]


@pytest.mark.parametrize(
    "left, right, same",
    [
        pytest.param("接口超时（第 2 次）", "接口超时（第 13 次）", True, id="a number"),
        pytest.param("2026-09-03 接口超时", "接口超时！", True, id="a date and a mark"),
        pytest.param("API 超时", "ａｐｉ超时", True, id="width and case"),
        pytest.param("人口信息查询接口返回超时", "人口信息查询接口超时返回", True, id="words moved"),
        pytest.param("人口库同步失败", "法人库同步失败", False, id="another database"),
        pytest.param("接口超时", "证照乱码", False, id="nothing in common"),
    ],
)
def test_which_titles_are_one_fault(left: str, right: str, same: bool) -> None:
    assert (len(league(told(left, right))) == 1) is same


def test_the_league_is_ordered_by_times_and_sums_breaches_and_hours() -> None:
    found = league(told("断网", "接口超时 1", "接口超时 2", "接口超时 3", "断网。", "只一次"))

    assert [(fault.title, fault.count, fault.breaches, fault.seconds) for fault in found] == [
        ("接口超时 1", 3, 3, 180), ("断网", 2, 2, 120),
    ]  # fmt: skip


@given(st.lists(st.text(max_size=12), max_size=15))
def test_every_report_is_in_one_fault(titles: list[str]) -> None:
    found = league(told(*titles), least=1)

    assert sorted(pk for fault in found for pk in fault.reports) == list(range(1, len(titles) + 1))
    assert len({fault.key for fault in found}) == len(found)


@given(st.text(), st.text())
def test_likeness_is_a_share(left: str, right: str) -> None:
    pairs = pairs_of(plain_form(left)), pairs_of(plain_form(right))

    assert 0 <= likeness(*pairs) <= 1
    assert likeness(pairs[0], pairs[0]) == 1
