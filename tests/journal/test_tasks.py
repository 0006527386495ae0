"""The journal's tasks: they bear the names of the timetable, and each does its verb."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from pytest_django import Settings

from journal import chain, effects, keeping, tasks
from journal.approvals import ask
from journal.models import Anchor, Event, Notice
from journal.outbox import announce
from journal.recording import record
from people.models import User
from portal.schedule import TIMETABLE
from tests.journal.tampering import rewrite

OURS = (tasks.send_notices, tasks.verify_chain, tasks.anchor_chain, tasks.expire_approvals)


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Settings) -> Path:
    """Where anchors are kept in this test."""
    settings.JOURNAL_ANCHOR_FILE = tmp_path / "anchors.jsonl"
    return tmp_path / "anchors.jsonl"


def test_the_timetable_knows_each_task_by_its_name() -> None:
    named = {line["task"] for line in TIMETABLE.values() if line["task"].startswith("journal.")}

    assert named == {task.name for task in OURS}


def test_notices_are_sent(operator: User, at: datetime) -> None:
    announce(key="k", recipient=operator, kind="test", subject="标题", at=at)

    assert tasks.send_notices() == 1
    assert len(mail.outbox) == 1


def test_an_anchor_is_kept_outside_the_database(db: None, at: datetime, kept: Path) -> None:
    record("ticket.filed", by=None, at=at)

    assert tasks.anchor_chain() == 1
    assert list(keeping.read(kept)) == [chain.kept_line(Anchor.objects.get())]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_sound_chain_alarms_nobody(auditor: User, at: datetime) -> None:
    record("ticket.filed", by=None, at=at)
    tasks.anchor_chain()

    assert tasks.verify_chain() is True
    assert not Notice.objects.exists()


def test_an_unsound_chain_alarms_the_readers_of_the_journal_once_a_day(
    auditor: User, audit_admin: User, operator: User, at: datetime
) -> None:
    record("ticket.filed", by=None, at=at)
    rewrite("UPDATE journal_event SET reason = '改过'")

    with time_machine.travel(at):
        assert [tasks.verify_chain(), tasks.verify_chain()] == [False, False]

    told = Notice.objects.filter(channel="in_app")
    assert {notice.recipient for notice in told} == {auditor, audit_admin}
    assert {(notice.subject, notice.level) for notice in told} == {("履约日志校验不通过：发现 1 处问题", "urgent")}
    assert told.count() == 2
    assert Event.objects.filter(action="chain.found_unsound").count() == 2


def test_an_old_backup_put_back_is_found_by_the_kept_anchors(db: None, at: datetime) -> None:
    for _ in range(3):
        record("ticket.filed", by=None, at=at)
    tasks.anchor_chain()
    rewrite(
        "DELETE FROM journal_anchor",
        "DELETE FROM journal_event WHERE seq > 1",
        "UPDATE journal_chainhead SET seq = 1, hash = (SELECT hash FROM journal_event WHERE seq = 1)",
    )

    assert tasks.verify_chain() is False


def test_requests_that_ran_out_are_ended(finance: User, operator: User, at: datetime, done: list[Any]) -> None:
    asked = ask("test.change", target=operator, content={}, by=finance, at=at)

    with time_machine.travel(at + timedelta(days=7)):
        assert tasks.expire_approvals() == 1
    asked.refresh_from_db()
    assert asked.state == "expired"
    assert effects.label_of("test.change") == "测试事项"
