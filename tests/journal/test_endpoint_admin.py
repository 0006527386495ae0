"""The console's pages on endpoints."""

from datetime import datetime

import pytest
from django.conf import settings as product
from django.test import Client
from django.urls import reverse

from journal import endpoints, webhook
from journal.models import Endpoint, Notice
from people.models import User


@pytest.fixture
def hook(system_admin: User, at: datetime) -> Endpoint:
    target = endpoints.Target(name="监测平台", kind="webhook", url="https://monitor.example.cn/hooks/1")
    return endpoints.add(target, by=system_admin, at=at)


@pytest.fixture
def signed_in(client: Client, system_admin: User) -> Client:
    client.force_login(system_admin)
    return client


def do(client: Client, verb: str, obj: Endpoint | None = None, **said: str) -> str:
    name = "admin:journal_endpoint_verb" if obj else "admin:journal_endpoint_listverb"
    url = reverse(name, args=[obj.pk, verb] if obj else [verb])
    return client.post(url, {"submission_key": "k" * 20, **said}, follow=True).content.decode()


def test_a_robot_is_registered_by_the_name_of_its_variable(signed_in: Client) -> None:
    page = do(signed_in, "add", name="值班群", kind="wecom", url_variable="SHOUYUE_ROBOT_DUTY_URL", language="zh-hans")

    assert "已登记，请发一条测试消息。" in page
    assert Endpoint.objects.get().url_variable == "SHOUYUE_ROBOT_DUTY_URL"


def test_what_is_refused_is_said_in_the_form(signed_in: Client) -> None:
    page = do(signed_in, "add", name="x", kind="webhook", url="http://10.0.0.1/", language="zh-hans")

    assert "这个地址不能使用" in page
    assert not Endpoint.objects.exists()


def test_the_key_is_on_the_page_once(signed_in: Client, hook: Endpoint) -> None:
    url = reverse("admin:journal_endpoint_key", args=[hook.pk])
    key = webhook.key_of(product.SECRET_KEY, hook.pk, 1)

    asked, shown, again = signed_in.get(url), signed_in.post(url), signed_in.post(url)

    assert key not in asked.content.decode()
    assert key in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert key not in again.content.decode()
    assert "不再显示" in again.content.decode()


def test_a_robot_has_no_key_page(signed_in: Client, system_admin: User, at: datetime) -> None:
    target = endpoints.Target(name="群", kind="wecom", url_variable="SHOUYUE_ROBOT_A_URL")
    robot = endpoints.add(target, by=system_admin, at=at)

    answer = signed_in.post(reverse("admin:journal_endpoint_key", args=[robot.pk]), follow=True)

    assert answer.redirect_chain[-1][0] == reverse("admin:journal_endpoint_change", args=[robot.pk])
    assert "whsec_" not in answer.content.decode()


def test_auditors_of_the_system_look_and_touch_nothing(client: Client, audit_admin: User, hook: Endpoint) -> None:
    client.force_login(audit_admin)

    assert client.get(reverse("admin:journal_endpoint_change", args=[hook.pk])).status_code == 200
    assert client.post(reverse("admin:journal_endpoint_key", args=[hook.pk])).status_code == 403


def test_the_page_shows_how_the_last_messages_went(signed_in: Client, hook: Endpoint) -> None:
    do(signed_in, "test", hook)
    Notice.objects.update(state="dead", last_error="NotTaken: HTTP 500")

    page = signed_in.get(reverse("admin:journal_endpoint_change", args=[hook.pk])).content.decode()

    assert "测试消息" in page
    assert "NotTaken: HTTP 500" in page


def test_a_rotation_leads_to_the_new_key(signed_in: Client, hook: Endpoint) -> None:
    page = do(signed_in, "rotate", hook)

    assert "显示密钥" in page
    assert Endpoint.objects.get().key_number == 2
