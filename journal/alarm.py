"""The alarm for a chain that is not sound: an event and an urgent notice to everyone who may read the journal."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from journal.chain import Verdict
from journal.models import Event, Notice
from journal.outbox import announce, holders
from journal.recording import record

SHOWN = 10


@transaction.atomic
def raise_for(verdict: Verdict, *, at: datetime) -> Event:
    """Record what was found and tell the readers of the journal, each at most once a day."""
    found = [str(fault) for fault in verdict.faults[:SHOWN]]
    data = {"events": verdict.events, "first_bad": verdict.first_bad, "faults": len(verdict.faults), "found": found}
    event = record("chain.found_unsound", by=None, at=at, data=data)
    for reader in holders("journal.view_event"):
        announce(
            key=f"chain/{timezone.localdate(at)}",
            recipient=reader,
            kind=event.action,
            level=Notice.Level.URGENT,
            subject=format_lazy(_("履约日志校验不通过：发现 {count} 处问题"), count=len(verdict.faults)),
            body="\n".join(found),
            url=reverse("admin:journal_event_changelist"),
            event=event,
            at=at,
        )
    return event
