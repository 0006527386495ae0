"""Reminding of limitations that run out."""

from celery import shared_task
from django.utils import timezone

from contracts import limiting


@shared_task
def remind_limitations() -> int:
    """Tell of every limitation that is near or over; returns how many cases were looked at."""
    return limiting.remind_due(at=timezone.now())
