"""The limitation: three years to the corresponding day, begun anew by interruptions; reminders once at each level."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import breaching, limiting
from contracts.limitation import FILED, LEVELS, OVER, Restart, last_day, level_on
from contracts.models import Agreement, BreachCase
from contracts.tasks.limiting import remind_limitations
from journal.models import Notice
from people.models import User
from tests.contracts import making_cases as making

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    "known, last",
    [
        pytest.param(date(2026, 9, 18), date(2029, 9, 18), id="the corresponding day"),
        pytest.param(date(2024, 2, 29), date(2027, 2, 28), id="29 February to a year without one"),
        pytest.param(date(2025, 2, 28), date(2028, 2, 28), id="28 February to a leap year"),
        pytest.param(date(2026, 12, 31), date(2029, 12, 31), id="the end of a year"),
    ],
)
def test_three_years_end_on_the_corresponding_day(known: date, last: date) -> None:
    assert last_day(known) == last


@pytest.mark.parametrize(
    "restarts, last",
    [
        pytest.param([("demand", date(2027, 1, 5))], date(2030, 1, 5), id="a demand"),
        pytest.param([("demand", date(2027, 1, 5)), ("agreed", date(2026, 12, 1))], date(2030, 1, 5), id="any order"),
        pytest.param([("demand", date(2026, 1, 1))], date(2029, 9, 18), id="before it was known: nothing"),
        pytest.param([(FILED, date(2027, 1, 5))], None, id="proceedings"),
        pytest.param([(FILED, date(2027, 1, 5)), ("ended", date(2028, 2, 29))], date(2031, 2, 28), id="their end"),
        pytest.param([(FILED, date(2027, 1, 5)), ("ended", date(2027, 1, 5))], date(2030, 1, 5), id="on one day"),
    ],
)
def test_interruptions(restarts: list[tuple[str, date]], last: date | None) -> None:
    assert last_day(date(2026, 9, 18), [Restart(*one) for one in restarts]) == last


@given(known=DAYS, demand=DAYS)
def test_a_demand_never_shortens(known: date, demand: date) -> None:
    alone, after = last_day(known), last_day(known, [Restart("demand", demand)])

    assert alone is not None and after is not None
    assert after >= alone
    assert alone.year == known.year + 3


@given(last=DAYS, left=st.integers(-400, 400))
def test_the_level_is_the_smallest_reached(last: date, left: int) -> None:
    level = level_on(last, last - timedelta(days=left))

    assert level == (OVER if left < 0 else min((one for one in LEVELS if left <= one), default=None))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, 40, tzinfo=SHANGHAI)


def levels(user: User) -> list[str]:
    """The levels told to a person in the portal, in order."""
    rows = Notice.objects.filter(recipient=user, kind="breach_case.limitation", channel="in_app").order_by("pk")
    return [row.key.split("/")[4] for row in rows]


@pytest.mark.django_db
def test_each_level_is_told_once(agreement: Agreement, contract_manager: User, party_b: User) -> None:
    case = making.told(agreement, contract_manager)
    last = case.limitation_on
    assert last is not None

    for left in (181, 180, 180, 100, 90, 89, 30, 30, 0, -1, -2):
        limiting.remind_due(at=at(last - timedelta(days=left)))

    assert levels(contract_manager) == ["180", "90", "30", "0"]
    assert levels(party_b) == []


@pytest.mark.django_db
def test_an_outage_collapses_into_the_nearest_level(agreement: Agreement, contract_manager: User) -> None:
    case = making.found(agreement, contract_manager)
    assert case.limitation_on is not None

    limiting.remind_due(at=at(case.limitation_on - timedelta(days=12)))

    assert levels(contract_manager) == ["30"]


@pytest.mark.django_db
def test_the_side_that_may_claim_is_reminded(agreement: Agreement, contract_manager: User, party_b: User) -> None:
    case = breaching.bring_case(agreement, making.finding(party="a"), by=party_b, at=making.NOW)
    assert case.limitation_on is not None

    limiting.remind_due(at=at(case.limitation_on))

    assert levels(party_b) == ["30"]
    assert levels(contract_manager) == []


@pytest.mark.django_db
def test_a_restart_begins_the_levels_anew(agreement: Agreement, contract_manager: User) -> None:
    case = making.told(agreement, contract_manager)
    assert case.limitation_on is not None
    near = case.limitation_on - timedelta(days=20)
    limiting.remind_due(at=at(near))
    breaching.interrupt(case, ground="demand", on=near, text="催告", by=contract_manager, at=at(near))
    limiting.remind_due(at=at(near + timedelta(days=1)))
    case.refresh_from_db()
    assert case.limitation_on is not None

    limiting.remind_due(at=at(case.limitation_on - timedelta(days=20)))

    assert levels(contract_manager) == ["30", "30"]


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["closed", "filed"])
def test_what_is_over_or_stands_still_is_not_told(agreement: Agreement, contract_manager: User, how: str) -> None:
    case = making.closed(agreement, contract_manager) if how == "closed" else making.told(agreement, contract_manager)
    if how == "filed":
        breaching.interrupt(case, ground="filed", on=making.TODAY, text="起诉", by=contract_manager, at=making.NOW)

    limiting.remind_due(at=at(date(2029, 9, 8)))

    assert levels(contract_manager) == []


@pytest.mark.django_db
def test_the_task_looks_at_what_is_near(agreement: Agreement, contract_manager: User) -> None:
    making.told(agreement, contract_manager)
    BreachCase.objects.update(limitation_on=date(2020, 1, 1))

    assert remind_limitations() == 1
