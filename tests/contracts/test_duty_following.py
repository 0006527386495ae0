"""Due dates of obligations follow a published notice; a run that races another makes each turn once."""

from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection

from contracts import obligations, performing, scheduling
from contracts.models import Agreement, Obligation, ObligationOccurrence
from contracts.revising import OccurrenceFollower
from people.models import User
from tests.contracts.duty_rows import NOW, SHANGHAI, TODAY, days, duty, event_terms, first, noon
from tests.journal.racing import race
from worktime.almanac import Almanac, YearDays
from worktime.calendars import add_version, almanac_of, current_version
from worktime.models import Calendar, CalendarVersion


def with_day_off(day: date) -> tuple[CalendarVersion, Almanac]:
    version = current_version(Calendar.objects.get())
    almanac = almanac_of(version)
    year = almanac.years.get(day.year) or YearDays(day.year, {}, {})
    return version, almanac.with_year(replace(year, off={**year.off, day: "临时放假"}))


def publish(almanac: Almanac, at: datetime) -> CalendarVersion:
    return add_version(
        Calendar.objects.get(), almanac, source="临时通知", published_on=at.date(), known_since=at, by=None
    )


@pytest.fixture
def row(agreement: Agreement, contract_manager: User) -> ObligationOccurrence:
    """Set off on 2026-09-18: due 2026-10-09, ten working days later."""
    made = obligations.make(agreement, event_terms(), by=contract_manager, at=NOW)
    return obligations.happened(made, happened_at=NOW, by=contract_manager, at=NOW)


@pytest.mark.django_db
def test_a_new_day_off_moves_what_is_open(row: ObligationOccurrence) -> None:
    version, almanac = with_day_off(date(2026, 9, 24))
    (told,) = OccurrenceFollower().preview(version, almanac, at=NOW)
    row.refresh_from_db()
    assert (row.due_on, told.before, told.after, told.outcome) == (
        date(2026, 10, 9), date(2026, 10, 9), date(2026, 10, 10), "moved",
    )  # fmt: skip

    (moved,) = OccurrenceFollower().follow(publish(almanac, NOW), by=None, at=NOW)

    row.refresh_from_db()
    assert (row.due_on, moved.after) == (date(2026, 10, 10), date(2026, 10, 10))
    assert row.calendar_version == current_version(Calendar.objects.get())


@pytest.mark.django_db
def test_a_published_year_makes_firm(agreement: Agreement, contract_manager: User) -> None:
    made = obligations.make(agreement, event_terms(), by=contract_manager, at=NOW)
    late = datetime(2026, 12, 25, 9, tzinfo=SHANGHAI)
    row = obligations.happened(made, happened_at=late, by=contract_manager, at=late)
    assert row.provisional
    _version, almanac = with_day_off(date(2027, 1, 1))

    (moved,) = OccurrenceFollower().follow(publish(almanac, late), by=None, at=late)

    row.refresh_from_db()
    assert (row.due_on, row.provisional, moved.outcome) == (date(2027, 1, 11), False, "moved")


@pytest.mark.django_db
def test_a_late_notice_makes_nobody_late_in_the_past(row: ObligationOccurrence) -> None:
    """A day off taken back would have made it due a day earlier, which has passed already."""
    version = current_version(Calendar.objects.get())
    almanac = almanac_of(version)
    year = almanac.years[2026]
    off = {day: name for day, name in year.off.items() if day != date(2026, 10, 7)}
    at = noon(date(2026, 10, 9))

    moved = OccurrenceFollower().follow(publish(almanac.with_year(replace(year, off=off)), at), by=None, at=at)

    row.refresh_from_db()
    assert (moved, row.due_on) == ([], date(2026, 10, 9))


@pytest.mark.django_db
def test_what_is_done_or_not_counted_stays(
    row: ObligationOccurrence, agreement: Agreement, contract_manager: User
) -> None:
    performing.done(row, done_on=TODAY, evidence="联调通过", by=contract_manager, at=NOW)
    plain = duty(agreement, contract_manager)
    before = days(plain)
    _version, almanac = with_day_off(date(2026, 9, 24))

    assert OccurrenceFollower().follow(publish(almanac, NOW), by=None, at=NOW) == []
    assert days(plain) == before


@pytest.mark.django_db(transaction=True)
def test_runs_that_race_make_each_turn_once(
    agreement: Agreement, contract_manager: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = duty(agreement, contract_manager)
    later = noon(date(2027, 6, 1))

    answers = race(
        *[partial(scheduling.generate, made, by=None, at=later)] * 3, tmp_path=tmp_path, monkeypatch=monkeypatch
    )

    assert sorted(answers) == [0, 0, max(answers)]
    assert max(answers) > 0
    assert len(days(made)) == len(set(days(made)))


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_only_the_constraint_is_left(
    agreement: Agreement, contract_manager: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: two runs that both saw nothing there write the same turn; the second is refused."""
    made = duty(agreement, contract_manager)
    turn = first(made)
    Obligation.objects.filter(pk=made.pk).update(state="active")
    fields = {
        name: getattr(turn, name)
        for name in ("obligation_id", "counted_from", "counted_on", "due_on", "late_after", "remind_on")
    }

    def write() -> Any:
        return ObligationOccurrence.objects.create(period_key="2030-01-01", **fields)

    answers = race(write, write, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1, connection.vendor
    assert ObligationOccurrence.objects.filter(period_key="2030-01-01").count() == 1
