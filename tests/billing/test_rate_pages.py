"""The console's pages on prices and tax rates, and the calculator in console and portal."""

import csv
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from billing.models import Document, RateLine, TaxRate
from billing.sentences import in_both, sentence
from contracts.models import Agreement
from people.models import User
from people.submitting import KEY_FIELD, new_key
from tests.billing import making
from tests.billing.making import NOW

NOVEMBER = NOW.replace(month=11, day=20)
RATES, TAXES = "/admin/billing/rateline/", "/admin/billing/taxrate/"
CALCULATOR, PORTAL = f"{RATES}calculator/", "/portal/rates/"
TIERS = {"tiers-up_to": ["1000", ""], "tiers-unit_price": ["0.05", "0.03"], "tiers-flat": ["", "10"]}
SEPTEMBER = {"quantity": "2000", "first": "2026-09-01", "last": "2026-09-30", "months": "1"}


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOVEMBER, tick=False):
        yield


@pytest.fixture
def clerk(client: Client, finance: User) -> Client:
    client.force_login(finance)
    return client


def shown(client: Client, url: str, **asked: Any) -> str:
    answer = client.get(url, asked)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def sent(client: Client, url: str, **fields: Any) -> str:
    answer = client.post(url, fields, follow=True)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


@pytest.fixture
def fields(agreement: Agreement) -> dict[str, Any]:
    """A graduated price as it is typed."""
    return {
        "version": agreement.versions.get().pk, "fee_kind": "query", "name": "查询", "clause": "6.1.1",
        "model": "graduated", "meter": "query", "unit": "次", "free_units": "0", "tax_rate": "6",
        "tax_basis": "excluded", "valid_from": "2026-01-01", **TIERS,
    }  # fmt: skip


def test_a_price_with_tiers_is_entered_as_a_table(clerk: Client, fields: dict[str, Any]) -> None:
    sent(clerk, f"{RATES}add/", **fields)

    [line] = RateLine.objects.all()
    assert line.tiers == [{"up_to": "1000", "unit_price": "0.05"}, {"up_to": None, "unit_price": "0.03", "flat": "10"}]
    page = shown(clerk, f"{RATES}{line.pk}/change/")
    assert 'name="tiers-unit_price" value="0.03"' in page
    assert "分段累进，各段用量按各段的价：超过 0 至 1,000：每次 0.05 元；超过 1,000：每次 0.03 元另加 10.00 元" in page
    assert "plus 6% tax." in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"tiers-up_to": ["10", "5"]}, "的阶梯有误", id="falling"),
        pytest.param({"tiers-unit_price": ["0.05", "x"]}, "第 2 档：“x”不是有效的数值", id="no number"),
        pytest.param({"tiers-unit_price": ["", "1"]}, "第 1 档没有填单价，也没有填固定费", id="no price"),
        pytest.param(
            {"model": "unit", "unit_price": "0.0000001"}, "小数位数过多，最多 6 位小数", id="too many decimals"
        ),
        pytest.param({"model": "unit"}, "按量单价和按包计价的项目须填写单价", id="unit without price"),
        pytest.param({"minimum": "10", "maximum": "5"}, "最高收费不能低于最低收费", id="bounds"),
    ],
)
def test_a_wrong_price_is_refused_in_words(
    clerk: Client, fields: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    assert words in sent(clerk, f"{RATES}add/", **{**fields, **changes})
    assert not RateLine.objects.exists()


def test_a_price_that_meets_another_keeps_what_was_typed(clerk: Client, fields: dict[str, Any]) -> None:
    sent(clerk, f"{RATES}add/", **fields)

    page = sent(clerk, f"{RATES}add/", **{**fields, "name": "另一条"})

    assert "在同一适用期已有价目“查询”" in page
    assert 'name="tiers-up_to" value="1000"' in page


def test_a_billed_price_is_shown_and_frozen(clerk: Client, bill: Document) -> None:
    line = RateLine.objects.get(meter="query")

    page = shown(clerk, f"{RATES}{line.pk}/change/")

    assert "已经用于出账的价目不能修改" in page
    assert 'name="unit_price"' not in page


def test_the_list_is_filtered_sorted_and_exported(
    clerk: Client, bill: Document, other_agreement: Agreement, django_assert_max_num_queries: Any
) -> None:
    making.rate(other_agreement, name="旧价", valid_to=date(2026, 6, 1), tax_basis="included")
    making.rate(other_agreement, name="新价", valid_from=date(2026, 6, 1), tax_rate=None)

    assert "旧价" not in shown(clerk, RATES, applies="now")
    assert "新价" not in shown(clerk, RATES, billed="yes")
    page = shown(clerk, RATES, o="4")
    assert page.index(">0.05<") < page.index(">5,000.00<")
    assert "6%（含税）" in page and "按税率表" in page
    content = b"".join(clerk.get(f"{RATES}export/csv/?q=旧价").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    [row] = csv.DictReader(StringIO(content))
    assert row["说明"] == "每次 0.05 元，含税，税率 6%。"
    with django_assert_max_num_queries(11):
        shown(clerk, RATES)


def test_sentences_of_every_model_in_both_languages(agreement: Agreement) -> None:
    flat = making.platform_fee(agreement)
    package = making.rate(
        agreement, model="package", package_size=Decimal(10), unit="GB", unit_price=Decimal(100),
        free_units=Decimal(20), minimum=Decimal(50), maximum=Decimal(900), tax_rate=None,
    )  # fmt: skip

    assert sentence(flat) == "每期固定 5,000.00 元，另加 6% 的税。"
    assert in_both(package) == [
        (
            "中文",
            "每包 10 GB 100.00 元，不足一包按一包，每期前 20 GB免费，每期最低 50.00 元，每期最高 900.00 元，"
            "另加税，税率按税率表。",
        ),
        (
            "English",
            "CNY 100.00 for each package of 10 GB, begun ones count, the first 20 GB of a period are free, "
            "at least CNY 50.00 a period, at most CNY 900.00 a period, plus tax at the rate of the table.",
        ),
    ]


def test_the_tax_table_is_kept_by_the_lead(client: Client, finance: User, finance_lead: User) -> None:
    typed = {"fee_kind": "query", "rate": "6", "valid_from": "2016-05-01", "basis": "财税〔2016〕36 号"}
    client.force_login(finance)
    assert client.post(f"{TAXES}add/", typed).status_code == 403
    client.force_login(finance_lead)
    sent(client, f"{TAXES}add/", **typed)
    sent(client, f"{TAXES}add/", **{**typed, "rate": "3", "valid_from": "2027-01-01"})

    assert "适用期不能重叠" in sent(client, f"{TAXES}add/", **{**typed, "valid_from": "2015-01-01"})
    page = shown(client, TAXES)
    assert "尚未开始" in page and "适用中" in page
    assert "3%" not in shown(client, TAXES, applies="now")
    row = TaxRate.objects.get(rate=3)
    assert "税率已结束适用" in sent(client, f"{TAXES}{row.pk}/do/end/", on="2028-01-01", **{KEY_FIELD: new_key()})


def test_the_calculator_shows_each_step_and_keeps_nothing(clerk: Client, agreement: Agreement) -> None:
    line = making.rate(
        agreement, model="graduated", unit_price=None, free_units=Decimal(500),
        tiers=[{"up_to": "1000", "unit_price": "0.05"}, {"up_to": None, "unit_price": "0.03"}],
    )  # fmt: skip

    with CaptureQueriesContext(connection) as queries:
        page = shown(clerk, CALCULATOR, agreement=agreement.pk, line=line.pk, **SEPTEMBER)

    for words in (
        "用量 2,000 次", "减免费额度 500 次", "第 1 档，0 至 1,000（含）：1,000 × 0.05 = 50.00", "500 × 0.03 = 15.00",
        "65.00 × 6% = 3.90 元", "68.90", "陆拾捌元玖角整", "整期 30 天",
    ):  # fmt: skip
        assert words in page
    reading = ("SELECT", "DECLARE", "SAVEPOINT", "RELEASE")
    changed = [query["sql"] for query in queries if not query["sql"].startswith(reading)]
    assert changed == []


def test_the_calculator_takes_a_typed_price_for_part_of_a_period(clerk: Client) -> None:
    typed = {"model": "flat", "flat_amount": "1000", "tax_rate": "6", "tax_basis": "included"}
    page = shown(clerk, CALCULATOR, **{**SEPTEMBER, "quantity": "0", "first": "2026-09-09"}, **typed)

    for words in ("按周期的 11/15 折算：-266.666667 元", "22 天，整期 30 天", "733.33 × 6 ÷ 106 = 41.51 元", "691.82"):
        assert words in page


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        pytest.param({"quantity": "-1"}, "用量不能小于零", id="negative"),
        pytest.param({"quantity": "abc"}, "“abc”不是有效的数值", id="no number"),
        pytest.param({"last": "2026-08-01"}, "结束日期不能早于开始日期", id="backwards"),
        pytest.param({"last": "2026-10-01"}, "超出了一个整期（2026-09-01 至 2026-09-30）", id="two periods"),
        pytest.param({"first": "1026-09-01"}, "请填写 2000 年以后的日期", id="long ago"),
        pytest.param({"model": "volume"}, "这种计价方式须填写这一项", id="no tiers"),
        pytest.param({"unit_price": "-2"}, "不能为负数", id="negative price"),
        pytest.param({"tax_rate": "100"}, "税率须在 0 至 100 之间", id="tax"),
        pytest.param({"minimum": "9", "maximum": "1"}, "最高收费不能低于最低收费", id="bounds"),
        pytest.param({"line": "999999", "agreement": "1x"}, "选择一个有效的选项", id="no such price"),
    ],
)
def test_the_calculator_answers_bad_input_in_words(clerk: Client, asked: dict[str, str], words: str) -> None:
    typed = {**SEPTEMBER, "model": "unit", "unit_price": "1", "tax_rate": "6", "tax_basis": "excluded"}

    page = shown(clerk, CALCULATOR, **{**typed, **asked})

    assert words in page
    assert "价税合计" not in page


def test_a_chosen_agreement_offers_its_prices(clerk: Client, agreement: Agreement, other_agreement: Agreement) -> None:
    making.rate(agreement)
    making.rate(other_agreement, name="别家的")

    page = shown(clerk, CALCULATOR, agreement=agreement.pk)

    assert "人口库查询 ·" in page
    assert "别家的" not in page
    assert "errorlist" not in page


def test_party_b_tries_its_own_prices_only(
    client: Client, party_b: User, agreement: Agreement, other_agreement: Agreement
) -> None:
    own = making.rate(agreement)
    making.rate(agreement, name="将来的", valid_from=date(2027, 1, 1), meter="later")
    foreign = making.rate(other_agreement, name="别家的")
    client.force_login(party_b)

    page = shown(client, PORTAL, agreement=agreement.pk, line=own.pk, **SEPTEMBER)
    assert "每次 0.05 元，另加 6% 的税。" in page and "106.00" in page
    assert "别家的" not in page and "将来的" not in page.split("计算过程")[0].split("<form")[0]
    refused = shown(client, PORTAL, agreement=other_agreement.pk, line=foreign.pk, **SEPTEMBER)
    assert "选择一个有效的选项" in refused and "价税合计" not in refused


def test_the_portal_speaks_english(client: Client, party_b: User, agreement: Agreement) -> None:
    line = making.rate(agreement)
    client.force_login(party_b)
    client.cookies["shouyue_language"] = "en"

    with translation.override("zh-hans"):  # what the page activates ends here
        page = shown(client, PORTAL, agreement=agreement.pk, line=line.pk, **{**SEPTEMBER, "months": "12"})

    assert "CNY 0.05 for each 次, plus 6% tax." in page
