"""The agenda and its month: what is due, scoped to the person, on a grid that knows the holidays."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts import agenda, month
from contracts.agenda import Asked, Entry
from contracts.models import Agreement
from people.models import User
from tests.contracts.duty_rows import TODAY, duty

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


def due(user: User, **changes: Any) -> list[str]:
    asked = Asked(user=user, **{"first": SEPTEMBER, "last": date(2026, 10, 31), "today": TODAY, **changes})
    return [f"{entry.day} {entry.title}" for entry in agenda.entries(asked)]


def test_a_provider_is_asked_once(monkeypatch: pytest.MonkeyPatch, operator: User) -> None:
    monkeypatch.setattr(agenda, "_providers", [])
    entry = Entry(uid="x", day=TODAY, title="例会", kind="会议", url="/")
    for _twice in range(2):
        agenda.add_dates(lambda_of(entry))

    assert due(operator) == ["2026-09-18 例会"]


_known: dict[str, agenda.Provider] = {}


def lambda_of(entry: Entry) -> agenda.Provider:
    return _known.setdefault(entry.uid, lambda asked: [entry])


def test_dates_come_in_order_and_by_right(
    agreement: Agreement, contract_manager: User, operator: User, party_b: User, system_admin: User
) -> None:
    duty(agreement, contract_manager, title="甲方检查")
    duty(agreement, contract_manager, title="乙方自查", side="b", day_of_month=10)

    both = ["2026-09-10 乙方自查", "2026-09-25 甲方检查", "2026-10-10 乙方自查", "2026-10-25 甲方检查"]
    assert due(contract_manager) == due(operator) == both
    assert due(operator, mine=True) == []
    assert due(party_b) == ["2026-09-10 乙方自查", "2026-10-10 乙方自查"]
    assert due(system_admin) == []


@pytest.mark.parametrize(
    "text, first",
    [
        pytest.param("2026-02", date(2026, 2, 1), id="a month"),
        pytest.param("", date(2026, 9, 1), id="none"),
        pytest.param("2026-13", date(2026, 9, 1), id="no such month"),
        pytest.param("0000-01", date(2026, 9, 1), id="no such year"),
        pytest.param("２０２６-02", date(2026, 9, 1), id="full-width digits"),
        pytest.param("2026-02-30", date(2026, 9, 1), id="a day"),
        pytest.param("<script>", date(2026, 9, 1), id="nonsense"),
    ],
)
def test_the_month_asked_for(text: str, first: date) -> None:
    assert month.first_of(text, today=TODAY) == first


def test_the_grid_knows_the_calendar(agreement: Agreement, contract_manager: User) -> None:
    duty(agreement, contract_manager)

    drawn = month.month_of(contract_manager, date(2026, 10, 1), today=TODAY)

    marks = {day.date: (day.mark, day.name) for week in drawn.weeks for day in week}
    assert marks[date(2026, 10, 1)][0] == "off"
    assert marks[date(2026, 10, 10)] == ("work", "国庆节")
    assert (drawn.previous, drawn.following) == (date(2026, 9, 1), date(2026, 11, 1))
    assert [day.date for day in drawn.days] == [date(2026, 10, 25)]
    assert {len(week) for week in drawn.weeks} == {7}
    assert drawn.published


def test_an_unpublished_year_says_so(agreement: Agreement, contract_manager: User, client: Client) -> None:
    client.force_login(contract_manager)

    html = client.get(reverse("admin:contracts_obligationoccurrence_calendar"), {"month": "2027-03"}).content.decode()

    assert "这一年的放假安排尚未公布" in html


def test_a_full_day_leads_to_the_list(agreement: Agreement, contract_manager: User, client: Client) -> None:
    for number in range(6):
        duty(agreement, contract_manager, title=f"检查 {number} <b>")
    client.force_login(contract_manager)

    url = reverse("admin:contracts_obligationoccurrence_calendar")
    html = client.get(url, {"month": "2026-09"}).content.decode()

    assert "另有 3 项" in html
    assert "<b>" not in html.split("cal-month")[1].split("</table>")[0].replace("&lt;b&gt;", "")
    listed = client.get(url, {"month": "2026-09", "view": "list"}).content.decode()
    assert 'id="d20260925"' in listed


def test_the_portal_shows_its_own_month(
    agreement: Agreement, other_agreement: Agreement, contract_manager: User, party_b: User, client: Client
) -> None:
    duty(agreement, contract_manager, title="乙方自查", side="b")
    duty(agreement, contract_manager, title="甲方检查")
    duty(other_agreement, contract_manager, title="外单位自查", side="b")
    client.force_login(party_b)

    html = client.get(reverse("contracts:calendar"), {"month": "2026-09"}).content.decode()

    assert "乙方自查" in html
    assert "甲方检查" not in html and "外单位自查" not in html


def test_queries_do_not_grow_with_dates(
    agreement: Agreement, contract_manager: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(contract_manager)
    url = reverse("admin:contracts_obligationoccurrence_calendar") + "?month=2026-09"
    client.get(url)
    with django_assert_max_num_queries(40) as few:
        client.get(url)
    for number in range(12):
        duty(agreement, contract_manager, title=f"检查 {number}")

    with django_assert_max_num_queries(len(few)):
        client.get(url)
