"""Every verb in every state for every role: through the API, where the person and the state both count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from contracts.models import Agreement
from people import tokens
from people.models import User
from sla.models import Ticket
from tests.sla.make_sla import NINE, make_ticket
from tests.sla.test_tickets import in_state

pytestmark = pytest.mark.django_db

NOW = NINE + timedelta(hours=2)
STATES = [state.value for state in Ticket.State]
UNSOLVED = {"reported", "accepted", "responded", "awaiting_b", "disputed"}
OPEN = UNSOLVED | {"proposed", "confirmed"}
# Written down once more beside the product's own tables: who, and from which states.
PARTY_B = {
    "reply": OPEN,
    "confirm": {"proposed"},
    "dispute": {"proposed"},
    "reopen": {"confirmed", "closed"},
    "cancel": UNSOLVED,
}
OPERATIONS = {
    "accept": {"reported"},
    "respond": {"reported", "accepted"},
    "ask": {"responded", "disputed"},
    "propose": {"responded", "awaiting_b", "disputed"},
    "restore": OPEN - {"reported"},
    "close": {"confirmed"},
}
ROLES: dict[str, dict[str, set[str]]] = {
    "party_b": PARTY_B,
    "outsider": {},
    "party_b_other": {},
    "operator": OPERATIONS,
    "ops_lead": OPERATIONS,
    "finance": {},
    "contract_manager": {},
    "auditor": {},
    "system_admin": {},
}
ACTS = sorted({*PARTY_B, *OPERATIONS, "note", "reassign", "reprioritise", "hold", "file"})


def expected(role: str, act: str, state: str) -> int:
    """404 for what the role may never do, 422 for what the state does not allow, else done."""
    if act not in ROLES[role]:
        return 404
    return 200 if state in ROLES[role][act] else 422


@pytest.fixture(autouse=True)
def eleven() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("state", STATES)
def test_every_act_in_every_state_for_every_role(
    state: str, agreement: Agreement, party_b: User, operator: User, request: pytest.FixtureRequest
) -> None:
    ticket = in_state(state, agreement, party_b, operator)
    wrong = []
    for role in ROLES:
        cache.clear()  # the throttle is not what is asked here
        client = signed_in(request.getfixturevalue(role))
        for act in ACTS:
            with transaction.atomic():
                found = said(client, ticket, act)
                transaction.set_rollback(True)
            if found != expected(role, act, state):
                wrong.append((role, act, found))

    assert wrong == []


def signed_in(person: User) -> Client:
    """A program that acts for the person."""
    expires_on = NOW.date() + timedelta(days=90)
    token = tokens.make(person, name="自动办理", expires_on=expires_on, today=NOW.date(), at=NOW)[1]
    return Client(headers={"Authorization": f"Bearer {token}"})


def said(client: Client, ticket: Ticket, act: str) -> int:
    body: dict[str, Any] = {"text": "写明情况。"}
    address = f"/api/v1/tickets/{ticket.number}/{act}"
    return client.post(address, json.dumps(body), content_type="application/json").status_code


def test_the_table_knows_every_state() -> None:
    known = {state for table in (PARTY_B, OPERATIONS) for states in table.values() for state in states}

    assert known == set(STATES) - {"cancelled"}


def test_a_person_without_sign_in_acts_on_nothing(agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b, at=NINE + timedelta(minutes=1))

    assert said(Client(), ticket, "reply") == 401
