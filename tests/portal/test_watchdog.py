"""The watchdog: silence of the background work is found without Celery, and said where it is heard."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from contracts.models import Agreement
from journal.models import Notice
from people.models import User
from portal.watchdog import Limits, alarms
from tests.sla.make_sla import NINE, make_ticket

pytestmark = pytest.mark.django_db


def names(**more: Any) -> list[str]:
    return [alarm.name for alarm in alarms(**more)]


def test_a_quiet_portal_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert names(at=timezone.now()) == []

    call_command("watch")

    assert "all is well" in capsys.readouterr().out


@pytest.mark.parametrize(
    "minutes, found",
    [pytest.param(65, ["sweep"], id="six minutes late"), pytest.param(64, [], id="within the limit")],
)
def test_a_sweep_that_lags_is_an_alarm(agreement: Agreement, party_b: User, minutes: int, found: list[str]) -> None:
    make_ticket(agreement, party_b)  # its response clock wants a look after an hour
    limits = Limits(sweep=timedelta(minutes=5), mail=timedelta(days=1))

    assert names(at=NINE + timedelta(minutes=minutes, seconds=1), limits=limits) == found


def test_mail_that_waits_and_mail_that_died_are_alarms(agreement: Agreement, party_b: User) -> None:
    make_ticket(agreement, party_b)
    waiting = Notice.objects.filter(channel="email", state="pending")
    assert waiting.exists()

    late = NINE + timedelta(minutes=45)
    assert "mail" in names(at=late)
    waiting.update(state="dead")
    assert names(at=late) == ["dead_mail"]


def test_messages_set_aside_are_an_alarm(settings: Any, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = f"spool://{tmp_path}"
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead" / "1-2.celery").write_text("{}")

    assert names(at=timezone.now()) == ["buried"]


def test_a_silent_database_is_said_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.health._database", lambda: "does not answer")

    assert names(at=timezone.now()) == ["database"]


class _Heard(BaseHTTPRequestHandler):
    bodies: list[bytes] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def test_an_alarm_is_mailed_posted_and_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.health._database", lambda: "does not answer")
    with HTTPServer(("127.0.0.1", 0), _Heard) as receiver:
        one = threading.Thread(target=receiver.handle_request)
        one.start()
        with pytest.raises(CommandError, match="the database does not answer"):
            call_command(
                "watch", "--mail-to", "ops@example.cn", "--post-to", f"http://127.0.0.1:{receiver.server_port}/"
            )
        one.join(20)

    assert json.loads(_Heard.bodies[-1])["alarms"][0]["name"] == "database"
    assert mail.outbox[-1].to == ["ops@example.cn"]
    assert "does not answer" in mail.outbox[-1].body


def test_a_receiver_that_is_gone_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.health._database", lambda: "does not answer")

    with pytest.raises(CommandError, match="could not be posted"):
        call_command("watch", "--post-to", "http://127.0.0.1:9/")
    with pytest.raises(CommandError, match="write an http"):
        call_command("watch", "--post-to", "file:///etc/passwd")
