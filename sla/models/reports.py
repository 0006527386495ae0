"""Monthly service reports: frozen when issued, answered by Party B, superseded by a later revision."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Agreement
from sla.querysets.reports import ServiceReportQuerySet


class ServiceReport(models.Model):
    """What was kept of an agreement's promises in one civil month, as it was known when the report was issued.

    `snapshot` holds all that the paper shows, `sha256` is the hash of its canonical JSON.  Only the state moves.
    """

    class State(models.TextChoices):
        ISSUED = "issued", _("待乙方确认")
        CONFIRMED = "confirmed", _("乙方已确认")
        DISPUTED = "disputed", _("乙方有异议")
        SUPERSEDED = "superseded", _("已由新版代替")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="service_reports", verbose_name=_("协议"))
    month = models.DateField(_("月份"), help_text=_("该月的第一天。"))
    revision = models.PositiveSmallIntegerField(_("版次"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ISSUED)
    reason = models.CharField(_("重新出具的原因"), max_length=300, blank=True)
    snapshot = models.JSONField(_("内容"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("出具人"))
    issued_at = models.DateTimeField(_("出具时间"))

    objects = ServiceReportQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "服务月报")
        verbose_name_plural = _("服务月报")
        ordering = ["-month", "agreement", "-revision"]
        default_permissions = ("view",)
        permissions = [("issue_report", _("出具服务月报"))]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month", "revision"], name="report_revision_once"),
            models.CheckConstraint(
                name="report_state_known", condition=Q(state__in=["issued", "confirmed", "disputed", "superseded"])
            ),
            models.CheckConstraint(
                name="report_revision_has_reason",
                condition=Q(revision=1) | (Q(revision__gt=1) & ~Q(reason="")),
                violation_error_message=_("重新出具月报须写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.agreement.number}"

    @property
    def number(self) -> str:
        """The month and the revision: 2026-09/1."""
        return f"{self.month:%Y-%m}/{self.revision}"


class ReportAnswer(models.Model):
    """What Party B said of a report.  Append-only."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", _("确认")
        DISPUTED = "disputed", _("提出异议")

    report = models.ForeignKey(
        ServiceReport, models.PROTECT, related_name="answers", verbose_name=pgettext_lazy("one", "服务月报")
    )
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("说明"), blank=True, max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("月报答复")
        verbose_name_plural = _("月报答复")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["report", "kind"], name="reportanswer_once_a_kind"),
            models.CheckConstraint(name="reportanswer_kind_known", condition=Q(kind__in=["confirmed", "disputed"])),
            models.CheckConstraint(
                name="reportanswer_dispute_says",
                condition=~Q(kind="disputed") | ~Q(text=""),
                violation_error_message=_("请写明异议的理由。"),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
