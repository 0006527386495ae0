"""Fixtures of the journal's tests: an instant, threads that race, a kind of approval."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from journal import effects
from journal.models import Approval
from people.models import User
from tests.journal.racing import race as run_race

AT = datetime(2026, 9, 18, 1, 30, tzinfo=UTC)


@pytest.fixture
def at() -> datetime:
    """Friday 2026-09-18 09:30 in Shanghai."""
    return AT


@pytest.fixture
def race(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Run callables at once, each in its own thread and connection."""
    return lambda *works: run_race(*works, tmp_path=tmp_path, monkeypatch=monkeypatch)


@pytest.fixture
def done() -> Iterator[list[tuple[Approval, User]]]:
    """The kind "test.change", decided by whoever may see approvals; the list says what was carried out by whom."""
    carried_out: list[tuple[Approval, User]] = []
    effects.register(
        "test.change",
        lambda approval, *, by, at: carried_out.append((approval, by)),
        permission="journal.view_approval",
        label="测试事项",
    )
    yield carried_out
    effects.unregister("test.change")
