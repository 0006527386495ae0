"""What a payment pays: Civil Code 560 among debts, 561 within one."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.interest import Order
from billing.money import AmountError
from billing.settlement import OpenDebt, Paid, in_order, pay, ranked, spread

TODAY = date(2026, 11, 23)


def debt(key: str, principal: str, **more: object) -> OpenDebt:
    return OpenDebt(key, Decimal(principal), **more)  # type: ignore[arg-type]


def totals(amount: str, debts: list[OpenDebt], **more: object) -> dict[str, str]:
    return {one.key: str(one.total) for one in spread(Decimal(amount), debts, on=TODAY, **more).paid}  # type: ignore[arg-type]


def test_i12_same_day_same_burden_shares_in_proportion() -> None:
    due = {"due_on": date(2026, 3, 1)}
    assert totals("20000", [debt("1", "30000.00", **due), debt("2", "10000.00", **due)]) == {
        "1": "15000.00",
        "2": "5000.00",
    }


def test_i13_no_fen_is_lost() -> None:
    assert list(totals("100.00", [debt(key, "100.00") for key in "abc"]).values()) == ["33.34", "33.33", "33.33"]


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"due_on": date(2026, 11, 20)}, {"due_on": date(2026, 12, 1)}, "due before not due"),
        ({"due_on": date(2026, 5, 1)}, {"due_on": date(2026, 4, 1), "secured": Decimal(50)}, "least secured"),
        ({"due_on": date(2026, 5, 1), "burden": Decimal("0.18")}, {"due_on": date(2026, 4, 1)}, "heaviest burden"),
        ({"due_on": date(2026, 4, 1)}, {"due_on": date(2026, 5, 1)}, "earliest due"),
        ({"due_on": date(2026, 4, 1)}, {"due_on": None}, "no date is never due first"),
    ],
)
def test_civil_code_560_order(first: dict[str, object], second: dict[str, object], why: str) -> None:
    debts = [debt("second", "100.00", **second), debt("first", "100.00", **first)]
    assert totals("100.00", debts) == {"first": "100.00"}, why


def test_what_the_payer_names_comes_first() -> None:
    debts = [debt("old", "100.00", due_on=date(2026, 1, 1)), debt("new", "100.00", due_on=date(2026, 9, 1))]
    assert totals("150.00", debts, named=["new"]) == {"new": "100.00", "old": "50.00"}


def test_civil_code_561_within_a_debt() -> None:
    one = debt("1", "1000.00", interest=Decimal("30.00"), costs=Decimal("5.00"))
    assert pay(one, Decimal("40.00")) == Paid("1", Decimal("5.00"), Decimal("30.00"), Decimal("5.00"))
    principal_first = pay(one, Decimal("40.00"), Order.PRINCIPAL_FIRST)
    assert principal_first == Paid("1", principal=Decimal("40.00"), interest=Decimal("0.00"), costs=Decimal("0.00"))


def test_overpayment_is_credit() -> None:
    found = spread(Decimal("150.00"), [debt("1", "100.00")], on=TODAY)
    assert str(found.credit) == "50.00"


def test_a_negative_or_unrounded_payment_is_refused() -> None:
    with pytest.raises(AmountError, match="negative"):
        spread(Decimal(-1), [], on=TODAY)
    with pytest.raises(AmountError, match="too_many_decimals"):
        spread(Decimal("1.001"), [], on=TODAY)


sums = st.decimals(min_value=0, max_value=1000, places=2)
debts = st.lists(
    st.builds(
        OpenDebt, st.uuids().map(str), sums, sums, sums,
        st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.sampled_from([Decimal(0), Decimal(9)]),
    ),
    max_size=8,
)  # fmt: skip


@given(sums, debts, st.sampled_from(list(Order)))
def test_i7_i8_every_fen_goes_somewhere_and_none_too_far(amount: Decimal, owed: list[OpenDebt], order: Order) -> None:
    found = spread(amount, owed, on=TODAY, order=order)
    open_ = {one.key: one for one in owed}
    assert sum(one.total for one in found.paid) + found.credit == amount
    for one in found.paid:
        there = open_[one.key]
        assert one.costs <= there.costs
        assert one.interest <= there.interest
        assert one.principal <= there.principal


@given(debts, st.randoms())
def test_the_order_of_listing_does_not_matter(owed: list[OpenDebt], random: object) -> None:
    shuffled = sorted(owed, key=lambda _: random.random())  # type: ignore[attr-defined]
    half = sum((one.total for one in owed), Decimal("0.00")).quantize(Decimal(1))
    one, other = (spread(half, given_, on=TODAY) for given_ in (owed, shuffled))
    assert {p.key: p for p in one.paid} == {p.key: p for p in other.paid}
    assert len(ranked(owed, on=TODAY)) == len(ranked(shuffled, on=TODAY))


def test_funds_are_used_up_one_after_another() -> None:
    taken, left = in_order([Decimal(100), Decimal(50), Decimal(5)], [Decimal(75), Decimal(80)])
    assert taken == [[Decimal(75), Decimal(25)], [Decimal(50)], [Decimal(5)]]
    assert left == [Decimal(0), Decimal(0)]
