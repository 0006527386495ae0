"""What beat runs for e-mail that comes in."""

from celery import shared_task
from django.utils import timezone

from sla.mailboxes import take_all


@shared_task
def take_mail() -> dict[str, int]:
    """Take the letters that wait; a mail server that is away is an error in the log, and the next run goes on."""
    return dict(take_all(at=timezone.now()))
