"""What Party B may do only with Party A's consent (3.3.2), and the third parties that it lets in (5.2.2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.papers import Paper
from contracts.querysets import ConsentRequestQuerySet, ThirdPartyAccessQuerySet


class ConsentRequest(models.Model):
    """A request for consent and its decision.  A grant rests on a stored letter and stands from day to day."""

    class Kind(models.TextChoices):
        COMMERCIAL_USE = "commercial_use", _("商业用途")
        DISCLOSURE = "disclosure", _("向第三方提供")
        PUBLICATION = "publication", _("公开发布")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        REQUESTED = "requested", _("待审批")
        GRANTED = "granted", _("已同意")
        REFUSED = "refused", _("未同意")
        REVOKED = "revoked", _("已撤销")
        WITHDRAWN = "withdrawn", _("已撤回")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="consents", verbose_name=_("协议"))
    kind = models.CharField(_("事项"), max_length=16, choices=Kind.choices)
    purpose = models.CharField(_("用途"), max_length=300)
    scope = models.TextField(_("范围"), help_text=_("哪些信息、提供给谁、以什么方式使用。"))
    wanted_from = models.DateField(_("申请自"))
    wanted_until = models.DateField(_("申请至"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人或登记人")
    )
    requested_at = models.DateTimeField(_("申请时间"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.REQUESTED, editable=False)
    reasons = models.TextField(_("审批意见"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    valid_from = models.DateField(_("同意自"), null=True, blank=True)
    valid_until = models.DateField(_("同意至"), null=True, blank=True)
    letter = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("同意书"))
    revoked_on = models.DateField(_("撤销日期"), null=True, blank=True)

    objects = ConsentRequestQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("同意事项")
        verbose_name_plural = _("同意事项")
        ordering = ["-requested_at", "-pk"]
        permissions = [("record_consent", _("代为登记同意申请")), ("decide_consent", _("审批同意事项"))]
        constraints = [
            models.CheckConstraint(
                name="consent_kind_known",
                condition=Q(kind__in=["commercial_use", "disclosure", "publication", "other"]),
            ),
            models.CheckConstraint(
                name="consent_state_known",
                condition=Q(state__in=["requested", "granted", "refused", "revoked", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="consent_wanted_interval",
                condition=Q(wanted_until__gte=F("wanted_from")),
                violation_error_message=_("申请期限的结束不能早于开始。"),
            ),
            models.CheckConstraint(
                name="consent_grant_whole",
                condition=~Q(state__in=["granted", "revoked"])
                | Q(
                    letter__isnull=False,
                    valid_from__isnull=False,
                    valid_until__gte=F("valid_from"),
                    decided_by__isnull=False,
                ),
                violation_error_message=_("同意须有同意书、期限和审批人。"),
            ),
            models.CheckConstraint(
                name="consent_revoked_dated",
                condition=Q(state="revoked", revoked_on__isnull=False)
                | Q(~Q(state="revoked"), revoked_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.purpose}"


class ThirdPartyAccess(models.Model):
    """A contractor or outsourced operator of Party B that uses the platform or its information."""

    class State(models.TextChoices):
        DECLARED = "declared", _("已申报")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")
        ENDED = "ended", _("已终止")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="third_parties", verbose_name=_("协议"))
    name = models.CharField(_("第三方名称"), max_length=120)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    purpose = models.CharField(_("用途"), max_length=300)
    scope = models.TextField(_("接触的系统和信息"))
    access_from = models.DateField(_("接入自"))
    access_until = models.DateField(_("接入至"), null=True, blank=True)
    nda = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("保密协议"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DECLARED, editable=False)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申报人或登记人")
    )
    declared_at = models.DateTimeField(_("申报时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    reasons = models.CharField(_("审批意见"), max_length=300, blank=True)
    ended_on = models.DateField(_("终止日期"), null=True, blank=True)

    objects = ThirdPartyAccessQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("第三方接入")
        verbose_name_plural = _("第三方接入")
        ordering = ["-declared_at", "-pk"]
        permissions = [("record_thirdparty", _("登记第三方接入")), ("decide_thirdparty", _("审批第三方接入"))]
        constraints = [
            models.CheckConstraint(
                name="thirdparty_state_known",
                condition=Q(state__in=["declared", "approved", "refused", "ended"]),
            ),
            models.CheckConstraint(
                name="thirdparty_interval",
                condition=Q(access_until__isnull=True) | Q(access_until__gte=F("access_from")),
                violation_error_message=_("接入期限的结束不能早于开始。"),
            ),
            models.CheckConstraint(
                name="thirdparty_approved_nda",
                condition=~Q(state="approved") | Q(nda__isnull=False, decided_by__isnull=False),
                violation_error_message=_("批准第三方接入须有保密协议和审批人。"),
            ),
            models.CheckConstraint(
                name="thirdparty_ended_dated",
                condition=Q(state="ended", ended_on__isnull=False) | Q(~Q(state="ended"), ended_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name
