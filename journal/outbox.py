"""The outbox: who must be told, written with the change; what leaves later is never lost nor doubled by a race.

A sender claims a notice by compare-and-set with a lease, sends outside any transaction and marks it sent.  A crash
between leaves the lease to run out; the notice then goes again under the same Message-ID.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from journal import delivering, holding
from journal.models import Endpoint, Event, Notice
from journal.nudging import nudge_on_commit
from journal.querysets import NoticeQuerySet
from journal.recording import record
from journal.robots import NotTaken
from people.models import User
from people.refusal import Refused

log = logging.getLogger("journal.outbox")

Text = str | Promise | Callable[[], object]
Sender = Callable[[Notice], None]
CHANNELS = (Notice.Channel.IN_APP.value, Notice.Channel.EMAIL.value)
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
DEAD_AFTER = timedelta(hours=24)
LONGEST_WAIT = timedelta(minutes=60)
RUN_BUDGET = timedelta(minutes=3)  # below the time limit of a task
# What a mail server, the net, a receiver or a bad address can raise; anything else is our own defect and stays visible.
SEND_ERRORS = (OSError, ValueError, NotTaken)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is said.  Lazy text and callables are turned into words in the recipient's language."""

    kind: str
    subject: Text
    body: Text = ""
    url: str = ""
    level: str = Notice.Level.INFO.value


def announce(
    *,
    key: str,
    recipient: User,
    kind: str,
    subject: Text,
    body: Text = "",
    url: str = "",
    level: str = Notice.Level.INFO.value,
    event: Event | None = None,
    at: datetime,
    channels: Sequence[str] = CHANNELS,
) -> list[Notice]:
    """Leave a notice for one person, once per key, recipient and channel; the same key again changes nothing.

    Call it after record(), in the same transaction.  subject and body may be lazy text or callables: they are turned
    into words in the recipient's language.  A closed account gets nothing, an account without e-mail no e-mail.
    Raises ValueError for an unknown channel and ValidationError for a level, key or url that cannot be stored.
    """
    if unknown := set(channels) - set(CHANNELS):
        raise ValueError(f"unknown channels {sorted(unknown)}: use {', '.join(CHANNELS)}.")
    letter = Letter(kind=kind, subject=subject, body=body, url=url, level=level)
    wanted = [_draft(letter, key, recipient, channel) for channel in channels if _reachable(recipient, channel)]
    for notice in wanted:
        notice.event, notice.created_at = event, at
        _set_off(notice, at)
        # SQLite's INSERT OR IGNORE would also swallow a row that breaks a CHECK.  A bad address must stop nothing.
        notice.clean_fields(exclude=["event", "recipient", "address"])
    # Of two transactions with one key, the later one waits for the earlier and adds nothing.
    Notice.objects.bulk_create(wanted, ignore_conflicts=True)
    if any(notice.channel == Notice.Channel.EMAIL for notice in wanted):
        nudge_on_commit()
    return list(Notice.objects.filter(key__in=[notice.key for notice in wanted]).order_by("pk"))


def announce_at(
    endpoint: Endpoint, *, key: str, letter: Letter, event: Event | None = None, at: datetime
) -> Notice | None:
    """Leave a notice for a place outside, once per key and endpoint; none when the endpoint is switched off.

    Call it after record(), in the same transaction.  Raises ValidationError for what cannot be stored.
    """
    if not endpoint.enabled:
        return None
    full_key = f"{key}/{endpoint.kind}/e{endpoint.pk}"
    notice = _written(letter, full_key, endpoint.language)
    notice.channel, notice.endpoint = endpoint.kind, endpoint
    notice.event, notice.created_at, notice.next_attempt_at = event, at, at
    notice.clean_fields(exclude=["event", "endpoint", "recipient", "address"])
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    nudge_on_commit()
    return Notice.objects.get(key=full_key)


def announce_each(people: Iterable[User], *, key: str, kind: str, subject: Text, at: datetime, **rest: Any) -> int:
    """Leave the same notice for each person (see announce); returns how many notices there are under the key."""
    return sum(len(announce(key=key, recipient=person, kind=kind, subject=subject, at=at, **rest)) for person in people)


def send_due(*, at: datetime, sender: Sender | None = None, limit: int = 500) -> int:
    """Send what is due at this instant, one claim at a time; returns how many were sent.

    Must not run inside a transaction: the claim has to be visible to other senders before the mail leaves.  Stops
    after RUN_BUDGET (a slow mail server); the next run goes on.  An endpoint that failed or is at its rate limit is not
    tried again in this run: it must not keep the others waiting.
    """
    started = monotonic()
    sent = 0
    rested: set[int] = set()
    for notice in list(Notice.objects.due(at).select_related("endpoint").order_by("next_attempt_at", "pk")[:limit]):
        # Each claim counts its lease from the moment it is made, however long the mails before it took.
        passed = timedelta(seconds=monotonic() - started)
        if passed > RUN_BUDGET:
            break
        if notice.endpoint_id in rested or _put_off(notice, at + passed):
            rested.add(notice.endpoint_id or 0)
            continue
        done = _send(notice, at + passed, sender or send)
        sent += done
        if not done and notice.endpoint_id:
            rested.add(notice.endpoint_id)
    return sent


def send(notice: Notice) -> None:
    """Send one notice by its channel.  Raises one of SEND_ERRORS."""
    if notice.endpoint_id is None:
        send_mail(notice)
    else:
        delivering.deliver(notice, link=absolute(notice.url))


def claim(seen: Notice, *, at: datetime) -> bool:
    """Take the notice, as it was seen, for this sender.  Committed at once; False when another sender was first."""
    with transaction.atomic(durable=True):
        if Notice.objects.claim(at, seen=seen) == 0:
            return False
    seen.refresh_from_db()
    return True


def _put_off(notice: Notice, at: datetime) -> bool:
    """Whether the endpoint of the notice is at its rate limit; its waiting notices are then put off together."""
    endpoint = notice.endpoint
    if endpoint is None:
        return False
    wait = delivering.take_turn(endpoint.pk, endpoint.kind, at=at)
    if wait is None:
        return False
    waiting = Notice.objects.filter(endpoint=endpoint, state=Notice.State.PENDING, next_attempt_at__lt=wait)
    waiting.update(next_attempt_at=wait)
    return True


def send_mail(notice: Notice) -> None:
    """Send one notice as plain-text e-mail in its language, under its fixed Message-ID.

    Raises what Django's mail backend raises (OSError, or ValueError for a header with a line break).
    """
    headers = {"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated"}
    if notice.attempts > 1:
        headers["X-Retry"] = str(notice.attempts - 1)
    with translation.override(notice.language):
        text = render_to_string("mail/notice.txt", {"notice": notice, "link": absolute(notice.url)})
    EmailMessage(subject=notice.subject, body=text, to=[notice.address], headers=headers).send()


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 1, 2, 4 ... 60 minutes."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


def absolute(url: str) -> str:
    """A path of this site as a full address; a full address or nothing stays as it is."""
    return f"{settings.SITE_URL}{url}" if url.startswith("/") else url


def unread_for(user: User) -> NoticeQuerySet:
    """The user's unread in-app notices, newest first."""
    return Notice.objects.unread_by(user)


def holders(permission: str) -> QuerySet[User]:
    """The active accounts that hold a permission now, by themselves or by a role: whom to tell of work for a role."""
    return User.objects.with_perm(permission, include_superusers=False, backend=MODEL_BACKEND)


@transaction.atomic
def mark_read(*, user: User, at: datetime, notices: Iterable[int] | None = None) -> int:
    """The user has read these of his in-app notices (by id; all when None); returns how many were unread before."""
    unread = Notice.objects.unread_by(user).order_by()
    if notices is not None:
        unread = unread.filter(pk__in=list(notices))
    return unread.update(read_at=at)


@transaction.atomic
def retry(notice: Notice, *, by: User, at: datetime, reason: str = "") -> Notice:
    """Put a dead e-mail back into the queue, with its 24 hours anew."""
    notice = Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    if notice.state != Notice.State.DEAD:
        raise Refused(_("只有发送失败的通知才能重新发送，请刷新页面查看最新状态。"))
    notice.state, notice.next_attempt_at, notice.first_attempt_at = Notice.State.PENDING, at, None
    notice.save(update_fields=["state", "next_attempt_at", "first_attempt_at"])
    record("notice.retried", obj=notice, by=by, at=at, reason=reason, data={"attempts": notice.attempts})
    nudge_on_commit()
    return notice


def _reachable(recipient: User, channel: str) -> bool:
    return recipient.is_active and (channel != Notice.Channel.EMAIL or bool(recipient.email))


def _draft(letter: Letter, key: str, recipient: User, channel: str) -> Notice:
    notice = _written(letter, f"{key}/{channel}/{recipient.pk}", recipient.language)
    notice.recipient, notice.channel = recipient, channel
    notice.address = recipient.email if channel == Notice.Channel.EMAIL else ""
    return notice


def _written(letter: Letter, full_key: str, language: str) -> Notice:
    """The letter in words of a language, not yet addressed."""
    with translation.override(language):
        subject, body = _words(letter.subject), _words(letter.body)
    return Notice(
        key=full_key,
        kind=letter.kind,
        level=letter.level,
        subject=" ".join(subject.split())[:200],
        body=body,
        url=letter.url,
        language=language,
        message_id=message_id(full_key),
    )


def message_id(key: str) -> str:
    """The Message-ID that every attempt of this notice carries, so that a receiver can drop a repeat."""
    domain = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain[:70]}>"


def _words(text: Text) -> str:
    said = text() if callable(text) and not isinstance(text, Promise) else text
    return str(said).replace("\x00", "\ufffd")


def _set_off(notice: Notice, at: datetime) -> None:
    """An in-app notice is sent by existing; an e-mail waits for the sender, or for the end of quiet hours."""
    if notice.channel == Notice.Channel.IN_APP:
        notice.state, notice.sent_at = Notice.State.SENT, at
    else:
        holding.set_off(notice, at=at)


def _send(notice: Notice, at: datetime, deliver: Sender) -> int:
    if not claim(notice, at=at):
        return 0
    if _given_up(notice, at):
        _bury(notice, notice.last_error)
        return 0
    try:
        deliver(notice)
    except SEND_ERRORS as error:
        _failed(notice, at, error)
        return 0
    return Notice.objects.claimed(notice).update(state=Notice.State.SENT, sent_at=at, lease_until=None, last_error="")


def _given_up(notice: Notice, at: datetime) -> bool:
    return notice.first_attempt_at is not None and at - notice.first_attempt_at >= DEAD_AFTER


def _failed(notice: Notice, at: datetime, error: Exception) -> None:
    said = f"{type(error).__name__}: {error}"[:500]
    log.warning("notice %s attempt %s failed: %s", notice.pk, notice.attempts, said)
    again = at + wait_after(notice.attempts)
    if _given_up(notice, again):
        _bury(notice, said)
        return
    Notice.objects.claimed(notice).update(
        state=Notice.State.PENDING, next_attempt_at=again, lease_until=None, last_error=said
    )


def _bury(notice: Notice, said: str) -> None:
    Notice.objects.claimed(notice).update(state=Notice.State.DEAD, lease_until=None, last_error=said)
