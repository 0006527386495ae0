"""Database views as migration operations, on SQLite and PostgreSQL.

    operations = [CreateModel("LedgerEntry", ..., {"managed": False}), DatabaseView("ledger_entry", "SELECT ...")]

Neither engine changes a table freely while a view reads it.  So all views are taken away before a `migrate`, and those
that the applied migrations ask for are made after it, each by its last definition.  A migration cannot read one.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.transaction import atomic


class DatabaseView(Operation):
    """A view by its SELECT, the same words on both engines; a later operation with the same name replaces it."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, name: str, select: str) -> None:
        self.name = name
        self.select = select

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Made at the end of the run."""

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Taken away before the run; an earlier definition comes back at its end."""

    def describe(self) -> str:
        return f"Make the view {self.name}"


def views(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The views that the applied migrations ask for: name -> SELECT."""
    loader = MigrationLoader(connection)
    ordered: dict[tuple[str, str], None] = {}
    for leaf in loader.graph.leaf_nodes():
        ordered.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return {
        operation.name: operation.select
        for key in ordered
        if key in loader.applied_migrations
        for operation in loader.graph.nodes[key].operations
        if isinstance(operation, DatabaseView)
    }


def take_away(*, using: str, plan: Sequence[Any] | None = None, **kwargs: Any) -> None:
    """pre_migrate: no view stands in the way of the tables."""
    if plan:
        _run(using, [f'DROP VIEW IF EXISTS "{name}"' for name in views(connections[using])])


def bring_back(*, using: str, plan: Sequence[Any] | None = None, **kwargs: Any) -> None:
    """post_migrate: every view is there, as the applied migrations say."""
    if plan is None:  # no plan at all: the flush between tests
        return
    connection = connections[using]
    wanted = views(connection)
    if not plan:
        with connection.cursor() as cursor:
            there = {table.name for table in connection.introspection.get_table_list(cursor) if table.type == "v"}
        wanted = {name: select for name, select in wanted.items() if name not in there}
    statements = [
        text
        for name, select in wanted.items()
        for text in (f'DROP VIEW IF EXISTS "{name}"', f'CREATE VIEW "{name}" AS {select}')
    ]
    _run(using, statements)


def _run(using: str, statements: Sequence[str]) -> None:
    with atomic(using=using), connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
