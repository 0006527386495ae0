"""Names for sets of cases, claims and disputes, and who of Party B may see them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from contracts.querysets.papers import of_agreements_of

if TYPE_CHECKING:
    from people.models import User


class BreachCaseQuerySet(models.QuerySet[Any]):
    def told(self) -> Self:
        """Cases that were notified to the party in breach: what is still only suspected is nobody else's."""
        return self.filter(notice__isnull=False)

    def for_user(self, user: User) -> Self:
        """The notified cases of the agreements of the user's organisations."""
        return self.told().filter(of_agreements_of(user))

    def open(self) -> Self:
        """Cases that somebody still has to act upon."""
        return self.exclude(state="closed")

    def running_out(self, until: date) -> Self:
        """Open cases whose limitation ends up to a civil day, or has ended."""
        return self.open().filter(limitation_on__lte=until)


class CaseEntryQuerySet(models.QuerySet[Any]):
    def for_party_b(self) -> Self:
        """The lines that Party B may read."""
        return self.filter(internal=False)


class ClaimQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Claims that are neither settled nor withdrawn."""
        return self.filter(state__in=["claimed", "accepted", "contested"])


class ForceMajeureQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The notified events of the agreements of the user's organisations."""
        return self.filter(of_agreements_of(user), notice__isnull=False)


class DisputeQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The disputes of the agreements of the user's organisations: both parties know of them."""
        return self.filter(of_agreements_of(user))

    def open(self) -> Self:
        """Disputes that are not closed."""
        return self.exclude(stage="closed")


class DisputeStepQuerySet(models.QuerySet[Any]):
    def for_party_b(self) -> Self:
        """The steps that Party B may read."""
        return self.filter(internal=False)
