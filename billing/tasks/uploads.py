"""Work on usage files that wait, and look through what they brought."""

from celery import shared_task
from django.utils import timezone

from billing import upload_intake


@shared_task
def run_uploads() -> int:
    """Check and take in what waits or was cut off."""
    return upload_intake.run_waiting(now=timezone.now)
