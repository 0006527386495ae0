"""Decisions: where the standard text can be read in two ways, what somebody decided for this agreement."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models.versions import AgreementVersion
from contracts.querysets import DecisionQuerySet


class Decision(models.Model):
    """One answer to one question of contracts.questions.  Append-only: a later answer counts, the earlier one stays."""

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="decisions", verbose_name=_("协议版本"))
    key = models.CharField(_("事项"), max_length=30)
    answer = models.CharField(_("决定"), max_length=30)
    note = models.TextField(_("说明"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("决定人"))
    at = models.DateTimeField(_("决定时间"))

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("条款决定")
        verbose_name_plural = _("条款决定")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.version} · {self.key}"
