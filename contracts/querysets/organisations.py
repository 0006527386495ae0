"""Names for sets of organisations, their people and contacts; Party B sees its own organisations' rows only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from contracts.names import key

if TYPE_CHECKING:
    from people.models import User


class OrganisationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The organisations that the user acts for."""
        return self.filter(memberships__user=user, memberships__active=True)

    def administered_by(self, user: User) -> Self:
        """The organisations whose administrator the user is."""
        return self.filter(memberships__user=user, memberships__active=True, memberships__role="admin")

    def standing(self) -> Self:
        """Organisations that were not merged into another."""
        return self.filter(merged_into__isnull=True)

    def named(self, text: str) -> Self:
        """Organisations with the text in a present or former name, alias or short name, however it is written."""
        if not (wanted := key(text)):
            return self.none()
        borne = self.model.names.rel.related_model.objects.filter(key__contains=wanted)
        return self.filter(Q(name_key__contains=wanted) | Q(pk__in=borne.values("organisation")))

    def called(self, text: str) -> Self:
        """Organisations that bear or bore exactly this name, however it is written."""
        if not (wanted := key(text)):
            return self.none()
        borne = self.model.names.rel.related_model.objects.filter(key=wanted)
        return self.filter(Q(name_key=wanted) | Q(pk__in=borne.values("organisation")))


class _OfOrganisation(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The rows of the organisations that the user acts for."""
        return self.filter(organisation__memberships__user=user, organisation__memberships__active=True)

    def administered_by(self, user: User) -> Self:
        """The rows of the organisations whose administrator the user is."""
        return self.filter(
            organisation__memberships__user=user,
            organisation__memberships__active=True,
            organisation__memberships__role="admin",
        )


class MembershipQuerySet(_OfOrganisation):
    """Who acts for which organisation."""


class ContactQuerySet(_OfOrganisation):
    """Whom to turn to."""

    def valid(self) -> Self:
        """Contacts that still hold."""
        return self.filter(valid=True)


class AgreementPartyQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """The row that counts for each side."""
        return self.filter(superseded_at__isnull=True)

    def frozen(self) -> Self:
        """Sides fixed at signing."""
        return self.standing().filter(frozen_at__isnull=False)
