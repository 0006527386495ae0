"""The seam between calendar rows and the clock: versions in, working calendars out."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import User
from people.refusal import Refused
from worktime.almanac import Almanac
from worktime.china import china_versions
from worktime.clock import SHANGHAI, Window, WorkCalendar, natural_hours
from worktime.models import Calendar, CalendarVersion
from worktime.workdays import WorkdayCalendar

CHINA = "cn"


class Hours(Protocol):
    """What a set of support hours must offer to be counted."""

    weekly: Any
    weekends_served: Any
    makeup_days_served: Any


@dataclass(frozen=True)
class _Key:
    """Names a working calendar by zone, hash of its days, and hours, without comparing the days themselves."""

    zone: str
    sha256: str
    weekly: str = "[]"
    weekends_served: bool = False
    makeup_days_served: bool = False
    days: CalendarVersion | Almanac | None = field(default=None, compare=False, hash=False)

    @property
    def almanac(self) -> Almanac:
        """The days, read from their version only when a calendar is built."""
        return self.days if isinstance(self.days, Almanac) else almanac_of(cast(CalendarVersion, self.days))


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
    return _built(_key(hours, version.calendar.zone, version.sha256, version))


def hours_on(hours: Hours | None, almanac: Almanac) -> WorkCalendar:
    """As `work_calendar`, on days that are no version yet: what a notice would make of the hours."""
    if hours is None:
        return _natural(almanac.zone)
    return _built(_key(hours, almanac.zone, almanac.sha256, almanac))


def _key(hours: Hours, zone: str, sha256: str, days: CalendarVersion | Almanac) -> _Key:
    # An unanswered flag is taken as "not served": such hours cannot go to signing (contracts.lifecycle).
    flags = bool(hours.weekends_served), bool(hours.makeup_days_served)
    return _Key(zone, sha256, json.dumps(hours.weekly), *flags, days)


def workday_calendar(version: CalendarVersion) -> WorkdayCalendar:
    """The working days of a version, for periods counted in working days."""
    return _workdays(_Key(version.calendar.zone, version.sha256, days=version))


def almanac_of(version: CalendarVersion) -> Almanac:
    """The published days of a version."""
    return Almanac.from_json(version.days, zone=version.calendar.zone)


@lru_cache(maxsize=8)
def _natural(zone: str) -> WorkCalendar:
    return natural_hours(zone)


@lru_cache(maxsize=256)
def _built(key: _Key) -> WorkCalendar:
    weekly = tuple(tuple(Window.parse(*window) for window in day) for day in json.loads(key.weekly))
    return key.almanac.hours(weekly, weekends_served=key.weekends_served, makeup_days_served=key.makeup_days_served)


@lru_cache(maxsize=32)
def _workdays(key: _Key) -> WorkdayCalendar:
    return WorkdayCalendar(key.almanac)


@transaction.atomic
def add_version(
    calendar: Calendar, almanac: Almanac, *, source: str, published_on: date, known_since: datetime, by: User | None
) -> CalendarVersion:
    """Append a version; the content of the newest one once more answers with that one."""
    calendar = Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    newest = calendar.versions.order_by("-number").first()
    if newest is not None and newest.sha256 == almanac.sha256:
        return newest
    version = CalendarVersion(
        calendar=calendar,
        number=newest.number + 1 if newest else 1,
        days=almanac.as_json(),
        sha256=almanac.sha256,
        source=source,
        published_on=published_on,
        known_since=known_since,
        published_by=by,
    )
    version.save()
    return version


@transaction.atomic
def load_bundled() -> Calendar:
    """The calendar of China with every bundled version, each known since the day of its notice; again adds nothing."""
    calendar, _made = Calendar.objects.get_or_create(code=CHINA, defaults={"name": "中国法定工作日历"})
    Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    if not calendar.versions.exists():
        CalendarVersion.objects.bulk_create(CalendarVersion(calendar=calendar, **said) for said in _bundled())
    return calendar


@lru_cache(maxsize=1)
def _bundled() -> tuple[dict[str, Any], ...]:
    """The fields of every bundled version, in order; the same content twice in a row is one version."""
    said: list[dict[str, Any]] = []
    for published_on, almanac in china_versions():
        if said and said[-1]["sha256"] == almanac.sha256:
            continue
        notice = max(
            (notice for year in almanac.years.values() for notice in year.notices), key=lambda made: made.published_on
        )
        said.append(
            {
                "number": len(said) + 1,
                "days": almanac.as_json(),
                "sha256": almanac.sha256,
                "source": notice.number,
                "published_on": published_on,
                "known_since": datetime.combine(published_on, time(0), ZoneInfo(SHANGHAI)).astimezone(UTC),
            }
        )
    return tuple(said)
