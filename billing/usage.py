"""Taking in usage: the same event twice is one row, the same event with other content is an error."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.fields import fitting, refusal
from billing.models import UsageRecord
from billing.money import AmountError
from billing.periods import civil_day
from contracts.models import Agreement
from journal.recording import record
from people.models import User
from people.refusal import Refused

ID_LENGTH, METER_LENGTH = 80, 60
CHUNK = 500  # rows a statement; SQLite takes 32,766 parameters


@dataclass(frozen=True, slots=True)
class Event:
    """One metered use as its source tells it."""

    source_event_id: str
    meter: str
    occurred_at: datetime
    quantity: Decimal
    corrects: str = ""  # the source_event_id of the row that this one corrects


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: rows that were new, and rows that were there already with the same content."""

    added: int
    known: int


@transaction.atomic
def take_in(
    agreement: Agreement, events: Iterable[Event], *, source: str, batch: str, by: User | None, at: datetime
) -> Taken:
    """Add the events that are new, all or none of them.

    Raises Refused when an event cannot be right or is known with other content, naming the event and the reason.
    """
    if not source.strip():
        raise Refused(_("请填写用量的来源系统。"))
    # One agreement's usage and its drafts follow one another: a draft never misses a row that is being written.
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    stamp = UsageRecord(agreement=agreement, source=source, batch=batch, recorded_at=at, recorded_by=by)
    added = total = 0
    for chunk in _chunks(events):
        added += _add(chunk, stamp)
        total += len(chunk)
    if added:
        _note(agreement, source, batch, Taken(added, total - added), by=by, at=at)
    return Taken(added, total - added)


def _note(agreement: Agreement, source: str, batch: str, taken: Taken, *, by: User | None, at: datetime) -> None:
    record(
        "usage.taken_in",
        obj=agreement,
        by=by,
        at=at,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data={"source": source, "batch": batch, "added": taken.added, "known": taken.known},
    )


def _chunks(events: Iterable[Event]) -> Iterator[list[Event]]:
    rest = iter(events)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _add(chunk: Sequence[Event], stamp: UsageRecord) -> int:
    """Write the new events of a chunk and compare every event with what then stands; returns how many were new."""
    known = _stored(chunk, stamp.source)
    corrected = _corrected(chunk, stamp)
    rows: dict[str, UsageRecord] = {}
    for event in chunk:
        if event.source_event_id not in known:
            rows.setdefault(event.source_event_id, _row(event, stamp, corrected))
    # Ignored conflicts are those with a batch that another import is writing now: they are compared below.
    UsageRecord.objects.bulk_create(rows.values(), ignore_conflicts=True)
    standing = {**known, **_stored([event for event in chunk if event.source_event_id in rows], stamp.source)}
    for event in chunk:
        _compare(event, standing.get(event.source_event_id), stamp)
    return len(rows)


def _stored(chunk: Sequence[Event], source: str) -> dict[str, UsageRecord]:
    ids = {event.source_event_id for event in chunk}
    found = UsageRecord.objects.filter(source=source, source_event_id__in=ids).select_related("corrects")
    return {row.source_event_id: row for row in found}


def _corrected(chunk: Sequence[Event], stamp: UsageRecord) -> dict[str, UsageRecord]:
    ids = {event.corrects for event in chunk if event.corrects}
    found = UsageRecord.objects.filter(source=stamp.source, source_event_id__in=ids, agreement_id=stamp.agreement_id)
    return {row.source_event_id: row for row in found} if ids else {}


def _row(event: Event, stamp: UsageRecord, corrected: dict[str, UsageRecord]) -> UsageRecord:
    _check(event, stamp)
    if event.corrects and event.corrects not in corrected:
        raise Refused(
            _("用量记录 %(id)s：所更正的记录 %(corrects)s 不存在。")
            % {"id": event.source_event_id, "corrects": event.corrects}
        )
    return UsageRecord(
        agreement=stamp.agreement,
        source=stamp.source,
        source_event_id=event.source_event_id,
        meter=event.meter,
        occurred_at=event.occurred_at,
        quantity=event.quantity,
        corrects=corrected.get(event.corrects),
        batch=stamp.batch,
        recorded_at=stamp.recorded_at,
        recorded_by=stamp.recorded_by,
    )


def _check(event: Event, stamp: UsageRecord) -> None:
    """What the database would refuse too, in words that name the event."""
    if wrong := _what_is_wrong(event, stamp):
        raise Refused(_("用量记录 %(id)s：%(wrong)s") % {"id": event.source_event_id or "—", "wrong": wrong})


def _what_is_wrong(event: Event, stamp: UsageRecord) -> str:
    if not event.source_event_id or not event.meter:
        return _("缺少来源记录号或计量项。")
    if len(event.source_event_id) > ID_LENGTH or len(event.meter) > METER_LENGTH:
        return _("来源记录号最长 80 个字符，计量项最长 60 个字符。")
    if timezone.is_naive(event.occurred_at) or event.occurred_at > stamp.recorded_at:
        return _("使用时间晚于现在，请核对。")
    starts_on = stamp.agreement.effective_on
    if starts_on is None or civil_day(event.occurred_at) < starts_on:
        return _("使用时间早于协议生效日期，请核对。")
    if event.quantity < 0 and not event.corrects:
        return _("用量不能为负数；冲减须注明所更正的记录。")
    try:
        fitting(event.quantity, digits=20, places=6)
    except AmountError as error:
        return refusal(error, 6)
    return ""


def _compare(event: Event, row: UsageRecord | None, stamp: UsageRecord) -> None:
    if row is None:
        raise Refused(_("用量记录 %(id)s 没有写入，请重试。") % {"id": event.source_event_id})
    told = (stamp.agreement_id, event.meter, event.occurred_at, event.quantity, event.corrects)
    stands = (
        row.agreement_id,
        row.meter,
        row.occurred_at,
        row.quantity,
        row.corrects.source_event_id if row.corrects else "",
    )
    if told != stands:
        raise Refused(
            _("用量记录 %(id)s 已登记过，但内容不同（已登记：%(meter)s %(quantity)s，%(time)s）；更正请另报更正记录。")
            % {
                "id": event.source_event_id,
                "meter": row.meter,
                "quantity": f"{row.quantity.normalize():f}",
                "time": f"{timezone.localtime(row.occurred_at):%Y-%m-%d %H:%M:%S}",
            }
        )
