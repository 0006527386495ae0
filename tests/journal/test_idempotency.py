"""Idempotency: the same key has one effect and one answer, whatever fails or races."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from journal.idempotency import once
from journal.models import IdempotencyKey
from people.refusal import Refused


class Change:
    """Counts how often it was carried out."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> dict[str, Any]:
        self.runs += 1
        return {"number": self.runs, "total": Decimal("1.50")}


def test_the_same_request_again_answers_the_first_result(db: None, at: datetime) -> None:
    change = Change()

    answers = [once("usage", "k1", request={"rows": 3}, run=change, at=at) for _ in range(3)]

    assert answers == [{"number": 1, "total": "1.50"}] * 3
    assert change.runs == 1


def test_keys_of_other_scopes_do_not_meet(db: None, at: datetime) -> None:
    change = Change()
    for scope in ("usage", "receipts"):
        once(scope, "k1", request={}, run=change, at=at)

    assert change.runs == 2


def test_another_request_under_the_key_is_a_conflict(db: None, at: datetime) -> None:
    once("usage", "k1", request={"rows": 3}, run=Change(), at=at)
    other = Change()

    with pytest.raises(Refused, match="同一幂等键已用于内容不同的请求"):
        once("usage", "k1", request={"rows": 4}, run=other, at=at)

    assert other.runs == 0


@pytest.mark.parametrize("key", ["", "k" * 201], ids=["empty", "too long"])
def test_a_key_that_cannot_be_kept_is_refused(db: None, at: datetime, key: str) -> None:
    with pytest.raises(Refused, match="幂等键不能为空，且不超过 200 个字符"):
        once("usage", key, request={}, run=Change(), at=at)


def test_a_change_that_fails_leaves_the_key_free(db: None, at: datetime) -> None:
    def failing() -> dict[str, Any]:
        raise Refused("金额有三位小数")

    with pytest.raises(Refused, match="三位小数"):
        once("usage", "k1", request={}, run=failing, at=at)

    assert once("usage", "k1", request={}, run=Change(), at=at)["number"] == 1


def test_a_race_under_one_key_has_one_effect(race: Callable[..., list[Any]], at: datetime) -> None:
    change = Change()

    answers = race(*[lambda: once("usage", "k1", request={}, run=change, at=at)] * 4)

    assert answers == [{"number": 1, "total": "1.50"}] * 4
    assert change.runs == 1
    assert IdempotencyKey.objects.count() == 1
