"""The flush between transactional tests: past the guards of append-only tables, and only of tables that hold rows.

Django's flush deletes (SQLite) or truncates (PostgreSQL) every table, which the triggers refuse, and then makes all
permissions and roles anew.  With some hundred tables that takes seconds after each test.  Here, and only in the test
process, the guards are taken off (SQLite) or muted (PostgreSQL; this needs a superuser) around the statements, tables
without rows are left alone, and so is what the migrations leave, while it is what it was.  Product code has no such
way in.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands.flush import Command as Flush
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

from billing.models import LprRate

LEFT_BY_MIGRATIONS = (ContentType, Permission, Group, Group.permissions.through, LprRate)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, with our flush in the place of Django's; the guards are on again after each."""
    with django_db_blocker.unblock():
        left = _left()
    flush, handle = BaseDatabaseOperations.execute_sql_flush, Flush.handle

    def unguarded_flush(self: BaseDatabaseOperations, sql_list: list[str]) -> Any:
        before, after = _around(self.connection)
        return flush(self, [*before, *sql_list, *after])

    def flush_what_is_filled(self: Flush, **options: Any) -> None:
        if _left() != left:
            handle(self, **options)
            return
        connection = connections[options["database"]]
        names = [connection.ops.quote_name(name) for name in _filled(connection)]
        connection.ops.execute_sql_flush([f"DELETE FROM {name}" for name in names])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", unguarded_flush)
        patch.setattr(Flush, "handle", flush_what_is_filled)
        yield


def _left() -> list[Any]:
    """The rows of what migrations leave, as they are now."""
    return [sorted(model._default_manager.values_list()) for model in LEFT_BY_MIGRATIONS]


def _filled(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that hold rows, without those that migrations fill."""
    kept = {model._meta.db_table for model in LEFT_BY_MIGRATIONS}
    tables = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in kept]
    quoted = [(name, connection.ops.quote_name(name)) for name in tables]
    with connection.cursor() as cursor:
        # SQLite takes at most 500 parts of one SELECT: asked a hundred tables at a time.
        found: list[str] = []
        for first in range(0, len(quoted), 100):
            asked = " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {sql})" for name, sql in quoted[first : first + 100]
            )
            cursor.execute(asked)
            found += [name for (name,) in cursor.fetchall()]
    return found


def _around(connection: BaseDatabaseWrapper) -> tuple[list[str], list[str]]:
    if connection.vendor == "postgresql":
        return ["SET LOCAL session_replication_role = replica"], ["SET LOCAL session_replication_role = origin"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    return [f'DROP TRIGGER "{name}"' for name, _sql in triggers], [sql for _name, sql in triggers]
