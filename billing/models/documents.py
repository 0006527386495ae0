"""Documents with their numbers and lines, and the tax bureau's invoice for them."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField, PercentField, PriceField, QuantityField
from billing.models.columns import LARGEST, only_digits, totals_fit, user_column
from billing.models.metering import RateLine, ServicePeriod
from billing.models.taxes import TaxRate
from billing.querysets import DocumentQuerySet, FormalInvoiceQuerySet
from contracts.models import Agreement, AgreementVersion
from sla.models import ServiceCredit
from worktime.models import CalendarVersion

if TYPE_CHECKING:
    from billing.models.interest import CollectionCost
    from billing.models.receipts import Allocation


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

    if TYPE_CHECKING:  # what the annotations of DocumentQuerySet and billing.sheets add
        due_on: date | None
        due_provisional: bool | None
        paid_fen: int
        gross_fen: int
        disputed_fen: int
        standing: str
        days_left: str
        paid_by: list["Allocation"]
        standing_costs: list["CollectionCost"]

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("服务账单")
        CREDIT_NOTE = "credit_note", _("贷项通知单")
        INTEREST_INVOICE = "interest_invoice", _("利息账单")
        WRITE_OFF = "write_off", _("核销单")

    class WritesOff(models.TextChoices):
        PRINCIPAL = "principal", _("本金")
        INTEREST = "interest", _("利息")

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
    writes_off = models.CharField(_("核销的部分"), max_length=10, choices=WritesOff.choices, blank=True)
    reason = models.CharField(_("更正或核销的原因"), max_length=400, blank=True)
    basis = models.CharField(_("依据"), max_length=400, blank=True)
    interest_until = models.DateField(
        _("利息计至"), null=True, blank=True, help_text=_("利息账单或利息减免：所涉利息计至的日期（含当日）。")
    )
    series = models.CharField(_("字轨"), max_length=8, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    sequence = models.PositiveIntegerField(_("序号"), null=True, blank=True)
    number = models.CharField(_("编号"), max_length=24, null=True, blank=True, unique=True)
    issued_on = models.DateField(_("开具日期"), null=True, blank=True)
    net = MoneyField(_("不含税金额"), default=Decimal("0.00"))
    tax = MoneyField(_("税额"), default=Decimal("0.00"))
    gross = MoneyField(_("价税合计"), default=Decimal("0.00"))
    snapshot = models.JSONField(_("冻结内容"), null=True, blank=True)
    pdf_sha256 = models.CharField(_("PDF 校验值"), max_length=64, blank=True)
    drafted_at = models.DateTimeField(_("拟稿时间"))
    drafted_by = user_column(_("拟稿人"))
    issue_requested_at = models.DateTimeField(_("提请开具时间"), null=True, blank=True)
    issue_requested_by = user_column(_("提请人"))
    issued_at = models.DateTimeField(_("开具时间"), null=True, blank=True)
    issued_by = user_column(_("开具人"))

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
                        state="issued", number__isnull=False, year__isnull=False, sequence__isnull=False,
                        sequence__gte=1,
                        issued_on__isnull=False, issued_at__isnull=False, snapshot__isnull=False,
                    )
                    & ~Q(series="")
                ),
            ),
            models.CheckConstraint(
                name="document_totals_fit",
                condition=totals_fit(),
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
            models.UniqueConstraint(
                fields=["refers_to"], condition=Q(state="draft", interest_until__isnull=False),
                name="document_interest_draft_once",
                violation_error_message=_("该账单已有一份利息账单或利息减免的草稿。"),
            ),
            models.CheckConstraint(
                name="document_interest_whole",
                condition=~Q(kind="interest_invoice")
                | Q(refers_to__isnull=False, interest_until__isnull=False),
                violation_error_message=_("利息账单须写明所涉账单和利息计至的日期。"),
            ),
            models.CheckConstraint(
                name="document_correction_says_why",
                condition=~Q(kind__in=["credit_note", "write_off"]) | ~Q(reason=""),
                violation_error_message=_("更正或核销须写明原因。"),
            ),
            models.CheckConstraint(
                name="document_writes_off_part",
                condition=Q(kind="write_off", writes_off__in=["principal", "interest"])
                | (~Q(kind="write_off") & Q(writes_off="")),
            ),
            models.CheckConstraint(
                name="document_two_persons",
                condition=Q(issued_by__isnull=True) | Q(drafted_by__isnull=True) | ~Q(issued_by=F("drafted_by")),
                violation_error_message=_("开具人不能是拟稿人。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()} {_('草稿')} #{self.pk}"

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        """What the kind is called; a write-off of interest up to a day is a waiver of it."""
        waives = self.kind == self.Kind.WRITE_OFF and self.interest_until is not None
        return str(_("利息减免单") if waives else self.Kind(self.kind).label)

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
    quantity = QuantityField(_("数量"), default=Decimal("0"))
    unit = models.CharField(_("计量单位"), max_length=20, blank=True)
    unit_price = PriceField(_("单价"), null=True, blank=True)
    net = MoneyField(_("不含税金额"))
    tax_rate = PercentField(_("税率（%）"))
    tax_point = models.DateField(_("计税日"), null=True, blank=True)
    tax_row = models.ForeignKey(
        TaxRate, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("所用税率")
    )
    tax = MoneyField(_("税额"))
    gross = MoneyField(_("价税合计"))
    service_credit = models.OneToOneField(
        ServiceCredit, models.PROTECT, null=True, blank=True, related_name="line", verbose_name=_("服务减免")
    )
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("所更正的行")
    )
    trace = models.JSONField(_("计算过程"), default=dict)

    class Meta:
        verbose_name = _("账单行")
        verbose_name_plural = _("账单行")
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="docline_position_once"),
            models.CheckConstraint(name="docline_totals_fit", condition=totals_fit()),
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

    class SentHow(models.TextChoices):
        PLATFORM = "platform", _("税务数字账户")
        EMAIL = "email", _("电子邮件")
        PORTAL = "portal", _("本门户")
        COURIER = "courier", _("邮寄")
        BY_HAND = "by_hand", _("当面送交")

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
    sent_on = models.DateField(_("送出日期"), null=True, blank=True)
    sent_how = models.CharField(_("送达方式"), max_length=10, choices=SentHow.choices, blank=True)
    sent_to = models.CharField(_("送达对象"), max_length=160, blank=True)
    acknowledged_by = user_column(_("乙方签收人"))
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("所替换的发票")
    )
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
    recorded_by = user_column(_("登记人"))

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
                condition=Q(Exact(Length("number"), Value(20))) & only_digits("number"),
                violation_error_message=_("发票号码须为 20 位数字。"),
            ),
            models.CheckConstraint(
                name="formal_red_number_digits",
                condition=Q(red_letter_number="")
                | (Q(Exact(Length("red_letter_number"), Value(20))) & only_digits("red_letter_number")),
                violation_error_message=_("红字发票号码须为 20 位数字。"),
            ),
            models.CheckConstraint(
                name="formal_kind_known", condition=Q(kind__in=["digital_special", "digital_ordinary"])
            ),
            models.CheckConstraint(
                name="formal_state_known", condition=Q(state__in=["sent", "accepted", "rejected", "red_lettered"])
            ),
            models.CheckConstraint(name="formal_totals_fit", condition=totals_fit()),
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
                name="formal_sent_whole",
                condition=Q(sent_on__isnull=True, sent_how="", sent_to="")
                | (
                    Q(sent_on__isnull=False, sent_how__in=["platform", "email", "portal", "courier", "by_hand"])
                    & ~Q(sent_to="")
                ),
                violation_error_message=_("送达须写明日期、方式和对象。"),
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
