"""Credentials: which keys and certificates are out, told by their fingerprint.  No secret is ever stored."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.sharing import AgreementItem
from contracts.querysets import CredentialQuerySet

SOON = timedelta(30)


class Credential(models.Model):
    """A key, certificate or account that was handed to Party B: its identifier and the SHA-256 of what it is."""

    class Kind(models.TextChoices):
        API_KEY = "api_key", _("接口密钥")
        CERTIFICATE = "certificate", _("数字证书")
        ACCOUNT = "account", _("账号")
        TOKEN = "token", _("令牌")

    class Standing(models.TextChoices):
        LIVE = "live", _("有效")
        EXPIRING = "expiring", _("即将到期")
        EXPIRED = "expired", _("已到期")
        REVOKED = "revoked", _("已注销")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="credentials", verbose_name=_("协议"))
    shared_item = models.ForeignKey(
        AgreementItem, models.PROTECT, null=True, blank=True, related_name="credentials", verbose_name=_("共享信息")
    )
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    identifier = models.CharField(_("标识"), max_length=120)
    fingerprint = models.CharField(_("SHA-256 指纹"), max_length=64, unique=True)
    held_by = models.CharField(_("保管人"), max_length=60)
    issued_on = models.DateField(_("签发日期"))
    expires_on = models.DateField(_("有效期至"))
    revoked_on = models.DateField(_("注销日期"), null=True, blank=True)
    revoked_why = models.CharField(_("注销原因"), max_length=300, blank=True)

    objects = CredentialQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("访问凭证")
        verbose_name_plural = _("访问凭证")
        ordering = ["expires_on", "pk"]
        permissions = [("handle_credential", _("登记和注销访问凭证"))]
        constraints = [
            models.CheckConstraint(
                name="credential_kind_known", condition=Q(kind__in=["api_key", "certificate", "account", "token"])
            ),
            models.CheckConstraint(
                name="credential_span",
                condition=Q(expires_on__gte=F("issued_on")),
                violation_error_message=_("到期日期不能早于签发日期。"),
            ),
            models.CheckConstraint(
                name="credential_revoked_why",
                condition=Q(revoked_on__isnull=True, revoked_why="")
                | (Q(revoked_on__isnull=False) & ~Q(revoked_why="")),
                violation_error_message=_("注销须写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.identifier}"

    def standing_on(self, day: date) -> Standing:
        """Where the credential stands on a civil day."""
        if self.revoked_on is not None:
            return self.Standing.REVOKED
        if day > self.expires_on:
            return self.Standing.EXPIRED
        return self.Standing.EXPIRING if self.expires_on - day <= SOON else self.Standing.LIVE
