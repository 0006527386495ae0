"""Migrations: none missing, none named auto_, each RunPython and RunSQL reversible."""

import pytest
from django.core.management import call_command
from django.db import migrations
from django.db.migrations.loader import MigrationLoader

OURS = ("people", "journal", "worktime", "contracts", "sla", "billing")


def ours() -> list[tuple[str, migrations.Migration]]:
    loader = MigrationLoader(None)
    return [(f"{app}.{name}", made) for (app, name), made in sorted(loader.disk_migrations.items()) if app in OURS]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_has_a_name_that_says_something() -> None:
    unnamed = [name for name, _ in ours() if "auto_" in name]

    assert unnamed == []


def test_every_operation_can_be_reversed() -> None:
    stuck = [
        f"{name}: {operation}" for name, made in ours() for operation in made.operations if not operation.reversible
    ]

    assert stuck == []
    assert len(ours()) >= len(OURS)
