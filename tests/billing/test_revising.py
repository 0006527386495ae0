"""Due dates follow a published notice while they have not passed."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from billing.models import Document, FormalInvoice
from billing.revising import DueDateFollower
from contracts.models import Agreement
from people.models import User
from tests.billing import making
from tests.billing.making import NOW
from worktime.almanac import Almanac
from worktime.calendars import add_version, almanac_of, current_version
from worktime.models import Calendar, CalendarVersion


@pytest.fixture
def invoice(agreement: Agreement, finance: User, finance_lead: User) -> FormalInvoice:
    """Received 2026-10-08 with 10 working days to pay: due 2026-10-21."""
    document: Document = making.issued(agreement, finance, finance_lead)
    return making.received(document, finance)


def with_day_off(day: date) -> tuple[CalendarVersion, Almanac]:
    version = current_version(Calendar.objects.get())
    almanac = almanac_of(version)
    year = almanac.years[day.year]
    return version, almanac.with_year(replace(year, off={**year.off, day: "临时放假"}))


def publish(almanac: Almanac, at: datetime) -> CalendarVersion:
    return add_version(
        Calendar.objects.get(), almanac, source="临时通知", published_on=at.date(), known_since=at, by=None
    )


def test_a_day_off_before_the_due_date_moves_it(invoice: FormalInvoice) -> None:
    version, almanac = with_day_off(date(2026, 10, 15))
    follower = DueDateFollower()

    (move,) = follower.preview(version, almanac, at=NOW)
    assert (move.before, move.after, move.outcome) == (date(2026, 10, 21), date(2026, 10, 22), "moved")
    assert FormalInvoice.objects.get().due_on == date(2026, 10, 21)

    follower.follow(publish(almanac, NOW), by=None, at=NOW)
    assert FormalInvoice.objects.get().due_on == date(2026, 10, 22)


def test_a_due_date_that_has_passed_stays(invoice: FormalInvoice) -> None:
    version, almanac = with_day_off(date(2026, 10, 15))
    late = NOW.replace(month=11)
    follower = DueDateFollower()

    assert follower.preview(version, almanac, at=late) == []
    assert follower.follow(publish(almanac, late), by=None, at=late) == []
    assert FormalInvoice.objects.get().due_on == date(2026, 10, 21)
