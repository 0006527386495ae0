"""The tasks on services and security duties: each calls one verb."""

from celery import shared_task
from django.utils import timezone

from sla import duty_watch, maintenance_holds


@shared_task
def follow_maintenance() -> dict[str, int]:
    """Hold clocks for work under way, and end the excuse of work that overran its announced end."""
    return dict(maintenance_holds.follow(timezone.now()))


@shared_task
def watch_duties() -> dict[str, int]:
    """Remind of checks, fixes and statutory reports, and warn of those that are late."""
    return dict(duty_watch.sweep(timezone.now()))
