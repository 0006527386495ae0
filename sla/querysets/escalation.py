"""Named sets of broken clocks that still run."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models


class ChaseQuerySet(models.QuerySet[Any]):
    def due(self, at: datetime) -> Self:
        """Those to look at by an instant, the longest waiting first."""
        return self.filter(next_check_at__lte=at).order_by("next_check_at", "pk")

    def unfinished(self) -> Self:
        """Those whose clock is not stopped, however long they have not been looked at."""
        return self.filter(over=False, clock__state__in=["running", "paused"])

    def revive(self, ticket_id: int, *, at: datetime) -> int:
        """The stopped clocks of a ticket run again: look at those that are broken."""
        return self.filter(clock__ticket=ticket_id).update(over=False, next_check_at=at)
