"""What beat runs for the journal: notices, anchors, verification, old requests.  Thin: each task calls a verb."""

import logging

from celery import shared_task
from django.utils import timezone

from journal import alarm, approvals, chain, digests, keeping, outbox

log = logging.getLogger("journal.chain")


@shared_task(name="journal.tasks.send_notices")
def send_notices() -> int:
    """Put held e-mails together and send what is due; returns how many were sent."""
    digests.gather(at=timezone.now())
    return outbox.send_due(at=timezone.now())


@shared_task(name="journal.tasks.anchor_chain")
def anchor_chain() -> int:
    """Sign the head of the chain, keep the anchor outside the database and put it in the log; returns its event."""
    made = chain.anchor(at=timezone.now())
    log.warning("anchor %s", keeping.keep(made, path=keeping.default_path()))
    return made.seq


@shared_task(name="journal.tasks.verify_chain")
def verify_chain() -> bool:
    """Verify the whole chain; what is wrong is logged as an error and announced to the audit administrators."""
    path = keeping.default_path()
    verdict = chain.verify(kept=keeping.read(path) if path.exists() else ())
    if not verdict.sound:
        log.error("the journal is not sound: %s", "; ".join(str(fault) for fault in verdict.faults))
        alarm.raise_for(verdict, at=timezone.now())
    return verdict.sound


@shared_task(name="journal.tasks.expire_approvals")
def expire_approvals() -> int:
    """End the requests for approval whose time is over; returns how many."""
    return approvals.expire_due(at=timezone.now())
