"""The nightly look at the rows of money."""

import logging

from celery import shared_task
from django.utils import timezone

from billing.ledger_alarm import raise_for
from billing.ledger_checks import Asked, verify
from billing.periods import civil_day

log = logging.getLogger("billing.ledger")


@shared_task
def verify_ledger() -> int:
    """Check everything, of the kept files one slice; what is wrong is logged and told to the finance leads."""
    at = timezone.now()
    today = civil_day(at)
    faults = list(verify(Asked(on=today, slice=today.toordinal())))
    if faults:
        log.error("the ledger does not add up: %s", "; ".join(str(fault) for fault in faults))
        raise_for(faults, at=at)
    return len(faults)
