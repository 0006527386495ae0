"""The task that runs replays under other terms."""

from celery import shared_task
from django.utils import timezone

from sla import replaying


@shared_task
def run_whatifs() -> int:
    """Run what is queued or was cut off."""
    return replaying.run_waiting(now=timezone.now)
