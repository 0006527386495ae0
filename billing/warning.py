"""What the law says against agreed rates, told where the terms are entered (contracts.warning)."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from billing import lpr_rates
from billing.lawful_rates import floor_for_small_payee
from billing.lpr import LprUnknown
from billing.overdue import NO_INTEREST, terms_of
from billing.wording import percent
from contracts.models import AgreementVersion
from contracts.parties import small_payee


def rate_warnings(version: AgreementVersion, on: date) -> Iterator[str]:
    """An agreed rate below the one-year LPR at signing (of today before), where Order 802 art. 17 protects Party A."""
    terms = terms_of(version)
    if terms == NO_INTEREST or not small_payee(version.agreement):
        return
    try:
        check = floor_for_small_payee(terms, version.agreement.signed_on or on, lpr_table=lpr_rates.table())
    except LprUnknown:
        return
    if check.below:
        yield _(
            "约定的逾期利率折合年 %(agreed)s，低于一年期 LPR %(floor)s：甲方是中小企业，"
            "国务院令第 802 号第十七条要求不低于合同订立时的一年期 LPR。请改约；不改的，利息页面会并列保留主张的数额。"
        ) % {"agreed": percent(check.agreed), "floor": percent(check.floor)}
