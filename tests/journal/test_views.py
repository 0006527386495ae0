"""Notices are one's own: read, marked, never another's."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Notice
from journal.outbox import announce
from people.models import User
from tests.answers import seen

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def notice(party_b: User) -> Notice:
    """One unread notice of party_b that leads to the list of agreements."""
    announce(
        key="test/1",
        recipient=party_b,
        kind="clock.warning",
        subject="响应时限将到",
        body="",
        url="/portal/agreements/",
        at=NOW,
        channels=("in_app",),
    )
    return Notice.objects.get()


def test_the_list_shows_own_notices(client: Client, party_b: User, party_b_other: User, notice: Notice) -> None:
    client.force_login(party_b)
    assert "响应时限将到" in client.get(reverse("journal:notices")).content.decode()

    client.force_login(party_b_other)
    assert "响应时限将到" not in client.get(reverse("journal:notices")).content.decode()


def test_opening_a_notice_marks_it_read_and_leads_on(client: Client, party_b: User, notice: Notice) -> None:
    client.force_login(party_b)

    answer = client.post(reverse("journal:read", args=[notice.pk]))

    assert answer["Location"] == "/portal/agreements/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_another_persons_notice_is_answered_as_missing(client: Client, party_b_other: User, notice: Notice) -> None:
    client.force_login(party_b_other)

    foreign = client.post(reverse("journal:read", args=[notice.pk]))
    missing = client.post(reverse("journal:read", args=[99999]))

    assert foreign.status_code == missing.status_code == 404
    assert seen(foreign, asked=notice.pk) == seen(missing, asked=99999)
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_at_once(client: Client, party_b: User, notice: Notice) -> None:
    client.force_login(party_b)

    client.post(reverse("journal:read-all"))

    assert not Notice.objects.unread_by(party_b).exists()
