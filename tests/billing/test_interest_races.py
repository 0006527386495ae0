"""Two people at once on the interest of one bill: never moved and paid both; with a negative control."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from billing import interest_invoices, invoicing, receipts
from billing.interest_invoices import Tax
from billing.models import Allocation, Document
from billing.overdue import Debt, debt_of, statement
from billing.querysets import DocumentQuerySet
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import NOW
from tests.journal.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

DUE, DAY, ISSUED = date(2026, 3, 10), date(2026, 4, 9), date(2026, 10, 20)
SIX = Tax(Decimal(6))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Runs works at once, each on a connection of its own."""
    return partial(race, tmp_path=tmp_path, monkeypatch=monkeypatch)


@pytest.fixture(autouse=True)
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The PDFs are drawn after the commit and are not what races here."""
    monkeypatch.setattr(invoicing, "keep_pdf", lambda document: None)


@pytest.fixture
def owed() -> Document:
    """100,000 yuan due on 10 March; 1,500 of interest on 9 April."""
    return making.owed(make.agreement(), "100000.00", DUE)


def works(owed: Document, by: User, lead: User) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Issue the interest invoice, and pay the bill on its very day."""
    draft = interest_invoices.draft(owed, until=DAY, tax=SIX, by=by, at=NOW)
    paid = making.receipt("2000.00", value_date=DAY)
    return (
        partial(invoicing.issue, draft, by=lead, on=ISSUED, at=NOW),
        partial(receipts.allocate, paid, owed, by=by, at=NOW),
    )


def interest_taken(owed: Document) -> Decimal:
    rows = Allocation.objects.standing().filter(document=owed, component=Allocation.Component.INTEREST)
    return sum((row.amount for row in rows), Decimal(0))


def test_of_two_drafts_of_the_same_interest_one_stands(
    run: Callable[..., list[Any]], owed: Document, finance: User
) -> None:
    work = partial(interest_invoices.draft, owed, until=DAY, tax=SIX, by=finance, at=NOW)

    outcomes = run(work, work)

    assert {type(outcome) for outcome in outcomes} == {Document, Refused}
    assert Document.objects.filter(kind=Document.Kind.INTEREST_INVOICE).count() == 1


def test_interest_is_moved_or_paid_never_both(
    run: Callable[..., list[Any]], owed: Document, finance: User, finance_lead: User
) -> None:
    run(*works(owed, finance, finance_lead))

    assert interest_taken(owed) == Decimal("1500.00")
    assert statement(owed, on=DAY).interest_open == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer begin at a time, lock or no lock")
def test_without_the_lock_interest_is_moved_and_paid(
    run: Callable[..., list[Any]], owed: Document, finance: User, finance_lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same race, where both read what is open before either writes."""
    both = works(owed, finance, finance_lead)
    both_have_read = Barrier(2, timeout=10)

    def read(document: Document) -> Debt:
        debt = debt_of(document)
        both_have_read.wait()
        return debt

    monkeypatch.setattr(interest_invoices, "debt_of", read)
    monkeypatch.setattr(receipts, "debt_of", read)
    monkeypatch.setattr(DocumentQuerySet, "select_for_update", lambda rows, **options: rows)

    run(*both)

    assert interest_taken(owed) == Decimal("3000.00")
