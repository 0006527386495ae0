"""Updates of shared data: each real update once, and from them when the next one is due."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import freshness
from contracts.models import CatalogueItem, ItemFreshness, UpdateBatch, UpdateEvent
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.calendars import CHINA, current_version, workday_calendar
from worktime.models import Calendar
from worktime.workdays import WorkdayCalendar

BY_HAND = "手工登记"
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One update as its source tells it; number is the item's catalogue number."""

    number: str
    updated_at: datetime
    external_id: str
    data_date: date | None = None
    rows: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: updates that were new, and those that were there already with the same content."""

    added: int
    known: int


@transaction.atomic
def record_one(
    item: CatalogueItem,
    *,
    updated_at: datetime,
    data_date: date | None = None,
    rows: int | None = None,
    note: str = "",
    by: User,
    at: datetime,
) -> Taken:
    """Record one update by hand."""
    told = Told(
        number=item.number,
        updated_at=updated_at,
        external_id=uuid.uuid4().hex,
        data_date=data_date,
        rows=rows,
        note=note,
    )
    return take_in([told], source=BY_HAND, way=UpdateEvent.Way.HAND, by=by, at=at)


@transaction.atomic
def take_in(told: Iterable[Told], *, source: str, way: str, by: User | None, at: datetime) -> Taken:
    """Add the updates that are new, all or none of them, and recount their items.

    Raises Refused for an unknown or unpublished item, an update from the future, or an id that is known with other
    content.  The same batch again, or twice at the same moment, adds nothing.
    """
    source = source.strip()
    if not source:
        raise Refused(_("请填写来源系统。"))
    batch = list(told)
    items = _locked_items({one.number for one in batch})
    for one in batch:
        _check(one, items, at)
    stamp = UpdateEvent(source=source, way=way, recorded_by=by, recorded_at=at)
    added = sum(_add(batch[first : first + CHUNK], items, stamp) for first in range(0, len(batch), CHUNK))
    taken = Taken(added, len(batch) - added)
    workdays = workdays_now()
    for item in items.values():
        recount(item, workdays)
    if added:
        only = next(iter(items.values())) if len(items) == 1 else None
        data = {
            "source": source,
            "way": str(way),
            "added": taken.added,
            "known": taken.known,
            "items": sorted(items)[:50],
        }
        record("update.recorded", obj=only, by=by, at=at, data=data)
    return taken


@transaction.atomic
def keep_batch(told: Sequence[Told], *, source: str, name: str, sha256: str, by: User, at: datetime) -> UpdateBatch:
    """Keep what was read from a file, for a person to look at before it is taken in.

    Everything that `take_in` would refuse is refused here already.
    """
    if not source.strip():
        raise Refused(_("请填写来源系统。"))
    items = {item.number: item for item in CatalogueItem.objects.filter(number__in={one.number for one in told})}
    for one in told:
        _check(one, items, at)
    _compare(told, source.strip(), items)
    batch = UpdateBatch(
        source=source.strip(), name=name[:150], sha256=sha256, count=len(told), lines=[_line(one) for one in told],
        uploaded_by=by, uploaded_at=at,
    )  # fmt: skip
    batch.save()
    record("update_batch.read", obj=batch, by=by, at=at, data={"sha256": sha256, "count": batch.count})
    return batch


@transaction.atomic
def take_batch(batch: UpdateBatch, *, by: User, at: datetime) -> Taken:
    """Take in a file that was read and looked at.  Refused when that was done already."""
    batch = _locked_batch(batch)
    taken = take_in(map(_told, batch.lines), source=batch.source, way=UpdateEvent.Way.CSV, by=by, at=at)
    batch.state, batch.added = UpdateBatch.State.TAKEN, taken.added
    batch.save()
    record("update_batch.taken", obj=batch, by=by, at=at, data={"added": taken.added, "known": taken.known})
    return taken


@transaction.atomic
def discard_batch(batch: UpdateBatch, *, by: User, at: datetime) -> UpdateBatch:
    """Set a file aside that was read and is not wanted."""
    batch = _locked_batch(batch)
    batch.state = UpdateBatch.State.DISCARDED
    batch.save()
    record("update_batch.discarded", obj=batch, by=by, at=at)
    return batch


def known_ids(source: str, told: Iterable[Told]) -> frozenset[str]:
    """Which of the records of a source are there already."""
    return frozenset(_stored(source, [one.external_id for one in told]))


def told_of(batch: UpdateBatch) -> list[Told]:
    """The updates of a file that waits."""
    return [_told(line) for line in batch.lines]


def recount(item: CatalogueItem, workdays: WorkdayCalendar | None = None) -> ItemFreshness:
    """Read from its updates when the item was last updated and when the next update is due; call it under its lock.

    Counted from the last real update, but never from before the frequency was agreed (clause 2.2.2).
    """
    newest = UpdateEvent.objects.of(item.pk).values("updated_at", "data_date").first()
    row = ItemFreshness(item=item)
    if newest is not None:
        row.last_updated_at, row.data_date = newest["updated_at"], newest["data_date"]
    since, frequency = item.frequency_since, item.frequency
    if frequency is not None and since is not None and item.state == CatalogueItem.State.PUBLISHED:
        last = max(since, timezone.localdate(row.last_updated_at)) if row.last_updated_at else since
        due = freshness.due_after(last, frequency, workdays or workdays_now())
        row.due_on, row.overdue_from, row.provisional = due.on, due.overdue_from, due.provisional
    ItemFreshness.objects.update_or_create(
        item=item,
        defaults={
            name: getattr(row, name)
            for name in ("last_updated_at", "data_date", "due_on", "overdue_from", "provisional")
        },
    )
    return row


def workdays_now() -> WorkdayCalendar:
    """The working days of the newest calendar of China.  Raises Refused while none is loaded."""
    calendar = Calendar.objects.filter(code=CHINA).first()
    if calendar is None:
        raise Refused(_("还没有装入中国法定工作日历，无法计算更新期限，请先装入日历。"))
    return workday_calendar(current_version(calendar))


def _locked_items(numbers: set[str]) -> dict[str, CatalogueItem]:
    # In one order, so that two batches never wait for each other.
    rows = CatalogueItem.objects.filter(number__in=numbers).order_by("pk").select_for_update(no_key=True)
    return {item.number: item for item in rows}


def _locked_batch(batch: UpdateBatch) -> UpdateBatch:
    found: UpdateBatch = UpdateBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.pk)
    if found.state != UpdateBatch.State.READ:
        raise Refused(_("这份文件已经处理过。"))
    return found


def _check(one: Told, items: dict[str, CatalogueItem], at: datetime) -> None:
    if wrong := _what_is_wrong(one, items.get(one.number), at):
        raise Refused(_("%(number)s：%(wrong)s") % {"number": one.number[:60] or "—", "wrong": wrong})


def _what_is_wrong(one: Told, item: CatalogueItem | None, at: datetime) -> str:
    if item is None:
        return _("目录中没有这个编号。")
    if item.state != CatalogueItem.State.PUBLISHED:
        return _("该数据资源没有发布，不能登记更新。")
    if not one.external_id or len(one.external_id) > 80:
        return _("缺少来源记录号，或者超过 80 个字符。")
    if one.updated_at > at:
        return _("更新时间不能晚于现在。")
    if one.data_date is not None and one.data_date > timezone.localdate(one.updated_at):
        return _("数据截至日不能晚于更新日。")
    if one.rows is not None and not 0 <= one.rows < 10**15:
        return _("更新条数须是不小于 0 的整数。")
    return ""


def _add(chunk: Sequence[Told], items: dict[str, CatalogueItem], stamp: UpdateEvent) -> int:
    known = set(_stored(stamp.source, [one.external_id for one in chunk]))
    new = {one.external_id: _row(one, items, stamp) for one in chunk if one.external_id not in known}
    UpdateEvent.objects.bulk_create(new.values(), ignore_conflicts=True)
    _compare(chunk, stamp.source, items)
    return len(new)


def _row(one: Told, items: dict[str, CatalogueItem], stamp: UpdateEvent) -> UpdateEvent:
    return UpdateEvent(
        item=items[one.number],
        updated_at=one.updated_at,
        data_date=one.data_date,
        rows=one.rows,
        way=stamp.way,
        source=stamp.source,
        external_id=one.external_id,
        note=one.note[:200],
        recorded_by=stamp.recorded_by,
        recorded_at=stamp.recorded_at,
    )


def _stored(source: str, ids: Sequence[str]) -> dict[str, UpdateEvent]:
    found: dict[str, UpdateEvent] = {}
    for at in range(0, len(ids), CHUNK):
        rows = UpdateEvent.objects.filter(source=source, external_id__in=ids[at : at + CHUNK]).select_related("item")
        found |= {row.external_id: row for row in rows}
    return found


def _compare(told: Sequence[Told], source: str, items: dict[str, CatalogueItem]) -> None:
    """The same id must say the same, in the file itself and against what stands."""
    stored = _stored(source, [one.external_id for one in told])
    said: dict[str, tuple[object, ...]] = {
        key: (row.item.number, row.updated_at, row.data_date, row.rows) for key, row in stored.items()
    }
    for one in told:
        mine = (one.number, one.updated_at, one.data_date, one.rows)
        if said.setdefault(one.external_id, mine) != mine:
            raise Refused(
                _("来源记录号 %(id)s 已经登记过，但内容不同；更新记录不能改写，请换新的记录号。")
                % {"id": one.external_id}
            )


def _line(one: Told) -> dict[str, object]:
    return {
        "item": one.number,
        "updated_at": one.updated_at.isoformat(),
        "data_date": one.data_date.isoformat() if one.data_date else None,
        "rows": one.rows,
        "id": one.external_id,
        "note": one.note,
    }


def _told(line: dict[str, str | None]) -> Told:
    day = line["data_date"]
    rows = line["rows"]
    return Told(
        number=str(line["item"]),
        updated_at=datetime.fromisoformat(str(line["updated_at"])),
        external_id=str(line["id"]),
        data_date=date.fromisoformat(day) if day else None,
        rows=None if rows is None else int(rows),
        note=str(line["note"] or ""),
    )
