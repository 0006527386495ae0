"""The console: who sees which events, notices and approvals, and what their buttons do."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journal.admin import rows_of
from journal.approvals import ask
from journal.models import Approval, Event, Notice
from journal.outbox import announce
from journal.recording import record
from people import roles
from people.models import User
from people.submitting import KEY_FIELD
from tests import make
from tests.answers import seen
from tests.journal.tampering import rewrite


@pytest.fixture
def asked(finance: User, operator: User, done: list[Any]) -> Approval:
    """Finance asked a minute ago."""
    content = {"金额": "100.00", "明细": {"数量": 2}}
    at = timezone.now() - timedelta(minutes=1)
    return ask("test.change", target=operator, content=content, by=finance, at=at, reason="客户申请减免")


def page(client: Client, user: User, name: str, *args: Any) -> str:
    client.force_login(user)
    answer = client.get(reverse(f"admin:journal_{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def act(client: Client, user: User, verb: str, obj: Any, **fields: str) -> str:
    """Press the verb's button and send its form; returns the page one lands on."""
    client.force_login(user)
    url = reverse(f"admin:journal_{obj._meta.model_name}_verb", args=[obj.pk, verb])
    form = client.get(url, follow=True).content.decode()
    key = form.split(f'name="{KEY_FIELD}" value="')[1].split('"')[0] if KEY_FIELD in form else "none-was-offered-to-us"
    return client.post(url, {KEY_FIELD: key, **fields}, follow=True).content.decode()


# --- Events --------------------------------------------------------------------------------------


def test_an_event_is_shown_with_words_for_its_action_and_its_data(
    client: Client, auditor: User, operator: User
) -> None:
    event = record("approval.rejected", obj=operator, by=None, at=timezone.now(), data={"原因": "<b>不符</b>"})

    shown = page(client, auditor, "event_change", event.pk)

    assert "驳回申请" in shown
    assert event.hash in shown
    assert "&lt;b&gt;不符&lt;/b&gt;" in shown
    assert reverse("admin:people_user_change", args=[operator.pk]) in shown


def test_an_event_whose_object_has_no_page_is_shown_all_the_same(client: Client, auditor: User) -> None:
    event = record("thing.done", by=None, at=timezone.now())

    assert "thing.done" in page(client, auditor, "event_change", event.pk)
    assert "thing.done" in page(client, auditor, "event_changelist")


def test_nobody_changes_events_in_the_console(client: Client, audit_admin: User) -> None:
    event = record("thing.done", by=None, at=timezone.now())
    client.force_login(audit_admin)

    answers = [
        client.post(reverse("admin:journal_event_change", args=[event.pk]), {"reason": "改过"}),
        client.post(reverse("admin:journal_event_delete", args=[event.pk]), {"post": "yes"}),
        client.get(reverse("admin:journal_event_add")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert Event.objects.get() == event


@pytest.mark.parametrize(
    "tamper, words",
    [
        pytest.param(None, "校验通过：1 条事件、0 个链锚，均未被改动。", id="sound"),
        pytest.param(
            "UPDATE journal_event SET reason = '改过'",
            "校验不通过，发现 1 处问题：#1 记录之后被改动",
            id="unsound",
        ),
    ],
)
def test_readers_verify_the_chain(
    client: Client, auditor: User, tamper: str | None, words: str, tmp_path: Any, settings: Any
) -> None:
    settings.JOURNAL_ANCHOR_FILE = tmp_path / "anchors.jsonl"
    record("thing.done", by=None, at=timezone.now())
    if tamper:
        rewrite(tamper)
    client.force_login(auditor)

    answer = client.post(reverse("admin:journal_event_listverb", args=["verify"]), {KEY_FIELD: "k" * 32}, follow=True)

    assert words in answer.content.decode()


@pytest.mark.parametrize(
    "value, words",
    [
        pytest.param("文字", "文字", id="text"),
        pytest.param(2, "2", id="number"),
        pytest.param(None, "null", id="nothing"),
        pytest.param({"起": "8月", "止": 9}, "起: 8月\n止: 9", id="nested"),
        pytest.param({"期间": {"起": 1, "止": 2}}, "期间:\n\u2003起: 1\n\u2003止: 2", id="nested twice"),
        pytest.param(["甲", ["乙", "丙"]], "· 甲\n·\n\u2003· 乙\n\u2003· 丙", id="list"),
        pytest.param({}, "", id="empty"),
        pytest.param({"空": []}, "空:", id="empty inside"),
    ],
)
def test_data_is_written_in_lines(value: Any, words: str) -> None:
    assert rows_of({"x": value}) == [("x", words)]


# --- Notices -------------------------------------------------------------------------------------


@pytest.fixture
def dead(operator: User) -> Notice:
    """An e-mail that failed for a day."""
    at = timezone.now() - timedelta(days=2)
    (notice,) = announce(
        key="k", recipient=operator, kind="test", subject="响应超时", body="故障详情", at=at, channels=["email"]
    )
    Notice.objects.update(state="dead", first_attempt_at=at, attempts=29)
    return notice


def test_what_a_notice_says_is_shown_to_readers_of_the_journal_only(
    client: Client, dead: Notice, system_admin: User, audit_admin: User
) -> None:
    assert "故障详情" not in page(client, system_admin, "notice_change", dead.pk)
    assert "故障详情" in page(client, audit_admin, "notice_change", dead.pk)


def test_the_system_administrator_sends_a_dead_notice_anew(client: Client, dead: Notice, system_admin: User) -> None:
    assert "发送失败" in page(client, system_admin, "notice_changelist")

    assert "已放回发送队列" in act(client, system_admin, "retry", dead)

    assert Notice.objects.get(pk=dead.pk).state == "pending"


def test_who_may_only_look_cannot_send_anew(client: Client, dead: Notice, audit_admin: User) -> None:
    client.force_login(audit_admin)

    assert client.post(reverse("admin:journal_notice_verb", args=[dead.pk, "retry"])).status_code == 403
    assert Notice.objects.get(pk=dead.pk).state == "dead"


# --- Approvals -----------------------------------------------------------------------------------


def offered(client: Client, user: User, approval: Approval) -> set[str]:
    shown = page(client, user, "approval_change", approval.pk)
    base = reverse("admin:journal_approval_change", args=[approval.pk]).removesuffix("change/")
    return {verb for verb in ("approve", "reject", "withdraw") if f"{base}do/{verb}/" in shown}


def test_the_approver_sees_what_was_asked(client: Client, asked: Approval, finance_lead: User) -> None:
    shown = page(client, finance_lead, "approval_change", asked.pk)

    for words in ("测试事项", "客户申请减免", "金额", "100.00", asked.content_sha256):
        assert words in shown


def test_each_is_offered_only_what_they_can_do(
    client: Client, asked: Approval, finance: User, finance_lead: User
) -> None:
    assert offered(client, finance, asked) == {"withdraw"}
    assert offered(client, finance_lead, asked) == {"approve", "reject"}


def test_the_button_approves(client: Client, asked: Approval, finance_lead: User, done: list[Any]) -> None:
    assert "已批准并执行" in act(client, finance_lead, "approve", asked, reason="属实")

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.reason, len(done)) == ("approved", finance_lead, "属实", 1)
    assert offered(client, finance_lead, asked) == set()


def test_the_button_rejects_with_a_reason_only(client: Client, asked: Approval, finance_lead: User) -> None:
    act(client, finance_lead, "reject", asked)
    asked.refresh_from_db()
    assert asked.state == "requested"

    assert "已驳回" in act(client, finance_lead, "reject", asked, reason="依据不足")


def test_the_asker_withdraws_and_cannot_approve_by_a_forged_form(
    client: Client, asked: Approval, finance: User, done: list[Any]
) -> None:
    assert "不能审批自己提出的申请" in act(client, finance, "approve", asked)
    assert done == []

    assert "已撤回" in act(client, finance, "withdraw", asked)


def test_requests_that_concern_others_are_answered_as_missing(
    client: Client, asked: Approval, contract_manager: User
) -> None:
    rewrite("UPDATE journal_approval SET permission = 'journal.view_event'")
    client.force_login(contract_manager)

    def answer(pk: int) -> tuple[int, str]:
        got = client.post(reverse("admin:journal_approval_verb", args=[pk, "approve"]))
        return got.status_code, seen(got, asked=pk)

    assert answer(asked.pk) == answer(99999)
    assert answer(asked.pk)[0] == 404
    assert str(asked.content_sha256) not in page(client, contract_manager, "approval_changelist")


@pytest.mark.parametrize(
    "who, mine, listed",
    [
        pytest.param(roles.FINANCE_LEAD, "decide", True, id="waits for me"),
        pytest.param(roles.FINANCE_LEAD, "asked", False, id="not asked by me"),
    ],
)
def test_the_list_is_filtered_by_what_concerns_me(
    client: Client, asked: Approval, who: str, mine: str, listed: bool
) -> None:
    client.force_login(make.user("lead", who))

    shown = client.get(reverse("admin:journal_approval_changelist"), {"mine": mine}).content.decode()

    assert (reverse("admin:journal_approval_change", args=[asked.pk]) in shown) is listed
