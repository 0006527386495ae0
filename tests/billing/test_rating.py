"""Prices of use: each model, its bounds, and that billing in two steps is billing in one."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating import (
    Did,
    Model,
    RateCard,
    RatingError,
    Tier,
    allowance_left,
    rate,
    rate_difference,
    tiers_from_json,
    to_bill,
)


def tier(up_to: str | None, unit_price: str = "0", flat: str = "0") -> Tier:
    return Tier(None if up_to is None else Decimal(up_to), Decimal(unit_price), Decimal(flat))


STEPS = (tier("100", "2", "10"), tier("200", "1"), tier(None, "0.5", "50"))
FLAT = RateCard(Model.FLAT, flat_amount=Decimal(1000))
UNIT = RateCard(Model.UNIT, unit_price=Decimal("0.015"))
PACKAGE = RateCard(Model.PACKAGE, unit_price=Decimal(100), package_size=Decimal(10))
GRADUATED = RateCard(Model.GRADUATED, tiers=STEPS)
VOLUME = RateCard(Model.VOLUME, tiers=STEPS)


@pytest.mark.parametrize(
    ("card", "quantity", "amount"),
    [
        (FLAT, "0", "1000.00"),
        (FLAT, "99999", "1000.00"),
        (UNIT, "0", "0.00"),
        (UNIT, "3", "0.05"),
        (UNIT, "1000000.5", "15000.01"),
        (PACKAGE, "0", "0.00"),
        (PACKAGE, "0.1", "100.00"),
        (PACKAGE, "121", "1300.00"),
        (GRADUATED, "0", "10.00"),
        (GRADUATED, "100", "210.00"),
        (GRADUATED, "100.5", "210.50"),
        (GRADUATED, "250", "385.00"),
        (VOLUME, "0", "10.00"),
        (VOLUME, "100", "210.00"),
        (VOLUME, "100.5", "100.50"),
        (VOLUME, "101", "101.00"),
        (VOLUME, "210", "155.00"),
    ],
)
def test_models(card: RateCard, quantity: str, amount: str) -> None:
    assert str(rate(card, Decimal(quantity)).amount) == amount


@pytest.mark.parametrize(
    ("changes", "quantity", "amount"),
    [
        ({"free_units": Decimal(10)}, "121", "1200.00"),
        ({"free_units": Decimal(10)}, "10", "0.00"),
        ({"minimum": Decimal(500)}, "1", "500.00"),
        ({"minimum": Decimal(500)}, "61", "700.00"),
        ({"maximum": Decimal(500)}, "61", "500.00"),
        ({"minimum": Decimal(500), "maximum": Decimal(500)}, "0", "500.00"),
        ({"free_units": Decimal(100), "minimum": Decimal(50)}, "30", "50.00"),
    ],
)
def test_allowance_minimum_and_cap(changes: dict[str, Decimal], quantity: str, amount: str) -> None:
    card = RateCard(Model.PACKAGE, unit_price=Decimal(100), package_size=Decimal(10), **changes)  # type: ignore[arg-type]
    assert str(rate(card, Decimal(quantity)).amount) == amount


def test_a_part_of_a_period_scales_amounts_not_prices() -> None:
    card = RateCard(
        Model.UNIT, unit_price=Decimal(2), free_units=Decimal(30), minimum=Decimal(10), maximum=Decimal(300)
    )
    half = Fraction(15, 30)
    assert str(rate(card, Decimal(20), share=half).amount) == "10.00"
    assert str(rate(card, Decimal(15), share=half).amount) == "5.00"
    assert str(rate(card, Decimal(1000), share=half).amount) == "150.00"
    assert str(rate(FLAT, Decimal(0), share=Fraction(22, 30)).amount) == "733.33"


def test_the_working_adds_up_to_the_price_line_by_line() -> None:
    card = RateCard(
        Model.GRADUATED, tiers=(tier("5", "0", "100"), tier("10", "0.333", "50"), tier(None, "1")),
        free_units=Decimal(2), minimum=Decimal(1000),
    )  # fmt: skip
    rated = rate(card, Decimal("13.5"))
    assert [step.did for step in rated.steps] == [
        Did.USED, Did.FREE, Did.TIER_FLAT, Did.TIER, Did.TIER_FLAT, Did.TIER, Did.TIER, Did.MINIMUM,
    ]  # fmt: skip
    assert sum(Fraction(step.amount) for step in rated.steps) == Fraction(rated.amount) == 1000


def test_rounding_is_a_step_of_the_working() -> None:
    rated = rate(UNIT, Decimal(3))
    assert (rated.steps[-1].did, str(rated.steps[-1].amount)) == (Did.ROUNDED, "0.005")


cards = st.sampled_from(
    [
        FLAT,
        UNIT,
        PACKAGE,
        GRADUATED,
        VOLUME,
        RateCard(Model.UNIT, unit_price=Decimal("0.0033"), free_units=Decimal("7.5"), minimum=Decimal(1)),
        RateCard(Model.GRADUATED, tiers=STEPS, maximum=Decimal(200)),
    ]
)
quantities = st.decimals(min_value=0, max_value=100000, places=3)
shares = st.fractions(min_value=0, max_value=1, max_denominator=366)


@given(cards, quantities, quantities, shares)
def test_i16_two_steps_bill_what_one_step_bills(card: RateCard, first: Decimal, more: Decimal, share: Fraction) -> None:
    billed = rate(card, first, share=share).amount
    later = to_bill(card, first + more, billed, share=share).amount
    assert billed + later == rate(card, first + more, share=share).amount


@given(cards, quantities, quantities)
def test_i16_a_correction_takes_back_what_it_added(card: RateCard, before: Decimal, after: Decimal) -> None:
    assert rate_difference(card, before, after).amount == -rate_difference(card, after, before).amount


@given(cards, quantities, shares)
def test_the_working_always_adds_up(card: RateCard, quantity: Decimal, share: Fraction) -> None:
    rated = rate(card, quantity, share=share)
    assert sum(Fraction(step.amount) for step in rated.steps) == Fraction(rated.amount)
    assert abs(Fraction(rated.exact) - Fraction(rated.amount)) <= Fraction(1, 200)


@given(cards, quantities, quantities)
def test_minimum_and_maximum_hold_for_every_use(card: RateCard, one: Decimal, other: Decimal) -> None:
    for quantity in (one, other):
        amount = rate(card, quantity).amount
        assert card.minimum is None or amount >= card.minimum
        assert card.maximum is None or amount <= card.maximum


@pytest.mark.parametrize(
    ("quantity", "before", "now"), [("15", "5", "10"), ("15", "20", "15"), ("3", "0", "0"), ("0", "12", "0")]
)
def test_an_allowance_is_used_up_once(quantity: str, before: str, now: str) -> None:
    assert allowance_left(Decimal(10), Decimal(before), Decimal(quantity))[1] == Decimal(now)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "tiers_missing"),
        ([{"up_to": "10", "unit_price": "1"}], "tiers_open"),
        ([{"up_to": None}, {"up_to": None}], "tiers_open"),
        ([{"up_to": "10"}, {"up_to": "10"}, {"up_to": None}], "tiers_order"),
        ([{"up_to": "0"}, {"up_to": None}], "tiers_order"),
        ([{"up_to": "ten"}, {"up_to": None}], "tiers_format"),
        ([{"up_to": 1.5}, {"up_to": None}], "tiers_format"),
        ([{"up_to": None, "unit_price": "-1"}], "negative"),
        (["x"], "tiers_format"),
    ],
)
def test_tiers_that_cannot_be_priced_are_refused(rows: Any, reason: str) -> None:
    with pytest.raises(RatingError) as caught:
        tiers_from_json(rows)
    assert caught.value.reason == reason


def test_stored_tiers_are_read_exactly() -> None:
    rows: Any = [{"up_to": "0.1", "unit_price": "0.000001", "flat": "2"}, {"up_to": None, "unit_price": "3"}]
    assert tiers_from_json(rows) == (tier("0.1", "0.000001", "2"), tier(None, "3"))


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"model": Model.PACKAGE, "package_size": Decimal(0)}, "package_size"),
        ({"model": Model.FLAT, "minimum": Decimal(2), "maximum": Decimal(1)}, "minimum_over_maximum"),
    ],
)
def test_impossible_cards_are_refused(card: dict[str, object], reason: str) -> None:
    with pytest.raises(RatingError) as caught:
        RateCard(**card)  # type: ignore[arg-type]
    assert caught.value.reason == reason


def test_negative_use_is_refused() -> None:
    with pytest.raises(RatingError, match="correction"):
        rate(UNIT, Decimal(-1))
