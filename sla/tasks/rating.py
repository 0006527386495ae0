"""The daily task on ratings: it calls one verb."""

from celery import shared_task
from django.utils import timezone

from sla import rating


@shared_task
def remind_ratings() -> int:
    """Remind Party B once of each closed ticket that it may still rate; answers of how many."""
    return rating.remind(at=timezone.now())
