"""The filters of the list of agreements."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contracts.agreement_filters import ending
from contracts.models import Agreement
from people.models import User
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 18)


@pytest.mark.parametrize(
    "days, state, choices",
    [
        pytest.param(0, "in_force", {"30", "60", "90"}, id="ends today"),
        pytest.param(30, "in_force", {"30", "60", "90"}, id="in thirty days"),
        pytest.param(31, "in_force", {"60", "90"}, id="in thirty-one"),
        pytest.param(90, "suspended", {"90"}, id="suspended, in ninety"),
        pytest.param(91, "in_force", set(), id="in ninety-one"),
        pytest.param(30, "for_signing", set(), id="not binding yet"),
        pytest.param(-1, "in_force", {"past"}, id="since yesterday"),
        pytest.param(-1, "expired", {"past"}, id="expired"),
        pytest.param(None, "in_force", {"none"}, id="open ended"),
    ],
)
def test_when_an_agreement_ends(days: int | None, state: str, choices: set[str]) -> None:
    made = make.agreement(state=state, ends_on=None if days is None else TODAY + timedelta(days=days))

    rows = Agreement.objects.all()

    found = {choice for choice in ("30", "60", "90", "past", "none") if made in ending(rows, choice, today=TODAY)}

    assert found == choices
    assert made in ending(rows, "nonsense", today=TODAY)


def test_the_list_narrows_by_end_party_and_person(client: Client, contract_manager: User, agreement: Agreement) -> None:
    near = make.agreement(ends_on=timezone.localdate() + timedelta(days=20), manager=contract_manager)
    client.force_login(contract_manager)
    url = reverse("admin:contracts_agreement_changelist")

    for said in (
        {"expiry": "30"},
        {"party_b__id__exact": near.party_b_id},
        {"manager__id__exact": contract_manager.pk},
    ):
        page = client.get(url, said)
        assert page.status_code == 200
        assert [row.pk for row in page.context["cl"].result_list] == [near.pk], said
    assert client.get(url, {"expiry": "'; DROP"}).status_code == 200
