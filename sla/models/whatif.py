"""Replays of past reports under other terms: what was asked, how far it is, and what would have been otherwise."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Agreement, SupportHours
from sla.models.clocks import Clock
from worktime.models import CalendarVersion


class WhatIf(models.Model):
    """One replay.  It changes no ticket: its results are rows of their own.

    `targets` is [{"clock", "priority", "hours"}]; priority 0 stands for every priority without a line of its own, hours
    is a decimal as text.  `kinds` are the ticket kinds for which they are promised.  What is not said stays as agreed.
    """

    class Hours(models.TextChoices):
        AGREED = "agreed", _("按各自的协议")
        SET = "set", _("另一套支持时段")
        NATURAL = "natural", _("自然小时（7×24）")

    class State(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", pgettext_lazy("replay", "计算中")
        DONE = "done", pgettext_lazy("replay", "已完成")
        CANCELLED = "cancelled", pgettext_lazy("replay", "已取消")
        FAILED = "failed", pgettext_lazy("replay", "出错")

    name = models.CharField(_("名称"), max_length=80)
    agreements = models.ManyToManyField(Agreement, related_name="+", verbose_name=_("协议"), blank=True)
    received_from = models.DateField(_("收到日期自"))
    received_to = models.DateField(_("收到日期至"))
    kinds = models.JSONField(_("报告类型"), default=list)
    targets = models.JSONField(_("时限"), default=list)
    hours_mode = models.CharField(_("计时时段"), max_length=8, choices=Hours.choices, default=Hours.AGREED)
    hours = models.ForeignKey(
        SupportHours, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("支持时段")
    )
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("日历版本")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.QUEUED)
    total = models.PositiveIntegerField(_("时限总数"), default=0)
    done = models.PositiveIntegerField(_("已计算"), default=0)
    after = models.PositiveBigIntegerField(_("算到"), default=0)
    summary = models.JSONField(_("汇总"), default=dict, blank=True)
    stop_asked = models.BooleanField(_("要求停止"), default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发起人"))
    asked_at = models.DateTimeField(_("发起时间"))
    moved_at = models.DateTimeField(_("最近进展"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    error = models.CharField(_("错误"), max_length=300, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "时限试算")
        verbose_name_plural = _("时限试算")
        ordering = ["-asked_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("run_whatif", _("进行时限试算"))]
        constraints = [
            models.CheckConstraint(
                name="whatif_state_known",
                condition=Q(state__in=["queued", "running", "done", "cancelled", "failed"]),
            ),
            models.CheckConstraint(
                name="whatif_period_in_order",
                condition=Q(received_from__lte=F("received_to")),
                violation_error_message=_("起始日期不能晚于截止日期。"),
            ),
            models.CheckConstraint(
                name="whatif_hours_whole",
                condition=Q(hours_mode="set", hours__isnull=False)
                | Q(hours_mode__in=["agreed", "natural"], hours__isnull=True),
                violation_error_message=_("选择“另一套支持时段”时，请指定支持时段。"),
            ),
            models.CheckConstraint(
                name="whatif_ended_is_dated",
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "cancelled", "failed"], finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WhatIfLine(models.Model):
    """A clock that was broken or would have been: what it was, and what it would be."""

    class Outcome(models.TextChoices):
        BOTH = "both", _("都超时")
        NEW = "new", _("新增超时")
        GONE = "gone", _("不再超时")

    whatif = models.ForeignKey(
        WhatIf, models.CASCADE, related_name="lines", verbose_name=pgettext_lazy("one", "时限试算")
    )
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("one", "时限计时"))
    outcome = models.CharField(_("结果"), max_length=4, choices=Outcome.choices)
    target_seconds = models.PositiveIntegerField(_("试算时限（秒）"), null=True, blank=True)
    consumed_seconds = models.PositiveBigIntegerField(_("试算已用（秒）"))
    breached_at = models.DateTimeField(_("试算超时时刻"), null=True, blank=True)

    class Meta:
        verbose_name = _("试算结果")
        verbose_name_plural = _("试算结果")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["whatif", "clock"], name="whatifline_once_a_clock"),
            models.CheckConstraint(name="whatifline_outcome_known", condition=Q(outcome__in=["both", "new", "gone"])),
            models.CheckConstraint(
                name="whatifline_breach_is_dated",
                condition=Q(outcome="gone", breached_at__isnull=True)
                | Q(outcome__in=["both", "new"], breached_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.get_outcome_display()}"
