"""Rows that stand for all tests of a module: loaded once, and each test rolls back what it did itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction


@contextmanager
def standing(blocker: Any) -> Iterator[None]:
    """A transaction around all tests of a module; rows made in the block are there for each of them.

    blocker: pytest-django's django_db_blocker.  The tests themselves run in savepoints of it, so that none may be
    transactional.
    """
    with blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # Django closes the connection after each test class, and with it our transaction would be gone.
        patch.setattr(connection, "close", lambda: None)
        outer = transaction.atomic()
        outer._from_testcase = True  # type: ignore[attr-defined]  # the sweep of the sample commits by itself, as it does at work
        with outer:
            yield
            transaction.set_rollback(True)
