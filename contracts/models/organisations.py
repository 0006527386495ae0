"""Organisations, their names, and the people who act for them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.names import LONGEST_KEY, key
from contracts.querysets import MembershipQuerySet, OrganisationQuerySet
from contracts.uscc import examine


class Organisation(models.Model):
    """A body that concludes agreements: Party A, or one of many Party Bs."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("行政机关")
        PUBLIC_INSTITUTION = "public_institution", _("事业单位")
        LARGE = "large", _("大型企业")
        SME = "sme", _("中小企业")

    name = models.CharField(_("名称"), max_length=120, unique=True)
    name_key = models.CharField(_("比对名称"), max_length=LONGEST_KEY, editable=False, db_index=True, default="")
    uscc = models.CharField(_("统一社会信用代码"), max_length=20, blank=True)
    uscc_reason = models.CharField(_("代码核对说明"), max_length=200, blank=True)
    uscc_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("代码确认人"),
    )
    uscc_confirmed_at = models.DateTimeField(_("代码确认时间"), null=True, blank=True, editable=False)
    kind = models.CharField(_("性质"), max_length=20, choices=Kind.choices)
    legal_representative = models.CharField(_("法定代表人（负责人）"), max_length=60, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    contact_email = models.EmailField(_("联系邮箱"), blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="absorbed",
        verbose_name=_("已并入"),
    )

    objects = OrganisationQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["name_key"])

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["name"]
        permissions = [
            ("request_merge", "Can ask to merge two organisations"),
            ("decide_merge", "Can decide on a merge of two organisations"),
        ]
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=Q(kind__in=["government", "public_institution", "large", "sme"]),
                violation_error_message=_("单位性质须为行政机关、事业单位、大型企业或中小企业。"),
            ),
            models.CheckConstraint(
                name="organisation_uscc_confirmed",
                condition=Q(uscc_reason="", uscc_confirmed_by__isnull=True, uscc_confirmed_at__isnull=True)
                | (~Q(uscc_reason="") & Q(uscc_confirmed_by__isnull=False, uscc_confirmed_at__isnull=False)),
                violation_error_message=_("代码核对说明须与确认人、确认时间一并记录。"),
            ),
            models.CheckConstraint(
                name="organisation_not_into_self",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                violation_error_message=_("单位不能并入自己。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the name as it is compared."""
        self.name_key = key(self.name)
        if "name" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "name_key"}
        super().save(*args, **kwargs)

    @property
    def uscc_proven(self) -> bool:
        """The code is right, or somebody confirmed with a reason that it is the one in use."""
        return bool(self.uscc) and (examine(self.uscc).check_digit_ok or bool(self.uscc_reason))


class OrganisationName(models.Model):
    """A name that an organisation bears or bore: what it is found by on old papers."""

    class Kind(models.TextChoices):
        CURRENT = "current", _("现用名")
        FORMER = "former", _("曾用名")
        ALIAS = "alias", _("别名")
        SHORT = "short", _("简称")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="names", verbose_name=_("单位"))
    name = models.CharField(_("名称"), max_length=120)
    key = models.CharField(_("比对名称"), max_length=LONGEST_KEY, editable=False, db_index=True)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["key"])

    class Meta:
        verbose_name = _("单位名称")
        verbose_name_plural = _("单位名称")
        ordering = ["organisation", "kind", "-valid_to", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(kind="current"), name="orgname_one_current"),
            models.UniqueConstraint(
                fields=["organisation", "key"],
                condition=Q(kind__in=["alias", "short"], valid_to__isnull=True),
                name="orgname_alias_once",
                violation_error_message=_("这个别名或简称已经登记。"),
            ),
            models.CheckConstraint(
                name="orgname_kind_known", condition=Q(kind__in=["current", "former", "alias", "short"])
            ),
            models.CheckConstraint(
                name="orgname_interval",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("停用日期不能早于启用日期。"),
            ),
            models.CheckConstraint(
                name="orgname_ended_if_former",
                condition=Q(kind="current", valid_to__isnull=True)
                | Q(kind="former", valid_to__isnull=False)
                | Q(kind__in=["alias", "short"]),
                violation_error_message=_("现用名没有停用日期，曾用名须有停用日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the name as it is compared."""
        self.key = key(self.name)
        super().save(*args, **kwargs)


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

    objects = MembershipQuerySet.as_manager()
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
