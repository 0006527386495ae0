"""Onboarding: it starts when the notice arrives, goes on step by step, and knows who uses an old interface."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from contracts import board, interfaces, onboarding, opening, serving
from contracts.access_faces import drift_words, term_of
from contracts.board import Standing
from contracts.models import Agreement, AgreementItem, InterfaceSpec, OnboardingTask, OpeningConfirmation
from contracts.onboarding import Message, Term
from contracts.updates import workdays_now
from journal.models import Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.make_sharing import NOW, TODAY, pdf, shared

pytestmark = pytest.mark.django_db
DAY = timedelta(1)
STAGES = ("waiting", "sent", "notified", "connecting", "testing", "connected", "stopped")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    make.calendar()


def begun(agreement: Agreement, by: User, item: AgreementItem | None = None, **term: Any) -> OnboardingTask:
    return onboarding.begin(agreement, item, term=Term(**term), by=by, at=NOW)


def message(**changes: Any) -> Message:
    fields = {"subject": "接入通知", "text": "请完成对接。", "channel": "portal", "sent_at": NOW, **changes}
    return Message(**fields)


def at_stage(stage: str, agreement: Agreement, operator: User, party_b: User, **term: Any) -> OnboardingTask:
    task = begun(agreement, operator, **term)
    steps: list[tuple[str, Callable[[OnboardingTask], OnboardingTask]]] = [
        ("sent", lambda row: onboarding.notify(row, message(), by=operator, at=NOW)),
        ("notified", lambda row: onboarding.acknowledge(row, by=party_b, at=NOW)),
        ("connecting", lambda row: onboarding.start(row, by=party_b, at=NOW)),
        ("testing", lambda row: onboarding.ready(row, by=party_b, at=NOW)),
        ("connected", lambda row: onboarding.connect(row, connected_on=TODAY, file=pdf(), by=operator, at=NOW)),
    ]
    if stage == "stopped":
        return onboarding.stop(task, reason="暂缓。", by=operator, at=NOW)
    for reached, step in steps if stage != "waiting" else []:
        task = step(task)
        if reached == stage:
            break
    return task


VERBS: dict[str, Callable[[OnboardingTask, User], OnboardingTask]] = {
    "notify": lambda row, by: onboarding.notify(row, message(), by=by, at=NOW),
    "acknowledge": lambda row, by: onboarding.acknowledge(row, by=by, at=NOW),
    "start": lambda row, by: onboarding.start(row, by=by, at=NOW),
    "ready": lambda row, by: onboarding.ready(row, by=by, at=NOW),
    "back": lambda row, by: onboarding.send_back(row, reason="用例未通过。", by=by, at=NOW),
    "connect": lambda row, by: onboarding.connect(row, connected_on=TODAY, file=pdf(), by=by, at=NOW),
    "stop": lambda row, by: onboarding.stop(row, reason="暂缓。", by=by, at=NOW),
}
MOVES: dict[str, dict[str, str]] = {
    "notify": {"waiting": "sent"},
    "acknowledge": {"sent": "notified"},
    "start": {"notified": "connecting"},
    "ready": {"connecting": "testing"},
    "back": {"testing": "connecting"},
    "connect": {"testing": "connected"},
    "stop": dict.fromkeys(("waiting", "sent", "notified", "connecting", "testing"), "stopped"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_takes_its_verbs_and_refuses_the_others(
    agreement: Agreement, operator: User, party_b: User, stage: str, verb: str
) -> None:
    row = at_stage(stage, agreement, operator, party_b)
    assert row.stage == stage
    after = MOVES[verb].get(stage)

    if after is None:
        with pytest.raises(Refused):
            VERBS[verb](row, operator)
    else:
        VERBS[verb](row, operator)

    assert OnboardingTask.objects.select_related("notice").get(pk=row.pk).stage == (after or stage)


# --- The notice and its arrival --------------------------------------------------------------------------------


def test_the_way_starts_when_the_notice_arrives_by_whatever_channel(
    agreement: Agreement, operator: User, party_b: User
) -> None:
    task = onboarding.notify(begun(agreement, operator), message(channel="post"), by=operator, at=NOW)
    assert onboarding.days_since(task, TODAY + 9 * DAY) is None
    assert task.notice is not None

    serving.receive(task.notice, received_at=NOW + 3 * DAY, received_by="刘洋", by=operator, at=NOW + 4 * DAY)

    task = OnboardingTask.objects.select_related("notice").get(pk=task.pk)
    assert (task.stage, onboarding.days_since(task, TODAY + 9 * DAY)) == ("notified", 6)


def test_party_b_is_told_of_the_notice_and_operations_of_its_arrival(
    agreement: Agreement, operator: User, party_b: User
) -> None:
    task = at_stage("notified", agreement, operator, party_b)

    assert task.notice is not None
    assert (task.notice.received_by, task.notice.clause_number) == ("刘洋", "3.1.1")
    assert Notice.objects.filter(recipient=party_b, kind="onboarding.notified", channel="in_app").count() == 1
    told = Notice.objects.get(recipient=operator, kind="onboarding.acknowledged", channel="in_app")
    assert "已通知" in told.subject


def test_a_notice_that_was_sent_before_starts_one_task(
    agreement: Agreement, other_agreement: Agreement, operator: User, contract_manager: User
) -> None:
    def written(of: Agreement, kind: str = "onboarding") -> Any:
        writing = serving.Writing(kind=kind, sender="a", subject="通知", text="请对接。")
        return serving.write(of, writing, by=contract_manager, at=NOW)

    draft, sent = written(agreement), written(agreement)
    serving.send(sent, channel="post", sent_at=NOW, by=contract_manager, at=NOW)
    sent.refresh_from_db()
    task = begun(agreement, operator)

    for notice, words in (
        (draft, "还没有发出"),
        (written(agreement, "rules"), "请选择本协议的接入通知"),
        (written(other_agreement), "请选择本协议的接入通知"),
    ):
        with pytest.raises(Refused, match=words):
            onboarding.attach(task, notice, by=operator, at=NOW)
    assert onboarding.attach(task, sent, by=operator, at=NOW).stage == "sent"
    onboarding.stop(task, reason="重来", by=operator, at=NOW)
    with pytest.raises(Refused, match="已经用于另一项接入任务"):
        onboarding.attach(begun(agreement, operator), sent, by=operator, at=NOW)


# --- Beginning and connecting ----------------------------------------------------------------------------------


def test_one_way_of_a_kind_stands_at_a_time(agreement: Agreement, operator: User, contract_manager: User) -> None:
    item = shared(agreement, by=contract_manager)
    first = begun(agreement, operator)
    begun(agreement, operator, item)

    with pytest.raises(Refused, match="请勿重复登记"):
        begun(agreement, operator)
    onboarding.stop(first, reason="暂缓", by=operator, at=NOW)

    assert begun(agreement, operator).state == "waiting"


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"agreed_days": 20}, "约定期限要写全", id="20 of nothing"),
        pytest.param({"day_kind": "working"}, "约定期限要写全", id="working days without a number"),
    ],
)
def test_half_a_term_is_refused(agreement: Agreement, operator: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        begun(agreement, operator, **changes)


def test_nothing_begins_without_an_agreement_in_force_or_for_a_foreign_item(
    agreement: Agreement, other_agreement: Agreement, operator: User, contract_manager: User
) -> None:
    with pytest.raises(Refused, match="不属于该协议"):
        begun(agreement, operator, shared(other_agreement, by=contract_manager))
    Agreement.objects.filter(pk=agreement.pk).update(state="for_signing")
    with pytest.raises(Refused, match="只有已生效的协议"):
        begun(agreement, operator)


@pytest.mark.parametrize(
    "day", [pytest.param(TODAY - DAY, id="before the notice"), pytest.param(TODAY + DAY, id="tomorrow")]
)
def test_the_day_of_connection_lies_between_the_notice_and_today(
    agreement: Agreement, operator: User, party_b: User, day: date
) -> None:
    task = at_stage("testing", agreement, operator, party_b)

    with pytest.raises(Refused, match="接入日期不能早于收到通知之日"):
        onboarding.connect(task, connected_on=day, file=pdf(), by=operator, at=NOW)


def test_the_database_wants_a_report_of_the_connection(agreement: Agreement, operator: User, party_b: User) -> None:
    task = at_stage("testing", agreement, operator, party_b)

    with pytest.raises(IntegrityError, match="onboarding_connected"), transaction.atomic():
        OnboardingTask.objects.filter(pk=task.pk).update(state="connected", connected_on=TODAY)


# --- The term --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "term, due_on",
    [
        # Friday 18 September; Sunday the 20th is worked, 25 to 27 September and 1 to 7 October are holidays.
        pytest.param({"agreed_days": 5, "day_kind": "working"}, date(2026, 9, 24), id="five working days"),
        pytest.param({"agreed_days": 7, "day_kind": "natural"}, date(2026, 9, 28), id="seven days, into a holiday"),
    ],
)
def test_the_term_counts_from_the_arrival(
    agreement: Agreement, operator: User, party_b: User, term: dict[str, Any], due_on: date
) -> None:
    task = at_stage("connecting", agreement, operator, party_b, **term)

    in_time, late = (term_of(task, due_on + days, workdays_now()) for days in (0 * DAY, DAY))

    assert (in_time.due_on, in_time.overdue, late.overdue) == (due_on, False, True)
    assert board.read(agreement, "onboarding", at=NOW + (due_on - TODAY)).standing == Standing.DUE_SOON
    assert board.read(agreement, "onboarding", at=NOW + (due_on - TODAY) + DAY).standing == Standing.OVERDUE


def test_a_term_into_an_unpublished_year_is_provisional(agreement: Agreement, operator: User, party_b: User) -> None:
    task = at_stage("connecting", agreement, operator, party_b, agreed_days=200, day_kind="working")

    assert "（暂定）" in term_of(task, TODAY, workdays_now()).words


def test_without_a_term_or_before_the_arrival_nothing_is_measured(
    agreement: Agreement, operator: User, party_b: User
) -> None:
    assert board.read(agreement, "onboarding", at=NOW).standing == Standing.UNPROVEN
    task = at_stage("sent", agreement, operator, party_b, agreed_days=5, day_kind="working")

    assert term_of(task, TODAY + 99 * DAY, workdays_now()).overdue is False
    assert board.read(agreement, "onboarding", at=NOW + 99 * DAY).standing == Standing.NOT_MEASURABLE


def test_connected_everywhere_is_kept(agreement: Agreement, operator: User, party_b: User) -> None:
    at_stage("connected", agreement, operator, party_b)

    reading = board.read(agreement, "onboarding", at=NOW)

    assert (reading.standing, reading.count) == (Standing.KEPT, 1)


# --- Interfaces ------------------------------------------------------------------------------------------------


@pytest.fixture
def item(agreement: Agreement, contract_manager: User) -> AgreementItem:
    return shared(agreement, by=contract_manager, state="open", by_interface=True)


def spec(item: AgreementItem, version: str, by: User, day: date = TODAY) -> InterfaceSpec:
    return interfaces.publish_spec(item.item, version=version, published_on=day, file=pdf(), by=by, at=NOW)


def test_a_new_version_tells_those_on_an_old_one(
    agreement: Agreement, item: AgreementItem, operator: User, party_b: User
) -> None:
    old = spec(item, "V1.0", operator)
    task = begun(agreement, operator, item)
    task = onboarding.notify(task, message(), by=operator, at=NOW)
    task = onboarding.acknowledge(task, by=party_b, at=NOW)
    task = onboarding.start(task, by=party_b, at=NOW)
    task = onboarding.ready(task, by=party_b, at=NOW)
    with pytest.raises(Refused, match="请选择联调所用的接口版本"):
        onboarding.connect(task, connected_on=TODAY, file=pdf(), by=operator, at=NOW)
    task = onboarding.connect(task, connected_on=TODAY, file=pdf(), spec=old, by=operator, at=NOW)
    assert drift_words(task, interfaces.newest_of(item.item)) == ""

    new = spec(item, "V1.1", operator)

    assert Notice.objects.filter(recipient=party_b, kind="interface.published", channel="in_app").count() == 1
    assert drift_words(task, interfaces.newest_of(item.item)) == "使用版本 V1.0，最新版本 V1.1"
    assert "1 项仍用旧版接口" in str(board.read(agreement, "onboarding", at=NOW).note)
    task = onboarding.move_to_spec(task, spec=new, by=operator, at=NOW)
    assert drift_words(task, new) == ""
    with pytest.raises(Refused, match="已经使用这个接口版本"):
        onboarding.move_to_spec(task, spec=new, by=operator, at=NOW)


def test_a_version_is_published_once_and_in_order(item: AgreementItem, operator: User) -> None:
    spec(item, "V1.0", operator)

    for version, day, words in (
        ("V1.0", TODAY, "同一版本只登记一次"),
        ("", TODAY, "请填写新的版本号"),
        ("V0.9", TODAY - DAY, "不能早于现有最新版本 V1.0"),
        ("V1.1", TODAY + DAY, "发布日期不能晚于今天"),
    ):
        with pytest.raises(Refused, match=words):
            spec(item, version, operator, day)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        InterfaceSpec.objects.update(version="V9")


def test_an_item_without_an_interface_has_no_specification(
    agreement: Agreement, contract_manager: User, operator: User
) -> None:
    with pytest.raises(Refused, match="提供接口调用"):
        spec(shared(agreement, by=contract_manager), "V1.0", operator)


# --- The platform ----------------------------------------------------------------------------------------------


def opened(agreement: Agreement, by: User, **changes: Any) -> OpeningConfirmation:
    said = {"opened_on": TODAY, "confirmed_by": "刘洋", "file": pdf(), **changes}
    return opening.confirm_opening(agreement, **said, by=by, at=NOW)


def test_the_platform_is_open_by_a_confirmation_and_under_an_agreement_in_force(
    agreement: Agreement, ops_lead: User
) -> None:
    assert board.read(agreement, "platform", at=NOW).standing == Standing.UNPROVEN
    opened(agreement, ops_lead)

    assert board.read(agreement, "platform", at=NOW).standing == Standing.KEPT
    agreement.state = Agreement.State.SUSPENDED
    reading = board.read(agreement, "platform", at=NOW)
    assert (reading.standing, "现在是“暂停”" in str(reading.note)) == (Standing.UNPROVEN, True)


@pytest.mark.parametrize(
    "state, confirmed, service",
    [
        pytest.param("in_force", False, "not_open", id="in force, not confirmed"),
        pytest.param("in_force", True, "open", id="in force and confirmed"),
        pytest.param("suspended", True, "suspended", id="suspended"),
        pytest.param("terminated", True, "ended", id="terminated"),
        pytest.param("expired", False, "ended", id="expired"),
    ],
)
def test_the_state_of_the_service(state: str, confirmed: bool, service: str) -> None:
    assert opening.service_of(Agreement(state=state), confirmed=confirmed) == service


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"opened_on": TODAY + DAY}, "不能晚于今天", id="tomorrow"),
        pytest.param({"opened_on": date(2025, 12, 31)}, "不能早于协议生效日期", id="before the agreement"),
        pytest.param({"confirmed_by": " "}, "请写明乙方确认人", id="nobody"),
    ],
)
def test_a_confirmation_that_cannot_be_is_refused(
    agreement: Agreement, ops_lead: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        opened(agreement, ops_lead, **changes)


def test_a_confirmation_is_kept_once(agreement: Agreement, ops_lead: User) -> None:
    opened(agreement, ops_lead)

    with pytest.raises(Refused, match="已经登记"):
        opened(agreement, ops_lead)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        OpeningConfirmation.objects.update(confirmed_by="别人")


def test_the_arrival_is_counted_in_civil_days_of_shanghai(agreement: Agreement, operator: User, party_b: User) -> None:
    task = onboarding.notify(begun(agreement, operator), message(), by=operator, at=NOW)
    late_evening = datetime(2026, 9, 18, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))

    task = onboarding.acknowledge(task, by=party_b, at=late_evening)

    assert onboarding.days_since(task, date(2026, 9, 19)) == 1
