"""Holding: whether an e-mail leaves now, waits for the end of quiet hours, or waits to be put together with others."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from journal import choosing
from journal.models import Notice, TellingChoice
from journal.quiet import AlwaysQuiet

log = logging.getLogger("journal.outbox")


def set_off(notice: Notice, *, at: datetime) -> None:
    """Give an e-mail to a person its state and the instant of its first attempt.

    Urgent ones pass when the person says so.  In quiet hours it waits for their end; after `most` letters within
    `minutes` it joins the digest that is due first.
    """
    notice.next_attempt_at = at
    if notice.recipient is None:
        return
    choice = choosing.choice_of(notice.recipient)
    if notice.level == Notice.Level.URGENT and choice.urgent_through:
        return
    until = end_of_quiet(choice, at=at)
    if until > at:
        notice.state, notice.next_attempt_at = Notice.State.HELD, until
    elif _many(notice.recipient.pk, choice, at):
        notice.state = Notice.State.HELD
        notice.next_attempt_at = _digest_at(notice.recipient.pk, at + timedelta(minutes=choice.minutes))


def end_of_quiet(choice: TellingChoice, *, at: datetime) -> datetime:
    """The end of the person's quiet hours.  Hours that never end (a calendar was changed) hold nothing back."""
    try:
        return choosing.quiet_until(choice, at=at)
    except (AlwaysQuiet, ValueError, LookupError) as error:
        log.warning("the quiet hours of user %s are passed over: %s", choice.user_id, error)
        return at


def _many(user_id: int, choice: TellingChoice, at: datetime) -> bool:
    if choice.most == 0:
        return False
    recent = Notice.objects.mailed_since(user_id, at - timedelta(minutes=choice.minutes))
    return recent.filter(created_at__lte=at).order_by()[: choice.most].count() >= choice.most


def _digest_at(user_id: int, otherwise: datetime) -> datetime:
    held = Notice.objects.held().filter(recipient=user_id, next_attempt_at__lte=otherwise)
    return held.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first() or otherwise
