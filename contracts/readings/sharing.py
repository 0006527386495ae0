"""What the records of sharing say: the catalogue (2.1.1) and the freshness of the data (2.2.2)."""

from collections import Counter
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.board import Link, Reader, Reading, Standing, list_link
from contracts.freshness import Standing as Fresh
from contracts.models import Agreement, AgreementItem, UpdateEvent
from contracts.sharing_faces import freshness_of

State = AgreementItem.State
VIEW = "contracts.view_agreementitem"


def read_catalogue(agreement: Agreement, at: datetime) -> Reading:
    """Kept when every listed item was opened; overdue when an agreed opening day passed without."""
    today = timezone.localdate(at)
    rows = list(agreement.shared_items.standing().values_list("category", "state", "expected_on"))
    links = (_items_link(agreement),)
    if not rows:
        return Reading(standing=Standing.UNPROVEN, note=_("协议还没有列入共享信息"), links=links)
    opened = sum(state in {State.OPEN, State.SUSPENDED} for _category, state, _day in rows)
    late = sum(
        state in {State.PLANNED, State.CONFIRMED} and day is not None and day < today for _category, state, day in rows
    )
    if late:
        note = _("%(n)d 项过了约定开通日仍未开通（%(counts)s）") % {"n": late, "counts": _counts(rows)}
        return Reading(standing=Standing.OVERDUE, note=note, count=opened, links=links)
    if opened == len(rows):
        return Reading(standing=Standing.KEPT, note=_counts(rows), count=opened, links=links)
    dated = [day for _category, state, day in rows if state in {State.PLANNED, State.CONFIRMED} and day is not None]
    if dated and (min(dated) - today).days <= 30:
        note = _("%(day)s 前应开通（%(counts)s）") % {"day": min(dated).isoformat(), "counts": _counts(rows)}
        return Reading(standing=Standing.DUE_SOON, note=note, count=opened, links=links)
    note = _("尚未全部开通，其余没有约定开通日或尚未到期（%(counts)s）") % {"counts": _counts(rows)}
    return Reading(standing=Standing.NOT_MEASURABLE, note=note, count=opened, links=links)


def read_freshness(agreement: Agreement, at: datetime) -> Reading:
    """Overdue when an open item is; kept by real updates; not measurable where no frequency is agreed."""
    today = timezone.localdate(at)
    found = agreement.shared_items.filter(state=State.OPEN).select_related("item__freshness")
    items = [shared.item for shared in found]
    updates = list_link(_("更新记录"), "contracts_updateevent", "contracts.view_updateevent")
    links = (_items_link(agreement), updates)
    if not items:
        return Reading(standing=Standing.UNPROVEN, note=_("还没有已开通的共享信息"), links=links)
    standings = Counter(freshness_of(item).standing_on(today) for item in items)
    if late := standings[Fresh.OVERDUE]:
        note = _("%(n)d 项数据更新逾期") % {"n": late}
        return Reading(standing=Standing.OVERDUE, note=note, count=len(items) - late, links=links)
    measured = len(items) - standings[Fresh.NOT_MEASURABLE]
    if not measured:
        return Reading(standing=Standing.NOT_MEASURABLE, note=_("没有约定更新频率"), links=links)
    if soon := standings[Fresh.DUE_SOON] + standings[Fresh.IN_GRACE]:
        note = _("%(n)d 项数据临近更新期限") % {"n": soon}
        return Reading(standing=Standing.DUE_SOON, note=note, count=measured, links=links)
    count = UpdateEvent.objects.filter(item__in=[item.pk for item in items]).count()
    if not count:
        return Reading(standing=Standing.UNPROVEN, note=_("还没有更新记录"), links=links)
    note = _("%(n)d 项有约定的数据都按期更新，共 %(count)d 次") % {"n": measured, "count": count}
    return Reading(standing=Standing.KEPT, note=note, count=count, links=links)


def _counts(rows: list[tuple[int, str, object]]) -> str:
    """Opened of listed, for each category that is listed."""
    listed = Counter(category for category, _state, _day in rows)
    opened = Counter(category for category, state, _day in rows if state in {State.OPEN, State.SUSPENDED})
    words = _("第 %(category)d 类 %(opened)d/%(listed)d")
    return "，".join(
        words % {"category": category, "opened": opened[category], "listed": listed[category]}
        for category in sorted(listed)
    )


def _items_link(agreement: Agreement) -> Link:
    return list_link(_("共享信息"), "contracts_agreementitem", VIEW, agreement__id__exact=agreement.pk)


READERS: tuple[tuple[str, Reader], ...] = (("catalogue", read_catalogue), ("freshness", read_freshness))
