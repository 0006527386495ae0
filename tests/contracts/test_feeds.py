"""Calendar feeds: a secret address shows what one person may see, until it is renewed, revoked or closed."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from contracts import feeds, obligations
from contracts.models import Agreement, CalendarFeed
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests.answers import seen
from tests.contracts.duty_rows import NOW, duty, terms

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 18)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def events(user: User) -> dict[str, Any]:
    made = Calendar.from_ical(feeds.icalendar_of(user, today=TODAY))
    return {str(event["UID"]): event for event in made.walk("VEVENT")}


def titles(user: User) -> set[str]:
    return {str(event["SUMMARY"]) for event in events(user).values()}


def read(token: str, **headers: str) -> Any:
    return Client().get(reverse("contracts:feed", args=[token]), headers=headers)


@pytest.fixture
def world(agreement: Agreement, other_agreement: Agreement, contract_manager: User, operator: User) -> None:
    Agreement.objects.filter(pk__in=[agreement.pk, other_agreement.pk]).update(ends_on=date(2026, 12, 31))
    for made in (agreement, other_agreement):
        made.refresh_from_db()
    duty(agreement, contract_manager, title="甲方检查", person=operator)
    duty(agreement, contract_manager, title="乙方自查", side="b")
    duty(agreement, contract_manager, title="共同演练", side="both")
    duty(other_agreement, contract_manager, title="外单位自查", side="b")


def test_an_all_day_event_that_a_calendar_understands(world: None, agreement: Agreement, operator: User) -> None:
    row = agreement.obligations.get(title="甲方检查").occurrences.get(due_on=date(2026, 9, 25))

    event = events(operator)[f"duty-{row.pk}@127.0.0.1"]

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 9, 25), date(2026, 9, 26))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert str(event["SUMMARY"]) == "甲方检查"
    assert agreement.number in str(event["DESCRIPTION"])
    assert str(event["URL"]).endswith(reverse("admin:contracts_obligationoccurrence_change", args=[row.pk]))


def test_party_b_gets_its_own_organisation(world: None, party_b: User, party_b_other: User) -> None:
    assert titles(party_b) == {"乙方自查", "共同演练", "协议届满：电子政务信息平台共享协议"}
    assert titles(party_b_other) == {"外单位自查", "协议届满：电子政务信息平台共享协议"}


def test_staff_get_what_they_answer_for(
    world: None, agreement: Agreement, operator: User, contract_manager: User, finance: User, system_admin: User
) -> None:
    assert titles(operator) == {"甲方检查"}
    assert titles(contract_manager) == set()
    Agreement.objects.filter(pk=agreement.pk).update(manager=contract_manager)
    assert titles(contract_manager) == {"共同演练", "协议届满：电子政务信息平台共享协议"}
    assert titles(finance) == titles(system_admin) == set()


def test_who_loses_the_right_loses_the_dates(world: None, operator: User) -> None:
    operator.groups.clear()

    assert titles(User.objects.get(pk=operator.pk)) == set()


def test_the_address_of_an_event_stays_when_its_day_moves(
    world: None, agreement: Agreement, operator: User, contract_manager: User
) -> None:
    row = agreement.obligations.get(title="甲方检查").occurrences.get(due_on=date(2026, 9, 25))
    obligations.extend(row, until=date(2026, 11, 11), ground="agreed", reason="同意", by=contract_manager, at=NOW)

    assert events(operator)[f"duty-{row.pk}@127.0.0.1"]["DTSTART"].dt == date(2026, 11, 11)


def test_provisional_days_say_so(agreement: Agreement, contract_manager: User, operator: User) -> None:
    obligations.make(
        agreement,
        terms(title="年初检查", person=operator, anchor=date(2027, 1, 20), rolls=True, tracked_from=TODAY),
        by=contract_manager, at=NOW,
    )  # fmt: skip

    event = next(event for event in events(operator).values() if event["DTSTART"].dt == date(2027, 1, 20))

    assert (str(event["SUMMARY"]), str(event["STATUS"])) == ("年初检查（暂定）", "TENTATIVE")


def test_text_of_people_cannot_add_lines(agreement: Agreement, contract_manager: User, operator: User) -> None:
    duty(agreement, contract_manager, person=operator, title="检查\r\nATTENDEE:mailto:x@example.cn; 甲,乙")

    raw = feeds.icalendar_of(operator, today=TODAY)

    assert b"\r\nATTENDEE" not in raw
    assert all(set(event) <= ALLOWED for event in events(operator).values())


ALLOWED = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "STATUS", "TRANSP"}


def test_read_without_signing_in(world: None, party_b: User) -> None:
    answer = read(feeds.renew(party_b, at=timezone.now()))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    assert Calendar.from_ical(answer.content)["VERSION"] == "2.0"
    assert CalendarFeed.objects.get().read_at is not None
    again = read(feeds.renew(party_b, at=timezone.now()), **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_only_the_hash_is_kept(party_b: User) -> None:
    token = feeds.renew(party_b, at=NOW)

    kept = CalendarFeed.objects.values().get()
    assert token not in str(kept)
    assert token not in str(list(Event.objects.values()))
    assert len(token) >= 43


def test_renewed_and_revoked(party_b: User) -> None:
    old = feeds.renew(party_b, at=NOW)
    new = feeds.renew(party_b, at=NOW + timedelta(days=1))
    assert [read(old).status_code, read(new).status_code] == [404, 200]

    feeds.revoke(party_b, at=NOW + timedelta(days=2))

    assert read(new).status_code == 404
    with pytest.raises(Refused, match="没有正在使用"):
        feeds.revoke(party_b, at=NOW)


def test_a_closed_account_is_answered_like_an_unknown_address(party_b: User) -> None:
    token = feeds.renew(party_b, at=NOW)
    User.objects.filter(pk=party_b.pk).update(is_active=False)

    closed, unknown = read(token), read("x" * 43)

    assert closed.status_code == unknown.status_code == 404
    assert seen(closed).replace(token, "") == seen(unknown).replace("x" * 43, "")


def test_too_often_is_put_off(party_b: User) -> None:
    token = feeds.renew(party_b, at=NOW)

    codes = [read(token).status_code for _time in range(22)]

    assert codes == [200] * 20 + [429] * 2
    assert read(token).headers["Retry-After"] == "60"


def test_only_read(party_b: User) -> None:
    url = reverse("contracts:feed", args=[feeds.renew(party_b, at=NOW)])

    assert Client().post(url).status_code == 405


def test_the_account_page_shows_an_address_once(client: Client, party_b: User) -> None:
    client.force_login(party_b)
    assert "生成订阅地址" in client.get(reverse("account")).content.decode()

    made = client.post(reverse("contracts:feed-renew"))

    token = made.content.decode().split("/calendar/feed/")[1].split(".ics")[0]
    assert made.headers["Cache-Control"] == "no-store"
    assert read(token).status_code == 200
    page = client.get(reverse("account")).content.decode()
    assert token not in page and "重新生成地址" in page
    client.post(reverse("contracts:feed-revoke"))
    assert read(token).status_code == 404
    assert client.post(reverse("contracts:feed-revoke"), follow=True).status_code == 200


def test_nobody_else_makes_or_ends_an_address(client: Client) -> None:
    for name in ("contracts:feed-renew", "contracts:feed-revoke"):
        assert client.post(reverse(name)).headers["Location"].startswith("/sign-in/")
        assert client.get(reverse(name)).status_code == 405


def test_reading_takes_the_same_queries_however_many_dates(
    world: None, agreement: Agreement, contract_manager: User, operator: User, django_assert_max_num_queries: Any
) -> None:
    duty(agreement, contract_manager, title="每日巡检", person=operator, every_unit="day", anchor=TODAY)
    user = User.objects.get(pk=operator.pk)
    user.has_perm("contracts.view_agreement")

    with django_assert_max_num_queries(4):
        assert len(feeds.icalendar_of(user, today=TODAY)) > 5000


def test_the_same_day_gives_the_same_bytes(world: None, operator: User) -> None:
    assert feeds.icalendar_of(operator, today=TODAY) == feeds.icalendar_of(operator, today=TODAY)
    assert datetime(2026, 9, 18) == next(iter(events(operator).values()))["DTSTAMP"].dt.replace(tzinfo=None)
