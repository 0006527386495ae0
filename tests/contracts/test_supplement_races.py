"""Two supplements at once: one waits for the other, and the database refuses the overlap where nobody waits."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from contracts import supplements
from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.refusal import Refused
from tests import make

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run the works in threads of their own that start together; what each answers, or the refusal it got."""
    gate = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        gate.wait()
        try:
            answers[place] = work()
        except (Refused, IntegrityError) as refused:
            answers[place] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def offered(agreement: Agreement, by: User) -> AgreementVersion:
    version = supplements.draft(agreement, effective_from=JULY, by=by, at=NOW)
    version.response_hours = Decimal(1)
    supplements.keep_terms(version, by=by, at=NOW)
    return supplements.offer(version, by=by, at=NOW)


def test_two_drafted_at_once_are_one(agreement: Agreement, contract_manager: User) -> None:
    answers = at_once(
        *[
            lambda day=day: supplements.draft(agreement, effective_from=day, by=contract_manager, at=NOW)
            for day in (JULY, AUGUST)
        ]
    )

    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert agreement.versions.filter(state="draft").count() == 1


def test_two_taking_effect_at_once_take_effect_once(
    agreement: Agreement, contract_manager: User, finance_lead: User
) -> None:
    version = offered(agreement, contract_manager)

    answers = at_once(
        *[
            lambda day=day: supplements.take_effect(version, effective_from=day, by=finance_lead, at=NOW)
            for day in (JULY, AUGUST)
        ]
    )

    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    spans = list(agreement.versions.order_by("number").values_list("effective_from", "effective_to"))
    assert spans[0][1] == spans[1][0]
    assert spans[1][1] is None


def test_without_the_lock_only_the_constraint_is_left(agreement: Agreement) -> None:
    """Negative control: both see no other version, both write; the database lets one in."""
    agreement.versions.update(effective_to=JULY)
    hours = agreement.versions.get().support_hours
    seen = threading.Barrier(2)

    def write(number: int) -> AgreementVersion:
        with transaction.atomic():
            assert not agreement.versions.applying_on(AUGUST).exists()
            seen.wait(10)
            return make.version(agreement, number=number, effective_from=JULY, support_hours=hours)

    answers = at_once(lambda: write(2), lambda: write(3))

    assert sorted(isinstance(answer, IntegrityError) for answer in answers) == [False, True]
    assert "agrver_no_overlap" in str(next(answer for answer in answers if isinstance(answer, IntegrityError)))
    assert agreement.versions.applying_on(AUGUST).count() == 1
