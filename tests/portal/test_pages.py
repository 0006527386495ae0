"""The frame: health, errors, and an admin that people of Party B never enter."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.forms import inlineformset_factory
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from contracts.models import Agreement, Membership, Organisation
from people.console import LabelledFormSet
from people.models import User

pytestmark = pytest.mark.django_db
ARGUMENT = re.compile(r"<[^>]*>|\^?\([^)]*\)|\$$")  # of a path or of a regular expression


def admin_paths() -> Iterator[str]:
    """Every address of the admin, with 1 for each argument."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
            elif isinstance(pattern, URLPattern):
                yield prefix + str(pattern.pattern)

    for route in walk(get_resolver().url_patterns, "/"):
        if route.startswith("/admin/"):
            yield ARGUMENT.sub("1", route)


@pytest.mark.once
@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("method", ["get", "post"])
def test_party_b_never_enters_the_admin(client: Client, party_b: User, method: str) -> None:
    client.force_login(party_b)

    answers = {path: getattr(client, method)(path).status_code for path in admin_paths()}

    assert len(answers) > 10
    assert {path: code for path, code in answers.items() if code not in {403, 404}} == {}


def test_an_account_with_nothing_is_told_so(client: Client, outsider: User) -> None:
    client.force_login(outsider)

    html = client.get(reverse("portal-home")).content.decode()

    assert "还没有加入任何单位" in html


def test_healthz_answers_anybody(client: Client) -> None:
    response = client.get(reverse("healthz"))

    assert response.status_code == 200
    assert response.json()["ok"] is True


def test_healthz_says_which_part_fails(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.CELERY_BROKER_URL = f"spool://{tmp_path}"
    monkeypatch.setattr("portal.health.os.access", lambda folder, mode: False)

    response = client.get(reverse("healthz"))

    assert response.status_code == 503
    assert response.json() == {
        "ok": False,
        "database": "ok",
        "broker": "folder cannot be written",
        "sweep_lag_seconds": 0,
    }


@pytest.mark.parametrize(("path", "status", "said"), [("/no-such-page", 404, "没有找到"), ("/admin/", 403, "没有权限")])
def test_errors_say_what_to_do(client: Client, party_b: User, path: str, status: int, said: str) -> None:
    client.force_login(party_b)

    response = client.get(path)

    assert response.status_code == status
    assert said in response.content.decode()
    assert "返回首页" in response.content.decode()


def test_every_page_forbids_foreign_scripts(client: Client) -> None:
    policy = client.get(reverse("sign-in")).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_party_b_starts_with_what_concerns_it(client: Client, party_b: User) -> None:
    client.force_login(party_b)

    html = client.get(reverse("portal-home")).content.decode()

    assert "市大数据管理局" in html
    assert "没有处理中的故障报告。" in html
    assert "没有待付的账单。" in html
    assert reverse("sla:new") in html


def test_staff_work_in_the_admin(client: Client, operator: User) -> None:
    client.force_login(operator)

    assert client.get(reverse("portal-home")).headers["Location"] == reverse("admin:index")


def test_inputs_in_a_table_of_rows_are_labelled(agreement: Agreement) -> None:
    rows: Any = inlineformset_factory(Organisation, Membership, formset=LabelledFormSet, fields=["role"], extra=1)

    assert 'aria-label="身份"' in rows(instance=agreement.party_b).as_p()
