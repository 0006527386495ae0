"""Every clause of the facts has its line on the board, and a way to its records that opens."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts.board import Standing
from contracts.models import Agreement
from contracts.panorama import Line, party_b_board, staff_board
from people.models import User
from tests.answers import let_go
from tests.standing import standing

pytestmark = [pytest.mark.django_db, pytest.mark.once]  # words and ways, the same on every engine
MOST_QUERIES = 150  # about three a matter; a reader that asks once a row would pass it at once
FACTS = Path(__file__).parent.parent / "contracts" / "vectors" / "clauses.csv"


def facts() -> list[str]:
    """The clause numbers of the facts: the first word of the column."""
    with FACTS.open(encoding="utf-8", newline="") as file:
        return [row["clause"].split()[0] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Agreement]:
    """The sample's first agreement."""
    with standing(django_db_blocker):
        call_command("load_sample", "--on", "2026-09-18", verbosity=0)
        yield Agreement.objects.filter(state="in_force").earliest("pk")


@pytest.fixture
def world(loaded: Agreement, db: None) -> Agreement:
    """The agreement in a world that each test finds as the first did."""
    return loaded


def ways(line: Line) -> list[str]:
    """Where the records of a line are; of a clause of purpose its text is all there is."""
    purpose = line.reading.standing == Standing.NOT_TRACKABLE
    return [line.clause_url] if purpose else [str(url) for _label, url in line.links]


@pytest.mark.parametrize("username", ["hetong", "shenji"])
def test_every_clause_has_a_line_and_a_way_that_opens(world: Agreement, client: Client, username: str) -> None:
    user = User.objects.get(username=username)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    lines = {line.clause.number: line for line in staff_board(world, user=user, at=timezone.now()).lines}
    unlisted = [number for number in facts() if number not in lines]
    wayless = {lines[number].clause.topic for number in facts() if number in lines and not ways(lines[number])}
    closed = [f"{number}: {url}" for number, line in lines.items() for url in ways(line) if not _opens(client, url)]

    assert unlisted == []
    assert wayless == set()
    assert closed == []


def test_the_ways_of_party_b_open(world: Agreement, client: Client) -> None:
    user = User.objects.get(username="liuyang")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    urls = {str(url) for line in party_b_board(world, at=timezone.now()).lines for _label, url in line.links}

    assert urls
    assert [url for url in sorted(urls) if not _opens(client, url)] == []
    assert not [url for url in urls if url.startswith("/admin/")]


def _opens(client: Client, url: str) -> bool:
    """A page, not an error and not the list with its filter thrown away."""
    answer = client.get(url)
    let_go(answer)
    return answer.status_code == 200


def test_the_board_costs_a_bounded_number_of_queries(
    world: Agreement, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(User.objects.get(username="hetong"), backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(reverse("admin:contracts_agreement_board", args=[world.pk]))
