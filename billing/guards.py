"""The guard for parents that are closed, under the name by which landed migrations know it."""

from journal.triggers import ClosedParent, closed_when

__all__ = ["ClosedParent", "closed_when"]
