"""Signatures and seals on a version of an agreement: who, in what capacity, on which day, and what proves it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.papers import Paper
from contracts.models.versions import AgreementVersion
from contracts.querysets import SignatureMarkQuerySet


class SignatureMark(models.Model):
    """A signature (签字) or seal (盖章) of one party on one version.  Append-only: a later row revokes a wrong one.

    A row with `revokes` takes an earlier mark back and repeats what that mark said.  made_on is the civil day on which
    the mark was put on the paper; neither the upload nor the entry counts.
    """

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")

    class Kind(models.TextChoices):
        SIGN = "sign", _("签字")
        SEAL = "seal", _("盖章")

    class Capacity(models.TextChoices):
        LEGAL = "legal_representative", _("法定代表人（负责人）")
        AUTHORISED = "authorised_signer", _("授权签署人")

    class Medium(models.TextChoices):
        PAPER = "paper", _("纸质")
        ELECTRONIC = "electronic", _("电子")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="marks", verbose_name=_("协议版本"))
    side = models.CharField(_("签署方"), max_length=1, choices=Side.choices)
    kind = models.CharField(_("种类"), max_length=4, choices=Kind.choices)
    person = models.CharField(_("签字人或用印人"), max_length=60)
    capacity = models.CharField(_("身份"), max_length=20, choices=Capacity.choices, blank=True)
    seal_name = models.CharField(_("印章名称"), max_length=120, blank=True)
    medium = models.CharField(_("形式"), max_length=10, choices=Medium.choices)
    made_on = models.DateField(_("签署日期"))
    authorisation = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("授权委托书")
    )
    scan = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("签署扫描件")
    )
    certificate = models.CharField(_("电子签名证书指纹"), max_length=128, blank=True)
    revokes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="revoked_by", verbose_name=_("撤销的签署")
    )
    reason = models.CharField(_("撤销理由"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    objects = SignatureMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("签署记录")
        verbose_name_plural = _("签署记录")
        ordering = ["pk"]
        permissions = [("record_mark", _("登记签署"))]
        constraints = [
            models.CheckConstraint(name="mark_side_known", condition=Q(side__in=["a", "b"])),
            models.CheckConstraint(name="mark_kind_known", condition=Q(kind__in=["sign", "seal"])),
            models.CheckConstraint(
                name="mark_sign_capacity",
                condition=Q(kind="seal") | Q(capacity__in=["legal_representative", "authorised_signer"]),
                violation_error_message=_("签字须写明签字人的身份。"),
            ),
            models.CheckConstraint(
                name="mark_seal_named",
                condition=Q(kind="sign") | ~Q(seal_name=""),
                violation_error_message=_("盖章须写明印章名称。"),
            ),
            models.CheckConstraint(
                name="mark_proven",
                condition=Q(medium="paper", scan__isnull=False) | (Q(medium="electronic") & ~Q(certificate="")),
                violation_error_message=_("纸质签署须有扫描件，电子签署须有证书指纹。"),
            ),
            models.CheckConstraint(
                name="mark_authorised",
                condition=~Q(capacity="authorised_signer") | Q(authorisation__isnull=False),
                violation_error_message=_("授权签署人须有授权委托书。"),
            ),
            models.CheckConstraint(
                name="mark_revoked_why",
                condition=Q(revokes__isnull=True) | ~Q(reason=""),
                violation_error_message=_("撤销签署须写明理由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.get_kind_display()} · {self.person}"
