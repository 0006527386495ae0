"""The seam between calendar rows and the clock: versions in, working calendars out."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import User
from people.refusal import Refused
from worktime.almanac import Almanac
from worktime.china import china_versions
from worktime.clock import Window, WorkCalendar, natural_hours
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
    """Names a working calendar by the hash of its days, without comparing the days themselves."""

    sha256: str
    weekly: str
    weekends_served: bool | None
    makeup_days_served: bool | None
    version: CalendarVersion = field(compare=False, hash=False)


@dataclass
class _Asked:
    """Support hours without their row."""

    weekly: Any
    weekends_served: bool | None
    makeup_days_served: bool | None


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
    flags = hours.weekends_served, hours.makeup_days_served
    return _built(_Key(version.sha256, json.dumps(hours.weekly), *flags, version))


def hours_on(hours: Hours | None, almanac: Almanac) -> WorkCalendar:
    """As `work_calendar`, on days that are no version yet: what a notice would make of the hours."""
    if hours is None:
        return _natural(almanac.zone)
    weekly = tuple(tuple(Window.parse(*window) for window in day) for day in hours.weekly)
    # An unanswered flag is taken as "not served": such hours cannot go to signing (contracts.lifecycle).
    return almanac.hours(
        weekly, weekends_served=bool(hours.weekends_served), makeup_days_served=bool(hours.makeup_days_served)
    )


def workday_calendar(version: CalendarVersion) -> WorkdayCalendar:
    """The working days of a version, for periods counted in working days."""
    return _workdays(_Key(version.sha256, "", None, None, version))


def almanac_of(version: CalendarVersion) -> Almanac:
    """The published days of a version."""
    return Almanac.from_json(version.days, zone=version.calendar.zone)


@lru_cache(maxsize=8)
def _natural(zone: str) -> WorkCalendar:
    return natural_hours(zone)


@lru_cache(maxsize=256)
def _built(key: _Key) -> WorkCalendar:
    return hours_on(
        _Asked(json.loads(key.weekly), key.weekends_served, key.makeup_days_served), almanac_of(key.version)
    )


@lru_cache(maxsize=32)
def _workdays(key: _Key) -> WorkdayCalendar:
    return WorkdayCalendar(almanac_of(key.version))


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
    if calendar.versions.exists():
        return calendar
    for published_on, almanac in china_versions():
        notice = max(
            (notice for year in almanac.years.values() for notice in year.notices), key=lambda made: made.published_on
        )
        known_since = datetime.combine(published_on, time(0), ZoneInfo(calendar.zone)).astimezone(UTC)
        add_version(
            calendar, almanac, source=notice.number, published_on=published_on, known_since=known_since, by=None
        )
    return calendar
