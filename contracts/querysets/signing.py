"""Names for sets of signature marks."""

from __future__ import annotations

from typing import Any, Self

from django.db import models


class SignatureMarkQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Marks that count: neither revoked nor themselves a revocation."""
        return self.filter(revokes__isnull=True, revoked_by__isnull=True)
