"""A sender killed by the system in the middle of its work loses nothing, and doubles at most the mail it died with."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from journal.models import Notice
from journal.outbox import announce
from people import roles
from tests import make
from tests.journal.racing import on_disk

MINUTE = timedelta(minutes=1)


def sender(database: str, at: datetime, mails: Path, kill: str) -> int:
    """Run a sending process to its end; returns its exit code."""
    command = [sys.executable, "-m", "tests.journal.sending", at.isoformat(), str(mails), kill]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": database}, check=False, timeout=60)
    return done.returncode


def ids_in(mails: Path) -> Counter[str]:
    """How often each Message-ID left."""
    found = [re.findall(r"^Message-ID: (\S+)", path.read_text(), re.MULTILINE) for path in mails.iterdir()]
    return Counter(name for names in found for name in names)


def database_url(path: Path | None) -> str:
    settings = connection.settings_dict
    return f"sqlite:///{path}" if path else "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings)


def kill_twice_and_finish(database: str, at: datetime, mails: Path) -> None:
    assert sender(database, at, mails, "before") == -signal.SIGKILL
    assert sender(database, at, mails, "after") == -signal.SIGKILL
    assert sender(database, at + 3 * MINUTE, mails, "never") == 0


@pytest.mark.fault
def test_a_killed_sender_loses_nothing(transactional_db: None, tmp_path: Path, at: datetime) -> None:
    person = make.user("operator", roles.OPERATIONS)
    for number in range(6):
        announce(key=f"k{number}", recipient=person, kind="test", subject="标题", at=at, channels=["email"])
    mails = tmp_path / "mails"
    mails.mkdir()

    if connection.vendor == "sqlite":
        with on_disk(tmp_path) as path:
            kill_twice_and_finish(database_url(path), at, mails)
    else:
        kill_twice_and_finish(database_url(None), at, mails)

    left = ids_in(mails)
    assert set(left) == set(Notice.objects.values_list("message_id", flat=True))
    assert sorted(left.values()) == [1, 1, 1, 1, 1, 2]
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
