"""Database guards as migration operations: append-only tables and frozen rows, on SQLite and PostgreSQL.

    operations = [..., *append_only("journal_event"),
                  *frozen_when("billing_document", "OLD.status = 'issued'", allowed_columns=("paid_on",))]

SQLite drops a table's triggers whenever a migration rebuilds the table, and refuses to rebuild a table that another
table's trigger names.  So there `set_aside` takes all guards off before a `migrate`, `restore` puts those of applied
migrations on after it; `missing` tells which are gone.  To change a guard: `*lifted(old), *new`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps.registry import Apps
from django.apps.registry import apps as global_apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.transaction import atomic

POSTGRESQL, SQLITE = "postgresql", "sqlite"


class Guard(Operation):
    """Triggers on one table.  Subclasses say which; names are unique in the database and at most 30 characters."""

    reversible = True
    reduces_to_sql = True
    table: str

    def key(self) -> str:
        """What tells this guard from another one on the same table."""
        raise NotImplementedError

    def refusals(self, engine: str, columns: Sequence[str]) -> dict[str, tuple[str, str]]:
        """For each refused statement its condition (SQL on OLD and NEW, or empty) and the words of the refusal."""
        raise NotImplementedError

    def trigger_name(self, event: str) -> str:
        digest = hashlib.sha256(self.key().encode()).hexdigest()[:8]
        return f"{self.table[:17]}_{digest}_{event[:2].lower()}"

    def create_sql(self, engine: str, columns: Sequence[str]) -> list[str]:
        """The statements that install the guard."""
        make = _postgresql_trigger if engine == POSTGRESQL else _sqlite_trigger
        statements: list[str] = []
        for event, (condition, words) in self.refusals(engine, columns).items():
            statements += make(self.trigger_name(event), (self.table, event), condition, words)
        return statements

    def drop_sql(self, engine: str) -> list[str]:
        """The statements that take the guard away, if it is there."""
        names = [self.trigger_name(event) for event in self.refusals(engine, ())]
        if engine == POSTGRESQL:
            return [
                statement
                for name in names
                for statement in (
                    f'DROP TRIGGER IF EXISTS "{name}" ON "{self.table}"',
                    f'DROP FUNCTION IF EXISTS "{name}"()',
                )
            ]
        return [f'DROP TRIGGER IF EXISTS "{name}"' for name in names]

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        _install(self, schema_editor, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        _run(schema_editor, self.drop_sql(schema_editor.connection.vendor))

    def install_sql(self, engine: str, apps: Any) -> list[str]:
        """The statements that put the guard on, replacing an older copy of it."""
        return self.drop_sql(engine) + self.create_sql(engine, _columns(apps, self.table))


class AppendOnly(Guard):
    """Rows may be added; UPDATE, DELETE and TRUNCATE are refused."""

    def __init__(self, table: str) -> None:
        self.table = table

    def key(self) -> str:
        return f"{self.table} append-only"

    def refusals(self, engine: str, columns: Sequence[str]) -> dict[str, tuple[str, str]]:
        return {event: ("", f"{self.table} is append-only: {event} refused") for event in _events(engine)}

    def describe(self) -> str:
        return f"Make {self.table} append-only"


class FrozenWhen(Guard):
    """A row for which the condition on OLD holds may not be deleted, nor changed except in the allowed columns."""

    def __init__(self, table: str, condition: str, allowed_columns: tuple[str, ...] = ()) -> None:
        self.table = table
        self.condition = condition
        self.allowed_columns = allowed_columns

    def key(self) -> str:
        return f"{self.table} frozen when {self.condition}"

    def refusals(self, engine: str, columns: Sequence[str]) -> dict[str, tuple[str, str]]:
        words = f"{self.table} keeps rows frozen when {self.condition.replace('OLD.', '')}:"
        kept = [column for column in columns if column not in self.allowed_columns]
        refused = {
            "UPDATE": (f"({self.condition}) AND ({_changed(engine, kept)})", f"{words} UPDATE refused"),
            "DELETE": (f"({self.condition})", f"{words} DELETE refused"),
            "TRUNCATE": ("", f"{words} TRUNCATE refused"),
        }
        return {event: refused[event] for event in _events(engine)}

    def describe(self) -> str:
        return f"Freeze rows of {self.table} when {self.condition}"


class ClosedParent(Guard):
    """Rows for which the condition on NEW holds can be neither added nor moved there."""

    def __init__(self, table: str, condition: str) -> None:
        self.table = table
        self.condition = condition

    def key(self) -> str:
        return f"{self.table} closed when {self.condition}"

    def refusals(self, engine: str, columns: Sequence[str]) -> dict[str, tuple[str, str]]:
        words = f"{self.table} takes no rows when {self.condition.replace('NEW.', '')}:"
        return {event: (f"({self.condition})", f"{words} {event} refused") for event in ("INSERT", "UPDATE")}

    def describe(self) -> str:
        return f"Let {self.table} take no rows when {self.condition}"


class Lifted(Operation):
    """Takes an earlier guard away; its reverse puts it back."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        _run(schema_editor, self.guard.drop_sql(schema_editor.connection.vendor))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        _install(self.guard, schema_editor, to_state)

    def describe(self) -> str:
        return f"Lift: {self.guard.describe()}"


def append_only(table: str) -> list[Operation]:
    """Operations that refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL) of a table's rows, whoever asks."""
    return [AppendOnly(table)]


def frozen_when(table: str, condition: str, *, allowed_columns: tuple[str, ...] = ()) -> list[Operation]:
    """Operations that freeze the rows for which the condition holds, for example "OLD.status = 'issued'".

    The columns compared are those of the table when the guard is (re)installed: a new column is frozen too.
    TRUNCATE is refused always.
    """
    return [FrozenWhen(table, condition, allowed_columns)]


def closed_when(table: str, condition: str) -> list[Operation]:
    """Operations that refuse to add or move rows for which the condition on NEW holds."""
    return [ClosedParent(table, condition)]


def lifted(operations: Iterable[Operation]) -> list[Operation]:
    """Operations that undo what append_only or frozen_when did in an earlier migration."""
    return [Lifted(operation) for operation in operations if isinstance(operation, Guard)]


def guards(connection: BaseDatabaseWrapper) -> list[Guard]:
    """The guards that the applied migrations ask for, lifted ones left out."""
    loader = MigrationLoader(connection)
    wanted: dict[str, Guard] = {}
    for key in _applied_in_order(loader):
        for operation in loader.graph.nodes[key].operations:
            if isinstance(operation, Guard):
                wanted[operation.key()] = operation
            elif isinstance(operation, Lifted):
                wanted.pop(operation.guard.key(), None)
    return list(wanted.values())


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that should be on and are absent or disabled, each with its table."""
    present = _enabled_triggers(connection)
    return [
        f"{guard.trigger_name(event)} ({guard.table})"
        for guard in guards(connection)
        for event in guard.refusals(connection.vendor, ())
        if guard.trigger_name(event) not in present
    ]


def set_aside(*, using: str, plan: Sequence[Any] | None = None, **kwargs: Any) -> None:
    """pre_migrate: on SQLite, take every guard off while tables are rebuilt."""
    connection = connections[using]
    if plan and connection.vendor == SQLITE:
        _execute(using, [statement for guard in guards(connection) for statement in guard.drop_sql(SQLITE)])


def restore(*, using: str, apps: Apps = global_apps, plan: Sequence[Any] | None = None, **kwargs: Any) -> None:
    """post_migrate: put every guard on after a run that changed something, or that finds one missing."""
    connection = connections[using]
    if plan is None or not (plan or missing(connection)):  # no plan at all: the flush between tests
        return
    wanted = guards(connection)
    _execute(using, [statement for guard in wanted for statement in guard.install_sql(connection.vendor, apps)])


def _execute(using: str, statements: Iterable[str]) -> None:
    with atomic(using=using), connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _install(guard: Guard, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
    """PostgreSQL gets the guard at once, SQLite at the end of the run (see the top of this module)."""
    if schema_editor.connection.vendor != SQLITE:
        _run(schema_editor, guard.install_sql(schema_editor.connection.vendor, state.apps))


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: Iterable[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)


def _applied_in_order(loader: MigrationLoader) -> list[tuple[str, str]]:
    ordered: dict[tuple[str, str], None] = {}
    for leaf in loader.graph.leaf_nodes():
        ordered.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return [key for key in ordered if key in loader.applied_migrations]


def _enabled_triggers(connection: BaseDatabaseWrapper) -> set[str]:
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        if connection.vendor == POSTGRESQL
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def _columns(apps: Any, table: str) -> list[str]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return [field.column for field in model._meta.local_concrete_fields]
    raise LookupError(f"No model has the table {table}: name the table as the model's db_table does.")


def _events(engine: str) -> tuple[str, ...]:
    return ("UPDATE", "DELETE", "TRUNCATE") if engine == POSTGRESQL else ("UPDATE", "DELETE")


def _changed(engine: str, columns: Sequence[str]) -> str:
    differs = "IS DISTINCT FROM" if engine == POSTGRESQL else "IS NOT"
    return " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in columns) or "1 = 1"


def _sqlite_trigger(name: str, on: tuple[str, str], condition: str, words: str) -> list[str]:
    table, event = on
    when = f"WHEN {condition} " if condition else ""
    return [
        f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH ROW {when}'
        f"BEGIN SELECT RAISE(ABORT, {_literal(words)}); END"
    ]


def _postgresql_trigger(name: str, on: tuple[str, str], condition: str, words: str) -> list[str]:
    # The condition stands in the function, not in WHEN, so that a later migration may still alter the columns.
    table, event = on
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    passes = {"DELETE": "RETURN OLD;", "TRUNCATE": "RETURN NULL;"}.get(event, "RETURN NEW;")
    return [
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN '
        f"IF {condition or 'TRUE'} THEN RAISE EXCEPTION USING ERRCODE = '23001', MESSAGE = {_literal(words)}; END IF; "
        f"{passes} END $guard$",
        f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH {each} EXECUTE PROCEDURE "{name}"()',
    ]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
