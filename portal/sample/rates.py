"""Sample tax rates: the table that prices follow when they name no rate of their own."""

from datetime import date
from decimal import Decimal

from billing import tax_rates
from billing.models import RateLine, TaxRate
from portal.sample.moments import local
from portal.sample.people import People

SIX = Decimal(6)
REFORM, LAW = date(2016, 5, 1), date(2026, 1, 1)


def make_tax_rates(people: People, *, today: date) -> None:
    """Six per cent for every kind of fee, by the rules of 2016 and then by the law of 2026."""
    at = local(today, 9)
    for kind in RateLine.FeeKind.values:
        for day, basis in (
            (REFORM, "财税〔2016〕36 号附件 1 第十五条（现代服务）"),
            (LAW, "《增值税法》第十条第三项（销售服务、无形资产）"),
        ):
            row = TaxRate(fee_kind=kind, rate=SIX, valid_from=day, basis=basis)
            tax_rates.keep_tax_rate(row, by=people["caiwuzhang"], at=at)
