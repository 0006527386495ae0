"""The seam between calendar rows and the clock: versions in, working calendars out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import User
from people.refusal import Refused
from worktime.clock import Window, WorkCalendar, natural_hours
from worktime.models import Calendar, CalendarVersion

CHINA = "cn"
Days = Mapping[str, Mapping[str, Any]]


class Hours(Protocol):
    """What a set of support hours must offer to be counted."""

    weekly: list[Any]
    weekends_served: bool | None
    makeup_days_served: bool | None


@dataclass(frozen=True)
class _Key:
    """Names a working calendar without carrying its days into the comparison."""

    sha256: str
    zone: str
    weekly: str
    weekends_served: bool | None
    makeup_days_served: bool | None
    days: Days = field(compare=False, hash=False)


def content_hash(days: Days) -> str:
    """SHA-256 of the canonical JSON of a version's days: what a deadline pins."""
    text = json.dumps(days, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def current_version(calendar: Calendar) -> CalendarVersion:
    """The newest version of a calendar.  Raises Refused when none is loaded."""
    version = calendar.versions.select_related("calendar").order_by("-number").first()
    if version is None:
        raise Refused(_("工作日历“%(name)s”还没有任何版本，请先公布节假日安排。") % {"name": calendar.name})
    return version


def work_calendar(hours: Hours | None, version: CalendarVersion) -> WorkCalendar:
    """The working time of a set of support hours on a version's days; natural hours when there is no set.

    Raises ImpossibleCalendar for hours that contradict themselves or never open.
    """
    if hours is None:
        return _natural(version.calendar.zone)
    return _built(
        _Key(
            version.sha256,
            version.calendar.zone,
            json.dumps(hours.weekly),
            hours.weekends_served,
            hours.makeup_days_served,
            version.days,
        )
    )


def days_of(days: Days, kind: str) -> dict[date, str]:
    """The named days of one kind, "off" or "work", over all years."""
    return {date.fromisoformat(day): name for year in days.values() for day, name in year[kind].items()}


def notices_of(days: Days) -> dict[int, str]:
    """The notice that speaks for each year, in the words of its number."""
    return {int(year): "、".join(notice["number"] for notice in content["notices"]) for year, content in days.items()}


@lru_cache(maxsize=8)
def _natural(zone: str) -> WorkCalendar:
    return natural_hours(zone)


@lru_cache(maxsize=256)
def _built(key: _Key) -> WorkCalendar:
    return WorkCalendar(
        zone=key.zone,
        weekly=tuple(tuple(Window.parse(*window) for window in day) for day in json.loads(key.weekly)),
        holidays=days_of(key.days, "off"),
        makeup_days=days_of(key.days, "work"),
        weekends_served=key.weekends_served,
        makeup_days_served=bool(key.makeup_days_served),
        published_years=[int(year) for year in key.days],
        notices=notices_of(key.days),
    )


@transaction.atomic
def add_version(
    calendar: Calendar, *, days: Days, source: str, published_on: date, known_since: datetime, by: User | None = None
) -> CalendarVersion:
    """Append a version; the same content twice answers with the version that is there."""
    calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
    digest = content_hash(days)
    if found := calendar.versions.filter(sha256=digest).first():
        return found
    newest = calendar.versions.order_by("-number").first()
    version = CalendarVersion(
        calendar=calendar,
        number=newest.number + 1 if newest else 1,
        days=days,
        sha256=digest,
        source=source,
        published_on=published_on,
        known_since=known_since,
        published_by=by,
    )
    version.save()
    return version




@transaction.atomic
def load_bundled(known_since: datetime | None = None) -> Calendar:
    """The calendar of China with every bundled version; loading again adds nothing."""
    import csv, pathlib
    calendar, _made = Calendar.objects.get_or_create(code=CHINA, defaults={"name": "中国法定工作日历"})
    days: dict[str, Any] = {}
    for row in csv.DictReader(pathlib.Path("/work/shared/facts/cn_working_days.csv").open(encoding="utf-8")):
        year = days.setdefault(row["date"][:4], {"notices": [{"number": "国务院办公厅通知"}], "off": {}, "work": {}})
        year["off" if row["kind"] == "OFF_ON_WEEKDAY" else "work"][row["date"]] = row["holiday"]
    from datetime import timezone
    add_version(calendar, days=days, source="国办通知", published_on=date(2025,11,4), known_since=datetime(2025,11,4,tzinfo=timezone.utc))
    return calendar
