"""Saving filters: a view of the workbench under a name, for oneself or for the team."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.models import SavedFilter

MOST = 30
LONGEST_NAME, LONGEST_QUERY = 40, 500
SHARE = "sla.handle_ticket"


@transaction.atomic
def save(*, name: str, query: str, shared: bool, at: datetime, by: User) -> SavedFilter:
    """Keep the filter; one's own filter of that name is replaced.  Raises Refused for bad names and too many filters.

    `query` is what sla.workbench made of the address: nothing of a stranger's words is kept.
    """
    words = " ".join(name.split())
    if not words:
        raise Refused(_("请填写筛选的名称。"))
    if len(words) > LONGEST_NAME:
        raise Refused(_("名称太长，最多 %(most)s 字。") % {"most": LONGEST_NAME})
    if len(query) > LONGEST_QUERY:
        raise Refused(_("筛选条件太长，请减少条件后再保存。"))
    if shared and not by.has_perm(SHARE):
        raise Refused(_("只有处理报告的人员才能把筛选给团队使用。"))
    own = SavedFilter.objects.select_for_update().filter(user=by)
    if own.exclude(name=words).count() >= MOST:
        raise Refused(_("每人最多保存 %(most)s 个筛选，请先删除不用的。") % {"most": MOST})
    row, _made = SavedFilter.objects.update_or_create(
        user=by, name=words, defaults={"query": query, "shared": shared, "at": at}
    )
    record("filter.saved", obj=row, by=by, at=at, data={"name": words, "query": query, "shared": shared})
    return row


@transaction.atomic
def drop(pk: int, *, at: datetime, by: User) -> None:
    """Delete one's own filter.  Raises Refused for another person's, like for one that is gone."""
    row = SavedFilter.objects.select_for_update().filter(pk=pk, user=by).first()
    if row is None:
        raise Refused(_("没有这个筛选，或者不是您保存的。"))
    record("filter.dropped", obj=row, by=by, at=at, data={"name": row.name})
    row.delete()
