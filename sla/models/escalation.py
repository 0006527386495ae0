"""Escalation rules: who is told at which level; and the look-again of clocks that are broken and still run."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models import Agreement
from journal.models import Endpoint
from sla.models.clocks import Clock
from sla.querysets.escalation import ChaseQuerySet


class EscalationRule(models.Model):
    """At one level one audience is told.  Of an agreement, or, without one, of all that have no rule of their own."""

    class Moment(models.TextChoices):
        SHARE = "share", _("时限用到")
        BREACH = "breach", _("超时")
        AFTER = "after", _("超时之后")

    class Audience(models.TextChoices):
        IN_CHARGE = "in_charge", _("负责人（没有时为所在队列）")
        QUEUE = "queue", _("所在队列（没有时为全体运维）")
        OPERATIONS = "operations", _("全体运维")
        LEAD = "lead", _("运维主管")
        PERSON = "person", _("指定人员")
        PARTY_B = "party_b", _("乙方联系人")
        ENDPOINT = "endpoint", _("外部渠道")
        NOBODY = "nobody", _("不通知")

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="escalation_rules", verbose_name=_("协议")
    )
    clock_kind = models.CharField(
        pgettext_lazy("escalation", "时限"), max_length=12, blank=True, choices=[("", _("全部")), *Clock.Kind.choices]
    )
    moment = models.CharField(_("时点"), max_length=8, choices=Moment.choices)
    number = models.PositiveSmallIntegerField(_("百分比或支持小时数"), default=0)
    audience = models.CharField(_("通知谁"), max_length=12, choices=Audience.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("指定人员")
    )
    endpoint = models.ForeignKey(
        Endpoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("one", "外部渠道"),
    )
    by_email = models.BooleanField(_("同时发电子邮件"), default=True)
    made_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("one", "升级规则")
        verbose_name_plural = _("升级规则")
        ordering = ["agreement", "moment", "number", "pk"]
        default_permissions = ("view",)
        permissions = [("manage_escalation", _("管理升级规则"))]
        constraints = [
            models.UniqueConstraint(
                Coalesce("agreement", 0),
                "clock_kind",
                "moment",
                "number",
                "audience",
                Coalesce("person", 0),
                Coalesce("endpoint", 0),
                condition=Q(ended_at__isnull=True),
                name="escalation_once",
                violation_error_message=_("已有同样的规则。"),
            ),
            models.CheckConstraint(
                name="escalation_level",
                condition=Q(moment="share", number__range=(1, 99))
                | Q(moment="breach", number=0)
                | Q(moment="after", number__range=(1, 720)),
                violation_error_message=_("预警填 1 到 99（%），超时之后填 1 到 720（支持小时），超时当时填 0。"),
            ),
            models.CheckConstraint(
                name="escalation_audience",
                condition=Q(audience="person", person__isnull=False, endpoint__isnull=True)
                | Q(audience="endpoint", person__isnull=True, endpoint__isnull=False)
                | Q(
                    audience__in=["in_charge", "queue", "operations", "lead", "party_b", "nobody"],
                    person__isnull=True,
                    endpoint__isnull=True,
                ),
                violation_error_message=_("只有“指定人员”要选人员，只有“外部渠道”要选渠道。"),
            ),
            models.CheckConstraint(
                name="escalation_warns_inside",
                condition=~Q(moment="share", audience="party_b"),
                violation_error_message=_("预警是甲方内部的事，乙方只在超时及之后收到通知。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_moment_display()} {self.number or ''}".strip() + f" → {self.get_audience_display()}"


class Chase(models.Model):
    """A clock that is broken and still runs: when to look whether the next level after the breach is reached.

    It has an index of its own over what waits, like the clocks themselves: what is open is never scanned.
    """

    clock = models.OneToOneField(
        Clock, models.PROTECT, related_name="chase", verbose_name=pgettext_lazy("one", "时限计时")
    )
    told_hours = models.PositiveSmallIntegerField(_("已通知到的小时数"), default=0)
    next_check_at = models.DateTimeField(_("下次检查"), null=True, blank=True)
    over = models.BooleanField(_("已结束"), default=False)

    objects = ChaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("超时追办")
        verbose_name_plural = _("超时追办")
        default_permissions = ()
        indexes = [
            models.Index(fields=["next_check_at", "id"], name="chase_next", condition=Q(next_check_at__isnull=False))
        ]
        constraints = [
            models.CheckConstraint(name="chase_over_is_over", condition=Q(over=False) | Q(next_check_at__isnull=True))
        ]

    def __str__(self) -> str:
        return str(self.clock)
