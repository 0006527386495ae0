"""The dunning workbench: an agreement seen as a debt."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from billing.querysets_dunning import DunningCaseManager
from contracts.models import Agreement

if TYPE_CHECKING:
    from datetime import date


class DunningCase(Agreement):
    """An agreement with issued bills: who owes, at which step of the ladder, what is to be done next."""

    if TYPE_CHECKING:  # what DunningCaseQuerySet.with_debt adds
        open_fen: int
        overdue_fen: int
        overdue_since: date | None
        stage: str

    objects = DunningCaseManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = _("催收")
        verbose_name_plural = _("催收台")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.number} · {self.party_b.name}"
