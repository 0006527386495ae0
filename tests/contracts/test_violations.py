"""Violations: each verb in each state, by whom; what Party B sees and when; deadlines told once."""

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

from contracts import board, violations
from contracts.board import Standing
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, Paper, ServedNotice, Violation, ViolationEntry
from contracts.panorama import party_b_board, staff_board
from contracts.tasks import controls
from contracts.violations import STEPS, Finding
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests.answers import seen

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
DUE = date(2026, 9, 30)
SECRET = "日志显示账号转借，线索来自内部举报。"
TOLD = "请核实账号使用情况并整改。"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def found(agreement: Agreement, by: User, **changes: Any) -> Violation:
    fields = {"topic": "usage_rules", "severity": "serious", "found_at": NOW, "facts": SECRET, **changes}
    return violations.find(agreement, Finding(**fields), by=by, at=NOW)


def notified(agreement: Agreement, by: User, **changes: Any) -> Violation:
    row = found(agreement, by, **changes)
    return violations.notify(row, statement=TOLD, rectify_by=DUE, channel="portal", by=by, at=NOW)


@pytest.fixture
def calls(contract_manager: User, party_b: User) -> dict[str, Callable[[Violation], Violation]]:
    """Every verb with what it needs, by somebody who may."""
    a: dict[str, Any] = {"by": contract_manager, "at": NOW}
    b: dict[str, Any] = {"by": party_b, "at": NOW}
    at: dict[str, Any] = {"rectify_by": DUE}
    return {
        "add_facts": lambda row: violations.add_facts(row, text="又一次。", **a),
        "notify": lambda row: violations.notify(row, statement=TOLD, channel="post", **at, **a),
        "plead": lambda row: violations.plead(row, text="不属实。", **b),
        "accept": lambda row: violations.accept(row, **b),
        "confirm": lambda row: violations.confirm(row, text="证据充分。", **a),
        "report": lambda row: violations.report(row, text="已停用。", **b),
        "send_back": lambda row: violations.send_back(row, text="还差一个账号。", **at, **a),
        "close": lambda row: violations.close(row, **a),
        "dismiss": lambda row: violations.dismiss(row, text="查无此事。", **a),
    }


# How each state is reached from nothing.
WAYS = {
    "found": (),
    "notified": ("notify",),
    "rectifying": ("notify", "confirm"),
    "review": ("notify", "report"),
    "closed": ("notify", "report", "close"),
    "unfounded": ("dismiss",),
}
AFTER = {
    "notify": "notified", "plead": "notified", "accept": "rectifying", "confirm": "rectifying", "report": "review",
    "send_back": "rectifying", "close": "closed", "dismiss": "unfounded",
}  # fmt: skip


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("verb", STEPS)
def test_each_verb_in_each_state(
    agreement: Agreement, contract_manager: User, calls: dict[str, Any], verb: str, state: str
) -> None:
    row = found(agreement, contract_manager)
    for step in WAYS[state]:
        row = calls[step](row)
    assert row.state == state
    entries = row.entries.count()

    if state in STEPS[verb]:
        after = calls[verb](row)
        assert after.state == AFTER.get(verb, state)
        assert row.entries.count() == entries + 1
        assert Event.objects.filter(action__startswith="violation.", object_id=str(row.pk)).count() == entries + 1
    else:
        with pytest.raises(Refused, match="不能这样办理"):
            calls[verb](row)
        row.refresh_from_db()
        assert (row.state, row.entries.count()) == (state, entries)


@pytest.mark.parametrize("verb", ["plead", "accept", "report"])
@pytest.mark.parametrize("who", ["party_b_other", "outsider"])
def test_only_the_party_in_breach_answers(
    agreement: Agreement, contract_manager: User, request: Any, verb: str, who: str
) -> None:
    row = notified(agreement, contract_manager)

    with pytest.raises(Refused, match="只有乙方的人员"):
        getattr(violations, verb)(row, text="x", by=request.getfixturevalue(who), at=NOW)


@pytest.mark.parametrize("verb", ["plead", "accept", "report"])
def test_party_b_does_not_answer_for_party_a(
    agreement: Agreement, contract_manager: User, party_b: User, verb: str
) -> None:
    row = notified(agreement, contract_manager, side="a")
    assert row.notice is not None and row.notice.sender == "b"

    with pytest.raises(Refused, match="责任方是甲方"):
        getattr(violations, verb)(row, text="x", by=party_b, at=NOW)


@pytest.mark.parametrize(
    "verb, said, words",
    [
        pytest.param(
            "notify", {"statement": " ", "rectify_by": DUE, "channel": "post"}, "请写明告知", id="no statement"
        ),
        pytest.param(
            "notify",
            {"statement": "x", "rectify_by": date(2026, 9, 17), "channel": "post"},
            "不能早于今天",
            id="deadline gone",
        ),
        pytest.param("dismiss", {"text": ""}, "请写明不成立的理由", id="no reason"),
        pytest.param("add_facts", {"text": "\n"}, "请写明补充的事实", id="no facts"),
    ],
)
def test_what_must_be_said(
    agreement: Agreement, contract_manager: User, verb: str, said: dict[str, Any], words: str
) -> None:
    row = found(agreement, contract_manager)

    with pytest.raises(Refused, match=words):
        getattr(violations, verb)(row, **said, by=contract_manager, at=NOW)


def test_nothing_is_found_in_the_future(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="发现时间不能晚于现在"):
        found(agreement, contract_manager, found_at=NOW + DAY)


def test_the_clause_is_looked_up_by_its_matter(agreement: Agreement, contract_manager: User) -> None:
    write_standard_clauses(agreement.versions.get())

    assert found(agreement, contract_manager, topic="sublicence").clause_number == "5.2.2"
    assert found(agreement, contract_manager, clause_number="附件二").clause_number == "附件二"


def test_the_notice_goes_out_and_can_be_received(agreement: Agreement, contract_manager: User) -> None:
    notified(agreement, contract_manager)

    notice = ServedNotice.objects.get()
    assert (notice.kind, notice.state, notice.text, notice.sender) == ("cure", "sent", TOLD, "a")


def test_the_database_wants_a_notice_for_what_was_notified(agreement: Agreement, contract_manager: User) -> None:
    row = found(agreement, contract_manager)

    with pytest.raises(IntegrityError, match="violation_state_notified"), transaction.atomic():
        Violation.objects.filter(pk=row.pk).update(state="notified")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ViolationEntry.objects.filter(violation=row).update(text="别的")


# --- What Party B sees -----------------------------------------------------------------------------------------


def test_party_b_sees_nothing_before_it_is_told(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    row = found(agreement, contract_manager)
    client.force_login(party_b)

    page = client.get(reverse("contracts:violation", args=[row.pk]))
    missing = client.get(reverse("contracts:violation", args=[99999]))

    assert page.status_code == missing.status_code == 404
    assert seen(page, asked=row.pk) == seen(missing, asked=99999)
    assert "没有告知贵单位的违规" in client.get(reverse("contracts:compliance")).content.decode()
    assert not Notice.objects.filter(recipient=party_b).exists()


def test_a_violation_found_to_be_none_before_it_was_told_stays_hidden(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    row = violations.dismiss(found(agreement, contract_manager), text="查无此事。", by=contract_manager, at=NOW)
    client.force_login(party_b)

    assert client.get(reverse("contracts:violation", args=[row.pk])).status_code == 404


def test_internal_facts_stay_internal_after_it_is_told(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    row = found(agreement, contract_manager)
    file = SimpleUploadedFile("举报信.txt", "来信".encode(), content_type="text/plain")
    violations.add_facts(row, text="举报人要求保密。", files=[file], by=contract_manager, at=NOW)
    violations.notify(row, statement=TOLD, rectify_by=DUE, channel="portal", by=contract_manager, at=NOW)
    client.force_login(party_b)

    page = client.get(reverse("contracts:violation", args=[row.pk])).content.decode()
    paper = Paper.objects.get(kind="evidence")

    assert TOLD in page
    assert all(words not in page for words in (SECRET, "举报人要求保密", "举报信"))
    assert client.get(reverse("contracts:paper", args=[paper.pk])).status_code == 404
    whole = client.get(reverse("contracts:agreement", args=[agreement.pk])).content.decode()
    assert SECRET not in whole


def test_party_b_reports_with_evidence(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    row = notified(agreement, contract_manager)
    client.force_login(party_b)
    key, url = new_key(), reverse("contracts:violation-act", args=[row.pk, "report"])

    for _ in range(2):
        photo = SimpleUploadedFile("整改.txt", "已改".encode(), content_type="text/plain")
        client.post(url, {KEY_FIELD: key, "text": "已停用转借账号。", "files": photo})

    row.refresh_from_db()
    assert row.state == "review"
    assert row.entries.filter(kind="reported").count() == 1
    page = client.get(reverse("contracts:violation", args=[row.pk])).content.decode()
    assert "已停用转借账号。" in page and "整改.txt" in page
    assert Notice.objects.filter(recipient=contract_manager, subject__contains="整改待复核").exists()


@pytest.mark.parametrize(
    "verb, sent, words",
    [
        pytest.param("report", {"text": ""}, "sy-errors", id="empty"),
        pytest.param("report", {"text": "x" * 9000}, "sy-errors", id="too long"),
        pytest.param("report", {"text": "已改", KEY_FIELD: "!"}, "表单已失效", id="foreign key"),
    ],
)
def test_bad_input_changes_nothing(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, verb: str, sent: Any, words: str
) -> None:
    row = notified(agreement, contract_manager)
    client.force_login(party_b)

    answer = client.post(reverse("contracts:violation-act", args=[row.pk, verb]), {KEY_FIELD: new_key(), **sent})

    row.refresh_from_db()
    assert words in answer.content.decode()
    assert (row.state, row.entries.count()) == ("notified", 2)


def test_a_program_is_no_evidence(client: Client, agreement: Agreement, contract_manager: User, party_b: User) -> None:
    row = notified(agreement, contract_manager)
    client.force_login(party_b)
    file = SimpleUploadedFile("说明.pdf", b"MZ\x90")

    page = client.post(
        reverse("contracts:violation-act", args=[row.pk, "report"]), {KEY_FIELD: new_key(), "text": "x", "files": file}
    )

    row.refresh_from_db()
    assert "可执行程序" in page.content.decode()
    assert row.state == "notified"


@pytest.mark.parametrize("verb", ["report", "accept", "plead", "close", "dismiss"])
def test_nobody_acts_on_a_violation_of_others(
    client: Client, agreement: Agreement, contract_manager: User, party_b_other: User, verb: str
) -> None:
    row = notified(agreement, contract_manager)
    client.force_login(party_b_other)

    answer = client.post(
        reverse("contracts:violation-act", args=[row.pk, verb]), {KEY_FIELD: new_key(), "text": "外单位"}
    )

    row.refresh_from_db()
    assert answer.status_code == 404
    assert row.state == "notified"


def test_party_b_has_no_verb_of_party_a(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    row = notified(agreement, contract_manager)
    client.force_login(party_b)

    answer = client.post(reverse("contracts:violation-act", args=[row.pk, "dismiss"]), {KEY_FIELD: new_key()})

    assert answer.status_code == 404


# --- Deadlines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "days, told",
    [
        pytest.param([-4], 0, id="four days before"),
        pytest.param([-3, -2, 0], 1, id="three days before, once"),
        pytest.param([-3, 1, 2, 9], 2, id="and once when it has passed"),
        pytest.param([5, 6], 1, id="after an outage only that it has passed"),
    ],
)
def test_a_deadline_is_told_once_for_each_level(
    agreement: Agreement, contract_manager: User, party_b: User, time_machine: Any, days: list[int], told: int
) -> None:
    notified(agreement, contract_manager)
    before = Notice.objects.filter(recipient=party_b, channel="in_app").count()

    for shift in days:
        time_machine.move_to(datetime(2026, 9, 30, 9, tzinfo=ZoneInfo("Asia/Shanghai")) + shift * DAY, tick=False)
        controls.warn_of_violations()

    assert Notice.objects.filter(recipient=party_b, channel="in_app").count() - before == told


def test_what_was_reported_is_not_late(
    agreement: Agreement, contract_manager: User, party_b: User, time_machine: Any
) -> None:
    row = violations.report(notified(agreement, contract_manager), text="已改", by=party_b, at=NOW)

    assert violations.warn_of_deadline(row, at=NOW + 90 * DAY) == 0
    assert list(Violation.objects.overdue(date(2026, 12, 1))) == []


# --- The board -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "steps, staff, theirs",
    [
        pytest.param((), Standing.DUE_SOON, Standing.UNPROVEN, id="found, hidden from Party B"),
        pytest.param(("notify",), Standing.DUE_SOON, Standing.DUE_SOON, id="under review"),
        pytest.param(("notify", "confirm"), Standing.BREACHED, Standing.BREACHED, id="confirmed"),
        pytest.param(("notify", "report"), Standing.BREACHED, Standing.BREACHED, id="admitted by rectifying"),
        pytest.param(("notify", "report", "close"), Standing.UNPROVEN, Standing.UNPROVEN, id="closed"),
        pytest.param(("notify", "dismiss"), Standing.UNPROVEN, Standing.UNPROVEN, id="unfounded"),
    ],
)
def test_the_board_reads_violations(
    agreement: Agreement,
    contract_manager: User,
    auditor: User,
    calls: dict[str, Any],
    steps: Any,
    staff: Any,
    theirs: Any,
) -> None:
    write_standard_clauses(agreement.versions.get())
    row = found(agreement, contract_manager, topic="leak")
    for step in steps:
        row = calls[step](row)

    lines = {line.clause.number: line for line in staff_board(agreement, user=auditor, at=NOW).lines}
    shown = {line.clause.number: line for line in party_b_board(agreement, at=NOW).lines}

    assert lines["8.2.2"].reading.standing == staff
    assert shown["8.2.2"].reading.standing == theirs


def test_one_violation_of_the_doubled_clause_is_counted_once(agreement: Agreement, contract_manager: User) -> None:
    found(agreement, contract_manager, topic="confidentiality")

    assert board.read(agreement, "confidentiality", at=NOW).count == 1


# --- The console -----------------------------------------------------------------------------------------------


def test_the_console_finds_and_notifies(client: Client, agreement: Agreement, contract_manager: User) -> None:
    client.force_login(contract_manager)
    said = {"agreement": agreement.pk, "topic": "usage_rules", "side": "b", "severity": "minor", "facts": SECRET}
    client.post("/admin/contracts/violation/do/find/", {KEY_FIELD: new_key(), "found_at": "2026-09-18T09:00", **said})
    row = Violation.objects.get()
    told = {"statement": TOLD, "rectify_by": "2099-01-01", "channel": "post"}
    page = client.post(
        f"/admin/contracts/violation/{row.pk}/do/notify/", {KEY_FIELD: new_key(), **told}, follow=True
    ).content.decode()

    row.refresh_from_db()
    assert row.state == "notified"
    assert SECRET in page and TOLD in page and "仅甲方可见" in page


@pytest.mark.parametrize("agreement_id", ["x", "999999", "99999999999999999999999"])
def test_a_violation_of_no_agreement_is_refused(client: Client, contract_manager: User, agreement_id: str) -> None:
    client.force_login(contract_manager)

    answer = client.post("/admin/contracts/violation/do/find/", {KEY_FIELD: new_key(), "agreement": agreement_id})

    assert answer.status_code == 200
    assert not Violation.objects.exists()


def test_filters_of_the_list(client: Client, agreement: Agreement, contract_manager: User, time_machine: Any) -> None:
    row = notified(agreement, contract_manager)
    done = violations.dismiss(found(agreement, contract_manager), text="无", by=contract_manager, at=NOW)
    time_machine.move_to(NOW + 60 * DAY, tick=False)
    client.force_login(contract_manager)

    late = client.get("/admin/contracts/violation/?standing=overdue").content.decode()

    assert f"/violation/{row.pk}/change/" in late and "已逾期" in late
    assert f"/violation/{done.pk}/change/" not in late


@pytest.mark.parametrize("rows", [1, 12])
@pytest.mark.parametrize(
    "url, who", [("/admin/contracts/violation/", "contract_manager"), ("/portal/compliance/", "party_b")]
)
def test_lists_cost_the_same_for_many(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, request: Any, rows: int, url: str,
    who: str, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for _ in range(rows):
        notified(agreement, contract_manager)
    client.force_login(request.getfixturevalue(who))

    with django_assert_max_num_queries(16):
        assert client.get(url).status_code == 200
