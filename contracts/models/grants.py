"""Grants: what Party B may do with a shared item, in which mode, for what, how much and until when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.papers import Paper
from contracts.models.sharing import AgreementItem
from contracts.querysets import AccessGrantQuerySet


class AccessGrant(models.Model):
    """Access of Party B to one shared item in one mode (clause 2.1.2), asked for and decided."""

    class Mode(models.TextChoices):
        QUERY = "query", _("查询")
        DOWNLOAD = "download", _("数据下载")
        INTERFACE = "interface", _("接口调用")

    class QuotaPeriod(models.TextChoices):
        DAY = "day", _("每天")
        MONTH = "month", _("每月")
        YEAR = "year", _("每年")

    class State(models.TextChoices):
        REQUESTED = "requested", _("待审批")
        GRANTED = "granted", _("已授权")
        SUSPENDED = "suspended", _("暂停")
        REFUSED = "refused", _("未批准")
        CANCELLED = "cancelled", _("已撤回")
        ENDED = "ended", _("已终止")
        EXPIRED = "expired", _("已到期")

    shared_item = models.ForeignKey(AgreementItem, models.PROTECT, related_name="grants", verbose_name=_("共享信息"))
    mode = models.CharField(_("共享方式"), max_length=10, choices=Mode.choices)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.REQUESTED)
    purpose = models.TextField(_("使用目的"))
    manner = models.TextField(_("使用方式"))
    scope = models.TextField(_("使用范围"))
    quota = models.PositiveBigIntegerField(_("用量上限"), null=True, blank=True)
    quota_period = models.CharField(_("上限周期"), max_length=6, choices=QuotaPeriod.choices, blank=True)
    valid_from = models.DateField(_("有效期自"))
    valid_to = models.DateField(_("有效期至"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    requested_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("授权书"))

    objects = AccessGrantQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("使用授权")
        verbose_name_plural = _("使用授权")
        ordering = ["-pk"]
        permissions = [
            ("register_grant", _("代乙方登记授权申请")),
            ("decide_grant", _("审批、暂停和终止使用授权")),
        ]
        constraints = [
            models.CheckConstraint(name="grant_mode_known", condition=Q(mode__in=["query", "download", "interface"])),
            models.CheckConstraint(
                name="grant_state_known",
                condition=Q(
                    state__in=["requested", "granted", "suspended", "refused", "cancelled", "ended", "expired"]
                ),
            ),
            models.CheckConstraint(
                name="grant_use_stated",
                condition=~Q(purpose="") & ~Q(manner="") & ~Q(scope=""),
                violation_error_message=_("请写明使用目的、使用方式和使用范围。"),
            ),
            models.CheckConstraint(
                name="grant_valid_span",
                condition=Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("有效期的结束不能早于开始。"),
            ),
            models.CheckConstraint(
                name="grant_quota_whole",
                condition=Q(quota__isnull=True, quota_period="")
                | Q(quota__isnull=False, quota__gt=0, quota_period__in=["day", "month", "year"]),
                violation_error_message=_("用量上限要写全：每天、每月或每年多少；没有上限的都不填。"),
            ),
            models.CheckConstraint(
                name="grant_decided",
                condition=Q(state__in=["requested", "cancelled", "expired"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_two_persons",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                violation_error_message=_("不能审批自己提出的申请。"),
            ),
            models.CheckConstraint(
                name="grant_refused_why",
                condition=~Q(state="refused") | ~Q(reason=""),
                violation_error_message=_("不批准的，必须写明理由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shared_item} · {self.get_mode_display()}"
