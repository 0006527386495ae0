"""The task that works on invoice runs."""

from celery import shared_task
from django.utils import timezone

from billing import running


@shared_task
def run_invoices() -> int:
    """Work on what is queued or was cut off."""
    return running.work_waiting(now=timezone.now)
