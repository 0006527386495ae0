"""Fixtures of the tests of service levels: threads that race."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journal.racing import race as run_race


@pytest.fixture
def race(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Run callables at once, each in its own thread and connection, on PostgreSQL and on a file of SQLite."""
    return lambda *works: run_race(*works, tmp_path=tmp_path, monkeypatch=monkeypatch)
