"""A form sent twice has one effect, even at the same moment; a refused one leaves no trace."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError

from people.models import Submission, User
from people.refusal import Refused
from people.submitting import new_key, once
from tests import make
from tests.journal.racing import race

AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)


class Work:
    """Counts how often it is done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> dict[str, int]:
        self.done += 1
        return {"number": self.done}


def test_the_second_gets_the_first_answer(operator: User) -> None:
    work, key = Work(), new_key()

    answers = [once(work, key=key, user=operator, at=AT) for _time in range(3)]

    assert answers == [{"number": 1}] * 3
    assert work.done == 1


def test_keys_belong_to_their_user(operator: User, finance: User) -> None:
    work, key = Work(), new_key()

    answers = [once(work, key=key, user=user, at=AT) for user in (operator, finance)]

    assert answers == [{"number": 1}, {"number": 2}]


def test_refused_work_leaves_the_key_free(operator: User) -> None:
    def refusing() -> None:
        raise Refused("不行")

    key = new_key()
    with pytest.raises(Refused, match="不行"):
        once(refusing, key=key, user=operator, at=AT)

    assert not Submission.objects.exists()
    assert once(Work(), key=key, user=operator, at=AT) == {"number": 1}


def test_a_broken_rule_of_the_database_is_not_taken_for_a_repeat(operator: User) -> None:
    def colliding() -> None:
        make.user(operator.username)

    with pytest.raises(IntegrityError):
        once(colliding, key=new_key(), user=operator, at=AT)


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_the_same_moment_it_has_one_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user, work, key = make.user("racer"), Work(), new_key()

    answers = race(*[lambda: once(work, key=key, user=user, at=AT)] * 4, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert answers == [{"number": 1}] * 4
    assert work.done == 1
