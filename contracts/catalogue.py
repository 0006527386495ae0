"""The catalogue of shared information: publishing an item, changing its terms with a reason, taking it out again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import papers, updates
from contracts.models import AgreementItem, CatalogueItem, Paper
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Promise:
    """How often an item is updated, as agreed; an empty unit says that nothing is agreed, realtime that it is live."""

    frequency_unit: str
    every: int | None = None
    grace_days: int = 0
    rolls_over: bool = True


@dataclass(frozen=True, kw_only=True)
class Classing:
    """How an item may be shared: share attribute, level, and whether it holds personal information."""

    share_attribute: str
    level: str
    personal_information: bool


@transaction.atomic
def publish(item: CatalogueItem, *, by: User, at: datetime) -> CatalogueItem:
    """Draft to published: from now on the item can be listed in agreements.  Refused without a mode of sharing."""
    item = locked(item)
    if item.state != CatalogueItem.State.DRAFT:
        raise Refused(_("只有编目中的数据资源可以发布。"))
    if not item.modes:
        raise Refused(_("请先勾选至少一种共享方式（查询、数据下载、接口调用），再发布。"))
    item.state, item.published_on = CatalogueItem.State.PUBLISHED, timezone.localdate(at)
    item.frequency_since = timezone.localdate(at) if item.frequency_unit else None
    item.save()
    updates.recount(item)
    _note("catalogue.published", item, by=by, at=at)
    return item


@transaction.atomic
def withdraw(item: CatalogueItem, *, reason: str, by: User, at: datetime) -> CatalogueItem:
    """Take a published item out of the catalogue.  Refused while an agreement still shares it, or without a reason."""
    _need_reason(reason)
    item = locked(item)
    if item.state != CatalogueItem.State.PUBLISHED:
        raise Refused(_("只有已发布的数据资源可以下架。"))
    if held := list(item.shared_under.standing().values_list("agreement__number", flat=True)[:5]):
        raise Refused(_("这些协议仍列有该数据资源，请先在协议中将它下线：%(numbers)s") % {"numbers": "、".join(held)})
    item.state = CatalogueItem.State.WITHDRAWN
    item.save()
    updates.recount(item)
    _note("catalogue.withdrawn", item, by=by, at=at, reason=reason)
    return item


@transaction.atomic
def set_frequency(item: CatalogueItem, promise: Promise, *, reason: str, by: User, at: datetime) -> CatalogueItem:
    """Record the frequency that the parties agreed (clause 2.2.2), with where it is agreed.

    It counts from today: nothing is overdue for a time before the promise.
    """
    _need_reason(reason, _("请写明更新频率约定在哪里，例如附件名称和条目。"))
    item = locked(item)
    if item.state == CatalogueItem.State.WITHDRAWN:
        raise Refused(_("已下架的数据资源不再调整。"))
    before = _frequency_words(item)
    item.frequency_unit, item.every = promise.frequency_unit, promise.every
    item.grace_days, item.rolls_over = promise.grace_days, promise.rolls_over
    counted = promise.frequency_unit and item.state == CatalogueItem.State.PUBLISHED
    item.frequency_since = timezone.localdate(at) if counted else None
    if (promise.every is None) != (promise.frequency_unit in {"", CatalogueItem.FrequencyUnit.REALTIME}):
        raise Refused(_("更新频率要写全：每几个什么周期；实时更新或没有约定的，不填个数。"))
    item.save()
    updates.recount(item)
    _note("catalogue.frequency_set", item, by=by, at=at, reason=reason, before=before, after=_frequency_words(item))
    return item


@transaction.atomic
def reclassify(item: CatalogueItem, classing: Classing, *, reason: str, by: User, at: datetime) -> CatalogueItem:
    """Change share attribute, level or the mark of personal information.

    Refused while the item is open somewhere and the new classing would not let it be opened.
    """
    _need_reason(reason)
    item = locked(item)
    if item.state == CatalogueItem.State.WITHDRAWN:
        raise Refused(_("已下架的数据资源不再调整。"))
    before = {"share_attribute": item.share_attribute, "level": item.level, "personal": item.personal_information}
    item.share_attribute, item.level = classing.share_attribute, classing.level
    item.personal_information = classing.personal_information
    _check_open_places(item)
    item.save()
    _note("catalogue.reclassified", item, by=by, at=at, reason=reason, **before)
    return item


@transaction.atomic
def assess(item: CatalogueItem, *, file: Any, assessed_on: date, by: User, at: datetime) -> CatalogueItem:
    """Keep the report of a personal information protection impact assessment (PIPL 55, 56; kept three years)."""
    item = locked(item)
    if not item.personal_information:
        raise Refused(_("该数据资源没有标注含个人信息，无需登记影响评估。"))
    if assessed_on > timezone.localdate(at):
        raise Refused(_("评估日期不能晚于今天。"))
    title = _("个人信息保护影响评估：%(title)s") % {"title": item.title}
    item.assessment = papers.keep(item.provider, file, kind=Paper.Kind.CERTIFICATE, title=title, by=by, at=at)
    item.assessed_on = assessed_on
    item.save()
    _note("catalogue.assessed", item, by=by, at=at, assessed_on=str(assessed_on), sha256=item.assessment.sha256)
    return item


def locked(item: CatalogueItem) -> CatalogueItem:
    """The item, locked until the transaction ends.  Lock order: agreement, catalogue item, shared item, grant."""
    rows = CatalogueItem.objects.select_related("provider", "assessment")
    found: CatalogueItem = rows.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    return found


def _check_open_places(item: CatalogueItem) -> None:
    places = item.shared_under.filter(state=AgreementItem.State.OPEN).select_related("agreement")
    for place in places:
        if item.share_attribute == CatalogueItem.Attribute.WITHHELD:
            raise Refused(
                _("协议 %(number)s 正在共享该数据资源，请先暂停或下线，再改为不予共享。")
                % {"number": place.agreement.number}
            )
        if item.personal_information and not (item.assessment_id and place.use_stated):
            words = _("协议 %(number)s 正在共享该数据资源；改为含个人信息之前请先暂停，并补登影响评估和用途。")
            raise Refused(words % {"number": place.agreement.number})


def _frequency_words(item: CatalogueItem) -> str:
    return f"{item.every or ''}{item.frequency_unit or '-'}+{item.grace_days}"


def _need_reason(reason: str, words: str = "") -> None:
    if not reason.strip():
        raise Refused(words or _("请写明理由。"))


def _note(action: str, item: CatalogueItem, *, by: User, at: datetime, reason: str = "", **data: object) -> None:
    record(action, obj=item, by=by, at=at, reason=reason.strip(), data={"number": item.number, **data})
