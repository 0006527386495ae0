"""The agreement between Party A and one Party B."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.organisations import Organisation
from contracts.querysets import AgreementQuerySet

# An organisation that was merged into another concludes no more agreements.
STANDING = {"merged_into__isnull": True}


class Agreement(models.Model):
    """An information-platform sharing agreement between Party A (provider) and one Party B (user)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        FOR_SIGNING = "for_signing", _("待签署")
        PARTLY_SIGNED = "partly_signed", _("部分签署")
        IN_FORCE = "in_force", _("生效")
        SUSPENDED = "suspended", _("暂停")
        EXPIRED = "expired", _("届满")
        TERMINATED = "terminated", _("终止")
        CLOSED = "closed", _("已关闭")

    number = models.CharField(_("协议编号"), max_length=40, unique=True)
    title = models.CharField(_("协议名称"), max_length=160)
    party_a = models.ForeignKey(
        Organisation, models.PROTECT, related_name="provided", limit_choices_to=STANDING, verbose_name=_("甲方")
    )
    party_b = models.ForeignKey(
        Organisation, models.PROTECT, related_name="agreements", limit_choices_to=STANDING, verbose_name=_("乙方")
    )
    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.DRAFT, editable=False)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("负责人")
    )
    signed_on = models.DateField(_("订立日期"), null=True, blank=True)
    effective_on = models.DateField(_("生效日期"), null=True, blank=True)
    agreed_effective_on = models.DateField(
        _("约定生效日期"), null=True, blank=True,
        help_text=_("协议写明晚于签署的生效日期时填写；不填则以双方最后一次签字或盖章之日生效。"),
    )  # fmt: skip
    term_years = models.PositiveSmallIntegerField(_("期限（年）"), null=True, blank=True)
    public_procurement = models.BooleanField(
        _("政府采购项目"), default=False, help_text=_("适用政府采购法：补充合同不超过原合同金额的 10%，合同须备案。")
    )
    original_amount = models.DecimalField(_("原合同金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    filed_on = models.DateField(_("合同备案日期"), null=True, blank=True, editable=False)
    # The last day that rules: the written one, unless a decision or a renewal moved it (TermChange).
    ends_on = models.DateField(_("终止日期"), null=True, blank=True)
    written_ends_on = models.DateField(_("书面终止日期"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True, editable=False)
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="renewed_by",
        verbose_name=_("续签自"),
    )  # fmt: skip

    objects = AgreementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("协议")
        verbose_name_plural = _("协议")
        permissions = [
            ("activate_agreement", _("批准协议生效")),
            ("request_activation", _("提请协议生效")),
        ]
        ordering = ["-effective_on", "number"]
        constraints = [
            models.CheckConstraint(
                name="agreement_two_parties",
                condition=~Q(party_a=F("party_b")),
                violation_error_message=_("甲方和乙方不能是同一单位。"),
            ),
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(effective_on__isnull=True) | Q(ends_on__gte=F("effective_on")),
                violation_error_message=_("终止日期不能早于生效日期。"),
            ),
            models.CheckConstraint(
                name="agreement_state_known",
                condition=Q(
                    state__in=[
                        "draft",
                        "for_signing",
                        "partly_signed",
                        "in_force",
                        "suspended",
                        "expired",
                        "terminated",
                        "closed",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="agreement_ended_dated",
                condition=Q(ended_at__isnull=True) | Q(state__in=["expired", "terminated", "closed"]),
            ),
            models.CheckConstraint(
                name="agreement_in_force_dated",
                condition=~Q(state__in=["in_force", "suspended"])
                | (Q(effective_on__isnull=False) & Q(signed_on__isnull=False)),
                violation_error_message=_("生效的协议须有订立日期和生效日期。"),
            ),
            models.CheckConstraint(
                name="agreement_original_amount",
                condition=Q(original_amount__isnull=True) | Q(original_amount__gt=0),
                violation_error_message=_("原合同金额须大于 0。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
