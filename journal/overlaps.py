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


@dataclass(frozen=True, kw_only=True)
class NamedDays:
    """The same where a word holds rows apart, within one group where one is named; rows without a word may overlap."""

    word: str
    starts: str
    ends: str
    group: str = ""


class NeverMeeting(NeverOverlapping):
    """Two rows of one word (and group) may not hold the same day.

    PostgreSQL compares sixty bits of the word's MD5 as a range: no extension is needed for it.
    """

    days: NamedDays  # type: ignore[assignment]

    def __init__(self, table: str, name: str, days: NamedDays) -> None:
        self.table, self.name, self.days = table, name, days

    def refusals(self, engine: str, columns: Sequence[str]) -> dict[str, tuple[str, str]]:
        if engine == POSTGRESQL:
            return {}
        days = self.days
        same = [f'o."{column}" = NEW."{column}"' for column in (days.word, days.group) if column]
        others = f'"{self.table}" o WHERE {" AND ".join(same)}'
        condition = f"NEW.\"{days.word}\" <> '' AND EXISTS (SELECT 1 FROM {others} AND {_shared(days)})"  # noqa: S608
        refusal = (condition, f"{self.name}: intervals of {self.table} overlap")
        return {"INSERT": refusal, "UPDATE": refusal}

    def create_sql(self, engine: str, columns: Sequence[str]) -> list[str]:
        if engine != POSTGRESQL:
            return super().create_sql(engine, columns)
        days = self.days
        word = f"('x' || substr(md5(\"{days.word}\"), 1, 15))::bit(60)::bigint"
        ranges = [f"int8range({word}, {word}, '[]') WITH &&"]
        if days.group:
            ranges.append(f'int8range("{days.group}", "{days.group}", \'[]\') WITH &&')
        ranges.append(f'daterange("{days.starts}", "{days.ends}", \'[)\') WITH &&')
        return [
            f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.name}" EXCLUDE USING gist '
            f"({', '.join(ranges)}) WHERE (\"{days.word}\" <> '')"
        ]


def never_meeting(table: str, name: str, days: NamedDays) -> list[Operation]:
    """Operations that refuse two rows of one word whose intervals share a day, whoever writes them."""
    return [NeverMeeting(table, name, days)]


def never_overlapping(table: str, name: str, days: Days) -> list[Operation]:
    """Operations that refuse two rows of one group whose intervals share a day, whoever writes them."""
    return [NeverOverlapping(table, name, days)]


def _meets_another(table: str, days: Days) -> str:
    """SQL: NEW is one of the rows looked at and shares a day with another; every name comes from a migration."""
    column, value = days.only
    others = f'"{table}" o WHERE o."{column}" = \'{value}\' AND o."{days.group}" = NEW."{days.group}"'
    return f"NEW.\"{column}\" = '{value}' AND EXISTS (SELECT 1 FROM {others} AND {_shared(days)})"  # noqa: S608


def _shared(days: Days | NamedDays) -> str:
    return (
        f'o."id" IS NOT NEW."id" AND (NEW."{days.ends}" IS NULL OR o."{days.starts}" < NEW."{days.ends}") '
        f'AND (o."{days.ends}" IS NULL OR NEW."{days.starts}" < o."{days.ends}")'
    )
