"""Recording what happened: the last act of every verb, in the verb's own transaction."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from celery import current_task
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone, translation

from journal.hashing import GENESIS, link, storable
from journal.models import ChainHead, Event
from people.models import User

ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_acting_as: ContextVar[str] = ContextVar("journal_acting_as", default="")


def record(
    action: str,
    *,
    obj: models.Model | None = None,
    by: User | None,
    at: datetime,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    organisation_id: int | None = None,
    agreement_id: int | None = None,
) -> Event:
    """Add one event to the chain.  Call it last: it locks the head of the chain until the transaction ends.

    action is "object.past_tense" ("ticket.filed"); by=None is the system itself; at is the instant when it happened.
    data is JSON (dates, Decimals and lazy text become text; a float raises TypeError).  Raises RuntimeError outside a
    transaction and ValueError for an action or an instant that cannot be right.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"record({action!r}) belongs inside the verb's transaction.atomic().")
    if not ACTION.fullmatch(action):
        raise ValueError(f"{action!r}: write an action as object.past_tense, for example ticket.filed.")
    if timezone.is_naive(at):
        raise ValueError(f"record({action!r}): the instant {at} has no zone.")
    event = Event(
        at=at,
        action=action,
        **_about(obj),
        organisation_id=organisation_id,
        agreement_id=agreement_id,
        actor=by,
        actor_label=storable(actor_label(by)),
        reason=storable(str(reason)),
        data=plain(data or {}),
    )
    return _chained(event)


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as every engine will give it back.  Raises TypeError for a float or for what JSON cannot say."""
    stored: dict[str, Any] = storable(json.loads(json.dumps(dict(data), cls=DjangoJSONEncoder)))
    return stored


def actor_label(by: User | None) -> str:
    """The actor in words that stay true when the account is renamed: name and account, or system:task."""
    if by is None:
        return f"system:{_acting_as.get() or getattr(current_task, 'name', None) or 'system'}"[:200]
    return f"{by.get_full_name()} ({by.get_username()})"[:200]


@contextmanager
def acting_as(task: str) -> Iterator[None]:
    """Events of the system inside this block name the task.  Celery tasks are named without it."""
    token = _acting_as.set(task)
    try:
        yield
    finally:
        _acting_as.reset(token)


def _about(obj: models.Model | None) -> dict[str, str]:
    if obj is None:
        return {}
    with translation.override(settings.LANGUAGE_CODE):
        label = storable(str(obj))[:200]
    return {"object_type": obj._meta.label_lower, "object_id": str(obj.pk), "object_label": label}


def _chained(event: Event) -> Event:
    head = locked_head()
    event.seq, event.prev = head.seq + 1, head.hash
    event.hash = link(event.prev, event.content())
    event.save(force_insert=True)
    head.seq, head.hash = event.seq, event.hash
    head.save(update_fields=["seq", "hash"])
    return event


def locked_head() -> ChainHead:
    """The head of the chain, locked until the transaction ends; made from the last event when it is missing."""
    locked = ChainHead.objects.select_for_update(no_key=True)
    if (head := locked.filter(pk=1).first()) is not None:
        return head
    last = Event.objects.order_by("-seq").values("seq", "hash").first() or {"seq": 0, "hash": GENESIS}
    return locked.get_or_create(pk=1, defaults=last)[0]
