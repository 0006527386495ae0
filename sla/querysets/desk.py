"""Names for sets of the desk's rows: what stands, what fits a ticket, what a person may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User


class StandingQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Those that are not retired."""
        return self.filter(retired=False)


class CannedAnswerQuerySet(StandingQuerySet):
    def fitting(self, use: str, queue_id: int | None) -> Self:
        """The standing answers for a verb on a ticket of a queue: general ones and those of the queue."""
        scope = Q(queue__isnull=True) if queue_id is None else Q(queue__isnull=True) | Q(queue_id=queue_id)
        return self.standing().filter(scope, use__in=["any", use]).order_by("name")


class SavedFilterQuerySet(models.QuerySet[Any]):
    def usable_by(self, user: User) -> Self:
        """The person's own filters and those that the team shares."""
        return self.filter(Q(user=user) | Q(shared=True))
