"""The tariff: prices do not meet, and one that was billed stays as it is."""

from datetime import date
from decimal import Decimal

import pytest

from billing import tariffs
from billing.models import Document, RateLine
from contracts.models import Agreement
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests.billing import making
from tests.billing.making import NOW


def test_a_price_is_kept_with_its_event(agreement: Agreement, finance: User) -> None:
    line = making.rate(agreement)
    line.unit_price = Decimal("0.06")

    tariffs.keep_rate(line, by=finance, at=NOW)

    assert Event.objects.get(action="rate.changed").data["unit_price"] == "0.06"
    assert line.history.count() == 2


def test_two_prices_of_one_meter_do_not_meet(agreement: Agreement, finance: User) -> None:
    first = making.rate(agreement, valid_to=date(2026, 7, 1))
    second = RateLine(**{field.attname: getattr(first, field.attname) for field in RateLine._meta.fields})
    second.pk, second.name, second.valid_from, second.valid_to = None, "新价", date(2026, 6, 30), None

    with pytest.raises(Refused, match="在同一适用期已有价目“人口库查询”"):
        tariffs.keep_rate(second, by=finance, at=NOW)

    second.valid_from = date(2026, 7, 1)
    tariffs.keep_rate(second, by=finance, at=NOW)


def test_tiers_that_cannot_be_read_are_refused(agreement: Agreement, finance: User) -> None:
    line = making.rate(agreement, model="graduated", unit_price=None, tiers=[{"up_to": "10", "unit_price": "1"}])

    with pytest.raises(Refused, match="价目“人口库查询”的阶梯有误"):
        tariffs.keep_rate(line, by=finance, at=NOW)


def test_a_billed_price_is_not_changed_but_ended(bill: Document, finance: User) -> None:
    line = RateLine.objects.get(meter="query")
    with pytest.raises(Refused, match="已经用于出账，不能修改"):
        tariffs.keep_rate(line, by=finance, at=NOW)
    with pytest.raises(Refused, match="该价目已经出账到 2026-09-30"):
        tariffs.end_rate(line, on=date(2026, 9, 15), by=finance, at=NOW)

    assert tariffs.end_rate(line, on=date(2026, 10, 1), by=finance, at=NOW).valid_to == date(2026, 10, 1)


def test_a_price_ends_after_it_begins(agreement: Agreement, finance: User) -> None:
    with pytest.raises(Refused, match="结束日期须晚于适用自 2026-01-01"):
        tariffs.end_rate(making.rate(agreement), on=date(2026, 1, 1), by=finance, at=NOW)
