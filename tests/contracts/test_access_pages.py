"""The pages on grants, onboarding and credentials: the console's buttons, and what Party B sees and may do."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts import credentials, grants, interfaces, onboarding, opening
from contracts.models import AccessGrant, Agreement, AgreementItem, Credential, OnboardingTask, OpeningConfirmation
from people.models import User
from people.submitting import KEY_FIELD, new_key
from tests import make
from tests.answers import seen
from tests.contracts.make_sharing import NOW, TODAY, pdf, shared
from tests.contracts.test_sharing_pages import do, html, signed_in

pytestmark = pytest.mark.django_db
USE: dict[str, Any] = {"purpose": "核验", "manner": "逐件查询", "scope": "综合窗口"}


@pytest.fixture(autouse=True)
def moment(time_machine: Any, settings: Any, tmp_path: Path) -> None:
    time_machine.move_to(NOW, tick=False)
    settings.MEDIA_ROOT = tmp_path
    make.calendar()


@pytest.fixture
def opened(agreement: Agreement, contract_manager: User) -> AgreementItem:
    return shared(agreement, by=contract_manager, state="open", by_interface=True)


def asked(opened: AgreementItem, by: User) -> AccessGrant:
    ask = grants.Ask(mode="query", valid_from=TODAY, valid_to=TODAY + timedelta(90), **USE)
    return grants.request(opened, ask, by=by, at=NOW)


def form(**changes: Any) -> dict[str, Any]:
    said = {"mode": "query", "valid_from": "2026-09-18", "valid_to": "2026-12-31", **USE, KEY_FIELD: new_key()}
    return {**said, **changes}


def notified(agreement: Agreement, operator: User, item: AgreementItem | None = None) -> OnboardingTask:
    task = onboarding.begin(agreement, item, term=onboarding.Term(), by=operator, at=NOW)
    message = onboarding.Message(subject="接入通知", text="请完成对接。", channel="portal", sent_at=NOW)
    return onboarding.notify(task, message, by=operator, at=NOW)


# --- The portal: grants ----------------------------------------------------------------------------------------


def test_party_b_asks_once_and_operations_decide(opened: AgreementItem, party_b: User, ops_lead: User) -> None:
    client, place = signed_in(party_b), reverse("contracts:sharing-act", args=[opened.pk, "request"])
    said = form(quota="500", quota_period="day")

    for _again in range(2):
        page = html(client.post(place, said, follow=True))
    row = AccessGrant.objects.get()
    decided = html(do(signed_in(ops_lead), "accessgrant", row.pk, "refuse", reason="请缩小范围。"))

    assert "申请已提交" in page
    assert "每天 500" in page
    assert "已驳回" in decided
    assert "请缩小范围。" in html(client.get(reverse("contracts:shared-item", args=[opened.pk])))


@pytest.mark.parametrize("missing", ["purpose", "manner", "scope", "valid_to"])
def test_a_request_that_leaves_something_out_is_shown_back(opened: AgreementItem, party_b: User, missing: str) -> None:
    place = reverse("contracts:sharing-act", args=[opened.pk, "request"])

    page = html(signed_in(party_b).post(place, form(**{missing: ""})))

    assert "有内容需要更正" in page
    assert "逐件查询" in page or missing == "manner"
    assert not AccessGrant.objects.exists()


def test_what_is_refused_is_said_on_the_page_and_the_input_stays(opened: AgreementItem, party_b: User) -> None:
    place = reverse("contracts:sharing-act", args=[opened.pk, "request"])

    page = html(signed_in(party_b).post(place, form(valid_to="2030-01-01", purpose="独有的目的")))

    assert "不能超过协议终止日期" in page
    assert "独有的目的" in page


def test_a_request_is_taken_back_by_its_own_side_only(
    opened: AgreementItem, party_b: User, party_b_other: User
) -> None:
    place = reverse("contracts:grant-cancel", args=[asked(opened, party_b).pk])

    assert signed_in(party_b_other).post(place).status_code == 404
    assert AccessGrant.objects.get().state == "requested"
    page = html(signed_in(party_b).post(place, follow=True))

    assert "申请已撤回" in page
    assert AccessGrant.objects.get().state == "cancelled"
    assert "只有待审批的申请可以撤回" in html(signed_in(party_b).post(place, follow=True))


def test_nobody_asks_for_the_items_of_others(opened: AgreementItem, party_b_other: User) -> None:
    place = reverse("contracts:sharing-act", args=[opened.pk, "request"])

    assert signed_in(party_b_other).post(place, form()).status_code == 404
    assert not AccessGrant.objects.exists()


# --- The portal: onboarding ------------------------------------------------------------------------------------


def test_party_b_goes_its_way_by_buttons(agreement: Agreement, operator: User, party_b: User) -> None:
    task, client = notified(agreement, operator), signed_in(party_b)
    page = html(client.get(reverse("contracts:onboarding")))
    assert "请确认收到" in page
    assert "请完成对接。" in page

    for verb, words in (("acknowledge", "已确认收到"), ("start", "已登记开始对接"), ("ready", "已申请联调")):
        place = reverse("contracts:onboarding-act", args=[task.pk, verb])
        page = html(client.post(place, {KEY_FIELD: new_key()}, follow=True))
        assert words in page

    task.refresh_from_db()
    assert task.state == "testing"
    assert "只有对接中的任务" in html(client.post(place, {KEY_FIELD: new_key()}, follow=True))


@pytest.mark.parametrize("verb", ["acknowledge", "start", "connect", "nothing"])
def test_nobody_acts_on_the_onboarding_of_others(
    agreement: Agreement, operator: User, party_b: User, party_b_other: User, verb: str
) -> None:
    task = notified(agreement, operator)
    place = reverse("contracts:onboarding-act", args=[task.pk, verb])

    assert signed_in(party_b_other).post(place, {KEY_FIELD: new_key()}).status_code == 404
    assert signed_in(party_b).get(place).status_code == 405
    assert "请完成对接。" not in html(signed_in(party_b_other).get(reverse("contracts:onboarding")))
    assert OnboardingTask.objects.select_related("notice").get().stage == "sent"


def test_a_specification_is_for_those_who_share_its_item(
    opened: AgreementItem, operator: User, party_b: User, party_b_other: User
) -> None:
    spec = interfaces.publish_spec(
        opened.item, version="V1.0", published_on=TODAY, file=pdf("规范.pdf"), by=operator, at=NOW
    )

    own = signed_in(party_b).get(reverse("contracts:spec-file", args=[spec.pk]))
    theirs = signed_in(party_b_other).get(reverse("contracts:spec-file", args=[spec.pk]))
    missing = signed_in(party_b_other).get(reverse("contracts:spec-file", args=[99999]))

    assert own.status_code == 200
    assert own.headers["Content-Disposition"].startswith("attachment")
    own.close()
    assert theirs.status_code == missing.status_code == 404
    assert seen(theirs, asked=spec.pk) == seen(missing, asked=99999)


@pytest.mark.once
@pytest.mark.parametrize("rows", [1, 50])
def test_the_portal_pages_cost_the_same_for_many(
    agreement: Agreement, opened: AgreementItem, operator: User, party_b: User, rows: int,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    client = signed_in(party_b)
    _fill(agreement, operator, party_b, rows)
    client.get(reverse("contracts:onboarding"))

    with django_assert_max_num_queries(10):
        client.get(reverse("contracts:onboarding"))
    with django_assert_max_num_queries(9):
        client.get(reverse("contracts:shared-item", args=[opened.pk]))


def _fill(agreement: Agreement, operator: User, party_b: User, rows: int) -> None:
    for _ in range(rows):
        item = shared(agreement, by=operator, state="open", by_interface=True)
        interfaces.publish_spec(item.item, version="V1.0", published_on=TODAY, file=pdf(), by=operator, at=NOW)
        onboarding.acknowledge(notified(agreement, operator, item), by=party_b, at=NOW)
        asked(item, party_b)
        number = str(item.pk)
        issued = credentials.Issued(
            kind="token", identifier=number, fingerprint=sha256(number.encode()).hexdigest(), held_by="刘洋",
            issued_on=TODAY, expires_on=TODAY,
        )  # fmt: skip
        credentials.register(agreement, item, issued, by=operator, at=NOW)
        other = make.agreement()
        opening.confirm_opening(other, opened_on=TODAY, confirmed_by="刘洋", file=pdf(), by=operator, at=NOW)


# --- The console -----------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(
    "model", ["accessgrant", "onboardingtask", "interfacespec", "openingconfirmation", "credential"]
)
def test_a_list_costs_the_same_for_many_rows(
    agreement: Agreement, operator: User, party_b: User, model: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(operator)
    _fill(agreement, operator, party_b, 1)
    client.get(f"/admin/contracts/{model}/")
    with CaptureQueriesContext(connection) as one:
        client.get(f"/admin/contracts/{model}/")
    _fill(agreement, operator, party_b, 49)

    with django_assert_max_num_queries(len(one)):
        page = html(client.get(f"/admin/contracts/{model}/"))

    assert page.count(f"/admin/contracts/{model}/") >= 50


def test_operations_take_a_request_down_and_another_person_decides(
    opened: AgreementItem, ops_lead: User, contract_manager: User
) -> None:
    said = form(shared_item=opened.pk, quota_period="")
    do(signed_in(ops_lead), "accessgrant", "", "request", **said)
    row = AccessGrant.objects.get()

    own = html(do(signed_in(ops_lead), "accessgrant", row.pk, "give"))
    page = html(do(signed_in(contract_manager), "accessgrant", row.pk, "give"))

    assert "不能审批自己提出的申请" in own
    assert "已批准，已通知乙方" in page
    assert "今天可以使用" in page


def test_the_page_of_a_grant_says_why_it_cannot_be_used(opened: AgreementItem, party_b: User, ops_lead: User) -> None:
    row = asked(opened, party_b)

    page = html(signed_in(ops_lead).get(f"/admin/contracts/accessgrant/{row.pk}/change/"))

    assert "授权现在是“待审批”" in page


def test_operations_bring_a_party_b_onto_the_platform_by_buttons(
    agreement: Agreement, operator: User, party_b: User, ops_lead: User
) -> None:
    client = signed_in(operator)
    do(client, "onboardingtask", "", "begin", agreement=agreement.pk, agreed_days="20", day_kind="working")
    task = OnboardingTask.objects.get()
    said: dict[str, Any] = {
        "subject": "接入通知",
        "text": "请对接。",
        "channel": "portal",
        "sent_at": "2026-09-18T09:00",
    }
    page = html(do(client, "onboardingtask", task.pk, "notify", **said))
    assert "乙方尚未确认收到" in page
    onboarding.acknowledge(task, by=party_b, at=NOW)
    for verb in ("start", "ready"):
        do(client, "onboardingtask", task.pk, verb)

    page = html(do(client, "onboardingtask", task.pk, "connect", connected_on="2026-09-18", file=pdf()))
    said = {"agreement": agreement.pk, "opened_on": "2026-09-18", "confirmed_by": "刘洋", "file": pdf()}
    do(signed_in(ops_lead), "openingconfirmation", "", "confirm", **said)

    assert "按期接入" in page
    assert OpeningConfirmation.objects.get().agreement == agreement


@pytest.mark.parametrize("stage, found", [("sent", True), ("notified", False), ("waiting", False), ("stopped", False)])
def test_tasks_are_found_by_where_they_are(agreement: Agreement, operator: User, stage: str, found: bool) -> None:
    notified(agreement, operator)

    page = html(signed_in(operator).get(f"/admin/contracts/onboardingtask/?stage={stage}"))

    assert (f"{agreement.number} · 平台接入" in page) == found


def test_a_pasted_secret_is_not_kept_and_not_shown_in_the_journal(agreement: Agreement, operator: User) -> None:
    said: dict[str, Any] = {
        "agreement": agreement.pk, "kind": "api_key", "identifier": "app-1", "fingerprint": "my-s3cret-key",
        "held_by": "刘洋", "issued_on": "2026-09-18", "expires_on": "2027-09-18",
    }  # fmt: skip
    page = html(do(signed_in(operator), "credential", "", "register", **said))
    assert "密钥、口令本身不要填写" in page
    assert not Credential.objects.exists()

    do(signed_in(operator), "credential", "", "register", **{**said, "fingerprint": sha256(b"k").hexdigest()})

    assert Credential.objects.get().identifier == "app-1"


@pytest.mark.parametrize(
    "model, verb, by",
    [
        pytest.param("accessgrant", "give", "operator", id="operations decide no grant"),
        pytest.param("onboardingtask", "start", "contract_manager", id="contract managers handle no onboarding"),
        pytest.param("credential", "revoke", "auditor", id="auditors revoke nothing"),
    ],
)
def test_buttons_are_for_those_who_may(
    agreement: Agreement, opened: AgreementItem, operator: User, party_b: User, request: Any, model: str, verb: str,
    by: str,
) -> None:  # fmt: skip
    _fill(agreement, operator, party_b, 1)
    rows: dict[str, Any] = {"accessgrant": AccessGrant, "onboardingtask": OnboardingTask, "credential": Credential}
    key = rows[model].objects.latest("pk").pk

    answer = do(signed_in(request.getfixturevalue(by)), model, key, verb, reason="x")

    assert answer.status_code == 403


def test_the_list_of_tasks_can_be_taken_away(agreement: Agreement, ops_lead: User) -> None:
    notified(agreement, ops_lead)

    answer = signed_in(ops_lead).get("/admin/contracts/onboardingtask/export/csv/")

    assert "待乙方签收" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
