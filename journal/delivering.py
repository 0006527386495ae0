"""Delivering a notice to an endpoint: composed, signed, posted, and the answer read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from journal import posting, robots, webhook
from journal.models import Endpoint, EndpointPace, Notice
from journal.pace import taken, wait_until
from journal.robots import NotTaken

LONGEST_BODY = 4000  # characters of a webhook's text
OLD_KEY_LASTS = timedelta(hours=24)
MARK = "【守约】"  # group robots with a keyword rule take messages that hold it


def deliver(notice: Notice, *, link: str) -> None:
    """Post one notice to its endpoint.

    Raises NotTaken when the other side says no, and what posting.post raises.  No error names a robot's address.
    """
    endpoint = notice.endpoint
    assert endpoint is not None, "the constraint of the table"  # noqa: S101
    if not endpoint.enabled:
        raise NotTaken("the endpoint is switched off")
    if endpoint.kind == Endpoint.Kind.WEBHOOK:
        _to_webhook(notice, endpoint, link)
    else:
        _to_robot(notice, endpoint, link)


def keys_of(endpoint: Endpoint, *, at: datetime) -> list[str]:
    """The keys that sign now, the newest first: for a day after a rotation the one before as well."""
    numbers = [endpoint.key_number]
    if endpoint.key_number > 1 and at < endpoint.key_made_at + OLD_KEY_LASTS:
        numbers.append(endpoint.key_number - 1)
    return [webhook.key_of(settings.SECRET_KEY, endpoint.pk, number) for number in numbers]


def take_turn(endpoint_id: int, kind: str, *, at: datetime) -> datetime | None:
    """Take the next place in the rate limit, committed at once.  None: write now; else when to ask again."""
    pace = robots.PACES.get(kind)
    if pace is None:
        return None
    with transaction.atomic(durable=True):
        row, _made = EndpointPace.objects.get_or_create(endpoint_id=endpoint_id)
        row = EndpointPace.objects.select_for_update(no_key=True).get(pk=row.pk)
        wait = wait_until(row.free_at, at, pace)
        if wait > at:
            return wait
        row.free_at = taken(row.free_at, at, pace)
        row.save(update_fields=["free_at"])
    return None


def variable(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """The secret in a variable, or in the file that NAME_FILE names.  Raises NotTaken when it is not set."""
    if path := environment.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NotTaken(f"{name}_FILE cannot be read: {error.strerror}") from error
    if value := environment.get(name, "").strip():
        return value
    raise NotTaken(f"the environment variable {name} is not set")


def _to_webhook(notice: Notice, endpoint: Endpoint, link: str) -> None:
    now = timezone.now()
    body = webhook.body_of(_said(notice, link))
    identifier = notice.message_id.strip("<>")
    headers = webhook.headers_of(identifier, body, keys=keys_of(endpoint, at=now), timestamp=int(now.timestamp()))
    answer = posting.post(endpoint.url, body, headers)
    if not 200 <= answer.status < 300:
        raise NotTaken(f"HTTP {answer.status}")


def _said(notice: Notice, link: str) -> dict[str, Any]:
    long = len(notice.body) > LONGEST_BODY
    return {
        "id": notice.message_id.strip("<>"),
        "kind": notice.kind,
        "level": notice.level,
        "subject": notice.subject,
        "text": notice.body[:LONGEST_BODY] + robots.ELLIPSIS if long else notice.body,
        "cut": long,
        "link": link,
        "language": notice.language,
        "made_at": notice.created_at.isoformat(),
        "event": notice.event.seq if notice.event else None,
    }


def _to_robot(notice: Notice, endpoint: Endpoint, link: str) -> None:
    url = variable(endpoint.url_variable)
    secret = variable(endpoint.secret_variable) if endpoint.secret_variable else ""
    with translation.override(notice.language):
        head = f"{MARK}{_('级别')}：{notice.get_level_display()}\n{notice.subject}"
    text = robots.fitted(head, notice.body, link, most=robots.MOST_BYTES[endpoint.kind])
    made = robots.parcel(endpoint.kind, url, text, secret=secret, timestamp=int(timezone.now().timestamp()))
    answer = posting.post(made.url, made.body, {"Content-Type": "application/json; charset=utf-8"})
    robots.demand_success(endpoint.kind, answer.status, answer.content)
