"""What a dishonest owner of the database can do: take the triggers off, rewrite, and put them on again."""

from django.apps import apps
from django.db import connection

from journal.triggers import guards


def rewrite(*statements: str) -> None:
    """Run the statements behind the back of every guard; the guards are on again afterwards."""
    with connection.cursor() as cursor:
        for guard in guards(connection):
            for statement in guard.drop_sql(connection.vendor):
                cursor.execute(statement)
        for statement in statements:
            cursor.execute(statement)
        for guard in guards(connection):
            for statement in guard.install_sql(connection.vendor, apps):
                cursor.execute(statement)
