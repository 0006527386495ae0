"""What looks wrong in the usage, until somebody says why it is right or the usage is corrected."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from billing.fields import QuantityField
from billing.models.columns import user_column
from billing.querysets import UsageAnomalyQuerySet
from contracts.models import Agreement


class UsageAnomaly(models.Model):
    """One thing on the days [day, until] of a meter of an agreement; found again it stays the same row."""

    class Kind(models.TextChoices):
        JUMP = "jump", _("用量突增")
        MISSING_DAY = "missing_day", _("缺少一天")
        GAP = "gap", _("连续多日无用量")
        AFTER_END = "after_end", _("协议终止后仍有用量")
        SUSPENDED = "suspended", _("暂停期间仍有用量")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("anomaly", "待核对")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("anomaly", "已说明")
        RESOLVED = "resolved", pgettext_lazy("anomaly", "已更正")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="anomalies", verbose_name=_("协议"))
    meter = models.CharField(_("计量项"), max_length=60)
    kind = models.CharField(_("异常"), max_length=12, choices=Kind.choices)
    day = models.DateField(_("日期"))
    until = models.DateField(_("至（含）"))
    observed = QuantityField(_("实际用量"))
    expected = QuantityField(_("参照用量"), help_text=_("突增：此前 28 天的中位数；其他：0。"))
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("说明"), max_length=300, blank=True)
    found_at = models.DateTimeField(_("发现时间"))
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    settled_by = user_column(_("处理人"))

    objects = UsageAnomalyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("用量异常")
        verbose_name_plural = _("用量异常")
        ordering = ["-day", "-pk"]
        default_permissions = ("view",)
        permissions = [("acknowledge_anomaly", _("说明用量异常"))]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "meter", "kind", "day"], name="anomaly_once"),
            models.CheckConstraint(
                name="anomaly_kind_known",
                condition=Q(kind__in=["jump", "missing_day", "gap", "after_end", "suspended"]),
            ),
            models.CheckConstraint(name="anomaly_days_in_order", condition=Q(until__gte=F("day"))),
            models.CheckConstraint(
                name="anomaly_settled_whole",
                condition=Q(state="open", settled_at__isnull=True, settled_by__isnull=True)
                | Q(state="resolved", settled_at__isnull=False)
                | (Q(state="acknowledged", settled_at__isnull=False, settled_by__isnull=False) & ~Q(reason="")),
                violation_error_message=_("说明用量异常须写明理由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.meter} {self.day:%Y-%m-%d}"
