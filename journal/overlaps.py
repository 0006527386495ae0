"""A database guard against intervals that overlap: an exclusion constraint on PostgreSQL, triggers on SQLite.

The exclusion constraint compares ranges only, int8range of the group and daterange of the days, so that it needs no
extension (btree_gist takes a superuser on some servers).  It holds against transactions that run at the same time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.migrations.operations.base import Operation

from journal.triggers import POSTGRESQL, Guard


@dataclass(frozen=True, kw_only=True)
class Days:
    """Columns of a half-open interval of civil days [starts, ends), ends NULL for open; group holds rows apart.

    only: the column and value of the rows that are looked at.
    """

    group: str
    starts: str
    ends: str
    only: tuple[str, str]


class NeverOverlapping(Guard):
    """Two rows of one group may not hold the same day."""

    def __init__(self, table: str, name: str, days: Days) -> None:
        self.table, self.name, self.days = table, name, days

    def key(self) -> str:
        return f"{self.table} {self.name} {self.days}"

    def refusals(self, engine: str, columns: Sequence[str]) -> dict[str, tuple[str, str]]:
        """On SQLite the two triggers; PostgreSQL needs none."""
        if engine == POSTGRESQL:
            return {}
        refusal = (_meets_another(self.table, self.days), f"{self.name}: intervals of {self.table} overlap")
        return {"INSERT": refusal, "UPDATE": refusal}

    def create_sql(self, engine: str, columns: Sequence[str]) -> list[str]:
        if engine != POSTGRESQL:
            return super().create_sql(engine, columns)
        days = self.days
        column, value = days.only
        return [
            f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.name}" EXCLUDE USING gist '
            f'(int8range("{days.group}", "{days.group}", \'[]\') WITH &&, '
            f'daterange("{days.starts}", "{days.ends}", \'[)\') WITH &&) WHERE ("{column}" = \'{value}\')'
        ]

    def drop_sql(self, engine: str) -> list[str]:
        if engine != POSTGRESQL:
            return super().drop_sql(engine)
        return [f'ALTER TABLE "{self.table}" DROP CONSTRAINT IF EXISTS "{self.name}"']

    def describe(self) -> str:
        return f"Let no intervals of {self.table} overlap"


def never_overlapping(table: str, name: str, days: Days) -> list[Operation]:
    """Operations that refuse two rows of one group whose intervals share a day, whoever writes them."""
    return [NeverOverlapping(table, name, days)]


def _meets_another(table: str, days: Days) -> str:
    """SQL: NEW is one of the rows looked at and shares a day with another; every name comes from a migration."""
    column, value = days.only
    others = f'"{table}" o WHERE o."{column}" = \'{value}\' AND o."{days.group}" = NEW."{days.group}"'
    shared = (
        f'o."id" IS NOT NEW."id" AND (NEW."{days.ends}" IS NULL OR o."{days.starts}" < NEW."{days.ends}") '
        f'AND (o."{days.ends}" IS NULL OR NEW."{days.starts}" < o."{days.ends}")'
    )
    return f"NEW.\"{column}\" = '{value}' AND EXISTS (SELECT 1 FROM {others} AND {shared})"  # noqa: S608
