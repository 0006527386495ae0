"""The due list: groups by due date with what they owe, the month of due dates, and what a calendar program reads."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from billing import receipts
from billing.due_groups import group_on
from billing.due_list import cards
from billing.models import Document, FormalInvoice
from contracts.feeds import icalendar_of
from contracts.models import Agreement
from people.models import User
from tests.billing import making
from tests.billing.making import NOW

LIST = "/admin/billing/document/"
DUE = date(2026, 10, 21)  # a Wednesday


@pytest.fixture
def due(bill: Document, finance: User) -> Document:
    """The bill, due on 21 October."""
    making.received(bill, finance)
    return bill


def grouped(today: date) -> dict[str, tuple[int, str]]:
    """The groups that hold something."""
    return {str(card.label): (card.count, card.amount) for card in cards(today) if card.count}


@pytest.mark.parametrize(
    ("today", "group"),
    [
        pytest.param(date(2026, 10, 22), "已逾期", id="the day after"),
        pytest.param(DUE, "今天到期", id="the day"),
        pytest.param(date(2026, 10, 19), "本周内到期", id="monday of its week"),
        pytest.param(date(2026, 10, 18), "下周到期", id="sunday before"),
        pytest.param(date(2026, 10, 11), "以后到期", id="two weeks before"),
    ],
)
def test_a_bill_stands_in_the_group_of_its_due_date(due: Document, today: date, group: str) -> None:
    assert grouped(today) == {group: (1, "5,406.00")}


def test_what_is_paid_leaves_and_what_is_not_received_waits(bill: Document, finance: User) -> None:
    assert grouped(DUE) == {"未起算（待签收发票）": (1, "5,406.00")}
    making.received(bill, finance)
    receipts.allocate(making.receipt("1000.00"), bill, by=finance, at=NOW)
    assert grouped(DUE) == {"今天到期": (1, "4,406.00")}
    receipts.allocate(making.receipt("4406.00"), bill, by=finance, at=NOW)

    assert grouped(DUE) == {}


def test_provisional_dates_have_a_card_of_their_own(due: Document) -> None:
    FormalInvoice.objects.update(due_provisional=True)

    assert grouped(DUE) == {"今天到期": (1, "5,406.00"), "到期日暂定": (1, "5,406.00")}


def test_the_page_and_its_lists(
    client: Client, due: Document, finance: User, operator: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(finance)
    with time_machine.travel(NOW.replace(day=23), tick=False):
        with django_assert_max_num_queries(12):
            page = client.get(f"{LIST}due/").content.decode()
        assert "due=overdue&amp;o=6" in page
        assert "ZD-2026-00001<" in page
        assert "ZD-2026-00001" in client.get(f"{LIST}?due=overdue&o=6").content.decode()
        for other in ("week", "later", "provisional", "unstarted"):
            assert "ZD-2026-00001" not in client.get(f"{LIST}?due={other}").content.decode()
        assert "5,406.00" not in client.get(f"{LIST}due/?month=2026-11").content.decode().split("cal-nav")[1]
        content = b"".join(client.get(f"{LIST}export/csv/?due=overdue").streaming_content)  # type: ignore[attr-defined]
        assert "2026-10-21" in content.decode()
        client.force_login(operator)
        assert client.get(f"{LIST}due/").status_code == 403


def test_party_b_keeps_the_bills_of_a_group(client: Client, due: Document, party_b: User, party_b_other: User) -> None:
    with time_machine.travel(NOW.replace(day=23), tick=False):
        client.force_login(party_b)
        assert "ZD-2026-00001" in client.get("/portal/documents/?due=overdue").content.decode()
        assert "没有找到符合条件的账单" in client.get("/portal/documents/?due=later").content.decode()
        client.force_login(party_b_other)
        assert "ZD-2026-00001" not in client.get("/portal/documents/?due=overdue").content.decode()


def test_a_calendar_program_reads_what_is_still_owed(due: Document, party_b: User, finance: User) -> None:
    receipts.allocate(making.receipt("1000.00"), due, by=finance, at=NOW)

    for user in (party_b, finance):
        told = icalendar_of(user, today=date(2026, 10, 20)).decode().replace("\r\n ", "")
        assert "付款到期：ZD-2026-00001" in told
        assert "未付 4\\,406.00 元" in told


def test_groups_are_words_of_the_list() -> None:
    assert {str(case.result.value) for case in group_on(DUE).cases} == {"unstarted", "overdue", "today", "week", "next"}


def test_an_agreement_without_bills_has_no_groups(agreement: Agreement) -> None:
    assert grouped(DUE) == {}


def test_a_group_is_listed_by_its_due_dates(
    client: Client, due: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    making.more_bills(agreement, finance, finance_lead, count=1)
    with time_machine.travel(NOW.replace(month=12), tick=False):
        client.force_login(finance)
        page = client.get(f"{LIST}?due=overdue&o=6").content.decode()

    assert page.index("ZD-2026-00001") < page.index("ZD-2026-00002")
