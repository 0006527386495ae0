"""The API: in by token only; own rows only; what is refused says why; sent twice has one effect."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from billing.models import UsageRecord
from contracts.models import Agreement
from journal.models import Event
from people import tokens
from people.models import ApiToken, User
from people.refusal import Refused
from sla.models import Ticket
from tests import access_policy as policy
from tests.walking import addresses

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def noon() -> Any:
    cache.clear()  # the throttle counts by user id, which tests use again
    with time_machine.travel(NOW, tick=False):
        yield


def key(user: User) -> str:
    return tokens.make(user, name="自动报障", expires_on=TODAY + timedelta(days=90), today=TODAY, at=NOW)[1]


def call(user: User | None, method: str, path: str, body: Any = None, **headers: str) -> Any:
    given = {"Authorization": f"Bearer {key(user)}"} if user else {}
    client = Client(headers={**given, **{name.replace("_", "-"): value for name, value in headers.items()}})
    url = f"/api/v1{path}"
    if method == "GET":
        return client.get(url, body)
    return client.post(url, body, content_type="application/json")


def report(agreement: Agreement, **changes: Any) -> dict[str, Any]:
    found = (NOW - timedelta(hours=1)).isoformat()
    said = {"agreement": agreement.number, "title": "接口返回 500", "description": "查询接口报错。", "found_at": found}
    return {**said, **changes}


def test_every_address_wants_a_token() -> None:
    listed = {address.name for address in addresses() if address.name.startswith("api:")}
    assert listed - {"api:openapi-json"} == set(policy.API)
    for method, path in (("GET", "/tickets"), ("POST", "/tickets"), ("GET", "/tickets/X"), ("POST", "/billing/usage")):
        answer = call(None, method, path, {})
        assert (answer.status_code, answer.json()["code"]) == (401, "token")


def test_party_b_files_follows_and_answers(agreement: Agreement, party_b: User, operator: User) -> None:
    filed = call(party_b, "POST", "/tickets", report(agreement))

    assert filed.status_code == 201
    said = filed.json()
    assert said["state"] == "reported"
    assert {clock["kind"]: clock["target_seconds"] for clock in said["clocks"]} == {"response": 7200, "solution": 28800}
    number = said["number"]
    assert Ticket.objects.get(number=number).channel == "api"
    assert call(operator, "POST", f"/tickets/{number}/respond", {"text": "正在查。"}).json()["state"] == "responded"
    assert call(operator, "POST", f"/tickets/{number}/propose", {"text": "已重启。"}).json()["state"] == "proposed"
    assert call(party_b, "POST", f"/tickets/{number}/confirm", {"text": ""}).json()["state"] == "confirmed"
    page = call(party_b, "GET", "/tickets", {"state": "confirmed"}).json()
    assert (page["count"], page["items"][0]["number"]) == (1, number)


def test_the_same_key_files_one_ticket_and_another_body_is_a_conflict(agreement: Agreement, party_b: User) -> None:
    first = call(party_b, "POST", "/tickets", report(agreement), Idempotency_Key="k-1").json()
    again = call(party_b, "POST", "/tickets", report(agreement), Idempotency_Key="k-1").json()
    other = call(party_b, "POST", "/tickets", report(agreement, title="另一件"), Idempotency_Key="k-1")

    assert first["number"] == again["number"]
    assert Ticket.objects.count() == 1
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


def test_rows_of_others_are_missing(agreement: Agreement, party_b: User, party_b_other: User, finance: User) -> None:
    number = call(party_b, "POST", "/tickets", report(agreement)).json()["number"]

    for stranger in (party_b_other, finance):
        assert call(stranger, "GET", f"/tickets/{number}").json() == call(stranger, "GET", "/tickets/GZ-0").json()
        assert call(stranger, "POST", f"/tickets/{number}/cancel", {"text": "撤"}).status_code == 404
        assert call(stranger, "GET", "/tickets").json()["count"] == 0
    assert call(party_b_other, "POST", "/tickets", report(agreement)).status_code == 404
    assert call(party_b, "POST", f"/tickets/{number}/respond", {"text": "自己响应"}).status_code == 404


@pytest.mark.parametrize(
    "changes, status, words",
    [
        pytest.param({"found_at": "2026-09-19T10:00:00+08:00"}, 422, "发现时间不能晚于现在", id="in the future"),
        pytest.param({"kind": "party"}, 422, "没有这种报告类型", id="unknown kind"),
        pytest.param({"title": "   "}, 422, "请填写标题", id="blank title"),
        pytest.param({"title": "长" * 121}, 422, "title", id="too long"),
        pytest.param({"impact": "all"}, 422, "impact", id="unknown impact"),
        pytest.param({"found_at": "昨天"}, 422, "found_at", id="no date"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    agreement: Agreement, party_b: User, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = call(party_b, "POST", "/tickets", report(agreement, **changes))

    assert (answer.status_code, words in answer.json()["message"]) == (status, True), answer.json()
    assert not Ticket.objects.exists()


def test_usage_comes_in_once_and_a_changed_event_is_refused(agreement: Agreement, operator: User) -> None:
    event = {"id": "e1", "meter": "query", "occurred_at": "2026-09-01T00:00:00+08:00", "quantity": "12.5"}
    body = {"agreement": agreement.number, "source": "gateway", "events": [event]}

    first = call(operator, "POST", "/billing/usage", body)
    again = call(operator, "POST", "/billing/usage", body)
    body["events"] = [{**event, "quantity": "13"}, {**event, "id": "e2"}]
    changed = call(operator, "POST", "/billing/usage", body)

    assert (first.json(), again.json()) == ({"added": 1, "known": 0}, {"added": 0, "known": 1})
    assert changed.status_code == 422 and "e1" in changed.json()["message"]
    assert UsageRecord.objects.count() == 1


def test_usage_needs_the_right(agreement: Agreement, party_b: User, finance: User) -> None:
    event = {"id": "e1", "meter": "query", "occurred_at": "2026-09-01T00:00:00+08:00", "quantity": "1"}
    body = {"agreement": agreement.number, "source": "gateway", "events": [event]}

    assert [call(user, "POST", "/billing/usage", body).status_code for user in (party_b, finance)] == [403, 403]
    assert not UsageRecord.objects.exists()
    assert call(party_b, "GET", "/billing/bills").json() == {"count": 0, "items": []}


def test_a_token_ends_by_hand_by_date_and_with_its_account(party_b: User) -> None:
    token, secret = tokens.make(party_b, name="报障", expires_on=TODAY + timedelta(days=1), today=TODAY, at=NOW)

    assert tokens.user_of(secret, today=TODAY) == party_b
    assert tokens.user_of(secret, today=TODAY + timedelta(days=2)) is None
    party_b.is_active = False
    party_b.save()
    assert tokens.user_of(secret, today=TODAY) is None
    party_b.is_active = True
    party_b.save()
    tokens.revoke(token, by=party_b, at=NOW)
    assert tokens.user_of(secret, today=TODAY) is None
    assert secret not in str(list(ApiToken.objects.values()))
    assert list(
        Event.objects.filter(action__startswith="user.token").order_by("seq").values_list("action", flat=True)
    ) == [
        "user.token_made",
        "user.token_revoked",
    ]


@pytest.mark.parametrize(
    "name, days, words",
    [
        pytest.param(" ", 5, "用途", id="no purpose"),
        pytest.param("报障", 0, "有效期", id="today"),
        pytest.param("报障", 400, "有效期", id="over a year"),
    ],
)
def test_a_token_needs_a_purpose_and_an_end(party_b: User, name: str, days: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        tokens.make(party_b, name=name, expires_on=TODAY + timedelta(days=days), today=TODAY, at=NOW)


def test_the_secret_is_shown_once_and_others_tokens_are_missing(party_b: User, outsider: User) -> None:
    client = Client()
    client.force_login(party_b, backend="django.contrib.auth.backends.ModelBackend")

    made = client.post(reverse("api-tokens"), {"name": "报障", "expires_on": "2026-12-01"})

    token = party_b.api_tokens.get()
    assert "sy_" in made.content.decode()
    assert token.prefix in client.get(reverse("api-tokens")).content.decode()
    assert "新令牌" not in client.get(reverse("api-tokens")).content.decode()
    client.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("revoke-token", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_the_guide_names_every_address(party_b: User) -> None:
    client = Client()
    client.force_login(party_b, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(reverse("api-guide")).content.decode()

    for path in ("/api/v1/tickets", "/api/v1/tickets/{number}/{act}", "/api/v1/billing/usage", "/api/v1/billing/bills"):
        assert path in page
    assert "found_at" in page
