"""Parts of a line taken back one after another always end at its net and its tax, to the fen."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import fen
from billing.taking_back import Part, TooMuch, Wish, rest_of, take_back

SIX = Decimal("0.06")
NETS = st.decimals(min_value="0.01", max_value="99999.99", places=2)


def add(one: Part, other: Part) -> Part:
    return Part(one.net + other.net, one.tax + other.tax, one.quantity + other.quantity)


@pytest.mark.parametrize(
    ("taken", "wish", "part"),
    [
        pytest.param(("0.00", "0.00"), {"net": "33.33"}, ("33.33", "2.00"), id="a net amount"),
        pytest.param(("33.33", "2.00"), {"net": "33.33"}, ("33.33", "2.00"), id="again"),
        pytest.param(("66.66", "4.00"), {}, ("33.34", "2.00"), id="the rest ends at the line"),
        pytest.param(("0.00", "0.00"), {"gross": "53.00"}, ("50.00", "3.00"), id="a gross amount"),
        pytest.param(("0.00", "0.00"), {"quantity": "400"}, ("20.00", "1.20"), id="units at their price"),
        pytest.param(("0.00", "0.00"), {"quantity": "400", "net": "25.00"}, ("25.00", "1.50"), id="units and amount"),
    ],
)
def test_a_part_of_a_line(taken: tuple[str, str], wish: dict[str, str], part: tuple[str, str]) -> None:
    billed = Part(Decimal("100.00"), Decimal("6.00"), Decimal(2000))
    wanted = Wish(**{name: Decimal(value) for name, value in wish.items()})

    got = take_back(
        billed, Part(*map(Decimal, taken)), wanted, tax_rate=SIX, unit_price=Decimal("0.05")
    )  # fmt: skip

    assert (got.net, got.tax) == (Decimal(part[0]), Decimal(part[1]))


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Wish(net=Decimal("100.01")), "amount"),
        (Wish(gross=Decimal("106.01")), "amount"),
        (Wish(quantity=Decimal(2001)), "quantity"),
        (Wish(quantity=Decimal(1)), "no_price"),
        (Wish(net=Decimal(0)), "nothing"),
    ],
)
def test_more_than_there_is_cannot_be_taken(wish: Wish, reason: str) -> None:
    billed = Part(Decimal("100.00"), Decimal("6.00"), Decimal(2000))

    with pytest.raises(TooMuch, match=reason):
        take_back(billed, Part(), wish, tax_rate=SIX)


@given(
    net=NETS,
    rate=st.sampled_from([Decimal(0), Decimal("0.03"), SIX, Decimal("0.13")]),
    shares=st.lists(st.tuples(st.integers(1, 99), st.booleans()), max_size=6),
)
def test_whatever_the_parts_they_sum_to_the_line(net: Decimal, rate: Decimal, shares: list[tuple[int, bool]]) -> None:
    billed, taken = Part(net, fen(net * rate)), Part()
    for share, gross in shares:
        left = rest_of(billed, taken)
        amount = fen((left.gross if gross else left.net) * share / 100)
        if amount <= 0:
            continue
        part = take_back(billed, taken, Wish(gross=amount) if gross else Wish(net=amount), tax_rate=rate)
        assert part.net >= 0 <= part.tax
        assert (part.gross if gross else part.net) == amount
        taken = add(taken, part)
    if rest_of(billed, taken).gross > 0:
        taken = add(taken, take_back(billed, taken, Wish(), tax_rate=rate))

    assert taken == billed
