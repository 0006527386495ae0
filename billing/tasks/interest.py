"""What runs by the timetable for interest: the reminder of a rate that is not entered."""

from celery import shared_task
from django.utils import timezone

from billing import lpr_rates


@shared_task
def remind_lpr() -> int:
    """Tell finance of each month whose LPR was published and is not in use here; returns how many months."""
    return lpr_rates.remind(at=timezone.now())
