"""The working of a price in words."""

from decimal import Decimal
from fractions import Fraction

from billing.rating import Model, RateCard, Tier, rate, to_bill
from billing.working import working_lines

TIERED = RateCard(
    Model.GRADUATED,
    tiers=(Tier(Decimal(100000), Decimal("0.06")), Tier(None, Decimal("0.03"), flat=Decimal(50))),
    free_units=Decimal(10000),
)


def test_tiers_are_shown_one_by_one() -> None:
    assert working_lines(rate(TIERED, Decimal(138450)), unit="次") == (
        "用量 138,450 次",
        "减免费额度 10,000 次",
        "第 1 档，0 至 100,000（含）：100,000 × 0.06 = 6,000.00",
        "第 2 档，100,000 以上：固定费 50.00 元",
        "第 2 档，100,000 以上：28,450 × 0.03 = 853.50",
        "金额 6,903.50 元",
    )


def test_tiers_that_were_not_reached_are_not_shown() -> None:
    assert len(working_lines(rate(TIERED, Decimal(10001)))) == 4


def test_packages_minimum_and_rounding() -> None:
    card = RateCard(Model.PACKAGE, unit_price=Decimal("0.333"), package_size=Decimal(10), minimum=Decimal(1))
    assert working_lines(rate(card, Decimal(121)), unit="GB")[1:] == (
        "每包 10 GB，不足一包按一包：13 × 0.333 = 4.329",
        "四舍五入到分：0.001 元",
        "金额 4.33 元",
    )
    assert "补足最低收费：1.00 元" in working_lines(rate(card, Decimal(0)))


def test_a_part_of_a_period_and_what_was_billed() -> None:
    flat = RateCard(Model.FLAT, flat_amount=Decimal(1000))
    rated = to_bill(flat, Decimal(0), Decimal("100.00"), share=Fraction(22, 30))
    assert working_lines(rated)[1:] == (
        "固定费 1,000.00 元",
        "按周期的 11/15 折算：-266.666667 元",
        "四舍五入到分：-0.003333 元",
        "已开账单：-100.00 元",
        "金额 633.33 元",
    )


def test_in_english() -> None:
    card = RateCard(Model.UNIT, unit_price=Decimal("0.5"), maximum=Decimal(10))
    assert working_lines(rate(card, Decimal(100)), unit="calls", language="en") == (
        "Used 100 calls",
        "100 × 0.50 = 50.00",
        "Cut at the maximum: CNY -40.00",
        "Amount CNY 10.00",
    )
