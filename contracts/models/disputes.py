"""Disputes: from talks to mediation, arbitration or court, to their end (chapter 12)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.breaching import BreachCase, Party
from contracts.models.papers import Paper
from contracts.querysets.breaching import DisputeQuerySet, DisputeStepQuerySet


class Stage(models.TextChoices):
    """How far a dispute has come."""

    NEGOTIATION = "negotiation", _("协商")
    MEDIATION = "mediation", _("调解")
    ARBITRATION = "arbitration", _("仲裁")
    LITIGATION = "litigation", _("诉讼")
    CLOSED = "closed", _("结案")


class Dispute(models.Model):
    """A dispute between the parties.  It may be opened whatever has become of the agreement (Civil Code 507, 567)."""

    class Result(models.TextChoices):
        SETTLED = "settled", _("和解或调解达成一致")
        AWARD = "award", _("仲裁裁决")
        JUDGMENT = "judgment", _("法院判决")
        WITHDRAWN = "withdrawn", _("撤回")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="disputes", verbose_name=_("协议"))
    case = models.ForeignKey(
        BreachCase, models.PROTECT, null=True, blank=True, related_name="disputes", verbose_name=_("违约案件")
    )
    raised_by = models.CharField(_("提出方"), max_length=1, choices=Party.choices)
    title = models.CharField(_("争议事项"), max_length=160)
    matter = models.TextField(_("争议内容"), max_length=4000)
    clause_number = models.CharField(_("争议解决条款"), max_length=20, blank=True)
    court = models.CharField(_("约定的法院"), max_length=120, blank=True)
    arbitration = models.CharField(_("约定的仲裁机构"), max_length=120, blank=True)
    amount = models.DecimalField(_("争议金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    stage = models.CharField(_("阶段"), max_length=12, choices=Stage.choices, default=Stage.NEGOTIATION, editable=False)
    raised_on = models.DateField(_("提出日期"))
    result = models.CharField(_("结果"), max_length=10, choices=Result.choices, blank=True)
    closed_on = models.DateField(_("结案日期"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = DisputeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("争议")
        verbose_name_plural = _("争议")
        ordering = ["-raised_on", "-pk"]
        default_permissions = ("view",)
        permissions = [("handle_dispute", _("办理争议"))]
        constraints = [
            models.CheckConstraint(name="dispute_raised_by_known", condition=Q(raised_by__in=["a", "b"])),
            models.CheckConstraint(
                name="dispute_stage_known",
                condition=Q(stage__in=["negotiation", "mediation", "arbitration", "litigation", "closed"]),
            ),
            models.CheckConstraint(
                name="dispute_closed_whole",
                condition=Q(
                    stage="closed", closed_on__isnull=False, result__in=["settled", "award", "judgment", "withdrawn"]
                )
                | (~Q(stage="closed") & Q(closed_on__isnull=True, result="")),
            ),
            models.CheckConstraint(
                name="dispute_amount_positive",
                condition=Q(amount__isnull=True) | Q(amount__gt=0),
                violation_error_message=_("争议金额须大于 0。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def names_both(self) -> bool:
        """Whether the agreement names a court and an arbitration body: such a choice of arbitration may be void."""
        return bool(self.court and self.arbitration)


class DisputeStep(models.Model):
    """One step of a dispute, with where it went and what it was about.  Append-only."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="steps", verbose_name=_("争议"))
    stage = models.CharField(_("阶段"), max_length=12, choices=Stage.choices)
    on = models.DateField(_("日期"))
    institution = models.CharField(_("机构"), max_length=120, blank=True)
    reference = models.CharField(_("文号或案号"), max_length=80, blank=True)
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    text = models.TextField(_("情况"), max_length=4000)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文书"))
    internal = models.BooleanField(_("仅甲方可见"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    objects = DisputeStepQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("dispute", "进展")
        verbose_name_plural = _("争议进展")
        ordering = ["on", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="disputestep_stage_known",
                condition=Q(stage__in=["negotiation", "mediation", "arbitration", "litigation", "closed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_stage_display()}"
