"""Counters: ticket numbers of a year, the chain of breaches."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Series(models.Model):
    """A counter whose row is locked last in a short transaction: ticket numbers of a year, the chain of breaches."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    last = models.PositiveBigIntegerField(_("最后编号"), default=0)
    sha256 = models.CharField(_("校验值"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("编号序列")
        verbose_name_plural = _("编号序列")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
