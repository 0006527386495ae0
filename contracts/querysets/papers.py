"""Names for sets of papers and served notices, and who of Party B may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User


def of_agreements_of(user: User) -> Q:
    """The row's agreement is one that the user sees as a person of Party B."""
    return Q(agreement__party_b__memberships__user=user, agreement__party_b__memberships__active=True) & ~Q(
        agreement__state="draft"
    )


class PaperQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The papers that Party B may read: marked so, of the user's organisations and their agreements."""
        own = Q(organisation__memberships__user=user, organisation__memberships__active=True)
        return self.filter(of_agreements_of(user) | own, for_party_b=True).distinct()


class ServedNoticeQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The notices served between the parties on agreements of the user's organisations; drafts are not theirs."""
        return self.filter(of_agreements_of(user)).exclude(state="draft")

    def arrived(self) -> Self:
        """Notices that have taken effect by arriving (Civil Code 137)."""
        return self.filter(state="received")
