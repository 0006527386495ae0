"""Breaches, and what a second look found."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Agreement, Paper, Relief
from sla.models.clocks import Clock
from sla.models.tickets import Ticket
from sla.querysets import BreachQuerySet
from worktime.models import CalendarVersion


class Breach(models.Model):
    """A promise that was broken: one per clock, frozen with its evidence and chained to the breach before it."""

    number = models.PositiveBigIntegerField(_("序号"), unique=True)
    clock = models.OneToOneField(
        Clock, models.PROTECT, related_name="breach", verbose_name=pgettext_lazy("one", "时限计时")
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="breaches", verbose_name=pgettext_lazy("one", "故障报告")
    )
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="breaches", verbose_name=_("协议"))
    kind = models.CharField(_("时限"), max_length=12, choices=Clock.Kind.choices)
    breached_at = models.DateTimeField(_("超时时刻"))
    detected_at = models.DateTimeField(_("发现时刻"))
    evidence = models.JSONField(_("证据"))
    sha256 = models.CharField(_("校验值"), max_length=64, unique=True)
    previous_sha256 = models.CharField(_("前一条校验值"), max_length=64, blank=True, unique=True)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "超时记录")
        verbose_name_plural = _("超时记录")
        ordering = ["-breached_at", "-number"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["agreement", "-breached_at"], name="breach_agreement_at")]
        constraints = [
            models.CheckConstraint(
                name="breach_kind_known", condition=Q(kind__in=["response", "solution", "restoration"])
            ),
            models.CheckConstraint(name="breach_seen_after_it_was", condition=Q(detected_at__gte=F("breached_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.get_kind_display()}"


class Adjudication(models.Model):
    """A breach looked at again, decided by four eyes.

    The grounds: a holiday notice that came late, Party B's written waiver, force majeure.  The time is counted anew but
    for a waiver, which changes no time.  The breach itself never changes; figures are shown raw and adjudicated.
    Append-only but for the decision.
    """

    class Ground(models.TextChoices):
        LATE_NOTICE = "late_notice", _("节假日通知晚到")
        WAIVER = "waiver", _("乙方书面谅解")
        FORCE_MAJEURE = "force_majeure", _("不可抗力")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        EXCUSED = "excused", _("予以免责")
        UPHELD = "upheld", _("维持超时")

    breach = models.ForeignKey(
        Breach, models.PROTECT, related_name="adjudications", verbose_name=pgettext_lazy("one", "超时记录")
    )
    ground = models.CharField(_("理由"), max_length=16, choices=Ground.choices)
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, related_name="+", verbose_name=_("重新计算所用日历版本")
    )
    consumed_seconds = models.PositiveIntegerField(_("重新计算的已用时间（秒）"))
    target_seconds = models.PositiveIntegerField(_("时限（秒）"))
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("乙方的书面材料")
    )
    relief = models.ForeignKey(
        Relief, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("不可抗力减免")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("超时复核")
        verbose_name_plural = _("超时复核")
        ordering = ["-proposed_at", "-pk"]
        default_permissions = ("view",)
        permissions = [
            ("request_adjudication", _("申请超时免责")),
            ("decide_adjudication", _("决定超时复核")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["breach", "calendar_version"],
                name="adjudication_notice_once",
                condition=Q(ground="late_notice"),
            ),
            models.UniqueConstraint(
                fields=["breach", "ground"],
                name="adjudication_ground_once",
                condition=Q(ground__in=["waiver", "force_majeure"], state__in=["proposed", "excused"]),
            ),
            models.CheckConstraint(
                name="adjudication_ground_proven",
                condition=Q(ground="late_notice", paper__isnull=True, relief__isnull=True)
                | Q(ground="waiver", paper__isnull=False, relief__isnull=True)
                | Q(ground="force_majeure", paper__isnull=True, relief__isnull=False),
                violation_error_message=_("谅解须附乙方的书面材料，不可抗力须有减免记录。"),
            ),
            models.CheckConstraint(
                name="adjudication_decided",
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["excused", "upheld"], decided_by__isnull=False, decided_at__isnull=False),
                violation_error_message=_("已决定的复核须有决定人和时间。"),
            ),
            models.CheckConstraint(
                name="adjudication_would_be_kept",
                condition=Q(ground="waiver") | Q(consumed_seconds__lte=F("target_seconds")),
                violation_error_message=_("只有重新计算后未超出时限的，才能提出复核。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.breach} {self.get_state_display()}"
