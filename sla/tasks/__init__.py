"""The tasks of the timetable: each calls one verb."""

import logging

from celery import shared_task
from django.utils import timezone

from sla import halting, watch
from sla.tasks import credits, uptime

__all__ = ["credits", "find_drift", "sweep_clocks", "uptime"]
from sla.tasks import rating

__all__ = ["credits", "find_drift", "rating", "sweep_clocks"]
from sla.tasks import mail

__all__ = ["credits", "find_drift", "mail", "sweep_clocks"]

log = logging.getLogger("sla.tasks")


@shared_task
def sweep_clocks() -> dict[str, int]:
    """Hold what stands still, then warn and judge what has run out."""
    now = timezone.now()
    return dict(halting.follow(now) + watch.sweep(now))


@shared_task
def find_drift() -> int:
    """Read every clock from its events again; what differs is an error in the log."""
    found = watch.drifted()
    for pk, wrong in found.items():
        log.error("clock %s has drifted from its events: %s", pk, wrong)
    return len(found)
