"""The clocks of what was promised, and their events."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import AgreementVersion
from sla.models.tickets import Ticket
from sla.querysets import ClockQuerySet
from worktime.models import CalendarVersion


class Clock(models.Model):
    """One promise on one ticket: a materialised reading of its events, which are the truth (see sla.replay).

    A clock without a target is measured only: nobody promised a time.
    """

    class Kind(models.TextChoices):
        RESPONSE = "response", pgettext_lazy("clock", "响应")
        SOLUTION = "solution", pgettext_lazy("clock", "提出解决方案")
        RESTORATION = "restoration", pgettext_lazy("clock", "恢复")

    class Reason(models.TextChoices):
        """Why a solution or restoration clock may pause."""

        AWAITING_PARTY_B = "awaiting_party_b", _("等待乙方补充")
        MAINTENANCE = "maintenance", _("约定的计划维护")
        FORCE_MAJEURE = "force_majeure", _("不可抗力")
        SUSPENSION = "suspension", _("协议暂停")

    class Hours(models.TextChoices):
        """In which hours the target is counted; empty where the version's own choice counts."""

        SUPPORT = "support", _("支持时间内的小时")
        NATURAL = "natural", _("自然小时（7×24）")

    class State(models.TextChoices):
        RUNNING = "running", _("计时中")
        PAUSED = "paused", _("已暂停")
        MET = "met", _("按时")
        MISSED = "missed", _("已超时")
        MEASURED = "measured", _("已计量")
        CANCELLED = "cancelled", _("已取消")

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="clocks", verbose_name=pgettext_lazy("one", "故障报告")
    )
    kind = models.CharField(_("时限"), max_length=12, choices=Kind.choices)
    cycle = models.PositiveSmallIntegerField(_("轮次"), default=1)
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="+", verbose_name=_("适用条款版本"))
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, related_name="+", verbose_name=_("适用日历版本")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RUNNING)
    held = models.CharField(_("暂停原因"), max_length=80, blank=True)
    hours = models.CharField(_("计时方式"), max_length=8, choices=Hours.choices, blank=True)
    started_at = models.DateTimeField(_("起算时间"))
    stopped_at = models.DateTimeField(_("停止时间"), null=True, blank=True)
    target_seconds = models.PositiveIntegerField(_("时限（秒）"), null=True, blank=True)
    consumed_seconds = models.PositiveIntegerField(_("已用（秒）"), default=0)
    due_at = models.DateTimeField(_("到期时刻"), null=True, blank=True)
    breach_from = models.DateTimeField(_("超时起点"), null=True, blank=True)
    breached_at = models.DateTimeField(_("超时时刻"), null=True, blank=True)
    next_check_at = models.DateTimeField(_("下次检查"), null=True, blank=True)
    next_level = models.PositiveSmallIntegerField(_("下次检查的级别（%）"), null=True, blank=True)
    provisional = models.BooleanField(_("暂定（年度放假通知未公布）"), default=False)
    revision = models.PositiveIntegerField(_("修订号"), default=0)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "时限计时")
        verbose_name_plural = _("时限计时")
        ordering = ["ticket", "cycle", "kind"]
        default_permissions = ("view",)
        permissions = [("approve_backdating", _("批准补记暂停"))]
        indexes = [
            # The sweep reads this index only: the cost follows what is due, not what is open.
            models.Index(
                fields=["next_check_at", "id"], name="clock_running_next", condition=Q(next_check_at__isnull=False)
            ),
            models.Index(fields=["due_at"], name="clock_running_due", condition=Q(state="running")),
            models.Index(fields=["next_level"], name="clock_running_level", condition=Q(state="running")),
            # The figures of a month read these (sla.figures).
            models.Index(fields=["stopped_at"], name="clock_stopped", condition=Q(stopped_at__isnull=False)),
            models.Index(fields=["breached_at"], name="clock_broken", condition=Q(breached_at__isnull=False)),
            models.Index(fields=["held", "ticket"], name="clock_held", condition=~Q(held="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "cycle"], name="clock_once_per_cycle"),
            models.CheckConstraint(
                name="clock_kind_known", condition=Q(kind__in=["response", "solution", "restoration"])
            ),
            models.CheckConstraint(name="clock_hours_known", condition=Q(hours__in=["", "support", "natural"])),
            models.CheckConstraint(name="clock_paused_is_held", condition=~Q(state="paused") | ~Q(held="")),
            models.CheckConstraint(name="clock_running_is_free", condition=~Q(state="running") | Q(held="")),
            models.CheckConstraint(
                name="clock_state_known",
                condition=Q(state__in=["running", "paused", "met", "missed", "measured", "cancelled"]),
            ),
            models.CheckConstraint(name="clock_cycle_counts_from_one", condition=Q(cycle__gte=1)),
            models.CheckConstraint(
                name="clock_target_positive", condition=Q(target_seconds__isnull=True) | Q(target_seconds__gt=0)
            ),
            models.CheckConstraint(name="clock_response_never_pauses", condition=~Q(kind="response", state="paused")),
            models.CheckConstraint(
                name="clock_stopped_is_dated",
                condition=Q(state__in=["running", "paused"], stopped_at__isnull=True)
                | (
                    Q(state__in=["met", "missed", "measured", "cancelled"])
                    & Q(stopped_at__isnull=False)
                    & Q(stopped_at__gte=F("started_at"))
                ),
            ),
            models.CheckConstraint(
                name="clock_judged_by_its_target",
                condition=(~Q(state="met") | Q(breached_at__isnull=True, consumed_seconds__lte=F("target_seconds")))
                & (~Q(state="missed") | Q(breached_at__isnull=False))
                & (~Q(state="measured") | Q(target_seconds__isnull=True))
                & (~Q(state__in=["met", "missed"]) | Q(target_seconds__isnull=False)),
            ),
            models.CheckConstraint(
                name="clock_due_before_breach",
                condition=Q(due_at__isnull=True, breach_from__isnull=True)
                | (
                    # Said outright: a CHECK passes where a comparison with NULL leaves it open.
                    Q(due_at__isnull=False, breach_from__isnull=False)
                    & Q(breach_from__gte=F("due_at"), due_at__gte=F("started_at"))
                ),
            ),
            models.CheckConstraint(
                name="clock_checked_while_running",
                condition=Q(next_check_at__isnull=True, next_level__isnull=True)
                | Q(state__in=["running", "paused"], next_check_at__isnull=False, next_level__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.get_kind_display()}"


class ClockEvent(models.Model):
    """What happened to a clock.  Append-only; the clock's columns are a pure function of these."""

    class Kind(models.TextChoices):
        STARTED = "started", _("开始计时")
        PAUSED = "paused", _("暂停计时")
        RESUMED = "resumed", _("恢复计时")
        STOPPED = "stopped", _("停止计时")
        REOPENED = "reopened", _("重新计时")
        RETARGETED = "retargeted", _("调整时限")
        CALENDAR_REVISED = "calendar_revised", _("日历更新")
        WARNED = "warned", _("时限预警")
        BREACHED = "breached", _("超出时限")
        CANCELLED = "cancelled", _("取消计时")

    clock = models.ForeignKey(
        Clock, models.PROTECT, related_name="events", verbose_name=pgettext_lazy("one", "时限计时")
    )
    seq = models.PositiveIntegerField(_("序号"))
    kind = models.CharField(_("类型"), max_length=16, choices=Kind.choices)
    at = models.DateTimeField(_("生效时间"))
    recorded_at = models.DateTimeField(_("记录时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人")
    )
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    data = models.JSONField(_("数据"), default=dict)

    class Meta:
        verbose_name = pgettext_lazy("one", "计时事件")
        verbose_name_plural = _("计时事件")
        ordering = ["clock", "seq"]
        default_permissions = ()
        indexes = [models.Index(fields=["at"], name="clockevent_paused", condition=Q(kind="paused"))]
        constraints = [
            models.UniqueConstraint(fields=["clock", "seq"], name="clockevent_seq_once"),
            models.CheckConstraint(
                name="clockevent_kind_known",
                condition=Q(
                    kind__in=[
                        "started",
                        "paused",
                        "resumed",
                        "stopped",
                        "reopened",
                        "retargeted",
                        "calendar_revised",
                        "warned",
                        "breached",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(name="clockevent_pause_has_reason", condition=~Q(kind="paused") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.get_kind_display()}"
