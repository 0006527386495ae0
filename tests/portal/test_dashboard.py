"""The dashboard: right numbers, each with the list behind it, and nothing that a role may not see."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse

from contracts.models import Agreement
from people.models import User
from portal.dashboard import _months, dashboard
from portal.navigation import grouped
from tests import make
from tests.contracts.duty_rows import duty

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)


def labels(user: User) -> list[str]:
    return [str(card.label) for card in dashboard(user, at=AT).cards]


def test_operations_see_the_queue_and_no_money(operator: User) -> None:
    assert labels(operator) == [
        "运维工作台",
        "未结工单",
        "即将超时",
        "超时未结",
        "我负责的",
        "未分派",
        "生效协议",
        "逾期义务",
        "本周到期义务",
        "本月超时",
    ]


def test_finance_sees_money_and_no_queue(finance: User) -> None:
    seen = labels(finance)

    assert {"待开票", "发票待签收", "逾期账单"} <= set(seen)
    assert "未结工单" not in seen


def test_the_security_administrator_sees_accounts_only(security_admin: User) -> None:
    assert labels(security_admin) == ["启用账号", "停用账号"]


@pytest.mark.parametrize("role", ["operator", "finance_lead", "contract_manager", "auditor", "security_admin"])
def test_every_card_leads_to_a_list(client: Client, request: pytest.FixtureRequest, role: str) -> None:
    user = request.getfixturevalue(role)
    client.force_login(user)

    answers = {card.url: client.get(card.url).status_code for card in dashboard(user, at=AT).cards}

    assert answers
    assert set(answers.values()) == {200}


def test_agreements_in_force_and_ending_soon_are_counted(contract_manager: User, agreement: Agreement) -> None:
    make.agreement(ends_on=date(2026, 12, 1))
    make.agreement(state="draft")

    cards = {str(card.label): card for card in dashboard(contract_manager, at=AT).cards}

    assert cards["生效协议"].value == 2
    assert cards["即将届满"].value == 1
    assert "ends_on__to=2026-12-17" in cards["即将届满"].url


def test_a_chart_counts_six_months_up_to_this_one(auditor: User) -> None:
    chart = dashboard(auditor, at=AT).charts[0]

    assert chart.labels == ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]
    assert [len(numbers) for numbers in chart.series.values()] == [6, 6]


@pytest.mark.parametrize(
    ("today", "first", "end"),
    [
        pytest.param(date(2026, 1, 31), date(2025, 8, 1), date(2026, 2, 1), id="over the new year"),
        pytest.param(date(2026, 12, 1), date(2026, 7, 1), date(2027, 1, 1), id="December"),
    ],
)
def test_months_follow_one_another(today: date, first: date, end: date) -> None:
    months = _months(today)

    assert (months[0][0], months[-1][1]) == (first, end)
    assert all(one[1] == following[0] for one, following in pairwise(months))


def test_the_dashboard_page_shows_numbers_as_a_table_too(client: Client, auditor: User) -> None:
    client.force_login(auditor)

    html = client.get(reverse("admin:index")).content.decode()

    assert 'data-chart="data-service"' in html
    assert "查看数字" in html
    assert '<th scope="col">' in html


def test_the_menu_is_grouped_by_what_people_do() -> None:
    apps = [
        {
            "app_label": "sla",
            "models": [{"object_name": "Breach", "name": "b"}, {"object_name": "Ticket", "name": "t"}],
        },
        {"app_label": "contracts", "models": [{"object_name": "Organisation", "name": "o"}]},
        {"app_label": "unknown", "models": [{"object_name": "Thing", "name": "x"}]},
    ]

    menu = [(str(group["name"]), [model["object_name"] for model in group["models"]]) for group in grouped(apps)]

    assert menu == [("履约运行", ["Ticket", "Breach"]), ("基础数据", ["Organisation"]), ("系统", ["Thing"])]


def test_the_menu_holds_only_what_a_role_may_see(client: Client, security_admin: User) -> None:
    client.force_login(security_admin)

    html = client.get(reverse("admin:index")).content.decode()

    assert reverse("admin:people_user_changelist") in html
    assert reverse("admin:sla_ticket_changelist") not in html


def test_duties_are_counted_and_the_own_ones_stand_out(agreement: Agreement, contract_manager: User) -> None:
    agreement.manager = contract_manager
    agreement.save()
    duty(agreement, contract_manager)
    duty(agreement, contract_manager, title="本周检查", rule="once", due_date=date(2026, 9, 20))

    cards = {str(card.label): card for card in dashboard(contract_manager, at=AT).cards}

    assert [cards[name].value for name in ("逾期义务", "本周到期义务", "我的到期义务")] == [1, 1, 3]
    assert cards["逾期义务"].tone == "bad"
    assert cards["我的到期义务"].url.endswith("?stand=near&mine=1")
