"""The seam between calendar rows and the clock."""

import pytest

from tests import make
from worktime.calendars import almanac_of, hours_on, work_calendar
from worktime.models import Calendar, CalendarVersion


@pytest.mark.django_db
def test_calendars_with_the_same_days_in_two_zones_are_two() -> None:
    version = make.calendar_version()
    hours = make.support_hours()
    west = Calendar.objects.create(code="west", name="西部", zone="Asia/Urumqi")
    same = {name: getattr(version, name) for name in ("days", "sha256", "source", "published_on", "known_since")}
    other = CalendarVersion.objects.create(calendar=west, number=1, **same)

    assert work_calendar(hours, version).zone == "Asia/Shanghai"
    assert work_calendar(hours, other).zone == "Asia/Urumqi"


@pytest.mark.django_db
def test_days_that_are_no_version_yet_count_as_the_version_would() -> None:
    version, hours = make.calendar_version(), make.support_hours()

    assert hours_on(hours, almanac_of(version)) is work_calendar(hours, version)
