"""What runs for obligations: occurrences made ahead, obligations ended with their agreement, the morning digest."""

import logging

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from contracts import digest, obligations, scheduling
from contracts.models import Obligation
from people.refusal import Refused

log = logging.getLogger("contracts.duties")


@shared_task(name="contracts.tasks.make_occurrences")
def make_occurrences() -> dict[str, int]:
    """Make the occurrences ahead and end what an ended agreement leaves behind; one bad row stops no other."""
    at = timezone.now()
    told = {"made": 0, "ended": 0, "failed": 0}
    for row in Obligation.objects.left_behind().order_by("pk"):
        told["ended"] += obligations.end_with_agreement(row, at=at)
    for row in Obligation.objects.bearing().order_by("pk"):
        try:
            told["made"] += scheduling.generate(row, by=None, at=at)
        except (Refused, ValueError, DatabaseError) as error:
            told["failed"] += 1
            log.warning("obligation %s: %s", row.pk, error)
    return told


@shared_task(name="contracts.tasks.send_digests")
def send_digests() -> int:
    """On a working morning, tell everybody in charge what is due; returns how many were told by this run."""
    return digest.send_all(at=timezone.now())
