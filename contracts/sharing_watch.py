"""Watching shared information day by day: what became overdue is told once, and a bad row stops no other."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import catalogue, updates
from contracts.freshness import Standing
from contracts.models import CatalogueItem, ItemFreshness
from contracts.sharing_news import News, tell_holders
from journal.models import Notice
from journal.recording import record
from people.refusal import Refused

log = logging.getLogger("contracts.sharing_watch")


def watch(*, at: datetime) -> dict[str, int]:
    """Do everything that a day asks for; running again changes nothing, running after an outage catches up."""
    today = timezone.localdate(at)
    provisional = CatalogueItem.objects.published().filter(freshness__provisional=True)
    return {
        "recounted": each(provisional, lambda item: _recount(item)),
        "overdue": each(CatalogueItem.objects.overdue_on(today), lambda item: announce_overdue(item, at=at)),
    }


def each(rows: Iterable[CatalogueItem], work: Callable[[CatalogueItem], bool]) -> int:
    """Do the work for each row; returns for how many it changed something.  What fails is logged and left for later."""
    done = 0
    for row in rows:
        try:
            done += work(row)
        except (Refused, DatabaseError):
            log.exception("%s could not be watched", row._meta.label, extra={"pk": row.pk})
    return done


@transaction.atomic
def announce_overdue(item: CatalogueItem, *, at: datetime) -> bool:
    """Tell those who record updates that an item is overdue, once for each due day; answers whether it was told now."""
    item = catalogue.locked(item)
    row = updates.recount(item)
    if row.standing_on(timezone.localdate(at)) != Standing.OVERDUE or row.due_on is None:
        return False
    if not ItemFreshness.objects.filter(item=item).exclude(told_of=row.due_on).update(told_of=row.due_on):
        return False
    due = row.due_on.isoformat()
    event = record("update.overdue", obj=item, by=None, at=at, data={"number": item.number, "due_on": due})
    news = News(
        key=f"freshness/{item.pk}/{due}",
        kind="update.overdue",
        subject=lambda: _("数据更新逾期：%(item)s") % {"item": item},
        body=lambda: _("%(item)s 应在 %(due)s 前更新，宽限期已过，请更新后登记。") % {"item": item, "due": due},
        url=reverse("admin:contracts_catalogueitem_change", args=[item.pk]),
        level=Notice.Level.WARNING.value,
    )
    tell_holders("contracts.record_update", news, event=event, at=at)
    return True


@transaction.atomic
def _recount(item: CatalogueItem) -> bool:
    return not updates.recount(catalogue.locked(item)).provisional
