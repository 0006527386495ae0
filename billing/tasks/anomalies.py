"""Look through the usage of agreements for what is wrong with it, before it is billed."""

from celery import shared_task
from django.utils import timezone

from billing import anomalies
from contracts.models import Agreement


@shared_task
def find_anomalies() -> dict[str, int]:
    """Look through every agreement that has usage; returns what was found anew and what is gone."""
    at, sums = timezone.now(), {"found": 0, "resolved": 0}
    for agreement in Agreement.objects.exclude(effective_on=None).exclude(state="closed").order_by("pk"):
        looked = anomalies.look(agreement, by=None, at=at)
        sums["found"] += looked.found
        sums["resolved"] += looked.resolved
    return sums
