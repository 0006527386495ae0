"""A million rows in seconds: copies of rows that the product's own verbs made, by one INSERT ... SELECT a table.

What differs from copy to copy is given as SQL of the copy's number (n.i); everything else, columns of later days
included, is taken from the first row.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

STEP = 250_000  # copies an INSERT


def copies(model: type[Model], like: int, first: int, last: int, said: Mapping[str, str]) -> None:
    """Rows first..last of a model, each with its number as key, like the row `like` but for the columns said."""
    columns = [field.column for field in model._meta.local_concrete_fields]
    values = {"id": "n.i", **said}
    chosen = ", ".join(values.get(column, f'o."{column}"') for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    for low in range(first, last + 1, STEP):
        high = min(low + STEP - 1, last)
        numbers = f"WITH RECURSIVE n(i) AS (SELECT {low} UNION ALL SELECT i + 1 FROM n WHERE i < {high})"
        body = f'{numbers} SELECT {chosen} FROM n, "{table}" o WHERE o.id = {int(like)}'
        run(f'INSERT INTO "{table}" ({named}) {body}')


def run(sql: str) -> None:
    """One statement without parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


def shifted(column: str, minutes: str, *, alias: str = "o") -> str:
    """An instant of the copied row, so many minutes (SQL) later."""
    if connection.vendor == "postgresql":
        return f"{alias}.\"{column}\" + ({minutes}) * interval '1 minute'"
    return f"datetime({alias}.\"{column}\", '+' || ({minutes}) || ' minutes')"


def text(prefix: str) -> str:
    """A text that ends in the copy's number."""
    return f"'{prefix}' || n.i"


def key() -> str:
    """A UUID of the copy's number, as each engine keeps it."""
    if connection.vendor == "postgresql":
        return "('00000000-0000-4000-8000-' || lpad(n.i::text, 12, '0'))::uuid"
    return "'000000000000400080' || printf('%014d', n.i)"


def settle(*models: type[Model]) -> None:
    """Let the planner know what is there now, and the keys go on after the copies."""
    run("ANALYZE")
    if connection.vendor == "postgresql":
        for model in models:
            table = model._meta.db_table
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def most(model: type[Model]) -> int:
    """The greatest key of a model; 0 when it is empty."""
    found: Any = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return found or 0
