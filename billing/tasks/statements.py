"""The task that follows usage statements."""

from celery import shared_task
from django.utils import timezone

from billing import statement_watch


@shared_task
def follow_statements() -> dict[str, int]:
    """Draft what is due, remind of deadlines, and let those that are over lapse."""
    return dict(statement_watch.follow(at=timezone.now()))
