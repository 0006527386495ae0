"""Tax from net and from gross, and where a document is rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import fen
from billing.tax import Levy, Rounding, Taxed, document_total, each_on_net, on_net, within_gross

SIX = Decimal("0.06")
RATES = st.sampled_from([Decimal(rate).scaleb(-2) for rate in ("1", "3", "6", "9", "13")])
amounts = st.decimals(min_value=0, max_value=10**10, places=2)


@pytest.mark.parametrize(
    ("gross", "net", "tax"),
    [
        ("100.00", "94.34", "5.66"),
        ("99.99", "94.33", "5.66"),
        ("100000.00", "94339.62", "5660.38"),
        ("0.01", "0.01", "0.00"),
    ],
)
def test_six_percent_within_a_gross(gross: str, net: str, tax: str) -> None:
    assert within_gross(Decimal(gross), SIX) == Taxed(Decimal(net), Decimal(tax))


def test_the_tax_is_rounded_and_taken_off() -> None:
    assert within_gross(Decimal("52.50"), Decimal("0.12")) == Taxed(Decimal("46.87"), Decimal("5.63"))


@given(amounts, RATES)
def test_gross_is_kept_and_both_ways_of_rounding_agree_at_chinese_rates(gross: Decimal, rate: Decimal) -> None:
    taxed = within_gross(gross, rate)
    assert taxed.gross == gross
    assert taxed.net == fen(gross / (1 + rate))


@given(amounts, RATES)
def test_tax_on_a_net_is_within_half_a_fen(net: Decimal, rate: Decimal) -> None:
    assert abs(on_net(net, rate).tax - net * rate) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("mode", "totals"),
    [
        (Rounding.LINE, ("420.15", "79.85")),
        (Rounding.SUM_BY_NET, ("420.15", "79.83")),
        (Rounding.SUM_KEEP_GROSS, ("420.17", "79.83")),
    ],
)
def test_where_a_document_is_rounded(mode: Rounding, totals: tuple[str, str]) -> None:
    """Five lines of 100.00 gross at 19 %."""
    lines = [within_gross(Decimal(100), Decimal("0.19"))] * 5
    assert document_total(lines, Decimal("0.19"), mode) == Taxed(*map(Decimal, totals))


def test_taxes_on_taxes_and_withholding() -> None:
    levies = [Levy(Decimal("-0.20")), Levy(Decimal("0.04"), compounds=True), Levy(Decimal("0.22"))]
    assert each_on_net(Decimal(50), levies) == [Decimal(-10), Decimal(2), Decimal("11.44")]
