"""The agreement text as it went to signing: the frozen value and the hash of its PDF."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models.versions import AgreementVersion


class AgreementText(models.Model):
    """One edition of a version's text, as it was put before the parties.  Append-only: a change is a new edition."""

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="texts", verbose_name=_("协议版本"))
    edition = models.PositiveSmallIntegerField(_("文本序号"))
    snapshot: models.JSONField[Any, Any] = models.JSONField(_("文本内容"))
    sha256 = models.CharField(_("内容校验值"), max_length=64)
    pdf_sha256 = models.CharField(_("PDF 校验值"), max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    at = models.DateTimeField(_("定稿时间"))

    class Meta:
        verbose_name = _("定稿文本")
        verbose_name_plural = _("定稿文本")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["version", "edition"], name="agrtext_edition_once")]

    def __str__(self) -> str:
        return f"{self.version} · {self.edition}"
