"""The date range filter: both days included, in local time, and nothing else of the address is lost."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from people.models import User
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.console_urls")]


@pytest.fixture
def lister(client: Client, security_admin: User) -> Client:
    """A client that may see accounts; three of them joined around the 18th of September in Shanghai."""
    joined = {
        "before": datetime(2026, 9, 17, 15, 59, 59, tzinfo=UTC),
        "first": datetime(2026, 9, 17, 16, 0, tzinfo=UTC),
        "last": datetime(2026, 9, 18, 15, 59, 59, tzinfo=UTC),
        "after": datetime(2026, 9, 18, 16, 0, tzinfo=UTC),
    }
    for name, at in joined.items():
        make.user(name, date_joined=at)
    client.force_login(security_admin)
    return client


def listed(client: Client, **params: str) -> set[str]:
    html = client.get(reverse("admin:people_user_changelist"), params).content.decode()
    return {name for name in ("before", "first", "last", "after") if f">{name}</a>" in html}


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        pytest.param("2026-09-18", "2026-09-18", {"first", "last"}, id="one local day"),
        pytest.param("2026-09-18", "", {"first", "last", "after"}, id="from"),
        pytest.param("", "2026-09-18", {"before", "first", "last"}, id="to"),
        pytest.param("", "", {"before", "first", "last", "after"}, id="no limits"),
        pytest.param("2026-09-19", "2026-09-18", set(), id="upside down"),
    ],
)
def test_both_days_are_included_in_local_time(lister: Client, since: str, until: str, found: set[str]) -> None:
    assert listed(lister, date_joined__from=since, date_joined__to=until) == found


def test_the_filter_keeps_the_rest_of_the_address(lister: Client) -> None:
    html = lister.get(
        reverse("admin:people_user_changelist"),
        {"q": "first", "is_staff__exact": "0", "date_joined__from": "2026-09-01"},
    ).content.decode()

    assert '<input type="hidden" name="q" value="first">' in html
    assert '<input type="hidden" name="is_staff__exact" value="0">' in html
    assert 'name="date_joined__from" value="2026-09-01"' in html


@pytest.mark.parametrize("value", ["yesterday", "2026-02-30", "' OR 1=1"])
def test_a_day_that_is_none_is_not_taken(lister: Client, value: str) -> None:
    response = lister.get(reverse("admin:people_user_changelist"), {"date_joined__from": value})

    assert response.status_code == 302
    assert response.headers["Location"].endswith("?e=1")
