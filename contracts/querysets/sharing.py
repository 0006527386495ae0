"""Names for sets of catalogue items, shared items and updates, and who of Party B may see them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from contracts.querysets.papers import of_agreements_of

if TYPE_CHECKING:
    from people.models import User


class CatalogueItemQuerySet(models.QuerySet[Any]):
    def published(self) -> Self:
        """Items that stand in the catalogue now."""
        return self.filter(state="published")

    def overdue_on(self, day: date) -> Self:
        """Published items whose update is overdue on a civil day."""
        return self.published().filter(freshness__overdue_from__lte=day)


class AgreementItemQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The shared items of the agreements of the user's organisations."""
        return self.filter(of_agreements_of(user))

    def standing(self) -> Self:
        """Items that are still to be shared, shared or suspended."""
        return self.exclude(state="withdrawn")

    def late_on(self, day: date) -> Self:
        """Items whose agreed opening day is over and that were never opened."""
        return self.filter(state__in=["planned", "confirmed"], expected_on__lt=day)


class UpdateEventQuerySet(models.QuerySet[Any]):
    def of(self, item_id: int) -> Self:
        """The updates of one item, newest first."""
        return self.filter(item=item_id).order_by("-updated_at", "-pk")
