"""Digests: held e-mails of one person put together into one letter, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journal import choosing
from journal.holding import end_of_quiet
from journal.models import DigestLine, Notice
from journal.outbox import absolute, message_id
from people.models import User

KIND = "notice.digest"
MOST_LINES = 200
RANKS = {Notice.Level.INFO.value: 0, Notice.Level.WARNING.value: 1, Notice.Level.URGENT.value: 2}


def gather(*, at: datetime) -> int:
    """Put together what is due by `at`, person by person; returns how many letters were made or let go.

    Must not run inside a transaction: each person is one.
    """
    due = Notice.objects.held().filter(next_attempt_at__lte=at).order_by()
    return sum(_gathered(pk, at) for pk in list(due.values_list("recipient", flat=True).distinct()))


@transaction.atomic(durable=True)
def _gathered(user_id: int, at: datetime) -> int:
    """One person's held e-mails.  The lock on the person makes the second worker find nothing left."""
    user = locked(user_id)
    held = list(Notice.objects.held().filter(recipient=user).order_by("pk"))
    if not any(notice.next_attempt_at and notice.next_attempt_at <= at for notice in held):
        return 0
    until = end_of_quiet(choosing.choice_of(user), at=at)
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in held], state=Notice.State.HELD)
    if until > at:
        # Quiet hours began while a digest was waiting.
        rows.update(next_attempt_at=until)
        return 0
    if len(held) == 1:
        return rows.update(state=Notice.State.PENDING, next_attempt_at=at)
    merge(user, held, at=at)
    return 1


def locked(user_id: int) -> User:
    """The person, locked: one worker at a time puts together what waits for them."""
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def merge(user: User, held: Sequence[Notice], *, at: datetime) -> Notice:
    """One letter in place of the held ones.  Raises IntegrityError when one of them is in a letter already."""
    key = f"digest/{user.pk}/{held[0].pk}"
    with translation.override(user.language):
        subject = _("%(count)d 条通知的汇总") % {"count": len(held)}
        body = "\n\n".join(_lines(held))
    letter = Notice.objects.create(
        key=key,
        recipient=user,
        address=user.email or held[0].address,
        channel=Notice.Channel.EMAIL,
        kind=KIND,
        level=max((notice.level for notice in held), key=RANKS.__getitem__),
        subject=subject,
        body=body,
        url=reverse("journal:notices"),
        language=user.language,
        created_at=at,
        next_attempt_at=at,
        message_id=message_id(key),
    )
    DigestLine.objects.bulk_create([DigestLine(digest=letter, notice=notice) for notice in held])
    Notice.objects.filter(pk__in=[notice.pk for notice in held]).update(state=Notice.State.MERGED, next_attempt_at=None)
    return letter


def _lines(held: Sequence[Notice]) -> list[str]:
    """A paragraph for each notice: when, what, where to look."""
    said = [_line(number, notice) for number, notice in enumerate(held[:MOST_LINES], start=1)]
    if (more := len(held) - MOST_LINES) > 0:
        said.append(_("另有 %(count)d 条，请登录后在“通知”中查看。") % {"count": more})
    return said


def _line(number: int, notice: Notice) -> str:
    made = date_format(timezone.localtime(notice.created_at, timezone.get_default_timezone()), "Y-m-d H:i")
    link = f"\n{absolute(notice.url)}" if notice.url else ""
    return f"{number}. {made}  [{notice.get_level_display()}] {notice.subject}{link}"
