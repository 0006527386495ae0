"""Guards: the database itself refuses to rewrite what happened, whoever asks."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState

from journal import database_views, triggers
from journal.models import Anchor, Event
from journal.outbox import announce
from journal.recording import record
from journal.triggers import AppendOnly, FrozenWhen, append_only, frozen_when, lifted
from people.models import User

POSTGRESQL_ONLY = pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's")
SQLITE_ONLY = pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def event(db: None, at: datetime) -> Event:
    Anchor.objects.create(seq=0, hash="0" * 64, count=0, at=at, signature="x")
    made = record("ticket.filed", by=None, at=at, reason="原因")
    connection.check_constraints()  # PostgreSQL truncates no table whose foreign keys wait to be checked
    return made


@pytest.mark.parametrize("table", ["journal_event", "journal_anchor"])
@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE {} SET alg = alg", id="UPDATE"),
        pytest.param("DELETE FROM {}", id="DELETE"),
        pytest.param("TRUNCATE {} CASCADE", id="TRUNCATE", marks=POSTGRESQL_ONLY),
    ],
)
def test_append_only_tables_refuse(event: Event, table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is append-only: "):
        run(statement.format(table))

    assert Event.objects.get() == event


@SQLITE_ONLY
def test_append_only_tables_refuse_replace(event: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers")
        assert cursor.fetchone() == (1,), "without it REPLACE deletes rows behind the triggers"

    with pytest.raises(IntegrityError, match="journal_event is append-only: DELETE refused"):
        run("REPLACE INTO journal_event SELECT * FROM journal_event")


@pytest.mark.parametrize("how", ["save", "delete", "queryset update", "queryset delete"])
def test_the_orm_is_refused_too(event: Event, how: str) -> None:
    ways: dict[str, Callable[[], object]] = {
        "save": event.save,
        "delete": event.delete,
        "queryset update": lambda: Event.objects.update(reason="另一个原因"),
        "queryset delete": lambda: Event.objects.all().delete(),
    }

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ways[how]()

    assert Event.objects.get().reason == "原因"


@pytest.mark.parametrize(
    "change, refused",
    [
        pytest.param("SET subject = 'x'", True, id="frozen column"),
        pytest.param("SET subject = 'x', read_at = created_at", True, id="frozen beside allowed"),
        pytest.param("SET read_at = created_at", False, id="allowed column"),
        pytest.param("SET subject = subject", False, id="nothing changes"),
    ],
)
def test_frozen_rows_change_in_allowed_columns_only(operator: User, at: datetime, change: str, refused: bool) -> None:
    announce(key="k", recipient=operator, kind="test", subject="标题", at=at, channels=["in_app"])

    if refused:
        with pytest.raises(IntegrityError, match="journal_notice keeps rows frozen when 1 = 1: UPDATE refused"):
            run(f"UPDATE journal_notice {change}")
    else:
        run(f"UPDATE journal_notice {change}")


def test_frozen_rows_cannot_be_deleted(operator: User, at: datetime) -> None:
    announce(key="k", recipient=operator, kind="test", subject="标题", at=at, channels=["in_app"])

    with pytest.raises(IntegrityError, match="journal_notice keeps rows frozen when 1 = 1: DELETE refused"):
        run("DELETE FROM journal_notice")


@pytest.mark.django_db
def test_a_trigger_taken_off_is_missed_and_put_back() -> None:
    assert triggers.missing(connection) == []
    guard = AppendOnly("journal_event")
    for statement in guard.drop_sql(connection.vendor):
        run(statement)

    assert f"{guard.trigger_name('UPDATE')} (journal_event)" in triggers.missing(connection)
    triggers.restore(using="default", plan=["something was migrated"])

    assert triggers.missing(connection) == []


@POSTGRESQL_ONLY
@pytest.mark.django_db
def test_a_disabled_trigger_is_missed() -> None:
    run("ALTER TABLE journal_event DISABLE TRIGGER USER")

    assert any("journal_event" in name for name in triggers.missing(connection))


@pytest.mark.parametrize("plan, left", [([], 0), (None, 1)], ids=["migrate with nothing to do", "no migrate at all"])
def test_every_migrate_puts_missing_guards_back(db: None, plan: list[object] | None, left: int) -> None:
    run(AppendOnly("journal_event").drop_sql(connection.vendor)[0])

    triggers.restore(using="default", plan=plan)

    assert len(triggers.missing(connection)) == left


def settled() -> list[str]:
    """What is missing when a migrate has ended."""
    triggers.restore(using="default", plan=["something was migrated"])
    return triggers.missing(connection)


def test_guards_and_their_lifting_can_be_reversed(transactional_db: None) -> None:
    state = ProjectState.from_apps(apps)
    (guard,) = append_only("journal_event")
    (lift,) = lifted([guard])
    steps = [guard.database_backwards, guard.database_forwards, lift.database_forwards, lift.database_backwards]
    on = []
    for step in steps:
        with connection.schema_editor() as editor:
            step("journal", editor, state, state)
        on.append(triggers.missing(connection) == [])

    # On SQLite a guard goes on at the end of the run.
    assert on == ([False, True, False, True] if connection.vendor == "postgresql" else [False] * 4)
    assert settled() == []


@SQLITE_ONLY
def test_guarded_tables_can_be_rebuilt_by_later_migrations(transactional_db: None) -> None:
    tables = {guard.table for guard in triggers.guards(connection)}
    models = [model for model in apps.get_models() if model._meta.db_table in tables]

    triggers.set_aside(using="default", plan=["something to migrate"])
    database_views.take_away(using="default", plan=["something to migrate"])
    with connection.schema_editor() as editor:
        for model in models:
            editor._remake_table(model)  # type: ignore[attr-defined]
    database_views.bring_back(using="default", plan=["something to migrate"])

    assert len(models) == len(tables) >= 4
    assert settled() == []


def test_the_flush_between_tests_leaves_the_guards_on(transactional_db: None, at: datetime) -> None:
    with transaction.atomic():
        record("ticket.filed", by=None, at=at)
    assert triggers.missing(connection) == []

    with pytest.raises(IntegrityError, match="append-only"):
        run("DELETE FROM journal_event")


@pytest.mark.parametrize("guard", [*append_only("billing_allocationreversalrequest"), *frozen_when("a", "OLD.b = 1")])
def test_names_fit_every_engine_and_differ(guard: triggers.Guard) -> None:
    names = {guard.trigger_name(event) for event in ("UPDATE", "DELETE", "TRUNCATE")}

    assert len(names) == 3
    assert max(map(len, names)) <= 30


def test_two_conditions_on_one_table_are_two_guards() -> None:
    first, second = FrozenWhen("a", "OLD.b = 1"), FrozenWhen("a", "OLD.b = 2")

    assert first.trigger_name("UPDATE") != second.trigger_name("UPDATE")


def test_a_table_no_model_has_is_an_error() -> None:
    with pytest.raises(LookupError, match="No model has the table nowhere"):
        AppendOnly("nowhere").install_sql(connection.vendor, apps)


def test_guards_survive_a_round_through_the_migration_writer() -> None:
    guard = FrozenWhen("a", "OLD.b = 1", ("c",))

    name, args, kwargs = guard.deconstruct()

    assert (name, tuple(args), kwargs) == ("FrozenWhen", ("a", "OLD.b = 1", ("c",)), {})
