"""Names for sets of catalogue items, shared items and updates, and who of Party B may see them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

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


class AccessGrantQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The grants on agreements of the user's organisations."""
        return self.filter(
            shared_item__agreement__party_b__memberships__user=user,
            shared_item__agreement__party_b__memberships__active=True,
        ).exclude(shared_item__agreement__state="draft")

    def standing(self) -> Self:
        """Grants that are asked for, in force or suspended: what a new one must not overlap."""
        return self.filter(state__in=["requested", "granted", "suspended"])

    def usable_on(self, day: date) -> Self:
        """Grants that may be used on a civil day: see contracts.grants.usable_on, which says why not."""
        return self.filter(
            state="granted",
            valid_from__lte=day,
            valid_to__gte=day,
            shared_item__state="open",
            shared_item__agreement__state="in_force",
            shared_item__agreement__effective_on__lte=day,
        ).exclude(shared_item__agreement__ends_on__lt=day)


class OnboardingQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The onboarding of agreements of the user's organisations."""
        return self.filter(of_agreements_of(user))

    def standing(self) -> Self:
        """Tasks that go on or are done; a stopped one makes room for another."""
        return self.exclude(state="stopped")

    def waiting_for_party_b(self) -> Self:
        """Tasks whose next step is Party B's: confirm the notice, start, or finish connecting."""
        noticed = Q(state="waiting", notice__state__in=["sent", "received"])
        return self.filter(noticed | Q(state="connecting")).distinct()


class CredentialQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The credentials under agreements of the user's organisations."""
        return self.filter(of_agreements_of(user))

    def live_on(self, day: date) -> Self:
        """Neither revoked nor expired on a civil day: what must be revoked when an agreement ends."""
        return self.filter(revoked_on=None, expires_on__gte=day)
