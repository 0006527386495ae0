"""Names for sets of agreements, and the one rule of scope: Party B sees its own organisations' rows only."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User


class AgreementQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The agreements of the Party B organisations that the user acts for; drafts are not theirs to see."""
        return self.filter(party_b__memberships__user=user, party_b__memberships__active=True).exclude(state="draft")

    def in_force_on(self, day: date) -> Self:
        """Agreements in force, or suspended, on a civil day."""
        return self.filter(state__in=["in_force", "suspended"], effective_on__lte=day).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )

    def running(self) -> Self:
        """Agreements that bind now: in force, or suspended."""
        return self.filter(state__in=["in_force", "suspended"])

    def run_out(self, today: date) -> Self:
        """Agreements that still count as running although their last day is over."""
        return self.running().filter(ends_on__lt=today)

    def ending(self, today: date, *, within: int) -> Self:
        """Running agreements whose last day is today or within so many days."""
        return self.running().filter(ends_on__gte=today, ends_on__lte=today + timedelta(days=within))

    def to_be_suspended(self, at: datetime) -> Self:
        """Agreements in force whose suspension has begun."""
        return self.filter(
            state="in_force", suspensions__starts_at__lte=at, suspensions__ends_at__isnull=True
        ).distinct()


class AgreementVersionQuerySet(models.QuerySet[Any]):
    def applying_on(self, day: date) -> Self:
        """Versions whose effective interval [from, to) holds a civil day."""
        return self.filter(effective_from__lte=day).filter(Q(effective_to__isnull=True) | Q(effective_to__gt=day))
