"""Names for sets of service credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from contracts.models import Agreement

if TYPE_CHECKING:
    from people.models import User


class ServiceCreditQuerySet(models.QuerySet[Any]):
    def accepted(self) -> Self:
        """What two persons agreed to give or take back."""
        return self.filter(state="accepted")

    def for_user(self, user: User) -> Self:
        """What a person of Party B may read: its own, once accepted."""
        return self.accepted().filter(agreement__in=Agreement.objects.for_user(user))
