"""The portal: Party B reads its own issued bills and nothing else."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing import receipts
from billing.models import Document
from contracts.models import Agreement
from people.models import User
from tests.billing import making
from tests.billing.making import NOW

NOVEMBER = NOW.replace(month=11, day=20)
PAGES = ("/portal/documents/{}/", "/portal/documents/{}/pdf/", "/portal/documents/{}/interest/")


@pytest.fixture
def portal(client: Client, party_b: User) -> Client:
    client.force_login(party_b)
    return client


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOVEMBER, tick=False):
        yield


@pytest.fixture
def overdue(bill: Document, finance: User) -> Document:
    """The bill, due on 21 October, of which 1,000.00 were paid on the 31st."""
    making.received(bill, finance)
    paid = making.receipt("1000.00", value_date=date(2026, 10, 31), at=NOVEMBER)
    receipts.allocate(paid, bill, by=finance, at=NOVEMBER)
    return bill


def test_the_list_shows_what_is_owed_and_how_late_it_is(portal: Client, overdue: Document) -> None:
    page = portal.get("/portal/documents/").content.decode()

    for words in ("ZD-2026-00001", "5,406.00", "4,433.03", "逾期", "部分支付", "2026-10-21", "已逾期 30 天"):
        assert words in page


def test_drafts_and_bills_of_others_are_not_listed(
    portal: Client, agreement: Agreement, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    making.draft(agreement, finance)
    making.issued(other_agreement, finance, finance_lead)

    assert "还没有开给贵单位的账单" in portal.get("/portal/documents/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [("?q=00001", True), ("?q=99999", False), ("?state=overdue", True), ("?state=paid", False), ("?state=x", True)],
)
def test_the_list_is_searched_and_filtered(portal: Client, overdue: Document, query: str, found: bool) -> None:
    page = portal.get(f"/portal/documents/{query}").content.decode()

    assert ("ZD-2026-00001" in page) is found
    assert ("没有找到符合条件的账单" in page) is not found


def test_the_page_of_a_bill_explains_itself(portal: Client, overdue: Document) -> None:
    page = portal.get(f"/portal/documents/{overdue.pk}/").content.decode()

    for words in (
        "2,000 × 0.05 = 100 元",  # the working of a line
        "2026年10月8日（周四）收到，当日不计，自次日起计10个工作日",  # how the due date was counted
        "10月10日（周六），国庆节调休上班，第2个工作日",
        "27.03", "972.97",  # what the payment paid
        "2026-10-22 – 2026-10-31", "2026-11-01 – 2026-11-20",  # the segments of interest
        "71.36",  # 27.03 + 4,433.03 × 0.05 % × 20
        "4,477.36",  # what settles the bill today
        "伍仟肆佰零陆元整",
    ):  # fmt: skip
        assert words in page, words


def test_the_page_speaks_english(portal: Client, overdue: Document, party_b: User) -> None:
    portal.cookies["shouyue_language"] = "en"

    page = portal.get(f"/portal/documents/{overdue.pk}/").content.decode()

    assert "make-up working day for National Day" in page or "Received Thu 8 Oct" in page


def test_a_bill_without_a_formal_invoice_says_so(portal: Client, bill: Document) -> None:
    page = portal.get(f"/portal/documents/{bill.pk}/").content.decode()

    assert "收到正式发票后起算" in page
    assert "还没有登记正式发票" in page


@pytest.mark.parametrize("page", PAGES)
def test_foreign_and_unissued_bills_answer_like_missing_ones(
    portal: Client, agreement: Agreement, other_agreement: Agreement, finance: User, finance_lead: User, page: str
) -> None:
    foreign = making.issued(other_agreement, finance, finance_lead)
    draft = making.draft(agreement, finance)

    answers = [portal.get(page.format(pk)) for pk in (foreign.pk, draft.pk, 999_999)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({_without_nonce(answer.content) for answer in answers}) == 1


def _without_nonce(content: bytes) -> str:
    lines = content.decode().splitlines()
    return "\n".join(line for line in lines if "nonce" not in line and "csrf" not in line)


@pytest.mark.parametrize("page", ["/portal/documents/", *(page.format(1) for page in PAGES)])
def test_nobody_reads_without_signing_in(client: Client, page: str) -> None:
    assert client.get(page).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_change_nothing(portal: Client, overdue: Document, page: str) -> None:
    assert portal.post(page.format(overdue.pk)).status_code == 405


def test_the_bill_is_downloaded_as_it_was_kept(portal: Client, overdue: Document) -> None:
    answer = portal.get(f"/portal/documents/{overdue.pk}/pdf/")

    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"] == 'attachment; filename="ZD-2026-00001.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
    assert portal.get(f"/portal/documents/{overdue.pk}/pdf/").content == answer.content


def test_the_interest_statement_is_downloaded(portal: Client, overdue: Document) -> None:
    answer = portal.get(f"/portal/documents/{overdue.pk}/interest/")

    assert answer.content.startswith(b"%PDF")
    assert "ZD-2026-00001-interest-20261120.pdf" in answer["Content-Disposition"]


def test_without_interest_the_reader_is_told_why(portal: Client, bill: Document) -> None:
    answer = portal.get(f"/portal/documents/{bill.pk}/interest/", follow=True)

    assert "该账单没有逾期利息，也没有收款" in answer.content.decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_the_list_asks_the_same_queries_for_many_bills(
    portal: Client, overdue: Document, finance: User, finance_lead: User
) -> None:
    one = queries(portal, "/portal/documents/")
    making.more_bills(overdue.agreement, finance, finance_lead, count=4)

    assert queries(portal, "/portal/documents/") == one <= 12


def test_the_page_asks_the_same_queries_for_many_payments(portal: Client, overdue: Document, finance: User) -> None:
    page = f"/portal/documents/{overdue.pk}/"
    one = queries(portal, page)
    for day in (10, 11, 12):
        paid = making.receipt("100.00", value_date=date(2026, 11, day), at=NOVEMBER)
        receipts.allocate(paid, overdue, by=finance, at=NOVEMBER)

    assert queries(portal, page) == one <= 15
