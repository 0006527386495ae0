"""The nudge: once per commit, from a thread, and a broker that is down or silent harms nothing."""

import threading
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from journal import nudging
from journal.models import Notice
from journal.outbox import announce
from people import roles
from tests import make

Publish = Callable[..., Any]


def joined() -> None:
    for thread in threading.enumerate():
        if thread.name == "journal-nudge":
            thread.join(timeout=20)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Callable[[Publish], None]:
    """Put a broker in place whose send_task is the callable."""

    def put(send_task: Publish, url: str = "spool:///nowhere") -> None:
        app = SimpleNamespace(conf=SimpleNamespace(broker_url=url), send_task=send_task)
        monkeypatch.setattr(nudging, "current_app", app)

    return put


@pytest.fixture
def hints(broker: Callable[[Publish], None]) -> list[str]:
    """The names of the tasks that were asked for."""
    asked: list[str] = []
    broker(lambda name, **options: asked.append(name))
    return asked


@pytest.mark.parametrize(
    "channels, expected",
    [
        pytest.param(["in_app", "email"], ["journal.tasks.send_notices"], id="mail"),
        pytest.param(["in_app"], [], id="nothing to send"),
    ],
)
def test_the_worker_is_nudged_once_when_the_change_is_committed(
    transactional_db: None, hints: list[str], at: datetime, channels: list[str], expected: list[str]
) -> None:
    person = make.user("operator", roles.OPERATIONS)
    with transaction.atomic():
        for key in ("one", "two"):
            announce(key=key, recipient=person, kind="test", subject="标题", at=at, channels=channels)
        joined()
        assert hints == []
    joined()

    assert hints == expected


def test_a_change_that_is_rolled_back_nudges_nobody(transactional_db: None, hints: list[str], at: datetime) -> None:
    person = make.user("operator", roles.OPERATIONS)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce(key="one", recipient=person, kind="test", subject="标题", at=at)
        raise ZeroDivisionError
    joined()

    assert hints == []


@pytest.mark.parametrize("error", [OSError("refused"), OperationalError("no broker")], ids=["net", "broker"])
def test_a_broker_that_is_down_harms_nothing(
    transactional_db: None, at: datetime, broker: Callable[[Publish], None], error: Exception
) -> None:
    def refuse(name: str, **options: Any) -> None:
        raise error

    broker(refuse)
    person = make.user("operator", roles.OPERATIONS)
    with transaction.atomic():
        announce(key="one", recipient=person, kind="test", subject="标题", at=at)
    joined()

    assert Notice.objects.count() == 2


def test_a_silent_broker_makes_nobody_wait_and_is_asked_once(broker: Callable[[Publish], None]) -> None:
    answer, asked = threading.Event(), []

    def silent(name: str, **options: Any) -> None:
        asked.append(name)
        answer.wait(timeout=20)

    broker(silent)
    for _ in range(5):
        nudging.nudge()  # returns although the broker does not answer
    answer.set()
    joined()

    assert len(asked) == 1


def test_without_a_broker_nothing_is_published(hints: list[str], broker: Callable[..., None]) -> None:
    broker(lambda name, **options: hints.append(name), url="")

    nudging.nudge()
    joined()

    assert hints == []
