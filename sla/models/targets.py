"""What a version of an agreement promises beyond the two numbers of its text: targets by priority, and the matrix."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models import AgreementVersion
from sla.models.clocks import Clock
from sla.models.tickets import Ticket


def every_reason() -> list[str]:
    """All reasons of the pause policy."""
    return list(Clock.Reason.values)


def usual_shares() -> list[int]:
    """The shares of a target (per cent) at which people are warned."""
    return [50, 75, 90]


class ServiceTarget(models.Model):
    """One promised time: for a kind of report, of one priority or each, on one clock.  Frozen once the draft is over.

    target_hours and pause_cap_hours are hours of the kind that `hours` says; reopen_days are support days.  What is
    left empty is not agreed: no cap, no window.
    """

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="targets", verbose_name=_("协议版本"))
    ticket_kind = models.CharField(_("报告类型"), max_length=12, choices=Ticket.Kind.choices, default=Ticket.Kind.FAULT)
    priority = models.PositiveSmallIntegerField(
        _("优先级"), choices=Ticket.Priority.choices, null=True, blank=True, help_text=_("不选表示各级都适用。")
    )
    clock = models.CharField(_("时限"), max_length=12, choices=Clock.Kind.choices)
    target_hours = models.DecimalField(
        _("约定小时数"), max_digits=6, decimal_places=2, validators=[MaxValueValidator(9000)]
    )
    hours = models.CharField(_("计时方式"), max_length=8, choices=Clock.Hours.choices, default=Clock.Hours.SUPPORT)
    shares = models.JSONField(
        _("预警比例（%）"), default=usual_shares, blank=True, help_text=_("已用时间达到这些比例时提醒甲方办理人员。")
    )
    pause_reasons = models.JSONField(_("可暂停计时的原因"), default=every_reason, blank=True)
    pause_cap_hours = models.DecimalField(
        _("单次等待乙方最长暂停（小时）"), max_digits=6, decimal_places=2, null=True, blank=True,
        help_text=_("满此时间自动恢复计时；没有约定的不填。"),
    )  # fmt: skip
    reopen_days = models.PositiveSmallIntegerField(
        _("重新打开期限（支持日）"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("关闭后在此期限内重新打开的，原时限继续计时；没有约定的不填，重新打开即开始新一轮计时。"),
    )  # fmt: skip

    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("one", "服务时限")
        verbose_name_plural = _("服务时限")
        default_permissions = ("add", "change", "view")
        ordering = ["version", "ticket_kind", "clock", "priority"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "ticket_kind", "clock", "priority"],
                name="target_once",
                violation_error_message=_("这个版本已经有同类型、同优先级的这项时限。"),
            ),
            models.UniqueConstraint(
                fields=["version", "ticket_kind", "clock"],
                condition=Q(priority__isnull=True),
                name="target_once_for_all",
                violation_error_message=_("这个版本已经有各级都适用的这项时限。"),
            ),
            models.CheckConstraint(
                name="target_ticket_kind_known",
                condition=Q(ticket_kind__in=["fault", "question", "access", "data_quality", "upgrade", "security"]),
            ),
            models.CheckConstraint(
                name="target_priority_known", condition=Q(priority__isnull=True) | Q(priority__range=(1, 4))
            ),
            models.CheckConstraint(
                name="target_clock_known", condition=Q(clock__in=["response", "solution", "restoration"])
            ),
            models.CheckConstraint(name="target_hours_known", condition=Q(hours__in=["support", "natural"])),
            models.CheckConstraint(
                name="target_positive",
                condition=Q(target_hours__gt=0) & (Q(pause_cap_hours__isnull=True) | Q(pause_cap_hours__gt=0)),
                violation_error_message=_("时限须大于 0 小时。"),
            ),
            models.CheckConstraint(
                name="target_response_runs_on",
                condition=~Q(clock="response") | Q(pause_cap_hours__isnull=True),
                violation_error_message=_("响应时限不能暂停，不用填写最长暂停。"),
            ),
            models.CheckConstraint(
                name="target_reopen_of_solution",
                condition=Q(reopen_days__isnull=True) | Q(clock="solution", reopen_days__range=(1, 60)),
                violation_error_message=_("重新打开期限填在提出解决方案的时限上，1 至 60 个支持日。"),
            ),
        ]

    def __str__(self) -> str:
        priority = self.get_priority_display() if self.priority else _("各级")
        return f"{self.get_ticket_kind_display()} · {priority} · {self.get_clock_display()}"


def _level(label: Any) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(label, choices=Ticket.Priority.choices)


class PriorityMatrix(models.Model):
    """Which priority follows from impact and urgency, where the version agrees on another than the usual matrix."""

    version = models.OneToOneField(
        AgreementVersion, models.PROTECT, related_name="priority_matrix", verbose_name=_("协议版本")
    )
    whole_high = _level(_("整个单位，紧急"))
    whole_medium = _level(_("整个单位，较急"))
    whole_low = _level(_("整个单位，一般"))
    part_high = _level(_("部分，紧急"))
    part_medium = _level(_("部分，较急"))
    part_low = _level(_("部分，一般"))
    single_high = _level(_("个别，紧急"))
    single_medium = _level(_("个别，较急"))
    single_low = _level(_("个别，一般"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("one", "优先级矩阵")
        verbose_name_plural = _("优先级矩阵")
        default_permissions = ("add", "change", "view")
        ordering = ["version"]
        constraints = [
            models.CheckConstraint(
                name="matrix_levels_known",
                condition=Q(whole_high__range=(1, 4), whole_medium__range=(1, 4), whole_low__range=(1, 4))
                & Q(part_high__range=(1, 4), part_medium__range=(1, 4), part_low__range=(1, 4))
                & Q(single_high__range=(1, 4), single_medium__range=(1, 4), single_low__range=(1, 4)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)
