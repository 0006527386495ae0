"""Tasks on shared information."""

import logging

from celery import shared_task
from django.utils import timezone

from contracts import sharing_watch

log = logging.getLogger("contracts.tasks.sharing")


@shared_task
def watch_sharing() -> dict[str, int]:
    """Recount what leans on an unpublished year, and tell once of what is overdue."""
    return sharing_watch.watch(at=timezone.now())
