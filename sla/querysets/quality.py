"""Names for sets of quality reports, and who of Party B may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from contracts.models import Agreement

if TYPE_CHECKING:
    from people.models import User


class QualityReportQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> Self:
        """The reports of the agreements that the user may see as a person of Party B."""
        return self.filter(ticket__agreement__in=Agreement.objects.for_user(user))

    def about(self, item: int) -> Self:
        """The reports that concern a catalogue item, whoever shares it."""
        return self.filter(items__item=item).distinct()

    def open(self) -> Self:
        """Reports that are not settled: not verified yet, or verified and not corrected."""
        return self.filter(state__in=["reported", "confirmed"])
