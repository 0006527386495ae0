"""Bringing the index of the search up to date."""

from celery import shared_task
from django.utils import timezone

from contracts import indexing


@shared_task
def refresh_search() -> int:
    """Write what is new or changed; returns how many entries."""
    return indexing.refresh(at=timezone.now()).written
