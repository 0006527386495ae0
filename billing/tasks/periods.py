"""The task that keeps service periods ahead of need."""

import logging

from celery import shared_task
from django.utils import timezone

from billing.period_keeping import agreements_to_keep
from billing.period_keeping import keep_periods as keep
from people.refusal import Refused

log = logging.getLogger("billing.tasks")


@shared_task
def keep_periods() -> int:
    """Open what begins soon; returns how many.  An agreement that cannot go on does not stop the others."""
    at, opened = timezone.now(), 0
    for agreement in agreements_to_keep():
        try:
            opened += keep(agreement, at=at)
        except Refused as refused:
            log.warning("periods of %s: %s", agreement.number, refused)
    return opened
