"""What users of other systems complain of (reference, section 2), each as a test that this product must pass.

The number in a test's name is the complaint's; its docstring names where it was made.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from contracts.models import Agreement
from people.models import User
from sla import crediting, queues, tickets, watch
from sla.credit_panels import percent_words
from sla.desk_panels import time_in_hand
from sla.faces import face_of
from sla.month_results import result_of
from tests.sla.make_sla import NINE, local, make_ticket
from tests.sla.test_crediting import EACH, broken, excuse, rule

pytestmark = pytest.mark.django_db


def test_25_the_share_of_kept_promises_never_flatters(agreement: Agreement, party_b: User, operator: User) -> None:
    """chatwoot 9747 ("% SLA met"): what is open and broken counts, and one of many is never rounded away."""
    rule(agreement, below=Decimal(100), share=None, amount=Decimal("100.00"))
    for _number in range(2):
        kept = make_ticket(agreement, party_b)
        tickets.respond(kept, at=NINE + timedelta(hours=1), by=operator, text="在看。")
    make_ticket(agreement, party_b)  # nobody ever answers it
    watch.sweep(at=NINE + timedelta(days=1))

    [credit] = crediting.compute(agreement, date(2026, 9, 1), at=local("2026-10-02 09:00"))

    assert (credit.working["judged"], credit.working["broken"]) == (3, 1)
    assert percent_words(credit.working["attainment"]) == "66.66%"
    assert percent_words([1_999_999, 20_000]) == "99.99%"  # one miss in 200 thousand
    assert credit.amount == Decimal("100.00")


def test_25_a_promise_is_counted_in_one_month_only(agreement: Agreement, party_b: User, operator: User) -> None:
    """chatwoot 15024: broken in September, answered in October, it costs once."""
    rule(agreement, **EACH)
    late = make_ticket(agreement, party_b, local("2026-09-30 14:00"))
    watch.sweep(at=local("2026-09-30 17:00"))
    tickets.respond(late, at=local("2026-10-08 10:00"), by=operator, text="在看。")
    november = local("2026-11-02 09:00")

    given = [crediting.compute(agreement, date(2026, month, 1), at=november) for month in (9, 10)]

    assert [[row.amount for row in rows] for rows in given] == [[Decimal("200.00")], []]


def test_25_an_excused_breach_is_shown_and_not_paid(
    agreement: Agreement, party_b: User, operator: User, contract_manager: User
) -> None:
    """chatwoot 15024 (freeze a miss): the raw figure stays beside the adjudicated one."""
    rule(agreement, **EACH)
    excuse(broken(agreement, party_b, operator), contract_manager)

    assert crediting.compute(agreement, date(2026, 9, 1), at=local("2026-10-02 09:00")) == []
    result = result_of(agreement, date(2026, 9, 1), "response", at=local("2026-10-02 09:00"))
    assert (result.broken_raw, result.broken) == (1, 0)
    assert (result.raw.attainment, result.adjudicated.attainment) == (0, 100)


def test_21_each_team_has_its_own_time(agreement: Agreement, party_b: User, operator: User, ops_lead: User) -> None:
    """frappe/helpdesk 1895: one clock for the whole journey does not tell which team the ticket waited for."""
    first = queues.make(name="一线", members=[operator], at=NINE, by=ops_lead)
    second = queues.make(name="数据组", members=[ops_lead], at=NINE, by=ops_lead)
    queues.send_new(first, agreement=None, kind="", at=NINE, by=ops_lead)
    ticket = make_ticket(agreement, party_b)
    tickets.respond(ticket, at=NINE + timedelta(minutes=30), by=operator, text="在看。")
    queues.move(ticket, queue=second, at=NINE + timedelta(minutes=60), by=operator)
    tickets.ask_party_b(ticket, at=NINE + timedelta(minutes=90), by=ops_lead, text="请补充。")
    tickets.reply(ticket, at=NINE + timedelta(minutes=120), by=party_b, text="补充。")

    # 11:00 to 15:00 holds an hour and a half of lunch; half an hour before it was Party B's.
    teams, people = time_in_hand(ticket, at=NINE + timedelta(hours=6))

    assert [(row.name, row.working, row.waiting) for row in teams] == [("一线", 3600, 0), ("数据组", 10800, 1800)]
    assert [(row.name, row.working) for row in people] == [("", 12600), ("王晓明", 1800)]
    solution = ticket.clocks.get(kind="solution")
    assert sum(row.working for row in teams) == face_of(solution, at=NINE + timedelta(hours=6)).used
