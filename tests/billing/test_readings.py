"""What tariff, bills and payments say of the clauses, on the clause board."""

from datetime import UTC, datetime

import pytest

from billing import readings, receipts
from contracts.board import Standing, read
from contracts.models import Agreement
from people.models import User
from tests import make
from tests.billing import making

pytestmark = pytest.mark.django_db
BEFORE_DUE = datetime(2026, 10, 12, 3, tzinfo=UTC)
NEAR_DUE = datetime(2026, 10, 21, 3, tzinfo=UTC)
AFTER_DUE = datetime(2026, 11, 20, 3, tzinfo=UTC)
MONEY = ("usage_fee", "fee_kinds", "payment", "taxes", "service_periods", "late_payment")


def test_an_agreement_without_bills_proves_nothing(agreement: Agreement) -> None:
    standings = {topic: read(agreement, topic, at=BEFORE_DUE).standing for topic in MONEY}

    assert standings == {
        "usage_fee": Standing.NOT_MEASURABLE,
        "fee_kinds": Standing.UNPROVEN,
        "payment": Standing.UNPROVEN,
        "taxes": Standing.UNPROVEN,
        "service_periods": Standing.NOT_MEASURABLE,
        "late_payment": Standing.UNPROVEN,
    }


def test_a_term_that_nobody_filled_cannot_be_measured(db: None) -> None:
    agreement = make.agreement(version_payment_working_days=None)

    assert readings.read_payment(agreement, BEFORE_DUE).standing == Standing.NOT_MEASURABLE


@pytest.mark.parametrize(
    "at, payment, late",
    [
        pytest.param(BEFORE_DUE, Standing.UNPROVEN, Standing.KEPT, id="not due"),
        pytest.param(NEAR_DUE, Standing.DUE_SOON, Standing.KEPT, id="due soon"),
        pytest.param(AFTER_DUE, Standing.OVERDUE, Standing.OVERDUE, id="overdue"),
    ],
)
def test_a_bill_on_its_way(
    agreement: Agreement, finance: User, finance_lead: User, at: datetime, payment: Standing, late: Standing
) -> None:
    making.received(making.issued(agreement, finance, finance_lead), finance)

    assert readings.read_payment(agreement, at).standing == payment
    assert readings.read_late_payment(agreement, at).standing == late


def test_a_paid_bill_is_kept(agreement: Agreement, finance: User, finance_lead: User) -> None:
    document = making.issued(agreement, finance, finance_lead)
    making.received(document, finance)
    receipts.receive_payment(document, making.entry(), by=finance, at=making.NOW)

    reading = readings.read_payment(agreement, AFTER_DUE)

    assert (reading.standing, reading.count) == (Standing.KEPT, 1)


def test_the_bill_tells_of_tariff_taxes_and_period(agreement: Agreement, finance: User, finance_lead: User) -> None:
    making.received(making.issued(agreement, finance, finance_lead), finance)

    for topic, count in (("usage_fee", 1), ("fee_kinds", 2), ("taxes", 1), ("service_periods", 1)):
        reading = read(agreement, topic, at=AFTER_DUE)
        assert (reading.standing, reading.count) == (Standing.KEPT, count), topic


def test_a_period_that_is_over_waits_for_its_bill(agreement: Agreement) -> None:
    making.period(agreement)

    assert readings.read_service_periods(agreement, BEFORE_DUE).standing == Standing.DUE_SOON
    assert readings.read_service_periods(agreement, datetime(2026, 9, 5, tzinfo=UTC)).standing == Standing.UNPROVEN


@pytest.mark.parametrize(
    "basis, words",
    [
        pytest.param("daily", "并计收利息", id="interest is agreed"),
        pytest.param("none", "没有约定逾期利息", id="no interest is agreed"),
    ],
)
def test_late_payment_says_what_may_be_done(finance: User, finance_lead: User, basis: str, words: str) -> None:
    agreement = make.agreement(version_interest_basis=basis)
    making.received(making.issued(agreement, finance, finance_lead), finance)

    assert words in str(readings.read_late_payment(agreement, AFTER_DUE).note)


def test_use_before_the_first_bill(agreement: Agreement) -> None:
    making.rate(agreement)
    assert str(readings.read_usage_fee(agreement, BEFORE_DUE).note) == "已有价目，尚无用量"

    making.use(agreement, making.event())

    assert str(readings.read_usage_fee(agreement, BEFORE_DUE).note) == "已有用量，尚未出账"
