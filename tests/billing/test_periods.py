"""Service periods follow one another from the effective date to the end of the agreement."""

from datetime import date, timedelta

import pytest

from billing import periods
from billing.periods import civil_day, midnight, whole_period
from contracts.models import Agreement
from people.refusal import Refused
from tests import make
from tests.billing import making


def test_months_begin_on_the_effective_date_and_leave_no_gap(db: None) -> None:
    agreement = make.agreement(effective_on=date(2026, 1, 15), signed_on=date(2026, 1, 10))

    opened = periods.open_periods(agreement, months=1, until=date(2026, 4, 1), by=None, at=making.NOW)

    assert [(row.starts_on, row.ends_on, row.days, row.whole_days) for row in opened] == [
        (date(2026, 1, 15), date(2026, 2, 1), 17, 31),
        (date(2026, 2, 1), date(2026, 3, 1), 28, 28),
        (date(2026, 3, 1), date(2026, 4, 1), 31, 31),
    ]


def test_opening_again_goes_on_where_the_last_ended(agreement: Agreement) -> None:
    making.months(agreement, until=date(2026, 3, 1))

    assert making.months(agreement, until=date(2026, 3, 1)) == []
    assert [row.starts_on for row in making.months(agreement, until=date(2026, 3, 2))] == [date(2026, 3, 1)]
    assert [row.number for row in agreement.periods.order_by("number")] == [1, 2, 3]


def test_the_last_period_ends_with_the_agreement(db: None) -> None:
    agreement = make.agreement(ends_on=date(2026, 2, 10), term_years=1)

    opened = periods.open_periods(agreement, months=1, until=date(2027, 1, 1), by=None, at=making.NOW)

    assert (opened[-1].starts_on, opened[-1].ends_on, opened[-1].whole_days) == (
        date(2026, 2, 1),
        date(2026, 2, 11),
        28,
    )


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        pytest.param(1, (date(2026, 8, 1), date(2026, 9, 1)), id="month"),
        pytest.param(3, (date(2026, 7, 1), date(2026, 10, 1)), id="quarter"),
        pytest.param(12, (date(2026, 1, 1), date(2027, 1, 1)), id="year"),
    ],
)
def test_whole_periods_are_calendar_ones(months: int, expected: tuple[date, date]) -> None:
    assert whole_period(date(2026, 8, 17), months) == expected


def test_other_lengths_are_refused(agreement: Agreement) -> None:
    with pytest.raises(Refused, match="服务周期只能是一个月、一个季度或一年"):
        periods.open_periods(agreement, months=2, until=date(2026, 9, 1), by=None, at=making.NOW)


def test_an_agreement_not_in_force_has_no_periods(db: None) -> None:
    agreement = make.agreement()
    agreement.state, agreement.effective_on = "draft", None
    agreement.save()

    with pytest.raises(Refused, match="协议尚未生效"):
        making.months(agreement)


def test_edges_are_midnight_in_shanghai() -> None:
    edge = midnight(date(2026, 10, 1))

    assert edge.isoformat() == "2026-10-01T00:00:00+08:00"
    assert civil_day(edge) == date(2026, 10, 1)
    assert civil_day(edge - timedelta(seconds=1)) == date(2026, 9, 30)
