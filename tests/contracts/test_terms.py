"""Which terms apply on a day, and the time they are counted in."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.models import Agreement
from contracts.terms import support_calendar, terms_on
from people.refusal import Refused
from tests import make


@pytest.fixture
def supplemented(agreement: Agreement) -> Agreement:
    """From 2026-07-01 a supplement halves the response target."""
    agreement.versions.update(effective_to=date(2026, 7, 1))
    make.version(agreement, number=2, kind="supplement", effective_from=date(2026, 7, 1), response_hours=Decimal(1))
    return agreement


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2026, 1, 1), 2, id="first day"),
        pytest.param(date(2026, 6, 30), 2, id="eve of the supplement"),
        pytest.param(date(2026, 7, 1), 1, id="first day of the supplement"),
    ],
)
def test_the_version_of_the_day_applies(supplemented: Agreement, day: date, hours: int) -> None:
    assert terms_on(supplemented, day).response_hours == hours


def test_a_day_without_terms_is_refused(agreement: Agreement) -> None:
    with pytest.raises(Refused, match="2025-12-31 没有生效的条款"):
        terms_on(agreement, date(2025, 12, 31))


@pytest.mark.parametrize(
    ("clock_hours", "due"),
    [
        pytest.param("support", datetime(2026, 10, 8, 2, tzinfo=UTC), id="support hours, over the holiday"),
        pytest.param("natural", datetime(2026, 9, 30, 11, tzinfo=UTC), id="natural hours"),
    ],
)
def test_targets_count_in_the_agreed_hours(agreement: Agreement, clock_hours: str, due: datetime) -> None:
    version = agreement.versions.get()
    version.clock_hours = clock_hours

    calendar = support_calendar(version, make.calendar_version())

    assert calendar.add(datetime(2026, 9, 30, 9, tzinfo=UTC), 2 * 3600) == due
