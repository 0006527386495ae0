"""The life of an agreement on the clause board: term and ending, each by what its rows say."""

from datetime import date, datetime, timedelta

import pytest

from contracts import lifecycle
from contracts.board import Standing
from contracts.models import Agreement, ExitTask
from contracts.readings import life
from people.models import User
from tests import make
from tests.contracts.marks import SHANGHAI, draft

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, tzinfo=SHANGHAI)
OVER = datetime(2029, 1, 1, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "ends_on, standing, words",
    [
        pytest.param(date(2028, 12, 31), Standing.KEPT, "生效中，至 2028-12-31 止", id="runs"),
        pytest.param(date(2026, 12, 17), Standing.DUE_SOON, "还有 90 天届满", id="90 days left"),
        pytest.param(date(2026, 12, 18), Standing.KEPT, "生效中", id="91 days left"),
        pytest.param(date(2026, 9, 17), Standing.OVERDUE, "已届满，尚未办理", id="not swept yet"),
    ],
)
def test_the_term(ends_on: date, standing: Standing, words: str) -> None:
    reading = life.read_term(make.agreement(ends_on=ends_on), NOW)

    assert reading.standing == standing
    assert words in str(reading.note)


def test_a_draft_has_no_term() -> None:
    assert life.read_term(draft(), NOW).standing == Standing.UNPROVEN


def test_the_ending(agreement: Agreement, contract_manager: User) -> None:
    seen = [life.read_ending(agreement, NOW).standing]
    lifecycle.expire(agreement, by=None, at=OVER)
    seen.append(life.read_ending(agreement, OVER).standing)
    ExitTask.objects.filter(kind="seals").update(due_on=date(2029, 1, 5))
    seen.append(life.read_ending(agreement, OVER + timedelta(days=9)).standing)
    for row in ExitTask.objects.all():
        row.state, row.note, row.settled_by, row.settled_at = "waived", "续签", contract_manager, OVER
        row.save()
    seen.append(life.read_ending(agreement, OVER + timedelta(days=9)).standing)

    assert seen == [Standing.UNPROVEN, Standing.DUE_SOON, Standing.OVERDUE, Standing.KEPT]
