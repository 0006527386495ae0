"""Two who issue a month's report at once, or answer it at once, do it once.  PostgreSQL, with real threads."""

from typing import Any

import pytest
from django.db import connection

from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from sla import reporting
from sla.attainment import Month
from sla.models import ReportAnswer, ServiceReport
from tests.sla.make_sla import local
from tests.sla.test_races import at_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
OCTOBER = local("2026-10-01 09:00")


def issue(agreement: Agreement, by: User) -> ServiceReport:
    return reporting.issue(agreement, Month(2026, 9), by=by, at=OCTOBER)


def refusals(answers: list[Any]) -> list[str]:
    return [str(answer) for answer in answers if isinstance(answer, Refused)]


def test_of_four_who_issue_at_once_one_does(agreement: Agreement, ops_lead: User) -> None:
    answers = at_once(*[lambda: issue(agreement, ops_lead)] * 4)

    assert ServiceReport.objects.count() == 1
    assert len(refusals(answers)) == 3
    assert all("数字与第 1 版相同" in words for words in refusals(answers))


def test_of_two_who_answer_at_once_one_does(agreement: Agreement, ops_lead: User, party_b: User) -> None:
    report = issue(agreement, ops_lead)

    answers = at_once(
        lambda: reporting.confirm(report, by=party_b, at=OCTOBER),
        lambda: reporting.confirm(report, by=party_b, at=OCTOBER),
    )

    assert ReportAnswer.objects.count() == 1
    assert len(refusals(answers)) == 1
