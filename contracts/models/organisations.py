"""Organisations, and the people who act for them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.querysets import OrganisationQuerySet


class Organisation(models.Model):
    """A body that concludes agreements: Party A, or one of many Party Bs."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("行政机关")
        PUBLIC_INSTITUTION = "public_institution", _("事业单位")
        LARGE = "large", _("大型企业")
        SME = "sme", _("中小企业")

    name = models.CharField(_("名称"), max_length=120, unique=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    kind = models.CharField(_("性质"), max_length=20, choices=Kind.choices)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    contact_email = models.EmailField(_("联系邮箱"), blank=True)
    bank_name = models.CharField(_("开户行"), max_length=120, blank=True)
    bank_account = models.CharField(_("账号"), max_length=40, blank=True)

    objects = OrganisationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=Q(kind__in=["government", "public_institution", "large", "sme"]),
                violation_error_message=_("单位性质须为行政机关、事业单位、大型企业或中小企业。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user acts for an organisation, as a plain user or as its administrator."""

    class Role(models.TextChoices):
        USER = "user", _("经办人")
        ADMIN = "admin", _("管理员")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("用户")
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships", verbose_name=_("单位"))
    role = models.CharField(_("身份"), max_length=10, choices=Role.choices, default=Role.USER)
    active = models.BooleanField(_("有效"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("单位成员")
        verbose_name_plural = _("单位成员")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=["user", "admin"])),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organisation}"
