"""Warnings of law: the floor for small payees and the claim a court may reduce."""

from datetime import date
from decimal import Decimal

from billing.interest import Basis, InterestTerms, accrue
from billing.lawful_rates import floor_for_small_payee, reduction_risk, yearly_rate

DAILY = InterestTerms(Basis.DAILY, Decimal("0.003"))


def test_i14_a_high_rate_is_flagged_and_not_cut() -> None:
    found = accrue(Decimal(100000), date(2026, 3, 1), [], DAILY, date(2026, 3, 31))
    assert str(found.total_interest) == "9000.00"
    risk = reduction_risk(found.total_interest, found.principal, found.days, breach_on=date(2026, 3, 2))
    assert risk is not None
    assert (str(risk.presumed_loss), str(risk.limit)) == ("369.86", "480.82")


def test_a_modest_rate_is_not_flagged() -> None:
    modest = InterestTerms(Basis.ANNUAL, Decimal("0.05"))
    found = accrue(Decimal(100000), date(2026, 3, 1), [], modest, date(2026, 3, 31))
    assert reduction_risk(found.total_interest, found.principal, found.days, breach_on=date(2026, 3, 2)) is None


def test_i15_a_rate_below_the_floor_is_named_and_the_floor_is_offered() -> None:
    check = floor_for_small_payee(InterestTerms(Basis.ANNUAL, Decimal("0.028")), date(2026, 3, 1))
    assert (check.below, str(check.floor)) == (True, "0.0300")
    reserved = accrue(Decimal(36500), date(2026, 3, 1), [], check.terms, date(2026, 3, 11))
    assert str(reserved.total_interest) == "30.00"


def test_i8_the_statutory_rate_is_not_capped_at_four_times_lpr() -> None:
    check = floor_for_small_payee(InterestTerms(Basis.SME), date(2026, 3, 1))
    assert (check.below, check.terms.basis) == (False, Basis.SME)


def test_yearly_rates_compare_like_with_like() -> None:
    on = date(2026, 3, 1)
    assert yearly_rate(InterestTerms(Basis.SME), on) == Decimal("0.1825")
    assert yearly_rate(InterestTerms(Basis.JUDGMENT), on) == Decimal("0.063875")
    assert yearly_rate(InterestTerms(Basis.LPR_FIXED, multiple=Decimal("1.5")), on) == Decimal("0.04500")


def test_signing_in_a_month_without_lpr_is_provisional() -> None:
    assert floor_for_small_payee(InterestTerms(Basis.SME), date(2026, 11, 23)).provisional
