"""A payment that comes while a suspension takes effect: it is seen, or it waits; with a negative control."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from billing import dunning, invoicing, receipts, stopping
from billing.models import DunningEntry
from contracts.models import Agreement, Suspension
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.dunning_rows import at, delivered, noticed
from tests.journal.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRESQL_ONLY = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one writer begin at a time, lock or no lock"
)
SOON = 1.0  # how long the payment stays uncommitted while the other side tries to pass


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Runs works at once, each on a connection of its own."""
    return partial(race, tmp_path=tmp_path, monkeypatch=monkeypatch)


@pytest.fixture(autouse=True)
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bills' PDFs are drawn after the commit and are not what races here."""
    monkeypatch.setattr(invoicing, "keep_pdf", lambda document: None)


def paid_while_stopping(run: Callable[..., list[Any]], by: User, lead: User) -> list[Any]:
    """The payment is made but not committed when the suspension takes effect."""
    agreement = make.agreement()
    bill = making.issued(agreement, by, lead)
    making.received(bill, by)
    delivered(agreement, by, lead)
    stop = noticed(agreement, by, lead)
    money = making.entry("5538.45", value_date=at(12, 9).date())  # 5,406.00 and 49 days of interest
    paid, passed = Event(), Event()

    def pay() -> None:
        with transaction.atomic():
            receipts.receive_payment(bill, money, by=by, at=at(12, 9))
            paid.set()
            passed.wait(SOON)

    def stop_now() -> Any:
        paid.wait(10)
        try:
            return stopping.take_effect(stop, by=by, at=at(12, 9, 4))
        finally:
            passed.set()

    return run(pay, stop_now)


def test_a_payment_under_way_stops_the_suspension(
    run: Callable[..., list[Any]], finance: User, finance_lead: User
) -> None:
    outcome = paid_while_stopping(run, finance, finance_lead)[1]

    assert isinstance(outcome, Refused)
    assert "催告的账单已经付清" in str(outcome)
    assert not Suspension.objects.exists()


@POSTGRESQL_ONLY
def test_without_the_lock_a_debtor_who_paid_is_suspended(
    run: Callable[..., list[Any]], finance: User, finance_lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same race without locking the bills."""
    monkeypatch.setattr(stopping, "hold_bills", lambda agreement: None)

    paid_while_stopping(run, finance, finance_lead)

    assert Suspension.objects.count() == 1


def test_two_runs_at_once_take_a_step_once(
    run: Callable[..., list[Any]], finance: User, finance_lead: User
) -> None:  # fmt: skip
    agreement: Agreement = make.agreement()
    bill = making.issued(agreement, finance, finance_lead)
    making.received(bill, finance)
    work = partial(dunning.dun, agreement.party_b, at=at(10, 22))

    outcomes = run(work, work)

    assert sorted(outcome["told"] for outcome in outcomes) == [0, 1]
    assert DunningEntry.objects.count() == 1
