"""Usage files: checked line by line, confirmed by a person, taken in whole, once, and again after a crash."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from billing import staging, upload_checking, upload_intake, uploads
from billing.models import StagedUsage, UploadProblem, UsageRecord, UsageUpload
from contracts.models import Agreement
from journal.models import Event
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests.billing import making
from tests.billing.making import NOW

HEADER = "来源记录号,计量项,使用时间,用量,更正记录号,协议编号\n"
State = UsageUpload.State


def line(event: str, quantity: str = "1", *, at: str = "2026-09-10 10:00", more: str = ",") -> str:
    return f"{event},query,{at},{quantity},{more}\n"


def send(*lines: str, by: User, agreement: Agreement | None = None, source: str = "网关") -> UsageUpload:
    file = SimpleUploadedFile("用量.csv", (HEADER + "".join(lines)).encode())
    return uploads.keep(file, source=source, agreement=agreement, by=by, at=NOW)


def work() -> None:
    upload_intake.run_waiting(now=lambda: NOW)


def checked(*lines: str, **said: Any) -> UsageUpload:
    made = send(*lines, **said)
    work()
    made.refresh_from_db()
    return made


def taken(upload: UsageUpload, by: User) -> UsageUpload:
    uploads.confirm(upload, by=by, at=NOW)
    work()
    upload.refresh_from_db()
    return upload


def test_a_file_is_checked_and_nothing_is_there_before_a_person_confirms(agreement: Agreement, operator: User) -> None:
    made = checked(line("a", "1.5"), "\n", line("b", "2"), by=operator, agreement=agreement)

    assert (made.state, made.read, made.new, made.known, made.wrong) == (State.CHECKED, 2, 2, 0, 0)
    assert made.summary["sums"] == [[agreement.pk, 202609, "query", 2, 3_500_000]]
    assert [row[0] for row in made.summary["first"]] == [2, 4]
    assert not UsageRecord.objects.exists()

    made = taken(made, operator)

    assert (made.state, made.new, made.done) == (State.TAKEN_IN, 2, 100)
    rows = UsageRecord.objects.order_by("source_event_id")
    assert [(row.source_event_id, row.quantity, row.batch) for row in rows] == [
        ("a", Decimal("1.5"), f"U{made.pk}"),
        ("b", Decimal(2), f"U{made.pk}"),
    ]
    assert rows[0].occurred_at == making.event().occurred_at
    assert rows[0].recorded_by == operator
    assert not StagedUsage.objects.exists()
    assert Event.objects.filter(action="usage.taken_in", agreement_id=agreement.pk).count() == 1


def test_the_same_file_again_adds_nothing(agreement: Agreement, operator: User) -> None:
    taken(checked(line("a"), line("b"), by=operator, agreement=agreement), operator)

    again = checked(line("a"), line("b"), line("c"), line("c"), by=operator, agreement=agreement)

    assert (again.state, again.new, again.known) == (State.CHECKED, 1, 3)
    assert (taken(again, operator).new, again.known) == (1, 3)
    assert UsageRecord.objects.count() == 3


def test_rows_are_those_of_the_other_ways_in(agreement: Agreement, operator: User) -> None:
    """What came by the API and comes again in a file is known, and the other way round."""
    event = making.event("0.1", source_event_id="a")
    making.use(agreement, event)

    again = checked(line("a", "0.1"), line("b", "0.300000"), by=operator, agreement=agreement)

    assert (again.new, again.known) == (1, 1)
    taken(again, operator)
    assert making.use(agreement, making.event("0.3", source_event_id="b")).known == 1


def test_one_file_serves_many_agreements(agreement: Agreement, other_agreement: Agreement, operator: User) -> None:
    lines = [line(f"e{at}", more=f",{made.number}") for at, made in enumerate((agreement, other_agreement, agreement))]

    taken(checked(*lines, by=operator), operator)

    assert (agreement.usage.count(), other_agreement.usage.count()) == (2, 1)
    assert Event.objects.filter(action="usage.taken_in").count() == 2


def test_corrections_find_what_they_correct_in_the_file_or_before_it(agreement: Agreement, operator: User) -> None:
    making.use(agreement, making.event("100", source_event_id="old"))
    corrections = [line("c2", "-1", more="c1,"), line("c1", "-5", more="new,"), line("c3", "-2", more="old,")]

    made = taken(checked(*corrections, line("new", "9"), by=operator, agreement=agreement), operator)

    assert made.new == 4
    found = dict(UsageRecord.objects.exclude(corrects=None).values_list("source_event_id", "corrects__source_event_id"))
    assert found == {"c2": "c1", "c1": "new", "c3": "old"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param([line("a", "2")], "用量记录 a 已登记过，但内容不同（已登记：query 100，2026-09-10 10:00:00）",
                     id="stored otherwise"),
        pytest.param([line("b", "1"), line("b", "2")], "用量记录 b 与第 3 行重复，但内容不同", id="twice in the file"),
        pytest.param([line("b", "-1", more="gone,")], "所更正的记录 gone 不存在", id="corrects nothing"),
        pytest.param([line("b", "-1", more="b,")], "所更正的记录 b 不存在", id="corrects itself"),
        pytest.param([line("b", "x")], "“x”不是有效的数值", id="unreadable"),
        pytest.param([line("b", more=",GX-404")], "协议“GX-404”不存在或尚未生效", id="no such agreement"),
    ],
)  # fmt: skip
def test_one_wrong_line_fails_the_file(agreement: Agreement, operator: User, lines: list[str], words: str) -> None:
    making.use(agreement, making.event("100", source_event_id="a"))

    made = checked(line("good"), *lines, by=operator, agreement=agreement)

    assert (made.state, made.wrong) == (State.FAILED, 1)
    [problem] = UploadProblem.objects.all()
    assert words in problem.reason
    assert problem.line == 2 + len(lines)
    with pytest.raises(Refused, match="文件现在是“有误”"):
        uploads.confirm(made, by=operator, at=NOW)
    assert UsageRecord.objects.count() == 1
    assert not StagedUsage.objects.exists()


def test_what_is_stored_after_the_check_is_a_conflict_when_it_differs(agreement: Agreement, operator: User) -> None:
    made = checked(line("a", "1"), line("b", "1"), by=operator, agreement=agreement)
    making.use(agreement, making.event("2", source_event_id="b"))

    taken(made, operator)

    assert (made.state, made.wrong) == (State.FAILED, 1)
    assert UsageRecord.objects.count() == 1


def test_many_wrong_lines_stop_the_check(agreement: Agreement, operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_checking, "MOST_WRONG", 4)
    monkeypatch.setattr(upload_checking, "STEP", 3)

    made = checked(*(line(f"e{at}", "x") for at in range(20)), by=operator, agreement=agreement)

    assert (made.state, made.wrong, UploadProblem.objects.count()) == (State.FAILED, 4, 4)
    assert made.read < 20


def test_a_check_that_was_cut_off_goes_on_where_it_stopped(
    agreement: Agreement, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_checking, "STEP", 4)
    made = send(*(line(f"e{at}") for at in range(10)), by=operator, agreement=agreement)
    stage, calls = staging.stage, []

    def dies(upload: UsageUpload, lines: Any) -> None:
        calls.append(len(lines))
        if len(calls) == 2:
            raise KeyboardInterrupt
        stage(upload, lines)

    monkeypatch.setattr(staging, "stage", dies)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert (StagedUsage.objects.count(), UsageUpload.objects.get().read) == (4, 4)

    work()
    assert UsageUpload.objects.get().read == 4, "the worker may still be alive"
    upload_intake.run_waiting(now=lambda: NOW + upload_intake.LEASE + timedelta(seconds=1))

    made.refresh_from_db()
    assert (made.state, made.read, calls) == (State.CHECKED, 10, [4, 4, 4, 2])


def test_a_crash_while_taking_in_leaves_nothing_and_it_begins_anew(
    agreement: Agreement, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = checked(line("a"), line("b"), by=operator, agreement=agreement)
    uploads.confirm(made, by=operator, at=NOW)
    move = staging.move

    def dies(*said: Any, **more: Any) -> int:
        move(*said, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(staging, "move", dies)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert not UsageRecord.objects.exists()

    monkeypatch.setattr(staging, "move", move)
    upload_intake.run_waiting(now=lambda: NOW + upload_intake.LEASE + timedelta(seconds=1))

    made.refresh_from_db()
    assert (made.state, UsageRecord.objects.count()) == (State.TAKEN_IN, 2)


def test_one_file_waits_once(agreement: Agreement, operator: User) -> None:
    made = send(line("a"), by=operator, agreement=agreement)

    with pytest.raises(Refused, match="同一份文件已经上传"):
        send(line("a"), by=operator, agreement=agreement)

    uploads.discard(made, by=operator, at=NOW)
    work()
    assert send(line("a"), by=operator, agreement=agreement).state == State.UPLOADED


@pytest.mark.parametrize(
    ("content", "source", "words"),
    [
        pytest.param(b"", "网关", "是空文件", id="empty"),
        pytest.param(b"x", " ", "请填写用量的来源系统", id="no source"),
        pytest.param(b"x" * 3000, "网关", "文件超过 0 MB", id="large"),
        pytest.param(b"\x00\x01", "网关", "不是 UTF-8 或 GB18030", id="no text"),
    ],
)
def test_what_cannot_be_a_usage_file_is_refused_at_once(
    operator: User, settings: Any, content: bytes, source: str, words: str
) -> None:
    settings.USAGE_FILE_MAX_BYTES = 2000

    with pytest.raises(Refused, match=words):
        uploads.keep(SimpleUploadedFile("a.csv", content), source=source, agreement=None, by=operator, at=NOW)

    assert not UsageUpload.objects.exists()


def test_a_header_without_columns_fails_the_file(operator: User) -> None:
    made = uploads.keep(SimpleUploadedFile("a.csv", b"x,y\n1,2\n"), source="s", agreement=None, by=operator, at=NOW)

    work()

    made.refresh_from_db()
    assert (made.state, made.error) == (State.FAILED, "文件缺少这些列：来源记录号、计量项、使用时间、用量。")


def test_the_flow_in_the_console(
    client: Client, agreement: Agreement, operator: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client.force_login(operator)
    file = SimpleUploadedFile("九月.csv", (HEADER + line("a", "2") + line("=b", "x")).encode())
    said = {"agreement": agreement.pk, "source": "网关", "file": file, KEY_FIELD: new_key()}

    answer = client.post(reverse("admin:billing_usagerecord_listverb", args=["import"]), said, follow=True)

    made = UsageUpload.objects.get()
    assert "data-progress" in answer.content.decode()
    upload_intake.run_waiting(now=lambda: made.uploaded_at)
    with django_assert_max_num_queries(30):
        page = client.get(reverse("admin:billing_usageupload_change", args=[made.pk])).content.decode()
    assert "“x”不是有效的数值" in page
    assert client.get(reverse("admin:billing_usageupload_progress", args=[made.pk])).json()["over"]
    problems = client.get(reverse("admin:billing_usageupload_problems", args=[made.pk]), {"as": "csv"})
    assert "3,“x”不是有效的数值" in b"".join(problems).decode()
    kept = client.get(reverse("admin:billing_usageupload_file", args=[made.pk]))
    assert b"".join(kept).decode().startswith("来源记录号")
    with django_assert_max_num_queries(14):
        listed = client.get(reverse("admin:billing_usageupload_changelist")).content.decode()
    assert "九月.csv" in listed


def test_the_command_takes_a_file_in_and_names_wrong_lines(
    agreement: Agreement, operator: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(HEADER + line("a") + line("b"), encoding="utf-8")
    bad.write_text(HEADER + line("a", "7"), encoding="utf-8")
    said = {"source": "网关", "agreement": agreement.number, "by": operator.username}

    call_command("usage", str(good), check=True, **said)
    assert not UsageRecord.objects.exists()
    call_command("usage", str(good), **said)
    with pytest.raises(CommandError, match="有 1 行有误"):
        call_command("usage", str(bad), **said)

    assert UsageRecord.objects.count() == 2
    told = capsys.readouterr()
    assert "已导入，2 行，新增 2，已登记且相同 0" in told.out
    assert "第 2 行：用量记录 a 已登记过，但内容不同" in told.err
    with pytest.raises(CommandError, match="GX-404"):
        call_command("usage", str(good), source="s", agreement="GX-404")
