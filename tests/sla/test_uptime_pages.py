"""The pages on services: Party B's own only, no word of what is internal; the console's lists and buttons; the API."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts.agenda import Asked, entries
from contracts.models import Agreement, ServedNotice
from people import tokens
from people.models import User
from people.submitting import new_key
from sla import maintenance, outages
from sla.models import MaintenanceWindow, Outage, Service, ServiceTerm
from tests import make
from tests.answers import let_go
from tests.sla.make_sla import PDF, local
from tests.sla.make_uptime import announced, outage, plan, service, term

pytestmark = pytest.mark.django_db
NOW = local("2026-09-17 15:00")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _today(settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, user: User, name: str, *args: object, **query: str) -> Any:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse(name, args=args), query)


@pytest.fixture
def about(agreement: Agreement) -> Service:
    made = service(agreement)
    term(agreement, made)
    return made


@pytest.fixture
def told(about: Service, operator: User) -> Outage:
    row = outage(operator, about, since=NOW - 3 * HOUR, text="内部：怀疑是三号机柜")
    return outages.announce(row, text="正在切换备用节点。", by=operator, at=NOW - 2 * HOUR)


def test_party_b_sees_what_is_down_what_comes_and_the_figure(
    client: Client, told: Outage, about: Service, party_b: User, ops_lead: User
) -> None:
    announced(ops_lead, about, at=NOW)
    text = page(client, party_b, "sla:service").content.decode()

    assert "查询接口无响应" in text and "数据库版本升级" in text
    assert "约定提前 48 小时，实际提前 55 小时，按自然时间（7×24）计" in text
    assert "按自然时间（7×24）统计，可用率不低于 99.9%" in text and "至今未达标" in text
    assert "三号机柜" not in text


def test_other_organisations_see_none_of_it(
    client: Client, told: Outage, about: Service, party_b_other: User, ops_lead: User
) -> None:
    announced(ops_lead, about, at=NOW)
    text = page(client, party_b_other, "sla:service").content.decode()

    assert "没有正在发生的服务中断" in text and "没有公告的维护" in text
    assert page(client, party_b_other, "sla:outage", told.number).status_code == 404


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-01", "", "2026-09' or 1=1"])
def test_a_month_that_is_none_shows_the_present_one(client: Client, about: Service, party_b: User, month: str) -> None:
    answer = page(client, party_b, "sla:service", month=month)

    assert (answer.status_code, answer.context["month"].isoformat()) == (200, "2026-09-01")


def test_an_outage_that_nobody_announced_is_missing(
    client: Client, about: Service, party_b: User, operator: User
) -> None:
    row = outage(operator, about, since=NOW - HOUR)

    assert page(client, party_b, "sla:outage", row.number).status_code == 404


def test_the_timeline_of_party_b_has_no_internal_line(client: Client, told: Outage, party_b: User) -> None:
    text = page(client, party_b, "sla:outage", told.number).content.decode()

    assert "正在切换备用节点" in text
    assert "三号机柜" not in text and "王晓明" not in text


def test_the_report_is_a_download_for_those_concerned(
    client: Client, told: Outage, operator: User, party_b: User, party_b_other: User
) -> None:
    assert page(client, party_b, "sla:outage-report", told.number).status_code == 404
    outages.end(told, ended_at=NOW, by=operator, at=NOW)
    file = SimpleUploadedFile("分析.pdf", PDF, content_type="application/pdf")
    outages.explain(told, cause="hardware", root_cause="磁盘写满。", file=file, by=operator, at=NOW)

    answer = page(client, party_b, "sla:outage-report", told.number)
    assert answer["Content-Disposition"].startswith("attachment")
    let_go(answer)
    assert page(client, party_b_other, "sla:outage-report", told.number).status_code == 404


def test_the_receipt_is_confirmed_by_a_button(
    client: Client, about: Service, party_b: User, party_b_other: User, ops_lead: User
) -> None:
    window = announced(ops_lead, about, at=NOW)
    url = reverse("sla:window-received", args=[window.pk])
    assert url in page(client, party_b, "sla:service").content.decode()
    client.force_login(party_b_other, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(url).status_code == 404

    client.force_login(party_b, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(url)

    assert answer.status_code == 302
    assert ServedNotice.objects.get().received_by == "刘洋"
    assert url not in client.get(reverse("sla:service")).content.decode()


def test_the_front_page_bears_a_banner(
    client: Client, told: Outage, about: Service, party_b: User, ops_lead: User
) -> None:
    announced(ops_lead, about, at=NOW)
    text = page(client, party_b, "portal-home").content.decode()

    assert "服务中断：查询接口无响应" in text and "计划维护：数据库版本升级" in text


def test_maintenance_is_on_the_calendar_of_those_concerned(
    about: Service, party_b: User, party_b_other: User, ops_lead: User
) -> None:
    window = announced(ops_lead, about, at=NOW)
    maintenance.plan(plan(about), by=ops_lead, at=NOW)
    span: dict[str, Any] = {"first": NOW.date(), "last": NOW.date() + timedelta(days=9), "today": NOW.date()}

    mine = [entry.uid for entry in entries(Asked(user=party_b, **span)) if entry.uid.startswith("maintenance")]
    others = [entry.uid for entry in entries(Asked(user=party_b_other, **span)) if entry.uid.startswith("maintenance")]

    assert (mine, others) == ([f"maintenance-{window.pk}"], [])


@pytest.mark.parametrize(
    "model", ["service", "serviceterm", "maintenancewindow", "outage", "checkplan", "vulnerability", "securityincident"]
)
def test_the_lists_of_the_console_open_and_cost_little(
    client: Client, told: Outage, ops_lead: User, model: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(ops_lead, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_max_num_queries(25):
        answer = client.get(reverse(f"admin:sla_{model}_changelist"), {"q": "查询"})

    assert answer.status_code == 200


def do(client: Client, user: User, row: Any, verb: str, **said: Any) -> Any:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = f"admin:sla_{row._meta.model_name}_verb"
    said = {"submission_key": new_key(), **said}
    return client.post(reverse(name, args=[row.pk, verb]), said, follow=True)


def test_a_window_is_planned_announced_and_done_in_the_console(client: Client, about: Service, ops_lead: User) -> None:
    client.force_login(ops_lead, backend="django.contrib.auth.backends.ModelBackend")
    said = {
        "submission_key": new_key(), "title": "扩容", "text": "重启一次。", "services": [about.pk], "interrupts": "on",
        "planned_from": "2026-09-17T15:30", "planned_to": "2026-09-17T16:30",
    }  # fmt: skip
    answer = client.post(reverse("admin:sla_maintenancewindow_listverb", args=["plan"]), said, follow=True)
    assert "已列入计划" in answer.content.decode()
    row = MaintenanceWindow.objects.get()

    text = do(client, ops_lead, row, "announce").content.decode()

    assert "公告过晚" in text and "约定提前 48 小时，实际提前 30 分钟" in text


def test_correcting_an_announced_outage_asks_a_second_person(client: Client, told: Outage, operator: User) -> None:
    outages.end(told, ended_at=NOW, by=operator, at=NOW)
    services = list(told.services.values_list("pk", flat=True))

    said = {"services": services, "cause": "unknown", "reason": "误报", "withdrawn": "on"}
    times = {"started_at": "2026-09-17T12:00", "ended_at": "2026-09-17T15:00"}
    text = do(client, operator, told, "correct", **said, **times).content.decode()

    assert "已提请另一人批准" in text
    assert Outage.objects.get().state == "ended"


def test_terms_of_an_active_version_are_read_only(
    client: Client, about: Service, agreement: Agreement, contract_manager: User
) -> None:
    row = ServiceTerm.objects.get()
    client.force_login(contract_manager, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:sla_serviceterm_change", args=[row.pk])

    assert client.post(url, {"target": "1"}).status_code == 403
    with pytest.raises(Exception, match=r"keeps rows frozen|takes no rows"):
        ServiceTerm.objects.update(target=1)


def test_a_term_is_written_on_a_draft(client: Client, agreement: Agreement, contract_manager: User) -> None:
    about, version = service(agreement), agreement.versions.get()
    client.force_login(contract_manager, backend="django.contrib.auth.backends.ModelBackend")
    said = {"version": version.pk, "service": about.pk, "target": "99.9", "hours": "natural"}
    url = reverse("admin:sla_serviceterm_add")

    refused = client.post(url, said).content.decode()
    with make.thawed(version):
        client.post(url, said)

    assert "请办理补充协议" in refused
    assert str(ServiceTerm.objects.get().target) == "99.900"


def call(user: User, method: str, path: str, body: Any = None, key: str = "") -> Any:
    token = tokens.make(user, name="监控", expires_on=NOW.date() + 90 * HOUR * 24, today=NOW.date(), at=NOW)[1]
    client = Client(headers={"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})})
    url = f"/api/v1/outages{path}"
    return client.get(url, body) if method == "GET" else client.post(url, body, content_type="application/json")


def down(about: Service, **changes: Any) -> dict[str, Any]:
    began = (NOW - HOUR).isoformat()
    return {"services": [about.code], "title": "探测失败", "started_at": began, "source_key": "z-1", **changes}


def test_monitoring_posts_start_and_end_once(about: Service, operator: User) -> None:
    first = call(operator, "POST", "", down(about), key="k1").json()
    again = [call(operator, "POST", "", down(about), key=key).json() for key in ("k1", "k2", "")]
    over = {"ended_at": NOW.isoformat()}
    ended = [call(operator, "POST", f"/{first['number']}/end", over, key="k3").json() for _again in range(2)]

    assert Outage.objects.count() == 1
    assert [answer["number"] for answer in again] == [first["number"]] * 3
    assert [answer["state"] for answer in ended] == ["ended", "ended"]


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"services": ["nope"]}, "没有代码为 nope 的服务", id="unknown service"),
        pytest.param({"started_at": "2026-09-17T10:00:00"}, "时间须带时区", id="no zone"),
        pytest.param({"started_at": "2026-09-18T10:00:00+08:00"}, "不能晚于现在", id="in the future"),
    ],
)
def test_a_post_that_cannot_be_says_why(about: Service, operator: User, changes: dict[str, Any], words: str) -> None:
    answer = call(operator, "POST", "", down(about, **changes))

    assert (answer.status_code, words in answer.json()["message"]) == (422, True)


def test_who_may_not_post_is_refused_and_lists_hold_own_rows(
    about: Service, told: Outage, party_b: User, party_b_other: User, finance: User
) -> None:
    refused = [call(user, "POST", "", down(about)).status_code for user in (party_b, finance)]
    counts = [call(user, "GET", "").json()["count"] for user in (party_b, party_b_other, finance)]

    assert (refused, counts) == ([403, 403], [1, 0, 1])
