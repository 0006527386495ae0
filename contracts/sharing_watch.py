"""Watching shared information daily: what ran out is ended, what runs out is told once, no bad row stops others."""

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import catalogue, grants, updates
from contracts.freshness import Standing
from contracts.models import AccessGrant, AgreementItem, CatalogueItem, Credential, ItemFreshness
from contracts.sharing import ENDED
from contracts.sharing_news import News, tell_holders, tell_party_b
from journal.models import Notice
from journal.recording import record
from people.refusal import Refused

log = logging.getLogger("contracts.sharing_watch")
GRANT_LEVELS = (7, 30)  # days before the last one, the nearest first
CREDENTIAL_LEVELS = (1, 7, 30)
WARNING, URGENT = Notice.Level.WARNING.value, Notice.Level.URGENT.value


def watch(*, at: datetime) -> dict[str, int]:
    """Do everything that a day asks for; running again changes nothing, running after an outage catches up."""
    today = timezone.localdate(at)
    provisional = CatalogueItem.objects.published().filter(freshness__provisional=True)
    soon = today + timedelta(30)
    over = Q(valid_to__lt=today) | Q(shared_item__state=AgreementItem.State.WITHDRAWN)
    standing = AccessGrant.objects.standing().filter(over | Q(shared_item__agreement__state__in=ENDED))
    running_out = AccessGrant.objects.filter(state="granted", valid_to__gte=today, valid_to__lte=soon)
    live = Credential.objects.live_on(today)
    return {
        "recounted": each(provisional, _recount),
        "overdue": each(CatalogueItem.objects.overdue_on(today), lambda item: announce_overdue(item, at=at)),
        "expired": each(standing, lambda grant: grants.expire(grant, at=at)),
        "grants_warned": each(_with_places(running_out), lambda grant: warn_of_grant(grant, at=at)),
        "credentials_warned": each(
            live.filter(expires_on__lte=soon).select_related("agreement__party_b"),
            lambda row: warn_of_credential(row, at=at),
        ),
        "credentials_left": each(
            live.filter(agreement__state__in=ENDED).select_related("agreement"), lambda row: warn_of_left(row, at=at)
        ),
    }


def each(rows: Iterable[Any], work: Callable[[Any], bool]) -> int:
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
        level=WARNING,
    )
    tell_holders("contracts.record_update", news, event=event, at=at)
    return True


@transaction.atomic
def warn_of_grant(grant: AccessGrant, *, at: datetime) -> bool:
    """Tell both parties that a grant runs out, once at each level; answers whether somebody was told now."""
    level = level_of(grant.valid_to, timezone.localdate(at), GRANT_LEVELS)
    about = {"what": grant, "day": grant.valid_to.isoformat()}
    news = News(
        key=f"grant/{grant.pk}/runs_out/{grant.valid_to:%Y%m%d}/{level}",
        kind="grant.runs_out",
        subject=lambda: _("使用授权将于 %(day)s 到期：%(what)s") % about,
        body=lambda: _("到期后不能继续使用；需要继续使用的，请乙方提前提出新的申请。"),
        level=WARNING,
    )
    url = reverse("contracts:shared-item", args=[grant.shared_item_id])
    staff_url = reverse("admin:contracts_accessgrant_change", args=[grant.pk])
    return _told_both(grant.shared_item.agreement, news, url, (grants.DECIDE, staff_url), at=at)


@transaction.atomic
def warn_of_credential(row: Credential, *, at: datetime) -> bool:
    """Tell both parties that a credential expires, once at each level; answers whether somebody was told now."""
    level = level_of(row.expires_on, timezone.localdate(at), CREDENTIAL_LEVELS)
    about = {"what": row, "day": row.expires_on.isoformat()}
    news = News(
        key=f"credential/{row.pk}/expires/{row.expires_on:%Y%m%d}/{level}",
        kind="credential.expires",
        subject=lambda: _("访问凭证将于 %(day)s 到期：%(what)s") % about,
        body=lambda: _("请在到期前更换并登记新的凭证，以免接口中断。"),
        level=URGENT if level == 1 else WARNING,
    )
    staff_url = reverse("admin:contracts_credential_change", args=[row.pk])
    staff = ("contracts.handle_credential", staff_url)
    return _told_both(row.agreement, news, reverse("contracts:onboarding"), staff, at=at)


@transaction.atomic
def warn_of_left(row: Credential, *, at: datetime) -> bool:
    """Tell Party A once of a credential that is still live though its agreement has ended."""
    news = News(
        key=f"credential/{row.pk}/left",
        kind="credential.left",
        subject=lambda: _("协议已结束，凭证尚未注销：%(what)s") % {"what": row},
        body=lambda: _("协议 %(number)s 已经结束，请注销这个凭证并登记。") % {"number": row.agreement.number},
        url=reverse("admin:contracts_credential_change", args=[row.pk]),
        level=URGENT,
    )
    before = _told(news.key)
    tell_holders("contracts.handle_credential", news, event=None, at=at)
    return _told(news.key) > before


def level_of(last: date, today: date, levels: tuple[int, ...]) -> int:
    """The nearest level that is reached; levels that were missed meanwhile collapse into it."""
    left = (last - today).days
    return next((level for level in levels if left <= level), levels[-1])


def _told_both(agreement: Any, news: News, url: str, staff: tuple[str, str], *, at: datetime) -> bool:
    before = _told(news.key)
    tell_party_b(agreement, news.at(url), event=None, at=at)
    permission, staff_url = staff
    tell_holders(permission, news.at(staff_url), event=None, at=at)
    return _told(news.key) > before


def _told(key: str) -> int:
    return Notice.objects.filter(key__startswith=f"{key}/").count()


def _with_places(found: Any) -> Any:
    return found.select_related("shared_item__item", "shared_item__agreement__party_b")


@transaction.atomic
def _recount(item: CatalogueItem) -> bool:
    return not updates.recount(catalogue.locked(item)).provisional
