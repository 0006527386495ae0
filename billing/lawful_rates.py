"""What the law says about an agreed rate of interest: a floor for small payees, a warning where a court may reduce.

Nothing here changes what was agreed: it warns, and names the rate under which a claim may be reserved.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.interest import JUDGMENT_DAILY, SME_DAILY, Basis, InterestTerms
from billing.lpr import LprTable, bundled
from billing.money import fen

_YEAR = 365
_LOSS_MULTIPLE = Decimal("1.5")  # sales interpretation 18(4): LPR plus 30 to 50 %; the upper end as the loss
_TOO_HIGH = Decimal("1.3")  # interpretation of the contract book 65: more than 30 % above the loss


@dataclass(frozen=True, slots=True)
class FloorCheck:
    """An agreed rate against the floor of Order 802 art. 17, both a year; `terms` are those not below it."""

    agreed: Decimal
    floor: Decimal
    below: bool
    provisional: bool
    terms: InterestTerms


@dataclass(frozen=True, slots=True)
class ReductionRisk:
    """Interest above 130 % of the presumed loss: a court may reduce it, on request only (Civil Code 585)."""

    interest: Decimal
    presumed_loss: Decimal
    limit: Decimal


def yearly_rate(terms: InterestTerms, on: date, *, lpr_table: LprTable | None = None) -> Decimal:
    """The rate a year (share of one) that terms mean on a day; daily rates count 365 days."""
    if terms.basis is Basis.SME:
        return SME_DAILY * _YEAR
    if terms.basis is Basis.JUDGMENT:
        return JUDGMENT_DAILY * _YEAR
    if terms.basis in (Basis.LPR_FIXED, Basis.LPR_FLOATING):
        return (lpr_table or bundled()).on(on).rate * terms.multiple
    rate = terms.rate or Decimal(0)
    return rate * _YEAR if terms.basis is Basis.DAILY else rate


def floor_for_small_payee(terms: InterestTerms, signed_on: date, *, lpr_table: LprTable | None = None) -> FloorCheck:
    """Order 802 art. 17: a rate agreed with a small or medium payee is not below the one-year LPR at signing."""
    quote = (lpr_table or bundled()).on(signed_on)
    agreed = yearly_rate(terms, signed_on, lpr_table=lpr_table)
    below = agreed < quote.rate
    lawful = InterestTerms(Basis.ANNUAL, quote.rate, day_count=terms.day_count, counting=terms.counting)
    return FloorCheck(agreed, quote.rate, below, quote.provisional, replace(lawful, cap=terms.cap) if below else terms)


def reduction_risk(
    interest: Decimal, principal: Decimal, days: int, *, breach_on: date, lpr_table: LprTable | None = None
) -> ReductionRisk | None:
    """The warning where interest is more than 30 % above LPR × 1.5 on the same principal and days, else None."""
    yearly = (lpr_table or bundled()).on(breach_on).rate * _LOSS_MULTIPLE
    loss = Fraction(principal) * Fraction(yearly) * days / _YEAR
    limit = fen(loss * Fraction(_TOO_HIGH))
    return ReductionRisk(interest, fen(loss), limit) if interest > limit else None
