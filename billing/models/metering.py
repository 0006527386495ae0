"""What is metered and what it costs: rates, usage, service periods."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField, PercentField, PriceField, QuantityField
from billing.models.columns import user_column
from billing.querysets import ServicePeriodQuerySet, UsageRecordQuerySet
from contracts.models import Agreement, AgreementVersion


class RateLine(models.Model):
    """One price of the agreement's tariff: what is counted, how it is priced, taxed and bounded, and from when."""

    class FeeKind(models.TextChoices):
        PLATFORM = "platform", _("平台使用费")
        QUERY = "query", _("查询费")
        DOWNLOAD = "download", _("数据下载费")
        OTHER = "other", _("其他费用")

    class Model(models.TextChoices):
        FLAT = "flat", _("固定金额")
        UNIT = "unit", _("按量单价")
        GRADUATED = "graduated", _("阶梯（分段累进）")
        VOLUME = "volume", _("阶梯（整量按档）")
        PACKAGE = "package", _("按包计价")

    class TaxBasis(models.TextChoices):
        EXCLUDED = "excluded", _("不含税价，另加税")
        INCLUDED = "included", _("含税价，总价不变")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="rates", verbose_name=_("协议版本"))
    fee_kind = models.CharField(_("费用类别"), max_length=10, choices=FeeKind.choices)
    name = models.CharField(_("项目名称"), max_length=120)
    meter = models.SlugField(
        _("计量项代码"), max_length=60, blank=True, help_text=_("与用量记录中的计量项一致；固定金额的项目留空。")
    )
    clause = models.CharField(_("依据条款"), max_length=20, default="6.1.1")
    model = models.CharField(_("计价方式"), max_length=10, choices=Model.choices)
    unit = models.CharField(_("计量单位"), max_length=20, blank=True, help_text=_("如：次、条、GB。"))
    unit_price = PriceField(_("单价（元）"), null=True, blank=True)
    flat_amount = MoneyField(_("固定金额（元/期）"), null=True, blank=True)
    package_size = QuantityField(_("每包数量"), null=True, blank=True)
    tiers = models.JSONField(
        _("阶梯"), default=list, blank=True,
    )  # fmt: skip
    free_units = QuantityField(_("免费用量"), default=Decimal("0"))
    minimum = MoneyField(_("最低收费（元/期）"), null=True, blank=True)
    maximum = MoneyField(_("最高收费（元/期）"), null=True, blank=True)
    tax_rate = PercentField(
        _("税率（%）"), null=True, blank=True, default=Decimal("6"), help_text=_("留空表示按税率表，随计税日取用。")
    )
    tax_basis = models.CharField(
        _("价格是否含税"), max_length=8, choices=TaxBasis.choices, default=TaxBasis.EXCLUDED,
        help_text=_("税率变动时，不含税价的价款不变、税额随税率；含税价的总价不变，税额从中分出。"),
    )  # fmt: skip
    valid_from = models.DateField(_("适用自"))
    valid_to = models.DateField(_("适用至（不含）"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("价目")
        verbose_name_plural = _("价目")
        ordering = ["version", "fee_kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name", "valid_from"], name="rateline_once"),
            models.CheckConstraint(
                name="rateline_kind_known", condition=Q(fee_kind__in=["platform", "query", "download", "other"])
            ),
            models.CheckConstraint(
                name="rateline_model_known",
                condition=Q(model__in=["flat", "unit", "graduated", "volume", "package"]),
            ),
            models.CheckConstraint(
                name="rateline_interval",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("价目的适用期结束须晚于开始。"),
            ),
            models.CheckConstraint(
                name="rateline_flat_or_metered",
                condition=(Q(model="flat") & Q(meter="") & Q(flat_amount__isnull=False))
                | (~Q(model="flat") & ~Q(meter="")),
                violation_error_message=_("固定金额的项目须填写金额、不填计量项；其他计价方式须填写计量项代码。"),
            ),
            models.CheckConstraint(
                name="rateline_unit_priced",
                condition=~Q(model__in=["unit", "package"]) | Q(unit_price__isnull=False),
                violation_error_message=_("按量单价和按包计价的项目须填写单价。"),
            ),
            models.CheckConstraint(
                name="rateline_package_sized",
                condition=~Q(model="package") | (Q(package_size__isnull=False) & Q(package_size__gt=0)),
                violation_error_message=_("按包计价的项目须填写每包数量，且大于 0。"),
            ),
            models.CheckConstraint(
                name="rateline_not_negative",
                condition=Q(free_units__gte=0)
                & (Q(unit_price__isnull=True) | Q(unit_price__gte=0))
                & (Q(flat_amount__isnull=True) | Q(flat_amount__gte=0))
                & (Q(minimum__isnull=True) | Q(minimum__gte=0))
                & (Q(maximum__isnull=True) | Q(maximum__gte=0)),
                violation_error_message=_("单价、金额和免费用量不能为负数。"),
            ),
            models.CheckConstraint(
                name="rateline_min_under_max",
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(maximum__gte=F("minimum")),
                violation_error_message=_("最高收费不能低于最低收费。"),
            ),
            models.CheckConstraint(
                name="rateline_tax_rate",
                condition=Q(tax_rate__gte=0) & Q(tax_rate__lt=100),
                violation_error_message=_("税率须在 0 至 100 之间。"),
            ),
            models.CheckConstraint(
                name="rateline_tax_basis_known", condition=Q(tax_basis__in=["excluded", "included"])
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def includes_tax(self) -> bool:
        """Whether the agreed price already holds the tax."""
        return self.tax_basis == self.TaxBasis.INCLUDED


class UsageRecord(models.Model):
    """One metered use, named by its source.  Append-only: a correction is a row that names the corrected one."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="usage", verbose_name=_("协议"))
    source = models.CharField(_("来源系统"), max_length=40)
    source_event_id = models.CharField(_("来源记录号"), max_length=80)
    meter = models.SlugField(_("计量项"), max_length=60, db_index=False)
    occurred_at = models.DateTimeField(_("使用时间"))
    quantity = QuantityField(_("用量"))
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("更正的记录")
    )
    batch = models.CharField(_("批次"), max_length=64, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = user_column(_("登记人"))

    objects = UsageRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("用量记录")
        verbose_name_plural = _("用量记录")
        ordering = ["-occurred_at", "-pk"]
        permissions = [("import_usage", _("导入用量"))]
        indexes = [
            models.Index(fields=["agreement", "meter", "occurred_at", "quantity"], name="usage_sums"),
            models.Index(fields=["occurred_at"], name="usage_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_event_id"], name="usage_event_once"),
            models.CheckConstraint(
                name="usage_names_source",
                condition=~Q(source="") & ~Q(source_event_id="") & ~Q(meter=""),
                violation_error_message=_("用量记录须有来源系统、来源记录号和计量项。"),
            ),
            models.CheckConstraint(
                name="usage_negative_corrects",
                condition=Q(quantity__gte=0) | Q(corrects__isnull=False),
                violation_error_message=_("用量不能为负数；冲减须注明所更正的记录。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.source_event_id}"


class ServicePeriod(models.Model):
    """A billing period [starts_on, ends_on) of an agreement, its edges at midnight in Shanghai."""

    class State(models.TextChoices):
        OPEN = "open", _("计量中")
        CLOSED = "closed", _("已出账")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="periods", verbose_name=_("协议"))
    number = models.PositiveSmallIntegerField(_("期次"))
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期（不含）"))
    whole_days = models.PositiveSmallIntegerField(
        _("整期天数"), help_text=_("首期或末期不足整期时，固定费用按 实际天数 ÷ 整期天数 折算。")
    )
    state = models.CharField(_("状态"), max_length=6, choices=State.choices, default=State.OPEN, editable=False)
    closed_at = models.DateTimeField(_("出账时间"), null=True, blank=True, editable=False)
    last_usage = models.BigIntegerField(_("出账时最后一条用量"), default=0, editable=False)

    objects = ServicePeriodQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("服务周期")
        verbose_name_plural = _("服务周期")
        ordering = ["-starts_on", "agreement"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="period_number_once"),
            models.UniqueConstraint(fields=["agreement", "starts_on"], name="period_start_once"),
            models.UniqueConstraint(fields=["agreement", "ends_on"], name="period_end_once"),
            models.CheckConstraint(
                name="period_ends_after_start",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("服务周期的结束须晚于开始。"),
            ),
            models.CheckConstraint(name="period_state_known", condition=Q(state__in=["open", "closed"])),
            models.CheckConstraint(
                name="period_closed_dated",
                condition=Q(state="open", closed_at__isnull=True) | Q(state="closed", closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d} — {self.last_day:%Y-%m-%d}"

    @property
    def last_day(self) -> date:
        """The last day that still belongs to the period."""
        return date.fromordinal(self.ends_on.toordinal() - 1)

    @property
    def days(self) -> int:
        """How many civil days the period holds."""
        return (self.ends_on - self.starts_on).days
