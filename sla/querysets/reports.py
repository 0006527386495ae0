"""Names for sets of monthly reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from contracts.models import Agreement

if TYPE_CHECKING:
    from people.models import User


class ServiceReportQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The reports on the agreements that the user may see as a person of Party B."""
        return self.filter(agreement__in=Agreement.objects.for_user(user))

    def newest(self) -> Self:
        """Without those that a later revision took the place of."""
        return self.exclude(state="superseded")
