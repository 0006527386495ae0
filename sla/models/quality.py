"""What Party B finds wrong with shared data, whether it is so, and when it was put right (clause 2.2.1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models import AgreementItem
from sla.models.tickets import Ticket
from sla.querysets.quality import QualityReportQuerySet

USER = settings.AUTH_USER_MODEL


class QualityReport(models.Model):
    """What a data quality ticket is about: which items, in which respect, which records, what is asked.

    Samples describe records; they need no personal data.  source_note and evidence are Party A's own business,
    correction is told to everybody who shares the item, never with the name of who reported it.
    """

    class State(models.TextChoices):
        REPORTED = "reported", _("待核实")
        CONFIRMED = "confirmed", _("已核实，待更正")
        REJECTED = "rejected", _("核实不成立")
        CORRECTED = "corrected", _("已更正")

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, related_name="quality", verbose_name=pgettext_lazy("one", "故障报告")
    )
    items = models.ManyToManyField(AgreementItem, related_name="quality_reports", verbose_name=_("涉及的数据"))
    untrue = models.BooleanField(_("不真实"), default=False)
    inaccurate = models.BooleanField(_("不准确"), default=False)
    incomplete = models.BooleanField(_("不完整"), default=False)
    untimely = models.BooleanField(_("不及时"), default=False)
    samples = models.TextField(_("涉及的记录"), max_length=4000)
    asked = models.TextField(_("请求的更正"), max_length=2000)
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.REPORTED)
    described_at = models.DateTimeField(_("登记时间"))
    described_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    verified_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    verified_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核实人")
    )
    verdict = models.TextField(_("核实结论"), blank=True, max_length=2000)
    forwarded_to = models.CharField(_("转交的提供部门"), max_length=120, blank=True)
    forwarded_at = models.DateTimeField(_("转交时间"), null=True, blank=True)
    source_note = models.TextField(_("转交说明"), blank=True, max_length=2000)
    corrected_at = models.DateTimeField(_("更正时间"), null=True, blank=True)
    corrected_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记更正的人")
    )
    correction = models.TextField(_("更正内容"), blank=True, max_length=2000)
    evidence = models.TextField(_("更正凭据"), blank=True, max_length=2000)
    working_days = models.PositiveIntegerField(_("更正用时（工作日）"), null=True, blank=True)
    support_seconds = models.PositiveIntegerField(_("更正用时（支持时间，秒）"), null=True, blank=True)
    provisional = models.BooleanField(_("用时暂定"), default=False)

    objects = QualityReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("one", "数据质量报告")
        verbose_name_plural = _("数据质量报告")
        ordering = ["-described_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("handle_quality", _("办理数据质量报告"))]
        indexes = [models.Index(fields=["state", "-described_at"], name="quality_by_state")]
        constraints = [
            models.CheckConstraint(
                name="quality_state_known", condition=Q(state__in=["reported", "confirmed", "rejected", "corrected"])
            ),
            models.CheckConstraint(
                name="quality_says_in_what",
                condition=Q(untrue=True) | Q(inaccurate=True) | Q(incomplete=True) | Q(untimely=True),
                violation_error_message=_("请至少选择一项：不真实、不准确、不完整、不及时。"),
            ),
            models.CheckConstraint(name="quality_says_what", condition=~Q(samples="") & ~Q(asked="")),
            models.CheckConstraint(
                name="quality_verified_whole",
                condition=Q(state="reported", verified_at__isnull=True, verified_by__isnull=True)
                | (~Q(state="reported") & Q(verified_at__isnull=False, verified_by__isnull=False) & ~Q(verdict="")),
                violation_error_message=_("核实须有结论、核实人和时间。"),
            ),
            models.CheckConstraint(
                name="quality_corrected_whole",
                condition=Q(
                    state="corrected", corrected_at__isnull=False, corrected_by__isnull=False,
                    working_days__isnull=False, support_seconds__isnull=False,
                )
                & ~Q(correction="")
                & ~Q(evidence="")
                | (~Q(state="corrected") & Q(corrected_at__isnull=True, working_days__isnull=True)),
                violation_error_message=_("登记更正须写明更正内容、凭据和时间。"),
            ),
            models.CheckConstraint(
                name="quality_forwarded_whole",
                condition=Q(forwarded_to="", forwarded_at__isnull=True)
                | (~Q(forwarded_to="") & Q(forwarded_at__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.ticket)

    @property
    def respects(self) -> list[str]:
        """The names of what is wrong: untrue, inaccurate, incomplete, untimely."""
        return [name for name in RESPECTS if getattr(self, name)]


RESPECTS = ("untrue", "inaccurate", "incomplete", "untimely")
