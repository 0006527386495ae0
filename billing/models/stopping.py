"""Suspending a debtor (clause 6.3.2): proposed by a person, approved by another, noticed, in force, lifted."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.models.columns import user_column
from billing.models.demands import Demand
from billing.querysets_dunning import DebtorStopQuerySet, StopReviewQuerySet
from contracts.models import Agreement, ServedNotice, Suspension
from journal.models import Approval


class DebtorStop(models.Model):
    """A proposal to suspend one agreement for what it owes, and what became of it.  No machine moves it forward."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待批准")
        APPROVED = "approved", _("已批准，待通知")
        NOTICED = "noticed", _("已通知，待生效")
        IN_FORCE = "in_force", _("暂停中")
        LIFTED = "lifted", _("已恢复")
        WITHDRAWN = "withdrawn", _("已撤回")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="debtor_stops", verbose_name=_("协议"))
    demand = models.ForeignKey(Demand, models.PROTECT, related_name="stops", verbose_name=_("催告函"))
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.PROPOSED)
    scope = models.CharField(_("范围"), max_length=8, choices=Suspension.Scope.choices)
    scope_note = models.CharField(_("范围说明"), max_length=300, blank=True)
    reason = models.CharField(_("理由"), max_length=300)
    proposed_by = user_column(_("提请人"))
    proposed_at = models.DateTimeField(_("提请时间"))
    approval = models.ForeignKey(
        Approval, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批")
    )
    approved_by = user_column(_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    effective_on = models.DateField(_("通知载明的暂停日期"), null=True, blank=True)
    notice = models.OneToOneField(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="stop", verbose_name=_("暂停通知")
    )
    suspension = models.OneToOneField(
        Suspension, models.PROTECT, null=True, blank=True, related_name="debtor_stop", verbose_name=_("暂停记录")
    )
    put_in_force_by = user_column(_("执行人"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by = user_column(_("恢复或撤回人"))
    ended_why = models.CharField(_("恢复或撤回理由"), max_length=300, blank=True)
    # The conditions as they were found at each step: [{"at": …, "moment": …, "conditions": [[key, met, evidence], …]}]
    checks = models.JSONField(_("条件核对"), default=list, blank=True)

    objects = DebtorStopQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("欠费暂停")
        verbose_name_plural = _("欠费暂停")
        ordering = ["-proposed_at", "-pk"]
        default_permissions = ("view",)
        permissions = [
            ("propose_debtorstop", _("提请欠费暂停")),
            ("approve_debtorstop", _("批准欠费暂停")),
            ("execute_debtorstop", _("通知和执行欠费暂停")),
            ("lift_debtorstop", _("恢复欠费暂停的服务")),
        ]
        constraints = [
            models.CheckConstraint(
                name="stop_state_known",
                condition=Q(state__in=["proposed", "approved", "noticed", "in_force", "lifted", "withdrawn"]),
            ),
            models.CheckConstraint(name="stop_scope_known", condition=Q(scope__in=["access", "service", "part"])),
            models.CheckConstraint(
                name="stop_named",
                condition=Q(proposed_by__isnull=False) & ~Q(reason=""),
                violation_error_message=_("提请暂停须有具名的提请人和理由。"),
            ),
            models.CheckConstraint(
                name="stop_approved_whole",
                condition=Q(state__in=["proposed", "withdrawn"])
                | Q(approval__isnull=False, approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="stop_two_persons",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                violation_error_message=_("批准人不能是提请人。"),
            ),
            models.CheckConstraint(
                name="stop_noticed_whole",
                condition=~Q(state__in=["noticed", "in_force", "lifted"])
                | Q(notice__isnull=False, effective_on__isnull=False),
                violation_error_message=_("暂停之前须有载明日期的暂停通知。"),
            ),
            models.CheckConstraint(
                name="stop_in_force_whole",
                condition=~Q(state__in=["in_force", "lifted"])
                | Q(suspension__isnull=False, put_in_force_by__isnull=False),
            ),
            models.CheckConstraint(
                name="stop_ended_whole",
                condition=(~Q(state__in=["lifted", "withdrawn"]) & Q(ended_at__isnull=True))
                | (Q(state__in=["lifted", "withdrawn"], ended_at__isnull=False) & ~Q(ended_why="")),
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state__in=["proposed", "approved", "noticed", "in_force"]),
                name="stop_one_open", violation_error_message=_("这份协议已有一项没有办结的欠费暂停。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.get_scope_display()}"


class StopReview(models.Model):
    """A task to look at a suspension in force again: the debt is paid, disputed, or its letter was withdrawn."""

    class Ground(models.TextChoices):
        PAID = "paid", _("欠款已付清")
        DISPUTED = "disputed", _("欠款有异议")
        WITHDRAWN = "withdrawn", _("催告函已撤回")

    class Outcome(models.TextChoices):
        LIFTED = "lifted", _("已恢复")
        KEPT = "kept", _("继续暂停")

    stop = models.ForeignKey(DebtorStop, models.PROTECT, related_name="reviews", verbose_name=_("欠费暂停"))
    ground = models.CharField(_("事由"), max_length=9, choices=Ground.choices)
    fact = models.CharField(_("所据事实"), max_length=60)
    opened_at = models.DateTimeField(_("提出时间"))
    outcome = models.CharField(_("处理结果"), max_length=6, choices=Outcome.choices, blank=True)
    reason = models.CharField(_("处理理由"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    closed_by = user_column(_("处理人"))

    objects = StopReviewQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("恢复服务的提议")
        verbose_name_plural = _("恢复服务的提议")
        ordering = ["-opened_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["stop", "ground", "fact"], name="stopreview_once"),
            models.CheckConstraint(name="stopreview_ground", condition=Q(ground__in=["paid", "disputed", "withdrawn"])),
            models.CheckConstraint(
                name="stopreview_closed_whole",
                condition=Q(outcome="", closed_at__isnull=True)
                | (Q(outcome__in=["lifted", "kept"], closed_at__isnull=False) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stop.agreement.number} · {self.get_ground_display()}"
