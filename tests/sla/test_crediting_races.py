"""Two at once: a month is proposed once, a credit stands on one bill; with negative controls."""

from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from billing import crediting as bills
from billing import invoicing
from billing.models import Document, DocumentLine
from contracts.models import Agreement
from journal import approvals
from journal.models import Approval
from people.models import User
from people.refusal import Refused
from sla import crediting
from sla.models import Breach, ServiceCredit
from tests.billing import making
from tests.journal.racing import race
from tests.sla.make_sla import local
from tests.sla.test_crediting import EACH, LATER, SEPTEMBER, accept, broken, compute, excuse, rule

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRESQL_ONLY = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one writer begin at a time, lock or no lock"
)
NOVEMBER_THIRD = local("2026-11-03 10:00")


@pytest.fixture
def agreed(agreement: Agreement, party_b: User, operator: User) -> Agreement:
    """200 yuan for each late answer; one in September."""
    rule(agreement, **EACH)
    broken(agreement, party_b, operator)
    return agreement


@pytest.fixture
def accepted(agreed: Agreement, ops_lead: User, finance_lead: User) -> ServiceCredit:
    [made] = compute(agreed)
    making.platform_fee(agreed)
    return accept(made, ops_lead, finance_lead)


def test_two_runs_propose_a_month_once(agreed: Agreement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = partial(crediting.compute, agreed, SEPTEMBER, at=LATER)

    answers = race(work, work, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert [len(answer) for answer in answers] == [1, 1], answers
    assert ServiceCredit.objects.count() == 1


@POSTGRESQL_ONLY
def test_without_the_lock_both_would_propose(
    agreed: Agreement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both look before either writes; the constraint refuses the second."""
    both_looked, dues = Barrier(2, timeout=10), crediting.dues

    def slow(*args: Any, **said: Any) -> Any:
        found = dues(*args, **said)
        both_looked.wait()
        return found

    monkeypatch.setattr(crediting, "dues", slow)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    work = partial(crediting.compute, agreed, SEPTEMBER, at=LATER)

    answers = race(work, work, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert sorted(type(answer).__name__ for answer in answers) == ["IntegrityError", "list"]


def drafts_of_two_months(agreed: Agreement, finance: User) -> list[Any]:
    periods = [making.period(agreed), making.period(agreed, making.OCTOBER)]
    return [
        partial(invoicing.draft_from_usage, agreed, period=period, by=finance, at=NOVEMBER_THIRD) for period in periods
    ]


def test_a_credit_stands_on_one_of_two_bills(
    accepted: ServiceCredit, finance: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = drafts_of_two_months(accepted.agreement, finance)

    answers = race(*works, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert all(isinstance(answer, Document | Refused) for answer in answers), answers
    assert DocumentLine.objects.filter(service_credit=accepted).count() == 1


@POSTGRESQL_ONLY
def test_without_the_lock_the_second_bill_fails_and_does_not_credit_twice(
    accepted: ServiceCredit, finance: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both bills find the credit free; the unique column lets one of them be written."""
    both_found, lines = Barrier(2, timeout=10), bills.credit_lines

    def slow(*args: Any) -> Any:
        found = lines(*args)
        assert found
        both_found.wait()
        return found

    monkeypatch.setattr(invoicing, "credit_lines", slow)
    monkeypatch.setattr(invoicing, "_check_turn", lambda *args: None)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)

    answers = race(*drafts_of_two_months(accepted.agreement, finance), tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert {type(answer) for answer in answers} == {Document, IntegrityError}
    assert DocumentLine.objects.filter(service_credit=accepted).count() == 1


def test_computing_and_accepting_at_once_lose_nothing(
    agreed: Agreement, ops_lead: User, finance_lead: User, contract_manager: User, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Whichever comes first: accepted and taken back by a second row, or lapsed and no longer there to accept."""
    [row] = compute(agreed)
    asked = crediting.ask_to_accept(row, by=ops_lead, at=LATER)
    excuse(Breach.objects.get(), contract_manager)

    answers = race(
        partial(approvals.approve, asked, by=finance_lead, at=LATER),
        partial(crediting.compute, agreed, SEPTEMBER, at=LATER),
        tmp_path=tmp_path,
        monkeypatch=monkeypatch,
    )

    assert isinstance(answers[0], Approval | Refused), answers
    assert isinstance(answers[1], list), answers
    compute(agreed)
    assert sum(ServiceCredit.objects.filter(agreement=agreed).values_list("amount", flat=True)) == 0
