"""The watchdog: what is wrong with the background work, found without Celery, so that its silence is noticed.

Run it from cron or a systemd timer on a machine that can reach the database (docs/ops/watchdog.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce

from journal.models import Notice
from portal.health import health
from sla.watch import lag


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From where on silence is an alarm."""

    sweep: timedelta = timedelta(minutes=5)
    mail: timedelta = timedelta(minutes=30)


@dataclass(frozen=True)
class Alarm:
    """One thing that a person must look at: a stable name for filters, and the sentence."""

    name: str
    text: str


def alarms(*, at: datetime, limits: Limits | None = None) -> list[Alarm]:
    """Everything that is wrong at the moment; empty when all is well.  A database that is silent is said alone."""
    state = health(at=at)
    if state["database"] != "ok":
        return [Alarm("database", "the database does not answer")]
    return list(_found(at, limits or Limits(), broker=state["broker"]))


def _found(at: datetime, limits: Limits, *, broker: str) -> Iterator[Alarm]:
    if broker != "ok":
        yield Alarm("broker", f"broker: {broker}")
    if (behind := lag(at)) > limits.sweep:
        yield Alarm("sweep", f"the sweep of the clocks is {_minutes(behind)} behind: is the worker running? is beat?")
    if (late := _oldest_mail(at)) > limits.mail:
        yield Alarm("mail", f"an e-mail has been waiting for {_minutes(late)}: does the mail server answer?")
    if dead := Notice.objects.filter(state="dead").count():
        yield Alarm("dead_mail", f"{dead} notices could not be sent at all: see Notices in the console")
    if buried := _buried():
        yield Alarm("buried", f"{buried} messages of the spool are set aside in its folder dead/")


def _oldest_mail(at: datetime) -> timedelta:
    """For how long the longest waiting e-mail has been due."""
    due = Notice.objects.due(at).annotate(since=Coalesce(F("lease_until"), F("next_attempt_at"))).order_by("since")
    since = due.values_list("since", flat=True).first()
    return timedelta() if since is None else at - since


def _buried() -> int:
    address = urlsplit(settings.CELERY_BROKER_URL)
    folder = Path(address.path) / "dead"
    return sum(1 for _file in folder.iterdir()) if address.scheme == "spool" and folder.is_dir() else 0


def _minutes(span: timedelta) -> str:
    return f"{int(span.total_seconds() // 60)} min"
