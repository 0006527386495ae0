"""The alarm for money that does not add up: an event in the journal and an urgent notice to the finance leads."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from billing.ledger_checks import Fault
from journal.models import Event, Notice
from journal.outbox import announce
from journal.recording import record
from people import roles
from people.models import User

SHOWN = 10


@transaction.atomic
def raise_for(faults: Sequence[Fault], *, at: datetime) -> Event:
    """Record what was found and tell the finance leads, each at most once a day."""
    found = [str(fault) for fault in faults[:SHOWN]]
    checks = sorted({fault.check for fault in faults})
    event = record("ledger.found_wrong", by=None, at=at, data={"faults": len(faults), "checks": checks, "found": found})
    leads = User.objects.filter(groups__name=roles.FINANCE_LEAD, is_active=True).distinct()
    for lead in leads:
        announce(
            key=f"ledger/{timezone.localdate(at)}",
            recipient=lead,
            kind=event.action,
            level=Notice.Level.URGENT.value,
            subject=lambda: gettext("往来账校验不通过：发现 %(count)d 处问题") % {"count": len(faults)},
            body="\n".join(found),
            url=reverse("admin:billing_ledgerentry_changelist"),
            event=event,
            at=at,
        )
    return event
