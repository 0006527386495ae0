"""Named sets of broken clocks that still run."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models


class ChaseQuerySet(models.QuerySet[Any]):
    def due(self, at: datetime) -> Self:
        """Those to look at by an instant, the longest waiting first."""
        return self.filter(next_check_at__lte=at).order_by("next_check_at", "pk")

    def revive(self, ticket_id: int, *, at: datetime) -> int:
        """The stopped clocks of a ticket run again: look at those that are broken."""
        return self.filter(clock__ticket=ticket_id, over=True).update(over=False, next_check_at=at)
