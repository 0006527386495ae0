"""The API of updates: by token and right, once for each id, all or none."""

from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from contracts.models import Agreement, UpdateEvent
from people.models import User
from tests.contracts.make_sharing import NOW, item
from tests.portal.test_api import call

pytestmark = pytest.mark.django_db
PLACE = "/sharing/updates"


@pytest.fixture(autouse=True)
def moment() -> Any:
    cache.clear()  # the throttle counts by user id
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def number(agreement: Agreement, ops_lead: User) -> str:
    return str(item(agreement, by=ops_lead, frequency_unit="week", every=1).number)


def batch(number: str, **changes: Any) -> dict[str, Any]:
    row = {"item": number, "updated_at": "2026-09-18T08:00:00+08:00", "id": "A1", "rows": 12, **changes}
    return {"source": "交换平台", "updates": [row]}


def test_the_same_batch_twice_adds_once(number: str, operator: User) -> None:
    answers = [call(operator, "POST", PLACE, batch(number)).json() for _again in range(2)]

    assert answers == [{"added": 1, "known": 0}, {"added": 0, "known": 1}]
    row = UpdateEvent.objects.get()
    assert (row.way, row.recorded_by, row.rows) == ("api", operator, 12)


@pytest.mark.parametrize(
    "changes, code, words",
    [
        pytest.param({"item": "ML-无"}, "refused", "目录中没有这个编号", id="unknown item"),
        pytest.param({"rows": 13}, "refused", "内容不同", id="the same id with other content"),
        pytest.param({"updated_at": "2026-09-19T08:00:00+08:00"}, "refused", "不能晚于现在", id="in the future"),
        pytest.param({"updated_at": "2026-09-18T08:00:00"}, "malformed", "updated_at", id="a time without a zone"),
        pytest.param({"rows": -1}, "malformed", "rows", id="negative rows"),
        pytest.param({"id": ""}, "malformed", "id", id="no id"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    number: str, operator: User, changes: dict[str, Any], code: str, words: str
) -> None:
    call(operator, "POST", PLACE, batch(number))

    answer = call(operator, "POST", PLACE, batch(number, **changes))

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert words in answer.json()["message"]
    assert UpdateEvent.objects.count() == 1


@pytest.mark.parametrize("who", ["party_b", "contract_manager", "auditor"])
def test_only_those_who_record_updates_may_tell_them(number: str, request: Any, who: str) -> None:
    answer = call(request.getfixturevalue(who), "POST", PLACE, batch(number))

    assert (answer.status_code, UpdateEvent.objects.count()) == (403, 0)
