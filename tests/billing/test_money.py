"""Exact amounts: rounding, parsing, shares."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import AmountError, WeightsError, ceil_units, fen, largest_remainder, parse_amount, price, round_to

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
weights = st.lists(st.decimals(min_value=0, max_value=10**6, places=3), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("1.025", "1.03"), ("1.005", "1.01"), ("-1.005", "-1.01"), ("0.0049", "0.00"), ("2.5", "2.50")],
)
def test_half_a_fen_is_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert str(fen(Decimal(amount))) == rounded


def test_a_price_keeps_six_places() -> None:
    assert str(price(Decimal("0.12345650"))) == "0.123457"


@pytest.mark.parametrize(("amount", "unit", "rounded"), [("10.09", "0.05", "10.10"), ("22689.4", "1", "22689")])
def test_other_units(amount: str, unit: str, rounded: str) -> None:
    assert str(round_to(Decimal(amount), Decimal(unit))) == rounded


@pytest.mark.parametrize(
    ("value", "reason"),
    [(1.1, "float"), (Decimal("NaN"), "not_finite"), (Decimal("Infinity"), "not_finite"), (True, "not_a_number")],
)
def test_what_is_not_exact_is_refused(value: object, reason: str) -> None:
    with pytest.raises(AmountError) as caught:
        fen(value)  # type: ignore[arg-type]
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("￥１，２３４．５", "1234.50"),
        (" 12 元", "12.00"),
        ("-0.10", "-0.10"),
        (".5", "0.50"),
        ("1.500", "1.50"),
    ],
)
def test_typed_amounts(text: str, amount: str) -> None:
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ¥ ", "empty"),
        ("12,34", "not_a_number"),
        ("1e5", "not_a_number"),
        ("NaN", "not_a_number"),
        ("--5", "not_a_number"),
        ("五元", "not_a_number"),
        ("1.005", "too_many_decimals"),
        ("1000000000000", "too_large"),
        ("9" * 50, "too_large"),
    ],
)
def test_doubtful_amounts_are_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount(text)
    assert caught.value.reason == reason


@given(amounts, weights.filter(any))
def test_i17_shares_sum_to_the_total_and_differ_less_than_a_fen(total: Decimal, parts: list[Decimal]) -> None:
    shares = largest_remainder(total, parts)
    assert sum(shares) == total
    assert all(
        abs(share - total * part / sum(parts)) < Decimal("0.01") for share, part in zip(shares, parts, strict=True)
    )


@given(amounts, weights.filter(any))
def test_i17_reversals_mirror(total: Decimal, parts: list[Decimal]) -> None:
    assert largest_remainder(-total, parts) == [-share for share in largest_remainder(total, parts)]


@given(amounts, weights.filter(any), st.randoms())
def test_i17_input_order_is_irrelevant_with_keys(total: Decimal, parts: list[Decimal], random: object) -> None:
    keyed = list(enumerate(parts))
    shuffled = sorted(keyed, key=lambda _: random.random())  # type: ignore[attr-defined]
    once = dict(zip([k for k, _ in keyed], largest_remainder(total, parts, keys=[k for k, _ in keyed]), strict=True))
    again = largest_remainder(total, [p for _, p in shuffled], keys=[k for k, _ in shuffled])
    assert dict(zip([k for k, _ in shuffled], again, strict=True)) == once


def test_shares_need_a_rounded_total_and_some_weight() -> None:
    with pytest.raises(AmountError, match="too_many_decimals"):
        largest_remainder(Decimal("1.001"), [1])
    with pytest.raises(WeightsError):
        largest_remainder(Decimal(1), [0, 0])
    with pytest.raises(WeightsError):
        largest_remainder(Decimal(1), [2, -1])


def test_units_begun_are_not_truncated() -> None:
    assert ceil_units(Decimal(121), Decimal(10)) == 13


PURE = [
    "calendar_terms", "capitals", "document", "interest", "lawful_rates", "lpr", "money", "percentage",
    "proration", "rating", "settlement", "stating", "tax", "working",
]  # fmt: skip


@pytest.mark.parametrize("name", PURE)
def test_i32_no_binary_float_in_the_money_modules(name: str) -> None:
    source = (Path(__file__).parents[2] / "billing" / f"{name}.py").read_text("utf-8")
    nodes = list(ast.walk(ast.parse(source)))
    literals = [node.lineno for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    calls = [
        n.lineno for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "float"
    ]
    assert literals + calls == []
