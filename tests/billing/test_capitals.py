"""Amounts in capitals, against the vectors and the rule's own examples."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.capitals import in_capitals, legal_forms, same_amount
from billing.money import AmountError

VECTORS = Path(__file__).with_name("vectors") / "rmb_vectors.csv"
with VECTORS.open(encoding="utf-8", newline="") as lines:
    CASES = [(row["amount"], row["capital"]) for row in csv.DictReader(lines)]


@pytest.mark.parametrize(("amount", "capital"), CASES, ids=[amount for amount, _ in CASES])
def test_vectors(amount: str, capital: str) -> None:
    assert in_capitals(Decimal(amount)) == capital


@pytest.mark.parametrize(
    ("amount", "typed"),
    [
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("1680.32", "壹仟陆佰捌拾圆叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("10.50", "壹拾元伍角"),
        ("200", "贰佰元正"),
        ("-500", "（负数）伍佰圆整"),
    ],
)
def test_every_legal_form_typed_by_a_person_is_recognised(amount: str, typed: str) -> None:
    assert same_amount(typed, Decimal(amount))


@pytest.mark.parametrize(
    ("amount", "typed"), [("10", "拾元整"), ("10", "壹拾元"), ("101", "壹佰壹元整"), ("1.01", "壹元壹分")]
)
def test_forms_that_the_rules_do_not_allow(amount: str, typed: str) -> None:
    assert not same_amount(typed, Decimal(amount))


def test_red_letter_amounts() -> None:
    assert in_capitals(Decimal("-500")) == "负伍佰元整"
    assert in_capitals(Decimal("-500"), minus="（负数）") == "（负数）伍佰元整"


@pytest.mark.parametrize(("amount", "reason"), [("0.999", "too_many_decimals"), ("1e16", "too_large")])
def test_refused(amount: str, reason: str) -> None:
    with pytest.raises(AmountError) as caught:
        in_capitals(Decimal(amount))
    assert caught.value.reason == reason


@given(st.decimals(min_value=0, max_value=10**15, places=2), st.decimals(min_value=0, max_value=10**15, places=2))
def test_no_two_amounts_share_a_form(one: Decimal, other: Decimal) -> None:
    assert (one == other) == bool(legal_forms(one) & legal_forms(other))
