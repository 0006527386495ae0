"""manage.py watch: alarm without Celery when the background work lags; exit code 1 with one line for each alarm."""

import json
import urllib.request
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.watchdog import Alarm, Limits, alarms

PATIENCE = 20  # seconds that a receiver of the alarm may take


class Command(BaseCommand):
    help = "Look whether the sweep, the mail and the broker keep up; for cron or a systemd timer."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sweep-minutes", type=int, default=5, help="how far the sweep may lag (default 5)")
        parser.add_argument("--mail-minutes", type=int, default=30, help="how long an e-mail may wait (default 30)")
        parser.add_argument("--mail-to", action="append", default=[], help="send the alarm to this address, at once")
        parser.add_argument("--post-to", default="", help="POST the alarm as JSON to this http(s) address")

    def handle(self, *args: Any, **options: Any) -> None:
        limits = Limits(
            sweep=timedelta(minutes=options["sweep_minutes"]), mail=timedelta(minutes=options["mail_minutes"])
        )
        found = alarms(at=timezone.now(), limits=limits)
        if not found:
            self.stdout.write("all is well")
            return
        unheard = [*_mailed(found, options["mail_to"]), *_posted(found, options["post_to"])]
        raise CommandError("\n".join([*(alarm.text for alarm in found), *unheard]))


def _mailed(found: list[Alarm], addresses: list[str]) -> list[str]:
    """Mail the alarm past the outbox, which may be what is broken; returns what went wrong."""
    if not addresses:
        return []
    body = "\n".join(alarm.text for alarm in found)
    mail = EmailMessage(f"[Shouyue] {len(found)} alarms", body, settings.DEFAULT_FROM_EMAIL, addresses)
    try:
        mail.send()
    except OSError as error:
        return [f"the alarm could not be mailed: {error}"]
    return []


def _posted(found: list[Alarm], url: str) -> list[str]:
    if not url:
        return []
    if not url.startswith(("http://", "https://")):
        raise CommandError("--post-to: write an http:// or https:// address")
    body = json.dumps({"alarms": [{"name": alarm.name, "text": alarm.text} for alarm in found]}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  checked above
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310
            return []
    except OSError as error:
        return [f"the alarm could not be posted: {error}"]
