"""Periods open by themselves, a month ahead, and follow the end of the agreement while nothing was made of them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing import invoicing
from billing.models import ServicePeriod
from billing.period_keeping import keep_periods
from billing.periods import midnight
from billing.tasks.periods import keep_periods as task
from contracts.models import Agreement
from journal.models import Event
from people.models import User
from tests import make
from tests.billing import making

LATE_MARCH = midnight(date(2026, 3, 20))


def monthly(**changes: Any) -> Agreement:
    return make.agreement(version_period_months=1, **changes)


def spans(agreement: Agreement) -> list[tuple[str, str]]:
    rows = agreement.periods.order_by("number")
    return [(row.starts_on.isoformat(), row.ends_on.isoformat()) for row in rows]


def shorten(agreement: Agreement, ends_on: date) -> None:
    agreement.ends_on = ends_on
    agreement.save()


def test_months_open_a_month_ahead_and_only_once(db: None) -> None:
    agreement = monthly()

    assert keep_periods(agreement, at=LATE_MARCH) == 4
    assert keep_periods(agreement, at=LATE_MARCH) == 0
    assert spans(agreement)[-1] == ("2026-04-01", "2026-05-01")


def test_the_length_is_that_of_the_terms_of_the_day(db: None) -> None:
    agreement = monthly(version_effective_to=date(2026, 2, 1))
    make.version(
        agreement, number=2, effective_from=date(2026, 2, 1), period_months=3,
        support_hours=agreement.versions.get().support_hours,
    )  # fmt: skip

    keep_periods(agreement, at=LATE_MARCH)

    assert spans(agreement) == [
        ("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-04-01"), ("2026-04-01", "2026-07-01"),
    ]  # fmt: skip


def test_without_a_recorded_length_nothing_opens(agreement: Agreement) -> None:
    assert keep_periods(agreement, at=LATE_MARCH) == 0
    assert not agreement.periods.exists()


def test_an_earlier_end_cuts_and_takes_out_what_is_unused(db: None) -> None:
    agreement = monthly()
    keep_periods(agreement, at=LATE_MARCH)
    shorten(agreement, date(2026, 3, 15))

    keep_periods(agreement, at=LATE_MARCH)

    assert spans(agreement)[-1] == ("2026-03-01", "2026-03-16")
    assert agreement.periods.get(number=3).whole_days == 31
    assert Event.objects.get(action="period.refitted").data["periods"] == [4, 3]


def test_a_later_end_makes_the_last_one_whole_again(db: None) -> None:
    agreement = monthly(ends_on=date(2026, 3, 15))
    keep_periods(agreement, at=LATE_MARCH)
    shorten(agreement, date(2026, 12, 31))

    keep_periods(agreement, at=LATE_MARCH)

    assert spans(agreement)[-2:] == [("2026-03-01", "2026-04-01"), ("2026-04-01", "2026-05-01")]


def test_what_was_billed_stays_and_the_next_begins_where_it_ended(agreement: Agreement, finance: User) -> None:
    make.reword(agreement.versions.get(), period_months=1)
    shorten(agreement, date(2026, 1, 15))
    keep_periods(agreement, at=midnight(date(2026, 1, 2)))
    making.platform_fee(agreement)
    invoicing.draft_from_usage(agreement, period=agreement.periods.get(), by=finance, at=LATE_MARCH)
    shorten(agreement, date(2026, 12, 31))

    keep_periods(agreement, at=midnight(date(2026, 1, 2)))

    assert spans(agreement) == [
        ("2026-01-01", "2026-01-16"),
        ("2026-01-16", "2026-02-01"),
        ("2026-02-01", "2026-03-01"),
    ]


def test_the_task_goes_on_past_an_agreement_whose_terms_end(db: None) -> None:
    stuck, other = monthly(version_effective_to=date(2026, 1, 10)), monthly()

    opened = task()

    assert opened == ServicePeriod.objects.count()
    assert spans(stuck) == [("2026-01-01", "2026-02-01")]
    assert other.periods.order_by("-number")[0].starts_on <= timezone.localdate() + timedelta(days=31)


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"period_months": 2}, id="two months"),
        pytest.param({"statement_working_days": 61}, id="61 days"),
        pytest.param({"statement_silence": "deemed"}, id="silence without a deadline"),
        pytest.param({"statement_silence": "", "statement_working_days": 5}, id="silence unsaid"),
    ],
)
def test_the_database_refuses_terms_that_cannot_be(agreement: Agreement, terms: dict[str, Any]) -> None:
    with (
        pytest.raises(IntegrityError, match="agrver_"),
        transaction.atomic(),
        make.thawed(agreement.versions.get()) as rows,
    ):
        rows.update(**terms)
