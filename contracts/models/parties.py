"""The two parties of an agreement as they were when it went to signing."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.organisations import Organisation
from contracts.models.papers import Paper
from contracts.querysets import AgreementPartyQuerySet


class AgreementParty(models.Model):
    """One side of an agreement (clauses 1.1.1 and 1.1.2).

    Until it is frozen it holds only who signs and where notices go; name, code, kind and address are the
    organisation's present ones.  Freezing copies them: a later rename or change of size does not touch what was signed
    (Order 802 art. 3: size is judged at signing).
    """

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties", verbose_name=_("协议"))
    side = models.CharField(_("身份"), max_length=1, choices=Side.choices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="parties", verbose_name=_("单位"))
    name = models.CharField(_("签署时名称"), max_length=120, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=20, blank=True)
    uscc_reason = models.CharField(_("代码核对说明"), max_length=200, blank=True)
    kind = models.CharField(_("性质"), max_length=20, choices=Organisation.Kind.choices, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    legal_representative = models.CharField(_("法定代表人（负责人）"), max_length=60, blank=True)
    signer = models.CharField(_("签署人"), max_length=60, blank=True)
    capacity = models.CharField(_("签署人职务"), max_length=60, blank=True)
    authorisation = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("授权委托书")
    )
    notice_address = models.CharField(_("送达地址"), max_length=200, blank=True)
    notice_email = models.EmailField(_("送达邮箱"), blank=True)
    notice_system = models.CharField(_("约定的收件系统"), max_length=120, blank=True)
    frozen_at = models.DateTimeField(_("固定时间"), null=True, blank=True)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("固定人")
    )
    superseded_at = models.DateTimeField(_("被替代时间"), null=True, blank=True)

    objects = AgreementPartyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("签署主体")
        verbose_name_plural = _("签署主体")
        ordering = ["-agreement", "side", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "side"], condition=Q(superseded_at__isnull=True), name="party_one_a_side"
            ),
            models.CheckConstraint(name="party_side_known", condition=Q(side__in=["a", "b"])),
            models.CheckConstraint(
                name="party_frozen_whole",
                condition=Q(frozen_at__isnull=True, name="", kind="")
                | (
                    Q(frozen_at__isnull=False, kind__in=["government", "public_institution", "large", "sme"])
                    & ~Q(name="")
                ),
                violation_error_message=_("固定后的签署主体须有名称和性质。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.number} {self.get_side_display()}"
