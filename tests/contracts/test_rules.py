"""Usage rules: a version binds from its receipt and not before, is acknowledged once, and reminds twice at most."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contracts import board, rules, serving
from contracts.board import Standing
from contracts.models import Agreement, RuleAcknowledgement, RuleNotice, RuleVersion, UsageRule
from contracts.tasks import controls
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests import make
from tests.answers import let_go, seen
from tests.journal.racing import race

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
TODAY = date(2026, 9, 18)


def rule_of(agreement: Agreement, /, **changes: Any) -> UsageRule:
    fields = {"issuer": agreement.party_a, "title": "接口使用规则", **changes}
    return UsageRule.objects.create(**fields)


def published(rule: UsageRule, by: User, at: datetime = NOW, **changes: Any) -> RuleVersion:
    fields = {"text": "一、账号专人专用。", **changes}
    return rules.publish(rules.draft(rule, **fields, by=by, at=at), by=by, at=at)


@pytest.fixture
def version(agreement: Agreement, contract_manager: User, party_b: User) -> RuleVersion:
    return published(rule_of(agreement), contract_manager)


# --- Binding ---------------------------------------------------------------------------------------------------


def test_a_new_version_does_not_bind_before_its_receipt(
    agreement: Agreement, contract_manager: User, party_b: User, version: RuleVersion
) -> None:
    rules.acknowledge(version, agreement, by=party_b, at=NOW + DAY)
    second = published(version.rule, contract_manager, NOW + 5 * DAY, text="二、写明业务编号。")

    assert rules.binding_on(agreement, TODAY) == []
    assert rules.binding_on(agreement, TODAY + DAY) == [version]
    assert rules.binding_on(agreement, TODAY + 30 * DAY) == [version]  # the second is out, and has not arrived

    rules.acknowledge(second, agreement, by=party_b, at=NOW + 40 * DAY)
    assert rules.binding_on(agreement, TODAY + 39 * DAY) == [version]
    assert rules.binding_on(agreement, TODAY + 40 * DAY) == [second]


def test_a_notice_that_arrived_is_a_receipt_and_one_under_way_is_none(
    agreement: Agreement, contract_manager: User, version: RuleVersion
) -> None:
    notice = rules.serve(version, agreement, by=contract_manager, at=NOW)
    serving.send(notice, channel="post", sent_at=NOW, by=contract_manager, at=NOW)
    assert rules.binding_on(agreement, TODAY + 9 * DAY) == []

    serving.receive(notice, received_at=NOW + 3 * DAY, received_by="刘洋", by=contract_manager, at=NOW + 4 * DAY)

    assert rules.binding_on(agreement, TODAY + 2 * DAY) == []
    assert rules.binding_on(agreement, TODAY + 3 * DAY) == [version]


def test_a_version_waits_for_the_day_from_which_it_applies(
    agreement: Agreement, contract_manager: User, party_b: User, version: RuleVersion
) -> None:
    rules.acknowledge(version, agreement, by=party_b, at=NOW)
    second = published(version.rule, contract_manager, text="新版", applies_from=TODAY + 10 * DAY)
    rules.acknowledge(second, agreement, by=party_b, at=NOW + DAY)

    assert rules.binding_on(agreement, TODAY + 9 * DAY) == [version]
    assert rules.binding_on(agreement, TODAY + 10 * DAY) == [second]


def test_a_withdrawn_rule_binds_no_more(
    agreement: Agreement, contract_manager: User, party_b: User, version: RuleVersion
) -> None:
    rules.acknowledge(version, agreement, by=party_b, at=NOW)

    rules.withdraw(version.rule, reason="并入新规则", by=contract_manager, at=NOW + 5 * DAY)

    assert rules.binding_on(agreement, TODAY + 4 * DAY) == [version]
    assert rules.binding_on(agreement, TODAY + 5 * DAY) == []


def test_a_rule_of_one_agreement_is_no_rule_of_another(
    agreement: Agreement, other_agreement: Agreement, contract_manager: User, party_b_other: User
) -> None:
    version = published(rule_of(agreement, agreement=agreement), contract_manager)

    with pytest.raises(Refused, match="不适用于协议"):
        rules.acknowledge(version, other_agreement, by=party_b_other, at=NOW)
    assert not RuleVersion.objects.for_user(party_b_other).exists()


# --- Verbs and their refusals ----------------------------------------------------------------------------------


def test_drafts_are_numbered_and_one_at_a_time(agreement: Agreement, contract_manager: User) -> None:
    rule = rule_of(agreement)
    first = rules.draft(rule, text="一", by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="已有一份草稿"):
        rules.draft(rule, text="二", by=contract_manager, at=NOW)

    rules.publish(first, by=contract_manager, at=NOW)

    assert rules.draft(rule, text="二", by=contract_manager, at=NOW).number == 2
    with pytest.raises(Refused, match="已经发布"):
        rules.publish(first, by=contract_manager, at=NOW)


@pytest.mark.parametrize(
    "verb, words",
    [
        pytest.param(lambda r, v, a, by: rules.draft(r, text=" ", by=by, at=NOW), "请填写规则正文", id="empty text"),
        pytest.param(lambda r, v, a, by: rules.withdraw(r, reason="", by=by, at=NOW), "请写明废止原因", id="no reason"),
        pytest.param(lambda r, v, a, by: rules.acknowledge(v, a, by=by, at=NOW), "只有乙方的人员", id="staff"),
    ],
)
def test_what_is_refused(
    agreement: Agreement, contract_manager: User, version: RuleVersion, verb: Any, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        verb(version.rule, version, agreement, contract_manager)


@pytest.mark.parametrize("verb", ["draft", "publish", "withdraw", "serve", "acknowledge"])
def test_a_withdrawn_rule_takes_no_verb(
    agreement: Agreement, contract_manager: User, party_b: User, version: RuleVersion, verb: str
) -> None:
    rules.withdraw(version.rule, reason="停用", by=contract_manager, at=NOW)
    version.refresh_from_db()
    calls: dict[str, Callable[[], object]] = {
        "draft": lambda: rules.draft(version.rule, text="x", by=contract_manager, at=NOW),
        "publish": lambda: rules.publish(version, by=contract_manager, at=NOW),
        "withdraw": lambda: rules.withdraw(version.rule, reason="x", by=contract_manager, at=NOW),
        "serve": lambda: rules.serve(version, agreement, by=contract_manager, at=NOW),
        "acknowledge": lambda: rules.acknowledge(version, agreement, by=party_b, at=NOW),
    }

    with pytest.raises(Refused, match="已经废止"):
        calls[verb]()


def test_an_old_version_is_not_acknowledged(
    agreement: Agreement, contract_manager: User, party_b: User, version: RuleVersion
) -> None:
    published(version.rule, contract_manager, text="新")

    with pytest.raises(Refused, match="请阅读并确认第 2 版"):
        rules.acknowledge(version, agreement, by=party_b, at=NOW)


def test_a_draft_is_neither_served_nor_acknowledged(
    agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    made = rules.draft(rule_of(agreement), text="一", by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="还没有发布"):
        rules.acknowledge(made, agreement, by=party_b, at=NOW)
    with pytest.raises(Refused, match="还没有发布"):
        rules.serve(made, agreement, by=contract_manager, at=NOW)


def test_a_version_is_served_once_on_an_agreement(
    agreement: Agreement, contract_manager: User, version: RuleVersion
) -> None:
    rules.serve(version, agreement, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="已经为该协议写过通知"):
        rules.serve(version, agreement, by=contract_manager, at=NOW)
    assert RuleNotice.objects.count() == 1


def test_the_database_keeps_what_was_published(version: RuleVersion) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleVersion.objects.filter(pk=version.pk).update(text="改过的")


def test_the_database_keeps_acknowledgements(agreement: Agreement, party_b: User, version: RuleVersion) -> None:
    row = rules.acknowledge(version, agreement, by=party_b, at=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RuleAcknowledgement.objects.filter(pk=row.pk).update(at=NOW - DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleAcknowledgement.objects.create(version=version, agreement=agreement, by=party_b, at=NOW)


def test_acknowledging_again_answers_with_the_first(agreement: Agreement, party_b: User, version: RuleVersion) -> None:
    first = rules.acknowledge(version, agreement, by=party_b, at=NOW)

    assert rules.acknowledge(version, agreement, by=party_b, at=NOW + DAY) == first
    assert Event.objects.filter(action="rule.acknowledged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_acknowledge_at_once_leave_one_row(
    agreement: Agreement, party_b: User, version: RuleVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = [lambda: rules.acknowledge(version, agreement, by=party_b, at=NOW)] * 4

    answers = race(*works, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert len({answer.pk for answer in answers}) == 1
    assert RuleAcknowledgement.objects.count() == 1
    assert Event.objects.filter(action="rule.acknowledged").count() == 1


def test_without_the_unique_key_both_would_be_kept(agreement: Agreement, party_b: User, version: RuleVersion) -> None:
    """Negative control: a plain insert after a stale look is stopped by the constraint alone."""
    looked = [RuleAcknowledgement.objects.filter(version=version, agreement=agreement).exists() for _ in range(2)]
    assert looked == [False, False]
    RuleAcknowledgement.objects.create(version=version, agreement=agreement, by=party_b, at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        RuleAcknowledgement.objects.create(version=version, agreement=agreement, by=party_b, at=NOW)


# --- Reminders -------------------------------------------------------------------------------------------------


def reminders() -> list[str]:
    rows = Notice.objects.filter(kind="rule.reminder", channel="in_app").order_by("pk")
    return [row.key.split("/")[4] for row in rows]


@pytest.mark.parametrize(
    "runs, told",
    [
        pytest.param([6], [], id="before a week"),
        pytest.param([7, 7, 8, 13], ["7"], id="once in the second week"),
        pytest.param([7, 14, 15, 90], ["7", "14"], id="both, and never again"),
        pytest.param([30, 31], ["14"], id="after an outage only the later"),
    ],
)
def test_reminders_come_once_each(version: RuleVersion, time_machine: Any, runs: list[int], told: list[str]) -> None:
    for days in runs:
        time_machine.move_to(NOW + days * DAY, tick=False)
        controls.remind_rules()

    assert reminders() == told


def test_nobody_is_reminded_of_what_was_received(
    agreement: Agreement, party_b: User, version: RuleVersion, time_machine: Any
) -> None:
    rules.acknowledge(version, agreement, by=party_b, at=NOW)
    time_machine.move_to(NOW + 20 * DAY, tick=False)

    controls.remind_rules()

    assert reminders() == []


def test_a_row_that_fails_stops_no_other(
    agreement: Agreement, version: RuleVersion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make.agreement()
    seen_rows = []

    def remind(row: Agreement, *, at: datetime) -> int:
        seen_rows.append(row.pk)
        if len(seen_rows) == 1:
            raise ValueError("bad row")
        return 1

    monkeypatch.setattr(rules, "remind", remind)

    assert controls.remind_rules() == 1
    assert len(seen_rows) == 2
    assert "could not be looked at" in caplog.text


# --- The board -------------------------------------------------------------------------------------------------


def test_the_board_is_green_only_with_a_receipt(agreement: Agreement, contract_manager: User, party_b: User) -> None:
    assert board.read(agreement, "usage_rules", at=NOW).standing == Standing.UNPROVEN

    made = published(rule_of(agreement), contract_manager)
    assert board.read(agreement, "usage_rules", at=NOW).standing == Standing.DUE_SOON

    rules.acknowledge(made, agreement, by=party_b, at=NOW)
    assert board.read(agreement, "usage_rules", at=NOW).standing == Standing.KEPT


# --- The portal ------------------------------------------------------------------------------------------------


def test_party_b_reads_and_acknowledges(
    client: Client, agreement: Agreement, party_b: User, version: RuleVersion
) -> None:
    client.force_login(party_b)
    assert "等待贵单位阅读确认" in client.get(reverse("portal-home")).content.decode()
    page = client.get(reverse("contracts:rule", args=[version.pk])).content.decode()
    assert "一、账号专人专用。" in page

    key = new_key()
    for _ in range(2):
        client.post(reverse("contracts:rule", args=[version.pk]), {KEY_FIELD: key, "agreements": [agreement.pk]})

    row = RuleAcknowledgement.objects.get()
    assert (row.by, row.agreement) == (party_b, agreement)
    assert "等待贵单位阅读确认" not in client.get(reverse("portal-home")).content.decode()
    assert "已确认" in client.get(reverse("contracts:compliance")).content.decode()


def test_text_of_rules_is_escaped(client: Client, agreement: Agreement, contract_manager: User, party_b: User) -> None:
    made = published(rule_of(agreement), contract_manager, text="<script>alert(1)</script>")
    client.force_login(party_b)

    page = client.get(reverse("contracts:rule", args=[made.pk])).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"agreements": ["x"]}, id="no number"),
        pytest.param({"agreements": ["999999"]}, id="no such agreement"),
        pytest.param({}, id="none chosen"),
        pytest.param({"agreements": ["99999999999999999999999"]}, id="too large"),
    ],
)
def test_bad_input_acknowledges_nothing(
    client: Client, party_b: User, version: RuleVersion, sent: dict[str, Any]
) -> None:
    client.force_login(party_b)

    answer = client.post(reverse("contracts:rule", args=[version.pk]), {KEY_FIELD: new_key(), **sent})

    assert answer.status_code == 200
    assert "sy-errors" in answer.content.decode()
    assert not RuleAcknowledgement.objects.exists()


def test_nobody_acknowledges_for_another_organisation(
    client: Client, agreement: Agreement, party_b_other: User, version: RuleVersion
) -> None:
    client.force_login(party_b_other)

    client.post(reverse("contracts:rule", args=[version.pk]), {KEY_FIELD: new_key(), "agreements": [agreement.pk]})

    assert not RuleAcknowledgement.objects.filter(agreement=agreement).exists()


def test_a_foreign_rule_is_answered_as_a_missing_one(
    client: Client, agreement: Agreement, contract_manager: User, party_b_other: User
) -> None:
    made = published(rule_of(agreement, agreement=agreement), contract_manager)
    client.force_login(party_b_other)

    for name in ("contracts:rule", "contracts:rule-file"):
        foreign, missing = (client.get(reverse(name, args=[pk])) for pk in (made.pk, 99999))
        assert foreign.status_code == missing.status_code == 404
        assert seen(foreign, asked=made.pk) == seen(missing, asked=99999)


def test_the_file_of_a_rule_is_a_download(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("规则.pdf", b"%PDF-1.4\n")
    made = published(rule_of(agreement), contract_manager, file=file)
    client.force_login(party_b)

    answer = client.get(reverse("contracts:rule-file", args=[made.pk]))

    assert answer.headers["Content-Disposition"].startswith("attachment")
    let_go(answer)


@pytest.mark.parametrize("rows", [1, 12])
def test_the_page_costs_the_same_for_many(
    client: Client,
    agreement: Agreement,
    contract_manager: User,
    party_b: User,
    rows: int,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(rows):
        published(rule_of(agreement, title=f"规则{number}"), contract_manager)
    client.force_login(party_b)

    with django_assert_max_num_queries(14):
        client.get(reverse("contracts:compliance"))


# --- The console -----------------------------------------------------------------------------------------------


def test_the_console_drafts_publishes_and_shows_receipts(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    client.force_login(contract_manager)
    rule = rule_of(agreement)
    client.post(
        f"/admin/contracts/usagerule/{rule.pk}/do/draft/",
        {KEY_FIELD: new_key(), "text": "一、专人专用。", "changes": ""},
    )
    made = rule.versions.get()
    client.post(f"/admin/contracts/ruleversion/{made.pk}/do/publish/", {KEY_FIELD: new_key()})

    page = client.get(f"/admin/contracts/ruleversion/{made.pk}/change/").content.decode()

    assert rule.versions.get().state == "published"
    assert agreement.number in page
    assert "未确认" in page
    panel = client.get(f"/admin/contracts/agreement/{agreement.pk}/change/").content.decode()
    assert "panel-rules" in panel


@pytest.mark.parametrize("model", ["usagerule", "ruleversion", "ruleacknowledgement"])
def test_lists_ask_no_more_for_more_rows(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, model: str,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for number in range(10):
        made = published(rule_of(agreement, title=f"规则{number}"), contract_manager)
        rules.acknowledge(made, agreement, by=party_b, at=NOW)
    client.force_login(contract_manager)

    with django_assert_max_num_queries(16):
        assert client.get(f"/admin/contracts/{model}/").status_code == 200
