"""Party B reads its own agreements and no other."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts.models import Agreement
from people.models import User
from tests import make
from tests.answers import seen


def test_the_list_shows_own_agreements_only(
    client: Client, party_b: User, agreement: Agreement, other_agreement: Agreement
) -> None:
    client.force_login(party_b)

    page = client.get(reverse("contracts:agreements")).content.decode()

    assert agreement.number in page
    assert other_agreement.number not in page


def test_a_draft_is_not_shown(client: Client, party_b: User, agreement: Agreement) -> None:
    draft = make.agreement(party_b=agreement.party_b, state="draft")
    client.force_login(party_b)

    assert client.get(reverse("contracts:agreement", args=[draft.pk])).status_code == 404


def test_a_foreign_agreement_is_answered_as_a_missing_one(
    client: Client, party_b: User, other_agreement: Agreement
) -> None:
    client.force_login(party_b)

    foreign = client.get(reverse("contracts:agreement", args=[other_agreement.pk]))
    missing = client.get(reverse("contracts:agreement", args=[99999]))

    assert foreign.status_code == missing.status_code == 404
    assert seen(foreign, asked=other_agreement.pk) == seen(missing, asked=99999)


def test_the_page_shows_terms_and_worded_clauses(client: Client, party_b: User, agreement: Agreement) -> None:
    agreement.versions.get().clauses.create(
        number="6.2.1", heading="付款期限", text="收到后{payment_working_days}个工作日内", klass="deadline", position=1
    )
    client.force_login(party_b)

    page = client.get(reverse("contracts:agreement", args=[agreement.pk])).content.decode()

    assert "收到后10个工作日内" in page
    assert "每日 0.05%" in page


@pytest.mark.parametrize("rows", [1, 12])
def test_the_list_costs_the_same_for_many(
    client: Client,
    party_b: User,
    agreement: Agreement,
    rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(rows):
        make.agreement(party_b=agreement.party_b)
    client.force_login(party_b)

    with django_assert_max_num_queries(8):
        client.get(reverse("contracts:agreements"))
