"""A guard of the database for parents that are closed: no row may be put under them."""

from collections.abc import Sequence

from django.db.migrations.operations.base import Operation

from journal.triggers import Guard


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


def closed_when(table: str, condition: str) -> list[Operation]:
    """Operations that refuse to add or move rows for which the condition on NEW holds."""
    return [ClosedParent(table, condition)]
