"""The pages of money: figures by hand, everybody's and Party B's own, files, fixed queries."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from billing import disputes, receipts
from billing.ageing import BUCKETS, CREDIT, DISPUTED, ageing, ageing_sheet, bucket_of
from billing.debtors import debtors_sheet
from billing.forecast import LATER, OVERDUE, UNSTARTED, forecast, spans
from billing.models import Document
from billing.money_asking import Asked, asked
from billing.money_sheets import MoneySheet
from billing.open_items import OpenBill
from billing.paying_habits import PaidBill
from billing.revenue import by_months, revenue_sheet
from billing.sales_outstanding import days_outstanding, dso_sheet
from contracts.models import Agreement
from people.models import User
from tests import make
from tests.billing import making, money_world
from tests.billing.money_world import AT, ON

CONSOLE = "/admin/billing/ledgerentry/"
PAGES = ("", "ageing/", "account/", "forecast/", "revenue/", "debtors/", "dso/")
WHAT = Asked(on=ON, since=date(2026, 1, 1))


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def bill(agreement: Agreement, other_agreement: Agreement, finance: User, finance_lead: User) -> Document:
    """The late bill of a world that holds every kind of movement."""
    make.calendar()
    return money_world.world(agreement, other_agreement, finance, finance_lead)


@pytest.fixture
def console(client: Client, finance: User) -> Client:
    client.force_login(finance)
    return client


def cells(sheet: MoneySheet, at: int = 0) -> dict[str, Any]:
    return {name: str(value) for name, value in sheet.rows[at].cells.items()}


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-5, "not_due"), (0, "not_due"), (1, "d30"), (30, "d30"), (31, "d60"), (60, "d60"), (61, "d90"), (90, "d90"),
     (91, "older"), (4000, "older")],
)  # fmt: skip
def test_the_edges_of_the_ages(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket


def test_the_ageing_adds_up_with_disputes_and_credit(bill: Document, party_b: User) -> None:
    objection = disputes.Objection(amount=Decimal("27.03"), reason="用量有误")
    disputes.open_dispute(bill, objection, by=party_b, through="portal", on=ON, at=AT)
    own = bill.agreement.party_b_id
    other = Agreement.objects.exclude(pk=bill.agreement_id).get().party_b_id

    lines = ageing(ON)

    late = lines[own, bill.agreement_id]
    assert (late.fen["d30"], late.fen[DISPUTED], late.balance) == (430000, 2703, 432703)  # 30 days over 21 October
    assert (lines[own, None].fen, lines[other, None].fen) == ({CREDIT: -1000}, {CREDIT: -50000})
    assert sum(line.fen[name] for line in lines.values() for name in (*BUCKETS, DISPUTED, CREDIT)) == 381703
    later = ageing(date(2026, 11, 21))[own, bill.agreement_id]
    assert (later.fen["d30"], later.fen["d60"]) == (0, 430000)


def test_the_ageing_by_organisation_and_narrowed(bill: Document) -> None:
    sheet = ageing_sheet(Asked(on=ON, since=ON, by="organisation", body=bill.agreement.party_b_id))

    assert [row.cells["body"] for row in sheet.rows] == ["市大数据管理局"]
    assert sheet.total is not None
    assert (str(sheet.total["d30"]), str(sheet.total["balance"])) == ("4327.03", "4317.03")


def open_bill(
    due_on: date | None, fen: int, *, body: int = 1, disputed: int = 0, provisional: bool = False
) -> OpenBill:
    return OpenBill(
        document=1, number="ZD", agreement=1, body=body, issued_on=date(2026, 9, 1), due_on=due_on,
        provisional=provisional, open_fen=fen, disputed_fen=disputed,
    )  # fmt: skip


def test_the_forecast_by_due_date_and_by_habit() -> None:
    bills = [
        open_bill(date(2026, 11, 19), 100),  # past due
        open_bill(date(2026, 11, 20), 200),  # due today, paid 16 days late as a rule: 6 December
        open_bill(date(2026, 12, 25), 400, disputed=50, provisional=True),
        open_bill(date(2026, 12, 25), 800, body=2),  # nothing known of this debtor
        open_bill(date(2028, 1, 1), 1600),
        open_bill(None, 3200),
    ]
    paid = [PaidBill(1, 1, date(2026, 9, 1), date(2026, 9, 10), date(2026, 9, 10 + late)) for late in (2, 16, 17)]

    found = forecast(bills, paid, on=ON)

    november, december, january = found.spans[:3]
    assert (november.first, november.last, december.last) == (ON, date(2026, 11, 30), date(2026, 12, 31))
    assert {at: fen for at, fen in found.due.items() if fen} == {
        OVERDUE: 100, november: 200, december: 1150, LATER: 1600, UNSTARTED: 3200, "disputed": 50,
    }  # fmt: skip
    assert {at: fen for at, fen in found.habit.items() if fen} == {
        december: 100 + 200 + 800, january: 350, LATER: 1600, UNSTARTED: 3200, "disputed": 50,
    }  # fmt: skip
    assert sum(found.due.values()) == sum(found.habit.values()) == 6300
    assert found.provisional == {december: 350}


def test_weeks_end_on_sunday() -> None:
    assert [(span.first.day, span.last.day) for span in spans(ON, "week")[:3]] == [(20, 22), (23, 29), (30, 6)]


@given(st.integers(-(10**9), 10**9), st.integers(0, 800), st.integers(1, 400))
def test_an_amount_over_months_loses_nothing(fen: int, start: int, length: int) -> None:
    first = date(2026, 1, 1) + timedelta(days=start)

    parts = by_months(fen, first, first + timedelta(days=length))

    assert sum(part for _month, part in parts) == fen
    assert len({month for month, _part in parts}) == len(parts)


@pytest.mark.parametrize(
    ("receivable", "billed", "days", "dso"),
    [(540600, 1621800, 62, "20.7"), (0, 100, 60, "0.0"), (-5, 100, 60, "0.0"), (100, 0, 60, None), (1, 3, 1, "0.3")],
)
def test_days_outstanding(receivable: int, billed: int, days: int, dso: str | None) -> None:
    found = days_outstanding(receivable, billed, days)

    assert (None if found is None else str(found)) == dso


def test_revenue_is_net_of_credits_and_interest_apart(bill: Document) -> None:
    sheet = revenue_sheet(Asked(on=ON, since=date(2026, 1, 1), body=bill.agreement.party_b_id))

    # 5,000.00 platform and 100.00 queries of September; the credit note took back its first line; 27.03 interest paid.
    assert [cells(sheet, at)["month"] for at in range(len(sheet.rows))] == ["2026-09", "2026-10"]
    assert cells(sheet)["platform"] == "4894.00"
    assert cells(sheet)["query"] == "100.00"
    assert (cells(sheet)["interest"], cells(sheet, 1)["interest"]) == ("0.00", "27.03")
    assert (
        cells(revenue_sheet(Asked(on=date(2026, 11, 4), since=date(2026, 1, 1), kind="platform")))["total"]
        == "10000.00"
    )


def test_debtors_with_their_interest(bill: Document) -> None:
    sheet = debtors_sheet(WHAT)

    # 4,433.03 × 0.05 % × 5 days, then 4,327.03 × 15 days, 5.00 of it waived
    assert cells(sheet) == {
        "body": "市大数据管理局", "bills": "1", "open": "4327.03", "overdue": "4327.03", "oldest": "30",
        "interest": "38.54",
    }  # fmt: skip
    assert len(sheet.rows) == 1


def test_turnover_in_working_days(bill: Document, finance: User) -> None:
    rest = making.receipt("4400.00", value_date=ON, at=AT)
    receipts.allocate(rest, bill, by=finance, at=AT)

    rows = [row.cells for row in dso_sheet(Asked(on=ON, since=ON, body=bill.agreement.party_b_id)).rows]

    october = rows[10]
    assert (october["month"], str(october["receivable"]), str(october["billed"])) == ("2026-10", "4433.03", "5406.00")
    assert str(october["dso"]) == str(days_outstanding(443303, 540600, october["days"]))
    paid = rows[12]  # received on 8 October, paid in full on 20 November: 32 working days, the 10th of October is one
    assert (paid["month"], paid["body"], str(paid["median"]), paid["count"]) == ("2026-11", "市大数据管理局", "32.0", 1)


def test_a_sheet_is_sorted_either_way_and_never_by_what_is_no_column(bill: Document) -> None:
    sheet = ageing_sheet(WHAT)

    assert [str(row.cells["balance"]) for row in sheet.rows] == ["4327.03", "-10.00", "-500.00"]
    assert [str(row.cells["balance"]) for row in sheet.sorted_by("balance").rows] == ["-500.00", "-10.00", "4327.03"]
    assert sheet.sorted_by("nothing").rows == sheet.rows


@pytest.mark.parametrize("query", ["on=2026-99-99&organisation=x&agreement=-1", "on=1.1.2026&from=2099-01-01", ""])
def test_an_address_that_means_nothing_asks_for_today(query: str) -> None:
    params = dict(part.split("=") for part in query.split("&")) if query else {}

    what = asked(params, today=ON)

    assert (what.on, what.body, what.agreement) == (ON, None, None)
    assert what.since <= ON


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_of_the_console_answer_and_are_exported(console: Client, bill: Document, page: str) -> None:
    body = bill.agreement.party_b_id
    query = f"organisation={body}" if page else ""

    text = console.get(f"{CONSOLE}{page}?{query}").content.decode()

    assert "市大数据管理局" in text
    assert "往来明细账" in text
    if page:
        csv = b"".join(console.get(f"{CONSOLE}{page}?{query}&format=csv")).decode()
        assert csv.startswith("\ufeff")
        assert len(csv.splitlines()) > 1
        assert b"".join(console.get(f"{CONSOLE}{page}?{query}&format=xlsx")).startswith(b"PK")


def test_those_who_may_not_export_read_only(client: Client, bill: Document, operator: User) -> None:
    client.force_login(operator)

    assert [client.get(f"{CONSOLE}{page}").status_code for page in PAGES] == [403] * len(PAGES)


def test_the_statement_on_paper_says_what_the_page_says(console: Client, bill: Document) -> None:
    answer = console.get(f"{CONSOLE}account/?organisation={bill.agreement.party_b_id}&from=2026-10-05&format=pdf")

    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    for words in ("往来对账单", "5,406.00", "27.03", "1,000.00", "106.00", "10.00", "4,317.03", "DX-2026-00001"):
        assert words in text, words
    assert console.get(f"{CONSOLE}account/?format=pdf").status_code == 302


@pytest.fixture
def portal(client: Client, party_b: User) -> Client:
    client.force_login(party_b)
    return client


def test_party_b_reads_its_own_account_and_no_other(portal: Client, bill: Document, other_agreement: Agreement) -> None:
    text = portal.get("/portal/account/").content.decode()

    for words in ("市大数据管理局", "ZD-2026-00001", "4,317.03", "贷项通知单"):
        assert words in text, words
    assert "市公积金管理中心" not in text
    assert portal.get("/portal/account/?format=pdf").content.startswith(b"%PDF")
    foreign, missing = other_agreement.party_b_id, 999_999
    queries = [f"organisation={foreign}", f"organisation={missing}", f"agreement={other_agreement.pk}",
               f"agreement={missing}", "organisation=x"]  # fmt: skip
    assert [portal.get(f"/portal/account/?{query}").status_code for query in queries] == [404] * 5
    assert portal.post("/portal/account/").status_code == 405


def test_whoever_has_no_organisation_has_no_account(client: Client, outsider: User) -> None:
    client.force_login(outsider)

    assert "还没有所属单位" in client.get("/portal/account/").content.decode()


def test_both_home_pages_say_what_is_owed(client: Client, bill: Document, finance: User, party_b: User) -> None:
    client.force_login(finance)
    assert "4,327.03" in client.get("/admin/").content.decode()
    client.force_login(party_b)
    assert "4,327.03" in client.get("/portal/").content.decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_the_pages_ask_the_same_queries_for_many_bills(
    console: Client, bill: Document, finance: User, finance_lead: User
) -> None:
    urls = [f"{CONSOLE}{page}?on=2028-12-31&organisation={bill.agreement.party_b_id}" for page in PAGES[1:]]
    urls += [CONSOLE]
    one = [queries(console, url) for url in urls]
    making.more_bills(bill.agreement, finance, finance_lead, count=5)

    assert [queries(console, url) for url in urls] == one
    assert max(one) <= 20


def test_party_bs_account_asks_the_same_queries_for_many_bills(
    portal: Client, bill: Document, finance: User, finance_lead: User
) -> None:
    one = queries(portal, "/portal/account/?on=2028-12-31")
    making.more_bills(bill.agreement, finance, finance_lead, count=5)

    assert queries(portal, "/portal/account/?on=2028-12-31") == one <= 16
