"""Onboarding: the interface that Party A provides, and the way Party B takes to be connected (clause 3.1.1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.catalogue import CatalogueItem
from contracts.models.papers import Paper
from contracts.models.serving import ServedNotice
from contracts.models.sharing import AgreementItem
from contracts.querysets import OnboardingQuerySet


class InterfaceSpec(models.Model):
    """One published version of the interface of a data resource.  Append-only: a better one is a new version."""

    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="specs", verbose_name=_("数据资源"))
    version = models.CharField(_("版本"), max_length=30)
    published_on = models.DateField(_("发布日期"))
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="+", verbose_name=_("规范文件"))
    note = models.CharField(_("变更说明"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("接口规范")
        verbose_name_plural = _("接口规范")
        ordering = ["item", "-published_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["item", "version"], name="spec_version_once")]

    def __str__(self) -> str:
        return f"{self.item.title} {self.version}"


class OnboardingTask(models.Model):
    """Party B's way to the platform, or to one interface.  It starts when Party A's notice arrives (Civil Code 137).

    Whether the notice has arrived is read from the notice itself, not stored here: see `stage`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待通知")
        CONNECTING = "connecting", _("对接中")
        TESTING = "testing", _("联调中")
        CONNECTED = "connected", _("已接入")
        STOPPED = "stopped", _("中止")

    class DayKind(models.TextChoices):
        WORKING = "working", _("个工作日")
        NATURAL = "natural", _("天（日历日）")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="onboarding", verbose_name=_("协议"))
    shared_item = models.ForeignKey(
        AgreementItem, models.PROTECT, null=True, blank=True, related_name="onboarding", verbose_name=_("共享信息")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    agreed_days = models.PositiveSmallIntegerField(_("约定期限"), null=True, blank=True)
    day_kind = models.CharField(_("期限单位"), max_length=8, choices=DayKind.choices, blank=True)
    notice = models.OneToOneField(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="onboarding", verbose_name=_("接入通知")
    )
    spec = models.ForeignKey(
        InterfaceSpec, models.PROTECT, null=True, blank=True, related_name="connected", verbose_name=_("接入的接口版本")
    )
    report = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("联调报告")
    )
    connected_on = models.DateField(_("接入日期"), null=True, blank=True)
    state_reason = models.TextField(_("退回或中止原因"), blank=True)

    objects = OnboardingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("接入任务")
        verbose_name_plural = _("接入任务")
        ordering = ["-pk"]
        permissions = [("handle_onboarding", _("办理接入"))]
        constraints = [
            models.CheckConstraint(
                name="onboarding_state_known",
                condition=Q(state__in=["waiting", "connecting", "testing", "connected", "stopped"]),
            ),
            models.CheckConstraint(
                name="onboarding_noticed",
                condition=Q(state__in=["waiting", "stopped"]) | Q(notice__isnull=False),
                violation_error_message=_("没有接入通知，不能开始对接。"),
            ),
            models.CheckConstraint(
                name="onboarding_connected",
                condition=~Q(state="connected") | Q(connected_on__isnull=False, report__isnull=False),
                violation_error_message=_("已接入的须有接入日期和联调报告。"),
            ),
            models.CheckConstraint(
                name="onboarding_term_whole",
                condition=Q(agreed_days__isnull=True, day_kind="")
                | Q(agreed_days__isnull=False, agreed_days__gt=0, day_kind__in=["working", "natural"]),
                violation_error_message=_("约定期限要写全：多少个工作日，或者多少天；没有约定的都不填。"),
            ),
        ]

    def __str__(self) -> str:
        place = self.shared_item.item.title if self.shared_item else _("平台接入")
        return f"{self.agreement.number} · {place}"

    @property
    def stage(self) -> str:
        """Where the task is, with the notice's own state: waiting, sent, notified, connecting, ... (needs notice)."""
        if self.state != self.State.WAITING or self.notice is None:
            return self.state
        return {"sent": "sent", "received": "notified"}.get(self.notice.state, self.state)


class OpeningConfirmation(models.Model):
    """The paper by which the parties confirm that the platform is open to Party B (clause 1.1.3).  Append-only."""

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="opening", verbose_name=_("协议"))
    opened_on = models.DateField(_("开通日期"))
    confirmed_by = models.CharField(_("乙方确认人"), max_length=80)
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="+", verbose_name=_("开通确认单"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("开通确认单")
        verbose_name_plural = _("开通确认单")
        ordering = ["-pk"]
        permissions = [("confirm_opening", _("登记开通确认单"))]

    def __str__(self) -> str:
        return f"{self.agreement.number} {self.opened_on:%Y-%m-%d}"
