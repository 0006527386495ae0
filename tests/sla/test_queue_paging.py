"""A long queue, read along its running clocks, is the queue that sorting every ticket would give."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from contracts.models import Agreement
from people.models import User
from sla import queue_paging, tickets
from sla.admin import tickets as console
from sla.models import Ticket
from sla.queue_paging import page_by_due
from tests.sla.make_sla import NINE, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(agreement: Agreement, party_b: User, operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine reports, the later received the earlier in the list of keys; one answered, one withdrawn."""
    monkeypatch.setattr(queue_paging, "CHUNK", 4)
    made = [
        make_ticket(agreement, party_b, NINE + timedelta(minutes=10 * (9 - n)), title=f"报告 {n}") for n in range(9)
    ]
    tickets.respond(made[8], at=NINE + timedelta(hours=1, minutes=40), by=operator, text="在看。")
    tickets.cancel(made[3], at=NINE + timedelta(hours=2), by=party_b, text="误报。")


@pytest.mark.parametrize("first, size", [(0, 3), (3, 3), (0, 8), (6, 2), (7, 1)])
def test_the_walk_is_the_sorted_queue(queue: None, first: int, size: int) -> None:
    rows = Ticket.objects.open().with_next_due()
    whole = list(Ticket.objects.open().soonest_first())

    assert page_by_due(rows, first, size) == whole[first : first + size]


def test_a_page_that_the_clocks_do_not_fill_is_left_to_the_sort(queue: None) -> None:
    assert page_by_due(Ticket.objects.all(), 0, 9) is None
    assert page_by_due(Ticket.objects.filter(title="报告 1"), 0, 5) is None


def test_the_console_shows_the_same_list_either_way(
    client: Client, queue: None, ops_lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(ops_lead)
    monkeypatch.setattr(console.TicketAdmin, "list_per_page", 3)
    pages = [f"{reverse('admin:sla_ticket_changelist')}?p={number}" for number in (1, 2, 3)]
    sorted_pages = [[row.pk for row in client.get(url).context["cl"].result_list] for url in pages]
    monkeypatch.setattr(console, "LONG", 2)

    walked = [[row.pk for row in client.get(url).context["cl"].result_list] for url in pages]

    assert walked == sorted_pages
    assert [len(page) for page in walked] == [3, 3, 2]


def test_a_whole_number_finds_its_ticket_and_other_words_are_looked_for(
    client: Client, queue: None, ops_lead: User
) -> None:
    client.force_login(ops_lead)
    ticket = Ticket.objects.get(title="报告 5")

    for words, count in ((ticket.number, 1), (f" {ticket.number.lower()} ", 1), ("报告", 9), ("%", 0)):
        found = client.get(reverse("admin:sla_ticket_changelist"), {"q": words}).context["cl"]
        assert found.result_count == count, words
