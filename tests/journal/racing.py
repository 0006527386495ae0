"""Races between threads on a real database: PostgreSQL as it is, SQLite as a file that several connections can open."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

Work = Callable[[], Any]


def race(*works: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Run each work in a thread with a connection of its own; results in order, an exception as the result itself.

    Django's SQLite test database lives in memory, where connections cannot wait for one another: it is copied to a file
    for the race and back afterwards.
    """
    if connection.vendor != "sqlite":
        return _in_threads(works)
    with on_disk(tmp_path) as path, monkeypatch.context() as patch:
        settings = connections.settings["default"]
        # On a slow machine twenty writers in a row may wait long: that is no failure.
        patient = {**settings.get("OPTIONS", {}), "timeout": 120}
        patch.setitem(connections.settings, "default", {**settings, "NAME": str(path), "OPTIONS": patient})
        return _in_threads(works)


@contextmanager
def on_disk(folder: Path) -> Iterator[Path]:
    """The SQLite test database as a file, for other connections; what they did is in the test database afterwards."""
    path = folder / "test.sqlite3"
    _copy(to_file=path)
    try:
        yield path
    finally:
        _copy(from_file=path)


def _in_threads(works: tuple[Work, ...]) -> list[Any]:
    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        futures = [pool.submit(_run, work) for work in works]
        return [future.exception() or future.result() for future in futures]


def _run(work: Work) -> Any:
    try:
        return work()
    finally:
        connections.close_all()


def _copy(*, to_file: Path | None = None, from_file: Path | None = None) -> None:
    connection.ensure_connection()
    file = sqlite3.connect(str(to_file or from_file))
    try:
        if to_file:
            connection.connection.backup(file)
        else:
            file.backup(connection.connection)
    finally:
        file.close()
