"""The nightly task on service credits: it calls one verb."""

from celery import shared_task
from django.utils import timezone

from sla import crediting


@shared_task
def compute_credits() -> int:
    """Compute the service credits of every month that is over; answers how many wait for a decision."""
    return crediting.compute_all(at=timezone.now())
