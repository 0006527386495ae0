"""Tax by date: the table follows on without gaps or overlaps, and a bill takes the rate of its tax point."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing import invoicing, tariffs, tax_rates
from billing.charging import charges_of
from billing.models import Document, RateLine, TaxRate
from billing.pricing import in_words
from billing.taxing import taxed
from contracts.models import Agreement
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests.billing import making
from tests.billing.making import NOW, OCTOBER

EARLY = date(2016, 5, 1)


def table(rate: str = "6", day: date = EARLY, *, by: User, **changes: Any) -> TaxRate:
    fields = {"fee_kind": "query", "rate": Decimal(rate), "valid_from": day, "basis": "增值税法第十条", **changes}
    return tax_rates.keep_tax_rate(TaxRate(**fields), by=by, at=NOW)


def following(agreement: Agreement, **changes: Any) -> RateLine:
    """Queries at 0.05 yuan, taxed by the table, and 2,000 of them in September."""
    line = making.rate(agreement, tax_rate=None, **changes)
    making.use(agreement, making.event("2000"))
    return line


def drafted(agreement: Agreement, by: User) -> Document:
    return invoicing.draft_from_usage(agreement, period=making.period(agreement), by=by, at=NOW)


def test_a_new_rate_ends_the_one_before_it(finance_lead: User) -> None:
    first = table(by=finance_lead)
    table("3", OCTOBER, by=finance_lead)

    first.refresh_from_db()
    assert first.valid_to == OCTOBER
    actions = Event.objects.filter(action__startswith="tax_rate.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["tax_rate.added", "tax_rate.ended", "tax_rate.added"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"day": date(2020, 1, 1), "valid_to": date(2020, 6, 1)}, "已有税率 3%", id="within another"),
        pytest.param({"day": date(2015, 1, 1)}, "适用期不能重叠", id="open before another"),
    ],
)
def test_rates_do_not_overlap(finance_lead: User, changes: dict[str, Any], words: str) -> None:
    table("3", valid_to=date(2025, 1, 1), by=finance_lead)

    with pytest.raises(Refused, match=words):
        table("6", by=finance_lead, **changes)
    table("6", by=finance_lead, fee_kind="download", **changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        pytest.param({"valid_from": date(2020, 1, 1)}, "taxrate_no_overlap", id="overlap"),
        pytest.param({"rate": Decimal(100), "fee_kind": "other"}, "taxrate_range", id="range"),
        pytest.param({"basis": "", "fee_kind": "other"}, "taxrate_has_basis", id="basis"),
        pytest.param({"valid_to": EARLY, "fee_kind": "other"}, "taxrate_interval", id="interval"),
    ],
)
def test_the_database_itself_refuses(finance_lead: User, changes: dict[str, Any], name: str) -> None:
    table(by=finance_lead)
    fields = {"fee_kind": "query", "rate": Decimal(6), "valid_from": EARLY, "basis": "文号", **changes}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        TaxRate.objects.create(**fields)


def test_a_bill_takes_the_rate_of_its_tax_point(agreement: Agreement, finance: User, finance_lead: User) -> None:
    table(by=finance_lead)
    table("3", date(2026, 9, 30), by=finance_lead)
    following(agreement)

    [line] = drafted(agreement, finance).lines.all()

    assert (line.tax_point, str(line.tax_rate), str(line.net), str(line.gross)) == (
        date(2026, 9, 30), "3.0000", "100.00", "103.00",
    )  # fmt: skip
    assert line.tax_row is not None
    assert in_words(line.trace, "次")[-1] == "税率 3%（计税日 2026-09-30，依据 增值税法第十条）"


def test_a_price_with_tax_keeps_its_total(agreement: Agreement, finance: User, finance_lead: User) -> None:
    table("3", by=finance_lead)
    following(agreement, tax_basis="included", unit_price=Decimal("0.053"))

    [line] = drafted(agreement, finance).lines.all()

    assert (str(line.net), str(line.tax), str(line.gross)) == ("102.91", "3.09", "106.00")
    assert (line.unit_price, "含税价：总价 106.00 元，其中税额 3.09 元" in line.trace["detail"]) == (None, True)


def test_late_use_of_a_price_with_tax_adds_to_its_total(agreement: Agreement, finance: User) -> None:
    line = making.rate(agreement, tax_basis="included", unit_price=Decimal("0.0333"))
    making.use(agreement, making.event("1000"))
    drafted(agreement, finance)
    making.use(agreement, making.event("1"))
    october = making.period(agreement, OCTOBER)

    charges = charges_of(agreement, october)

    assert [str(charge.taxed.gross) for charge in charges if charge.period != october] == ["0.03"]
    assert line.includes_tax


def test_a_price_that_follows_the_table_needs_a_rate(agreement: Agreement, finance: User) -> None:
    following(agreement)

    with pytest.raises(Refused, match="“查询费”在 2026-09-30 没有税率，请先在税率表中登记"):
        drafted(agreement, finance)


def test_what_bills_were_made_with_stays(agreement: Agreement, finance: User, finance_lead: User) -> None:
    row = table(by=finance_lead)
    following(agreement)
    drafted(agreement, finance)

    row.rate = Decimal(5)
    with pytest.raises(Refused, match="已有账单按这个税率计税，不能修改"):
        tax_rates.keep_tax_rate(row, by=finance_lead, at=NOW)
    with pytest.raises(Refused, match="新税率的适用日须晚于这一天"):
        table("3", date(2026, 9, 15), by=finance_lead)
    with pytest.raises(Refused, match="已有账单按这个税率计税到 2026-09-30"):
        tax_rates.end_tax_rate(row, on=date(2026, 9, 30), by=finance_lead, at=NOW)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        TaxRate.objects.filter(pk=row.pk).update(rate=Decimal(5))
    tax_rates.end_tax_rate(row, on=OCTOBER, by=finance_lead, at=NOW)
    assert TaxRate.objects.get().valid_to == OCTOBER


@pytest.mark.parametrize(
    ("agreed", "basis", "words"),
    [("gross", "excluded", "须填含税价"), ("net", "included", "须填不含税价")],
)
def test_a_price_obeys_what_the_agreement_says_of_changes(
    agreement: Agreement, finance: User, monkeypatch: pytest.MonkeyPatch, agreed: str, basis: str, words: str
) -> None:
    monkeypatch.setattr(tariffs, "answer_of", lambda version, key: agreed)
    line = making.rate(agreement, tax_basis=basis)
    tariffs.keep_rate(line, by=finance, at=NOW)

    line.tax_rate = None
    with pytest.raises(Refused, match=words):
        tariffs.keep_rate(line, by=finance, at=NOW)


@given(
    amount=st.decimals("0", "9999999", places=2),
    rate=st.decimals("0", "50", places=2),
    basis=st.sampled_from(RateLine.TaxBasis.values),
)
def test_tax_and_price_are_the_total(amount: Decimal, rate: Decimal, basis: str) -> None:
    found = taxed(RateLine(tax_basis=basis), amount, rate)

    assert found.net + found.tax == found.gross
    assert (found.gross if basis == "included" else found.net) == amount
    assert abs(found.tax - found.net * rate / 100) <= Decimal("0.01")
