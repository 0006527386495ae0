"""Use by month and meter: sums, filters, charts, files; Party B sees its own."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import UsageRecord
from billing.periods import midnight
from billing.usage_page import UsageSheet, asked, mode_of
from contracts.models import Agreement
from people.models import User
from tests.billing import making
from tests.billing.making import NOW

EDGE = midnight(date(2026, 9, 1))


@pytest.fixture
def used(agreement: Agreement, other_agreement: Agreement) -> Agreement:
    """Queries of August and September, a download, and use of another organisation."""
    making.rate(agreement)
    making.use(
        agreement,
        making.event("100", occurred_at=EDGE - timedelta(seconds=1)),
        making.event("150", occurred_at=EDGE),
        making.event("0.5"),
        making.event("7", meter="download-QJ-01"),
    )
    making.use(other_agreement, making.event("9999"))
    return agreement


def sheet(**params: str) -> UsageSheet:
    return UsageSheet(UsageRecord.objects.all(), asked(params, at=NOW))


@pytest.mark.once
@pytest.mark.parametrize(
    ("meter", "kind", "mode"),
    [("query", "other", "query"), ("interface_rk", "query", "interface"), ("rk-01", "download", "download"),
     ("rk-01", "platform", "other")],
)  # fmt: skip
def test_modes(meter: str, kind: str, mode: str) -> None:
    assert mode_of(meter, kind) == mode


def test_months_are_those_of_shanghai_and_are_compared(used: Agreement) -> None:
    lines = sheet(agreement=str(used.pk)).lines

    assert [(line.month, line.meter, line.quantity, line.rows, line.change) for line in lines] == [
        ("2026-09", "download-QJ-01", Decimal(7), 1, "—"),
        ("2026-09", "query", Decimal("150.5"), 2, "+50 %"),
        ("2026-08", "query", Decimal(100), 1, "—"),
    ]
    assert lines[1].label == "人口库查询"


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"mode": "download"}, ["download-QJ-01"], id="mode"),
        pytest.param({"meter": "query", "from": "2026-09"}, ["query", "query"], id="meter and month"),
        pytest.param({"from": "2026-10"}, [], id="a month without use"),
        pytest.param({"agreement": "x", "mode": "y", "from": "z"}, ["download-QJ-01", "query", "query", "query"],
                     id="what cannot be meant"),
    ],
)  # fmt: skip
def test_filters(used: Agreement, params: dict[str, str], found: list[str]) -> None:
    assert sorted(line.meter for line in sheet(**params).lines) == found


def test_the_chart_has_a_gap_where_there_was_no_use(used: Agreement) -> None:
    charts = {str(chart.label): chart for chart in sheet(agreement=str(used.pk), **{"from": "2026-07"}).charts}

    assert charts["人口库查询（query）：每月用量（次）"].labels == ["2026-08", "2026-09", "2026-10"]
    assert charts["人口库查询（query）：每月用量（次）"].series == {used.number: [100.0, 150.5, None]}
    assert charts["download-QJ-01：每月用量"].series == {used.number: [7.0, None]}


def test_party_b_sees_its_own(
    client: Client, used: Agreement, party_b: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client.force_login(party_b)

    with django_assert_max_num_queries(16):
        page = client.get(reverse("billing:usage"), {"to": "2026-09"}).content.decode()

    assert "150.5" in page
    assert "9,999" not in page
    file = b"".join(client.get(reverse("billing:usage-file"), {"as": "csv", "to": "2026-09"})).decode()
    assert "2026-09" in file
    assert "9999" not in file


def test_the_console_shows_all(client: Client, used: Agreement, finance: User) -> None:
    client.force_login(finance)

    page = client.get(reverse("admin:billing_usagerecord_figures"), {"to": "2026-09"}).content.decode()

    assert "9,999" in page
    assert client.get(reverse("admin:billing_usagerecord_figuresfile"), {"as": "pdf"}).status_code == 404
