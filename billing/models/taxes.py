"""Tax rates of the kinds of fees by the day on which the tax arises."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import PercentField
from billing.models.metering import RateLine


class TaxRate(models.Model):
    """The rate of a kind of fee in [valid_from, valid_to).  Two of one kind never share a day (a guard refuses)."""

    fee_kind = models.CharField(_("费用类别"), max_length=10, choices=RateLine.FeeKind.choices)
    rate = PercentField(_("税率（%）"), help_text=_("免税的填 0。"))
    valid_from = models.DateField(_("适用自"))
    valid_to = models.DateField(
        _("适用至（不含）"), null=True, blank=True, help_text=_("留空表示一直适用；登记下一条时自动接上。")
    )
    basis = models.CharField(
        _("依据"), max_length=200, help_text=_("文件名称、文号和条款，例如：《增值税法》第十条第三项。")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("税率")
        verbose_name_plural = _("税率表")
        ordering = ["fee_kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["fee_kind", "valid_from"], name="taxrate_start_once",
                violation_error_message=_("这一类费用在同一天已有税率。"),
            ),
            models.CheckConstraint(
                name="taxrate_kind_known", condition=Q(fee_kind__in=["platform", "query", "download", "other"])
            ),
            models.CheckConstraint(
                name="taxrate_range",
                condition=Q(rate__gte=0) & Q(rate__lt=100),
                violation_error_message=_("税率须在 0 至 100 之间。"),
            ),
            models.CheckConstraint(
                name="taxrate_interval",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("税率的适用期结束须晚于开始。"),
            ),
            models.CheckConstraint(
                name="taxrate_has_basis", condition=~Q(basis=""), violation_error_message=_("请写明税率的依据。")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_fee_kind_display()} {self.rate.normalize():f}%"
