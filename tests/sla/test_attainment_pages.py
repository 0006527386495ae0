"""The attainment pages: every number leads to a list of as many rows, in the console and for Party B."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.models import Agreement
from people.models import User
from sla import tickets, watch
from sla.attainment import Month
from sla.attainment_page import asked
from tests.sla.make_sla import NINE, local, make_ticket

pytestmark = pytest.mark.django_db
LATER = local("2026-10-20 17:00")
SPAN = {"from": "2026-08", "to": "2026-10"}
NUMBER = re.compile(r'<a href="([^"]*(?:figure=|attainment/rows/|alike=)[^"]*)">(\d+)</a>')


@pytest.fixture
def months(agreement: Agreement, party_b: User, operator: User) -> None:
    """A kept, a broken and a paused fault and a question, over two months."""
    for number, days in enumerate((0, 1, 14)):
        at = NINE + timedelta(days=days)
        ticket = make_ticket(
            agreement, party_b, at, title=f"接口超时（第 {number} 次）", impact="whole" if days else "part"
        )
        if days != 1:
            tickets.respond(ticket, at=at + timedelta(hours=1), by=operator, text="正在查。")
        if days == 14:
            tickets.ask_party_b(ticket, at=at + timedelta(hours=2), by=operator, text="请补充。")
    asked_for = make_ticket(agreement, party_b, kind="question", title="怎样申请字段")
    tickets.respond(asked_for, at=NINE + timedelta(hours=1), by=operator, text="见手册。")
    watch.sweep(at=LATER)


def numbers_on(html: str) -> list[tuple[str, int]]:
    return [(unescape(url), int(number)) for url, number in NUMBER.findall(html)]


def test_every_number_of_the_console_is_the_length_of_its_list(client: Client, months: None, ops_lead: User) -> None:
    client.force_login(ops_lead)
    html = client.get(reverse("admin:sla_servicereport_attainment"), SPAN).content.decode()
    found = numbers_on(html)

    assert len(found) > 10
    for url, number in found:
        assert client.get(url).context["cl"].result_count == number, url


def test_every_number_of_the_portal_is_the_length_of_its_list(client: Client, months: None, party_b: User) -> None:
    client.force_login(party_b)
    found = numbers_on(client.get(reverse("sla:attainment"), SPAN).content.decode())

    assert len(found) > 10
    for url, number in found:
        assert client.get(url).context["page_obj"].paginator.count == number, url


def test_party_b_sees_nothing_of_others(client: Client, months: None, party_b: User, party_b_other: User) -> None:
    client.force_login(party_b)
    found = numbers_on(client.get(reverse("sla:attainment"), SPAN).content.decode())
    client.force_login(party_b_other)
    html = client.get(reverse("sla:attainment"), SPAN).content.decode()

    assert "这几个月没有结束或超时的时限" in html
    assert numbers_on(html) == []
    assert all(client.get(url).context["page_obj"].paginator.count == 0 for url, _number in found)


def test_what_is_not_promised_has_no_rate(client: Client, months: None, ops_lead: User) -> None:
    client.force_login(ops_lead)
    html = client.get(reverse("admin:sla_servicereport_attainment"), {**SPAN, "kind": "question"}).content.decode()

    assert "没有约定" in html
    assert not re.search(r"\d %", html)


def test_recurring_faults_are_put_together(client: Client, months: None, ops_lead: User) -> None:
    client.force_login(ops_lead)
    context = client.get(reverse("admin:sla_servicereport_attainment"), SPAN).context

    assert [(line.fault.count, line.fault.breaches) for line in context["sheet"].faults] == [(3, 3)]


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-13&to=x", "agreement=%00&kind=%27&priority=9", "agreement=99999999999999999999",
        "from=2030-01&to=2026-01", "from=0001-01&to=2100-12",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_counts_as_not_asked(client: Client, months: None, ops_lead: User, query: str) -> None:
    client.force_login(ops_lead)

    assert client.get(f"{reverse('admin:sla_servicereport_attainment')}?{query}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "admin:sla_clock_changelist?figure=2026-09..2026-09:nothing", "admin:sla_clock_changelist?figure=x",
        "admin:sla_clock_changelist?figure=2000-01..2100-12:broken", "admin:sla_ticket_changelist?alike=x&queue=all",
        "admin:sla_ticket_changelist?queue=all&alike=2026-09..2026-09:::000000000000",
    ],
)  # fmt: skip
def test_an_address_that_no_number_has_finds_nothing(
    client: Client, months: None, ops_lead: User, address: str
) -> None:
    client.force_login(ops_lead)
    name, _sign, query = address.partition("?")

    assert client.get(f"{reverse(name)}?{query}").context["cl"].result_count == 0


def test_a_part_that_is_none_is_not_there(client: Client, party_b: User) -> None:
    client.force_login(party_b)

    assert client.get(reverse("sla:figure"), {"part": "x"}).status_code == 404


def test_the_page_asks_the_same_queries_for_more_tickets(
    client: Client, months: None, agreement: Agreement, party_b: User, ops_lead: User
) -> None:
    client.force_login(ops_lead)
    url = reverse("admin:sla_servicereport_attainment")
    with CaptureQueriesContext(connection) as before:
        client.get(url, SPAN)
    for minute in range(3):
        make_ticket(agreement, party_b, NINE + timedelta(minutes=minute), title=f"另一件事{minute}")
    watch.sweep(at=LATER)
    with CaptureQueriesContext(connection) as after:
        client.get(url, SPAN)

    assert len(after) <= len(before)


def test_operations_may_look_and_finance_may_not(client: Client, operator: User, finance: User) -> None:
    url = reverse("admin:sla_servicereport_attainment")
    for person, status in ((operator, 200), (finance, 403)):
        client.force_login(person)
        assert client.get(url).status_code == status


def test_without_months_the_last_six_are_shown() -> None:
    what = asked({}, at=local("2026-11-26 10:00"))

    assert (what.first, what.last, urlsplit(what.span).path) == (Month(2026, 6), Month(2026, 11), "2026-06..2026-11")
