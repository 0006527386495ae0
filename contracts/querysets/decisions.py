"""Names for sets of decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from contracts.models import AgreementVersion


class DecisionQuerySet(models.QuerySet[Any]):
    def reaching(self, version: AgreementVersion) -> Self:
        """Every answer that bears on a version: its own and those of the agreement's earlier versions, oldest first."""
        reaching = self.filter(version__agreement_id=version.agreement_id, version__number__lte=version.number)
        return reaching.exclude(version__state="withdrawn").order_by("version__number", "pk")
