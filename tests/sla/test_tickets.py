"""The verbs of a ticket, one after the other, and what each refuses."""

import pytest

from contracts.models import Agreement
from people.models import User
from sla import tickets
from sla.models import Clock, Ticket
from tests.sla.make_sla import clock, local, make_ticket

pytestmark = pytest.mark.django_db


def test_due_after_the_national_day_holiday(agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b, local("2026-09-30 17:00"))

    response = clock(ticket, "response")

    assert response.due_at == local("2026-10-08 10:00")
    assert response.target_seconds == 7200
    assert not response.provisional


def test_a_whole_life(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = make_ticket(agreement, party_b)
    ticket = tickets.accept(ticket, at=local("2026-09-16 09:10"), by=operator)
    ticket = tickets.respond(ticket, at=local("2026-09-16 09:30"), by=operator, text="已定位到网关。")
    ticket = tickets.propose(ticket, at=local("2026-09-16 11:00"), by=operator, text="已扩容网关，请验证。")
    ticket = tickets.confirm(ticket, at=local("2026-09-16 14:00"), by=party_b)
    ticket = tickets.close(ticket, at=local("2026-09-16 14:05"), by=operator)

    assert ticket.state == Ticket.State.CLOSED
    assert clock(ticket, "response").state == Clock.State.MET
    assert clock(ticket, "solution").consumed_seconds == 2 * 3600
