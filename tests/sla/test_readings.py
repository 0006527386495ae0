"""What tickets and clocks say of the clauses, on the clause board."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from contracts.board import Reading, Standing, read
from contracts.models import Agreement
from people.models import User
from sla import readings, tickets, watch
from sla.models import Adjudication, Breach
from tests import make
from tests.sla.make_sla import NINE, local, make_ticket

pytestmark = pytest.mark.django_db
LATER = local("2026-09-30 17:00")


def response(agreement: Agreement, at: datetime = LATER) -> Reading:
    return readings.read_response(agreement, at)


def broken(agreement: Agreement, by: User) -> Breach:
    make_ticket(agreement, by)
    watch.sweep(at=LATER)
    found: Breach = Breach.objects.filter(agreement=agreement).earliest("pk")
    return found


def test_nothing_reported_proves_nothing(agreement: Agreement) -> None:
    assert response(agreement).standing == Standing.UNPROVEN


def test_a_promise_without_hours_cannot_be_measured(db: None) -> None:
    agreement = make.agreement(version_response_hours=None, version_solution_hours=None)

    assert response(agreement).standing == Standing.NOT_MEASURABLE


def test_kept_clocks_are_counted(agreement: Agreement, party_b: User, operator: User) -> None:
    ticket = make_ticket(agreement, party_b)
    tickets.respond(ticket, at=NINE + timedelta(hours=1), by=operator, text="正在排查。")
    tickets.propose(ticket, at=NINE + timedelta(hours=2), by=operator, text="重启服务。")

    reading = response(agreement)

    assert (reading.standing, reading.count) == (Standing.KEPT, 2)


@pytest.mark.parametrize(
    "minutes, standing",
    [
        pytest.param(30, Standing.UNPROVEN, id="running, plenty left"),
        pytest.param(100, Standing.DUE_SOON, id="past the second warning"),
    ],
)
def test_a_clock_that_runs_out_is_near(agreement: Agreement, party_b: User, minutes: int, standing: Standing) -> None:
    make_ticket(agreement, party_b)
    at = NINE + timedelta(minutes=minutes)
    watch.sweep(at=at)

    assert response(agreement, at).standing == standing


def test_a_clock_that_ran_out_before_the_sweep_saw_it_is_overdue(agreement: Agreement, party_b: User) -> None:
    make_ticket(agreement, party_b)

    assert response(agreement, NINE + timedelta(hours=3)).standing == Standing.OVERDUE


def test_a_breach_of_the_last_year_is_shown_and_an_older_one_is_not(agreement: Agreement, party_b: User) -> None:
    broken(agreement, party_b)

    assert response(agreement).standing == Standing.BREACHED
    assert "2 次超时未免责" in str(response(agreement).note)
    assert response(agreement, LATER + timedelta(days=366)).standing == Standing.KEPT


def test_what_was_excused_is_no_breach_any_more(agreement: Agreement, party_b: User, contract_manager: User) -> None:
    broken(agreement, party_b)
    for breach in Breach.objects.all():
        Adjudication.objects.create(
            breach=breach,
            ground="late_notice",
            calendar_version=breach.clock.calendar_version,
            consumed_seconds=0,
            target_seconds=1,
            state="excused",
            proposed_at=LATER,
            decided_by=contract_manager,
            decided_at=LATER,
        )

    assert response(agreement).standing == Standing.KEPT


def test_the_report_lag_is_shown_and_not_judged(agreement: Agreement, party_b: User) -> None:
    make_ticket(agreement, party_b)

    reading = readings.read_fault_reports(agreement, LATER)

    assert reading.standing == Standing.NOT_MEASURABLE
    assert "15 分钟" in str(reading.note)


@pytest.mark.parametrize(
    "answered, standing",
    [
        pytest.param(True, Standing.KEPT, id="answered"),
        pytest.param(False, Standing.NOT_MEASURABLE, id="waiting, with no time promised"),
    ],
)
def test_support_is_kept_while_everything_was_answered(
    agreement: Agreement, party_b: User, operator: User, answered: bool, standing: Standing
) -> None:
    ticket = make_ticket(agreement, party_b, kind="question")
    if answered:
        tickets.respond(ticket, at=NINE + timedelta(hours=1), by=operator, text="见手册。")

    assert read(agreement, "support", at=LATER).standing == standing
    assert read(agreement, "onboarding_support", at=LATER).standing == Standing.UNPROVEN


def test_incidents_under_way_are_near_and_ended_ones_prove_nothing(agreement: Agreement, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b, kind="security")
    assert readings.read_incidents(agreement, LATER).standing == Standing.DUE_SOON

    tickets.cancel(ticket, at=NINE + timedelta(hours=1), by=party_b, text="误报")

    assert readings.read_incidents(agreement, LATER).standing == Standing.UNPROVEN


@pytest.mark.parametrize(
    "hours, standing",
    [
        pytest.param({}, Standing.KEPT, id="agreed"),
        pytest.param({"weekends_served": None}, Standing.NOT_MEASURABLE, id="nobody said whether weekends count"),
        pytest.param(None, Standing.NOT_MEASURABLE, id="none agreed"),
    ],
)
def test_support_hours(db: None, hours: dict[str, None] | None, standing: Standing) -> None:
    agreement = make.agreement(version_support_hours=None if hours is None else make.support_hours(**hours))

    assert readings.read_support_hours(agreement, LATER).standing == standing


@pytest.mark.parametrize("topic", ["quality", "availability", "security_checks"])
def test_a_promise_without_a_number_says_so(agreement: Agreement, topic: str) -> None:
    reading = read(agreement, topic, at=timezone.now())

    assert reading.standing == Standing.NOT_MEASURABLE
    assert str(reading.note).startswith("没有约定")
