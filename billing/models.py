"""Rates, usage, service periods, documents, formal invoices, bank receipts and their allocation."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length, Replace, Round
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField, PercentField, PriceField, QuantityField
from billing.querysets import (
    AllocationQuerySet,
    BankReceiptQuerySet,
    DocumentQuerySet,
    FormalInvoiceQuerySet,
    ServicePeriodQuerySet,
    UsageRecordQuerySet,
)
from contracts.models import Agreement, AgreementVersion
from worktime.models import CalendarVersion

LARGEST = Decimal("999999999999.99")
_ZERO = Decimal("0")


def _user(label: object) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


def _only_digits(field: str) -> Q:
    """Nothing is left of the text when its digits are taken out.  Plain SQL: no engine needs a regular expression."""
    rest: F | Replace = F(field)
    for digit in "0123456789":
        rest = Replace(rest, Value(digit), Value(""))
    return Q(Exact(rest, Value("")))


def _total_fits() -> Q:
    """gross = net + tax, compared in fen: SQLite keeps decimals as doubles."""
    return Q(Exact(Round(F("gross") * 100), Round(F("net") * 100) + Round(F("tax") * 100)))


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
        help_text=_("从低到高，每档 up_to（含，最后一档为 null）、unit_price、flat，数值写成文本。"),
    )  # fmt: skip
    free_units = QuantityField(_("免费用量"), default=_ZERO)
    minimum = MoneyField(_("最低收费（元/期）"), null=True, blank=True)
    maximum = MoneyField(_("最高收费（元/期）"), null=True, blank=True)
    tax_rate = PercentField(_("税率（%）"), default=Decimal("6"))
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
        ]

    def __str__(self) -> str:
        return self.name


class UsageRecord(models.Model):
    """One metered use, named by its source.  Append-only: a correction is another row that names the one it corrects."""

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
    recorded_by = _user(_("登记人"))

    objects = UsageRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("用量记录")
        verbose_name_plural = _("用量记录")
        ordering = ["-occurred_at", "-pk"]
        permissions = [("import_usage", _("导入用量"))]
        indexes = [
            models.Index(fields=["agreement", "meter", "occurred_at"], name="usage_by_meter"),
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


class NumberSeries(models.Model):
    """The last number given out in a series and year; its row is locked last, and only for a moment."""

    series = models.CharField(_("字轨"), max_length=8)
    year = models.PositiveSmallIntegerField(_("年度"))
    last = models.PositiveIntegerField(_("最后序号"), default=0)

    class Meta:
        verbose_name = _("编号序列")
        verbose_name_plural = _("编号序列")
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="series_year_once")]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}"


class Document(models.Model):
    """An invoice or its correction.  A draft may change or go; once issued it is frozen for good."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("账单")
        CREDIT_NOTE = "credit_note", _("贷项通知单")
        INTEREST_INVOICE = "interest_invoice", _("利息账单")
        WRITE_OFF = "write_off", _("核销单")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ISSUED = "issued", _("已开具")

    kind = models.CharField(_("类型"), max_length=16, choices=Kind.choices, default=Kind.INVOICE)
    state = models.CharField(_("状态"), max_length=6, choices=State.choices, default=State.DRAFT)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="documents", verbose_name=_("协议"))
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="documents", verbose_name=_("协议版本"))
    period = models.ForeignKey(
        ServicePeriod, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("服务周期")
    )
    refers_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("所更正的账单")
    )
    series = models.CharField(_("字轨"), max_length=8, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    sequence = models.PositiveIntegerField(_("序号"), null=True, blank=True)
    number = models.CharField(_("编号"), max_length=24, null=True, blank=True, unique=True)  # noqa: DJ001
    issued_on = models.DateField(_("开具日期"), null=True, blank=True)
    net = MoneyField(_("不含税金额"), default=Decimal("0.00"))
    tax = MoneyField(_("税额"), default=Decimal("0.00"))
    gross = MoneyField(_("价税合计"), default=Decimal("0.00"))
    snapshot = models.JSONField(_("冻结内容"), null=True, blank=True)
    pdf_sha256 = models.CharField(_("PDF 校验值"), max_length=64, blank=True)
    drafted_at = models.DateTimeField(_("拟稿时间"))
    drafted_by = _user(_("拟稿人"))
    issue_requested_at = models.DateTimeField(_("提请开具时间"), null=True, blank=True)
    issue_requested_by = _user(_("提请人"))
    issued_at = models.DateTimeField(_("开具时间"), null=True, blank=True)
    issued_by = _user(_("开具人"))

    objects = DocumentQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["snapshot"])

    class Meta:
        verbose_name = _("账单")
        verbose_name_plural = _("账单")
        ordering = ["-drafted_at", "-pk"]
        permissions = [
            ("draft_document", _("拟制账单")),
            ("request_issue", _("提请开具账单")),
            ("issue_document", _("开具账单")),
        ]
        indexes = [models.Index(fields=["agreement", "state", "issued_on"], name="document_by_agreement")]
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "sequence"], name="document_sequence_once"),
            models.UniqueConstraint(
                fields=["period"], condition=Q(kind="invoice"), name="document_period_once",
                violation_error_message=_("该服务周期已有账单。"),
            ),
            models.CheckConstraint(
                name="document_kind_known",
                condition=Q(kind__in=["invoice", "credit_note", "interest_invoice", "write_off"]),
            ),
            models.CheckConstraint(
                name="document_issued_whole",
                condition=Q(
                    state="draft", number__isnull=True, year__isnull=True, sequence__isnull=True,
                    issued_on__isnull=True, issued_at__isnull=True, series="", snapshot__isnull=True,
                )
                | (
                    Q(
                        state="issued", number__isnull=False, year__isnull=False, sequence__isnull=False, sequence__gte=1,
                        issued_on__isnull=False, issued_at__isnull=False, snapshot__isnull=False,
                    )
                    & ~Q(series="")
                ),
            ),
            models.CheckConstraint(
                name="document_totals_fit",
                condition=_total_fits(),
                violation_error_message=_("价税合计须等于不含税金额与税额之和。"),
            ),
            models.CheckConstraint(
                name="document_amounts_range",
                condition=Q(net__gte=0) & Q(tax__gte=0) & Q(gross__gte=0) & Q(gross__lte=LARGEST),
                violation_error_message=_("账单金额超出范围。"),
            ),
            models.CheckConstraint(
                name="document_correction_refers",
                condition=~Q(kind__in=["credit_note", "write_off"]) | Q(refers_to__isnull=False),
            ),
            models.CheckConstraint(
                name="document_two_persons",
                condition=Q(issued_by__isnull=True) | Q(drafted_by__isnull=True) | ~Q(issued_by=F("drafted_by")),
                violation_error_message=_("开具人不能是拟稿人。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()} {_('草稿')} #{self.pk}"

    @property
    def is_issued(self) -> bool:
        """Whether the document has its number and is frozen."""
        return self.state == self.State.ISSUED


class DocumentLine(models.Model):
    """One line of a document, with the clause and the working that lead to its amount."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="lines", verbose_name=_("账单"))
    position = models.PositiveSmallIntegerField(_("行号"))
    description = models.CharField(_("内容"), max_length=200)
    clause = models.CharField(_("依据条款"), max_length=20)
    rate_line = models.ForeignKey(
        RateLine, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("价目")
    )
    period = models.ForeignKey(
        ServicePeriod, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("用量所属周期")
    )
    quantity = QuantityField(_("数量"), default=_ZERO)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    unit_price = PriceField(_("单价"), null=True, blank=True)
    net = MoneyField(_("不含税金额"))
    tax_rate = PercentField(_("税率（%）"))
    tax = MoneyField(_("税额"))
    gross = MoneyField(_("价税合计"))
    trace = models.JSONField(_("计算过程"), default=dict)

    class Meta:
        verbose_name = _("账单行")
        verbose_name_plural = _("账单行")
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="docline_position_once"),
            models.CheckConstraint(name="docline_totals_fit", condition=_total_fits()),
            models.CheckConstraint(name="docline_tax_rate", condition=Q(tax_rate__gte=0) & Q(tax_rate__lt=100)),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.description}"


class FormalInvoice(models.Model):
    """The tax bureau's invoice (发票) for one of our documents; a correct one, received, starts the time to pay."""

    class Kind(models.TextChoices):
        DIGITAL_SPECIAL = "digital_special", _("数电票（增值税专用发票）")
        DIGITAL_ORDINARY = "digital_ordinary", _("数电票（普通发票）")

    class State(models.TextChoices):
        SENT = "sent", _("待签收")
        ACCEPTED = "accepted", _("已签收")
        REJECTED = "rejected", _("已退回")
        RED_LETTERED = "red_lettered", _("已红冲")

    document = models.ForeignKey(Document, models.PROTECT, related_name="formal_invoices", verbose_name=_("账单"))
    kind = models.CharField(_("发票种类"), max_length=16, choices=Kind.choices)
    number = models.CharField(
        _("发票号码"), max_length=20, unique=True,
        validators=[RegexValidator(r"\A[0-9]{20}\Z", _("发票号码须为 20 位数字。"))],
    )  # fmt: skip
    dated_on = models.DateField(_("开票日期"))
    net = MoneyField(_("不含税金额"))
    tax = MoneyField(_("税额"))
    gross = MoneyField(_("价税合计"))
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.SENT)
    received_on = models.DateField(_("乙方收到日期"), null=True, blank=True)
    received_proof = models.CharField(_("签收凭证"), max_length=200, blank=True)
    due_on = models.DateField(_("付款到期日"), null=True, blank=True)
    due_provisional = models.BooleanField(_("到期日暂定"), default=False)
    due_working = models.JSONField(_("到期日计算过程"), null=True, blank=True)
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("日历版本")
    )
    rejected_on = models.DateField(_("退回日期"), null=True, blank=True)
    red_lettered_on = models.DateField(_("红冲日期"), null=True, blank=True)
    red_letter_number = models.CharField(_("红字发票号码"), max_length=20, blank=True)
    reason = models.CharField(_("退回或红冲原因"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = _user(_("登记人"))

    objects = FormalInvoiceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("正式发票")
        verbose_name_plural = _("正式发票")
        ordering = ["-recorded_at", "-pk"]
        permissions = [("record_formal_invoice", _("登记正式发票"))]
        indexes = [models.Index(fields=["state", "due_on"], name="formal_by_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["document"], condition=Q(state__in=["sent", "accepted"]), name="formal_one_standing",
                violation_error_message=_("该账单已有一张有效的正式发票；先退回或红冲，才能登记新的。"),
            ),
            models.CheckConstraint(
                name="formal_number_digits",
                condition=Q(Exact(Length("number"), Value(20))) & _only_digits("number"),
                violation_error_message=_("发票号码须为 20 位数字。"),
            ),
            models.CheckConstraint(
                name="formal_red_number_digits",
                condition=Q(red_letter_number="")
                | (Q(Exact(Length("red_letter_number"), Value(20))) & _only_digits("red_letter_number")),
                violation_error_message=_("红字发票号码须为 20 位数字。"),
            ),
            models.CheckConstraint(
                name="formal_kind_known", condition=Q(kind__in=["digital_special", "digital_ordinary"])
            ),
            models.CheckConstraint(
                name="formal_state_known", condition=Q(state__in=["sent", "accepted", "rejected", "red_lettered"])
            ),
            models.CheckConstraint(name="formal_totals_fit", condition=_total_fits()),
            models.CheckConstraint(
                name="formal_accepted_due",
                condition=~Q(state="accepted") | (Q(received_on__isnull=False) & Q(due_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="formal_received_after_date",
                condition=Q(received_on__isnull=True) | Q(received_on__gte=F("dated_on")),
                violation_error_message=_("收到日期不能早于开票日期。"),
            ),
            models.CheckConstraint(
                name="formal_rejected_dated", condition=~Q(state="rejected") | Q(rejected_on__isnull=False)
            ),
            models.CheckConstraint(
                name="formal_red_linked",
                condition=~Q(state="red_lettered")
                | (Q(red_lettered_on__isnull=False) & ~Q(red_letter_number="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class BankReceipt(models.Model):
    """Money on our account, as the bank states it.  Never changed; what it pays is said by its allocations."""

    account = models.CharField(_("收款账号"), max_length=40)
    bank_txn_id = models.CharField(_("银行流水号"), max_length=80)
    occurrence = models.PositiveSmallIntegerField(_("同号次序"), default=1)
    value_date = models.DateField(_("到账日期"))
    amount = MoneyField(_("到账金额"))
    payer_name = models.CharField(_("付款人"), max_length=120)
    payer_account = models.CharField(_("付款账号"), max_length=40, blank=True)
    memo = models.CharField(_("附言"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = _user(_("登记人"))

    objects = BankReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("银行收款")
        verbose_name_plural = _("银行收款")
        ordering = ["-value_date", "-pk"]
        permissions = [("record_receipt", _("登记收款"))]
        constraints = [
            models.UniqueConstraint(fields=["account", "bank_txn_id", "occurrence"], name="receipt_txn_once"),
            models.CheckConstraint(
                name="receipt_amount_positive",
                condition=Q(amount__gt=0) & Q(amount__lte=LARGEST),
                violation_error_message=_("到账金额须大于 0。"),
            ),
            models.CheckConstraint(name="receipt_occurrence", condition=Q(occurrence__gte=1)),
            models.CheckConstraint(
                name="receipt_names_txn",
                condition=~Q(account="") & ~Q(bank_txn_id="") & ~Q(payer_name=""),
                violation_error_message=_("银行收款须有收款账号、流水号和付款人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_date:%Y-%m-%d} {self.payer_name} {self.amount}"


class Allocation(models.Model):
    """What part of a receipt (or of a credit) pays what part of a document.  Append-only; undone by a mirrored row."""

    class Component(models.TextChoices):
        COSTS = "costs", _("费用")
        INTEREST = "interest", _("利息")
        PRINCIPAL = "principal", _("本金")

    receipt = models.ForeignKey(
        BankReceipt, models.PROTECT, null=True, blank=True, related_name="allocations", verbose_name=_("银行收款")
    )
    credit = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="spent", verbose_name=_("贷项或核销单")
    )
    document = models.ForeignKey(Document, models.PROTECT, related_name="allocations", verbose_name=_("账单"))
    component = models.CharField(_("抵充"), max_length=10, choices=Component.choices)
    amount = MoneyField(_("金额"))
    effective_on = models.DateField(_("生效日期"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("冲回的核销")
    )
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = _user(_("登记人"))

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("核销记录")
        verbose_name_plural = _("核销记录")
        ordering = ["effective_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="allocation_component_known", condition=Q(component__in=["costs", "interest", "principal"])
            ),
            models.CheckConstraint(
                name="allocation_one_source",
                condition=Q(receipt__isnull=False, credit__isnull=True) | Q(receipt__isnull=True, credit__isnull=False),
            ),
            models.CheckConstraint(
                name="allocation_sign",
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_component_display()} {self.amount}"
