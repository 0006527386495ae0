"""Force majeure: an event, and the relief that it gives obligation by obligation (chapter 11, Civil Code 590)."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.breaching import Party
from contracts.models.duties import ObligationOccurrence
from contracts.models.papers import Paper
from contracts.models.serving import ServedNotice
from contracts.querysets.breaching import ForceMajeureQuerySet


class ForceMajeure(models.Model):
    """An event that one party could neither foresee, avoid nor overcome, with the deadlines that were agreed.

    notice_days, proof_days and exit_days count calendar days from the first day of the event (that day not counted);
    empty where nothing is agreed: no deadline is made up.
    """

    class State(models.TextChoices):
        RECORDED = "recorded", pgettext_lazy("force majeure", "已登记")
        NOTIFIED = "notified", pgettext_lazy("force majeure", "已通知")
        PROVEN = "proven", pgettext_lazy("force majeure", "已证明")
        ENDED = "ended", pgettext_lazy("force majeure", "已结束")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="force_majeure", verbose_name=_("协议"))
    party = models.CharField(_("受影响方"), max_length=1, choices=Party.choices)
    title = models.CharField(_("事件"), max_length=160)
    cause = models.TextField(_("原因和影响"), max_length=4000)
    started_on = models.DateField(_("发生日期"))
    ended_on = models.DateField(_("结束日期"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("约定的通知期限（天）"), null=True, blank=True)
    proof_days = models.PositiveSmallIntegerField(_("约定的证明期限（天）"), null=True, blank=True)
    exit_days = models.PositiveSmallIntegerField(_("约定的可解除天数"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RECORDED, editable=False)
    notice = models.ForeignKey(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="force_majeure", verbose_name=_("通知")
    )
    proof = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证明文件")
    )
    proven_on = models.DateField(_("提交证明日期"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = ForceMajeureQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("不可抗力")
        verbose_name_plural = _("不可抗力")
        ordering = ["-started_on", "-pk"]
        default_permissions = ("view",)
        permissions = [("handle_forcemajeure", _("办理不可抗力"))]
        constraints = [
            models.CheckConstraint(name="fm_party_known", condition=Q(party__in=["a", "b"])),
            models.CheckConstraint(
                name="fm_state_known", condition=Q(state__in=["recorded", "notified", "proven", "ended"])
            ),
            models.CheckConstraint(
                name="fm_ends_after_start",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                violation_error_message=_("结束日期不能早于发生日期。"),
            ),
            models.CheckConstraint(
                name="fm_state_dated",
                condition=(Q(state="recorded") | Q(notice__isnull=False))
                & (Q(proven_on__isnull=True, proof__isnull=True) | Q(proven_on__isnull=False, proof__isnull=False))
                & (~Q(state="proven") | Q(proven_on__isnull=False))
                & (~Q(state="ended") | Q(ended_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.started_on}）"

    @property
    def notice_due(self) -> date | None:
        """The last day for the notice, None where none is agreed."""
        return self._after(self.notice_days)

    @property
    def proof_due(self) -> date | None:
        """The last day for the proof, None where none is agreed."""
        return self._after(self.proof_days)

    @property
    def exit_from(self) -> date | None:
        """From this day on an event that still lasts opens the way out of the agreement, None where none is agreed."""
        return self._after(self.exit_days + 1) if self.exit_days is not None else None

    def _after(self, days: int | None) -> date | None:
        return None if days is None else self.started_on + timedelta(days=days)


class Relief(models.Model):
    """One obligation that the event puts off, up to a day.  A mistaken one is lifted, never rewritten.

    Where the obligation is tracked, occurrence is the one that got the time.
    """

    event = models.ForeignKey(ForceMajeure, models.PROTECT, related_name="reliefs", verbose_name=_("不可抗力"))
    occurrence = models.ForeignKey(
        ObligationOccurrence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("履行事项")
    )
    clause_number = models.CharField(_("条款号"), max_length=20)
    obligation = models.CharField(_("义务"), max_length=200)
    due_on = models.DateField(_("原到期日"))
    until = models.DateField(_("顺延至"))
    reason = models.CharField(_("理由"), max_length=300)
    lifted_on = models.DateField(_("撤销日期"), null=True, blank=True)
    lifted_reason = models.CharField(_("撤销理由"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("义务顺延")
        verbose_name_plural = _("义务顺延")
        ordering = ["event", "clause_number", "pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["event", "clause_number", "obligation", "due_on"],
                condition=Q(lifted_on__isnull=True),
                name="relief_once",
            ),
            models.CheckConstraint(
                name="relief_puts_off",
                condition=Q(until__gt=F("due_on")),
                violation_error_message=_("顺延后的日期须晚于原到期日。"),
            ),
            models.CheckConstraint(
                name="relief_lifted_whole",
                condition=Q(lifted_on__isnull=True, lifted_reason="")
                | (Q(lifted_on__isnull=False) & ~Q(lifted_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_number} {self.obligation}"
