"""The clock of an agreement's life: suspensions that begin, terms that run out, ends that near."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from contracts import life_news, lifecycle, term
from contracts.models import Agreement
from contracts.tasks.controls import BAD_ROW

log = logging.getLogger("contracts.tasks")
Verb = Callable[[Agreement], object]


@shared_task
def move_agreements() -> dict[str, int]:
    """Begin the suspensions whose instant has come and expire the terms that are over; again changes nothing."""
    at = timezone.now()
    begun = _each(Agreement.objects.to_be_suspended(at), lambda row: lifecycle.begin_suspension(row, by=None, at=at))
    expired = _each(
        Agreement.objects.run_out(timezone.localdate(at)), lambda row: lifecycle.expire(row, by=None, at=at)
    )
    return {"begun": begun, "expired": expired}


@shared_task
def remind_endings() -> int:
    """Remind of ends within 90 days, each level once; returns how many agreements had a level reached."""
    at = timezone.now()
    today = timezone.localdate(at)
    rows = Agreement.objects.ending(today, within=max(term.LEVELS)).select_related("manager", "party_b")
    return _each(rows, lambda row: _remind(row, at=at))


def _remind(agreement: Agreement, *, at: datetime) -> None:
    found = term.term_of(agreement, today=timezone.localdate(at))
    if found.last_day is not None and found.level is not None and found.days_left is not None:
        life_news.remind_of_end(agreement, last_day=found.last_day, level=found.level, days_left=found.days_left, at=at)


def _each(rows: Iterable[Agreement], verb: Verb) -> int:
    done = 0
    for row in list(rows):
        try:
            verb(row)
        except BAD_ROW as error:
            log.warning("agreement %s: %s", row.pk, error)
        else:
            done += 1
    return done
