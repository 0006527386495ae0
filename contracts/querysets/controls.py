"""Names for sets of rows on rules, violations, consents and protection, and who of Party B may see them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from contracts.querysets.papers import of_agreements_of

if TYPE_CHECKING:
    from people.models import User


class OfAgreementQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The rows of agreements of the user's organisations; those of drafts are not theirs."""
        return self.filter(of_agreements_of(user))


class RuleVersionQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The published versions of rules that an agreement of the user's organisations is under."""
        theirs = Q(
            rule__issuer__provided__party_b__memberships__user=user,
            rule__issuer__provided__party_b__memberships__active=True,
            rule__issuer__provided__state__in=RULED_STATES,
        )
        fits = Q(rule__agreement__isnull=True) | Q(rule__agreement=F("rule__issuer__provided"))
        return self.filter(theirs & fits, state="published").distinct()


RULED_STATES = ("in_force", "suspended")


class ViolationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The violations notified on agreements of the user's organisations; what was only found is Party A's own."""
        return self.filter(of_agreements_of(user), notice__isnull=False)

    def open(self) -> Self:
        """Neither closed nor unfounded."""
        return self.exclude(state__in=["closed", "unfounded"])

    def overdue(self, today: date) -> Self:
        """Notified, not reported as put right, and past the deadline."""
        return self.filter(state__in=["notified", "rectifying"], rectify_by__lt=today)


class ViolationEntryQuerySet(models.QuerySet[Any]):
    def for_party_b(self) -> Self:
        """The steps that Party B may read."""
        return self.filter(internal=False)
