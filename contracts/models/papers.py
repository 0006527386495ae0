"""Papers: files that prove something about an agreement or an organisation, kept with their hash, never changed."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.agreements import Agreement
from contracts.models.organisations import Organisation
from contracts.querysets import PaperQuerySet


def random_place(instance: Any, filename: str) -> str:
    """Where a paper is kept: nothing of the sender's file name reaches the disk."""
    name = secrets.token_hex(20)
    return f"papers/{name[:2]}/{name}"


class Paper(models.Model):
    """A file with its SHA-256, of one agreement or of one organisation.  Append-only: a better scan is a new paper."""

    class Kind(models.TextChoices):
        SIGNED_SCAN = "signed_scan", _("签署扫描件")
        AUTHORISATION = "authorisation", _("授权委托书")
        SEAL_RECORD = "seal_record", _("用印记录")
        LICENCE = "licence", _("主体资格证明")
        CONSENT = "consent", _("同意书")
        CERTIFICATE = "certificate", _("证书或报告")
        UNDERTAKING = "undertaking", _("保密承诺书")
        NOTICE = "notice", _("函件")
        DELIVERY_PROOF = "delivery_proof", _("送达凭证")
        EVIDENCE = "evidence", _("证据材料")
        OTHER = "other", _("其他")

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="papers", verbose_name=_("协议")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="papers", verbose_name=_("单位")
    )
    kind = models.CharField(_("种类"), max_length=16, choices=Kind.choices)
    title = models.CharField(_("名称"), max_length=160)
    for_party_b = models.BooleanField(_("乙方可见"), default=False)
    name = models.CharField(_("文件名"), max_length=150)
    file = models.FileField(_("文件"), upload_to=random_place, max_length=100)
    content_type = models.CharField(_("内容类型"), max_length=100)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    at = models.DateTimeField(_("上传时间"))

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="paper_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="paper_of_one",
                condition=Q(agreement__isnull=False, organisation__isnull=True)
                | Q(agreement__isnull=True, organisation__isnull=False),
                violation_error_message=_("文件须属于一份协议或一个单位。"),
            ),
            models.CheckConstraint(
                name="paper_kind_known",
                condition=Q(
                    kind__in=[
                        "signed_scan",
                        "authorisation",
                        "seal_record",
                        "licence",
                        "consent",
                        "certificate",
                        "undertaking",
                        "notice",
                        "delivery_proof",
                        "evidence",
                        "other",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title
