"""Names for sets of security duties: what waits for a look, what is late, which agreements they concern."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from contracts.models import Agreement


class _Watched(models.QuerySet[Any]):
    def due_for_look(self, at: datetime) -> Self:
        """Rows that the sweep must look at, the longest waiting first; read from a partial index."""
        return self.filter(look_at__isnull=False, look_at__lte=at).order_by("look_at", "pk")


class CheckPlanQuerySet(_Watched):
    def going(self) -> Self:
        """Plans that have not ended."""
        return self.filter(ended_on__isnull=True)

    def late_on(self, day: date) -> Self:
        """Plans whose check is late on a civil day."""
        return self.going().filter(late_from__lte=day)


class VulnerabilityQuerySet(_Watched):
    def open(self) -> Self:
        """Those that nobody has fixed, or whose fix nobody else has verified."""
        return self.filter(state__in=["open", "fixed"])

    def late_at(self, at: datetime) -> Self:
        """Unfixed ones past their date, and accepted ones whose acceptance has run out."""
        over = Q(state="accepted", accepted_until__lt=timezone.localdate(at))
        return self.filter(Q(state="open", fix_by__lt=at) | over)

    def concerning(self, agreement: Agreement, services: models.QuerySet[Any]) -> Self:
        """Those of the agreement's Party A on its services, or on no service in particular."""
        named = self.model.services.through.objects.filter(service__in=services).values("vulnerability")
        anywhere = ~Q(pk__in=self.model.services.through.objects.values("vulnerability"))
        return self.filter(provider=agreement.party_a_id).filter(Q(pk__in=named) | anywhere)


class IncidentQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Incidents that are not closed."""
        return self.exclude(state="closed")

    def concerning(self, agreement: Agreement, services: models.QuerySet[Any]) -> Self:
        """Those of the agreement's Party A on its services, or on no service in particular."""
        named = self.model.services.through.objects.filter(service__in=services).values("securityincident")
        anywhere = ~Q(pk__in=self.model.services.through.objects.values("securityincident"))
        return self.filter(provider=agreement.party_a_id).filter(Q(pk__in=named) | anywhere)


class DutyQuerySet(_Watched):
    def late_at(self, at: datetime) -> Self:
        """Reports that are past their time and not made."""
        return self.filter(state="open", due_at__lt=at)
