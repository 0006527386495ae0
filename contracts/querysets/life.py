"""Names for sets of suspensions and exit tasks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from contracts.querysets.papers import of_agreements_of

if TYPE_CHECKING:
    from people.models import User


class SuspensionQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The suspensions of agreements of the user's organisations."""
        return self.filter(of_agreements_of(user))

    def open(self) -> Self:
        """Suspensions that nobody has lifted yet, begun or not."""
        return self.filter(ends_at__isnull=True)

    def touching(self, start: datetime, end: datetime) -> Self:
        """Suspensions that share some time with [start, end); one lifted before it began shares none."""
        lasting = Q(ends_at__isnull=True) | (Q(ends_at__gt=start) & Q(ends_at__gt=F("starts_at")))
        return self.filter(lasting, starts_at__lt=end)

    def holding(self, at: datetime) -> Self:
        """Suspensions in which an instant lies."""
        return self.filter(starts_at__lte=at).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))


class ExitTaskQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The exit tasks of agreements of the user's organisations."""
        return self.filter(of_agreements_of(user))

    def unsettled(self) -> Self:
        """Tasks that keep their agreement from being closed."""
        return self.filter(state__in=["open", "reported"])
