"""The arithmetic of service credits: thresholds, fees, caps, rounding, exactness."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.credits import Credit, Figure, Tier, TierError, attained, credit_of, tier_reached

D = Decimal
LIGHT = Tier(key=1, below=D("99.9"), share=D(5))
HEAVY = Tier(key=2, below=D(99), share=D(10))
EACH = Tier(key=3, amount=D("200.00"))


def at(percent: str, breaches: int = 0) -> Figure:
    return Figure(attainment=Fraction(percent), breaches=breaches)


@pytest.mark.parametrize(
    ("figure", "tier"),
    [
        pytest.param(at("100"), None, id="nothing missed"),
        pytest.param(at("99.9"), None, id="on the threshold is not below it"),
        pytest.param(at("99.89999"), LIGHT, id="a hair below, though it rounds to the threshold"),
        pytest.param(at("99"), LIGHT, id="the first tier alone"),
        pytest.param(at("98.9"), HEAVY, id="the lowest that was missed, not both"),
        pytest.param(Figure(attainment=None), None, id="nothing judged gives nothing"),
    ],
)
def test_the_lowest_threshold_that_was_missed_applies(figure: Figure, tier: Tier | None) -> None:
    assert tier_reached([LIGHT, HEAVY], figure) == tier


def test_a_credit_for_each_breach_needs_a_breach() -> None:
    assert tier_reached([EACH], at("100")) is None
    assert tier_reached([EACH], at("50", 2)) == EACH
    assert credit_of(EACH, at("50", 2), fee=None).amount == D("400.00")


@pytest.mark.parametrize(
    ("judged", "broken", "percent"),
    [(20000, 1, Fraction(19999, 200)), (3, 1, Fraction(200, 3)), (5, 0, 100), (5, 5, 0)],
)
def test_attainment_is_exact(judged: int, broken: int, percent: Fraction) -> None:
    assert attained(judged, broken) == percent


def test_attainment_of_nothing_is_none_and_of_nonsense_an_error() -> None:
    assert attained(0, 0) is None
    with pytest.raises(ValueError, match="more broken than judged"):
        attained(2, 3)


@pytest.mark.parametrize(
    ("tier", "fee", "given_before", "amount", "caps"),
    [
        pytest.param(LIGHT, "5000.00", "0", "250.00", (), id="5 % of 5,000"),
        pytest.param(LIGHT, "0.10", "0", "0.01", (), id="half a fen goes up"),
        pytest.param(LIGHT, "0.00", "0", "0.00", (), id="no fee, no credit"),
        pytest.param(
            Tier(key=4, below=D(99), share=D(10), month_cap=D("300.00")), "5000.00", "0", "300.00", ("month",),
            id="monthly cap",
        ),
        pytest.param(
            Tier(key=5, below=D(99), amount=D("900.00"), month_cap_share=D(10)), "5000.00", "0", "500.00",
            ("month_share",), id="monthly cap as a share of the fee",
        ),
        pytest.param(
            Tier(key=6, below=D(99), share=D(10), year_cap=D("1200.00")), "5000.00", "1000.00", "200.00", ("year",),
            id="what is left of the year",
        ),
        pytest.param(
            Tier(key=7, below=D(99), share=D(10), year_cap=D("1200.00")), "5000.00", "1300.00", "0.00", ("year",),
            id="a year that is used up gives nothing, never less",
        ),
        pytest.param(
            Tier(key=8, below=D(99), share=D(10), month_cap=D("400.00"), year_cap=D("1200.00")), "5000.00",
            "900.00", "300.00", ("month", "year"), id="both caps bite",
        ),
    ],
)  # fmt: skip
def test_caps(tier: Tier, fee: str, given_before: str, amount: str, caps: tuple[str, ...]) -> None:
    made = credit_of(tier, at("90"), fee=D(fee), given_this_year=D(given_before))

    assert (made.amount, made.caps) == (D(amount), caps)


def test_a_share_of_a_fee_that_is_not_billed_is_not_guessed() -> None:
    assert credit_of(LIGHT, at("90"), fee=None) == Credit(tier=LIGHT, before_caps=None, amount=None)


@pytest.mark.parametrize("said", [{}, {"share": D(5), "amount": D(5)}], ids=["nothing", "both"])
def test_a_tier_gives_one_thing(said: dict[str, Decimal]) -> None:
    with pytest.raises(TierError):
        Tier(key=1, below=D(99), **said)


def test_the_callers_decimal_context_does_not_matter() -> None:
    with localcontext() as context:
        context.prec = 3
        assert credit_of(LIGHT, at("90"), fee=D("123456.78")).amount == D("6172.84")


money = st.decimals(min_value=0, max_value=10**9, places=2)
caps = st.none() | money


@given(money, st.decimals(min_value=0, max_value=100, places=4), caps, caps, money)
def test_a_credit_is_never_negative_and_never_above_its_caps(
    fee: Decimal, share: Decimal, month_cap: Decimal | None, year_cap: Decimal | None, before: Decimal
) -> None:
    tier = Tier(key=1, below=D(99), share=share, month_cap=month_cap, year_cap=year_cap)

    amount = credit_of(tier, at("50"), fee=fee, given_this_year=before).amount

    assert amount is not None
    assert 0 <= amount <= fee
    assert month_cap is None or amount <= month_cap
    assert year_cap is None or amount <= max(year_cap - before, D(0))


@given(st.integers(1, 10**6), st.data())
def test_fewer_breaches_never_give_more(judged: int, data: st.DataObject) -> None:
    broken = data.draw(st.integers(0, judged))
    fewer = data.draw(st.integers(0, broken))

    def amount(count: int) -> Decimal:
        figure = Figure(attainment=attained(judged, count), breaches=count)
        tier = tier_reached([LIGHT, HEAVY], figure)
        made = credit_of(tier, figure, fee=D("5000.00")) if tier else None
        return D(0) if made is None or made.amount is None else made.amount

    assert amount(fewer) <= amount(broken)
