"""What the bank tells: how its files are read, the files themselves, and each of their rows."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField
from billing.models.columns import LARGEST, user_column
from billing.models.receipts import BankReceipt
from billing.querysets import BankRowQuerySet, BankStatementQuerySet, RefundQuerySet
from contracts.models import Organisation


class BankMapping(models.Model):
    """How the statement file of one bank is read.  In use only after a real file was read with it and looked at."""

    class State(models.TextChoices):
        TESTED = "tested", _("待启用")
        ACTIVE = "active", _("使用中")
        RETIRED = "retired", _("已停用")

    class Encoding(models.TextChoices):
        AUTO = "auto", _("自动识别")
        UTF8 = "utf-8", "UTF-8"
        GB18030 = "gb18030", "GB18030 / GBK"

    class Delimiter(models.TextChoices):
        COMMA = ",", _("逗号")
        TAB = "\t", _("制表符")
        SEMICOLON = ";", _("分号")
        BAR = "|", _("竖线")

    class DateFormat(models.TextChoices):
        AUTO = "auto", _("自动识别")
        DASH = "%Y-%m-%d", "2026-09-01"
        SLASH = "%Y/%m/%d", "2026/9/1"
        COMPACT = "%Y%m%d", "20260901"
        CHINESE = "%Y年%m月%d日", "2026年9月1日"

    class Style(models.TextChoices):
        SPLIT = "split", _("收入、支出各一列")
        SIGNED = "signed", _("一列金额，正数为收入")
        REVERSED = "reversed", _("一列金额，负数为收入")
        MARKED = "marked", _("一列金额，另一列写明借贷方向")

    class AccountFrom(models.TextChoices):
        FIXED = "fixed", _("固定账号")
        LABEL = "label", _("文件开头写明")
        COLUMN = "column", _("每行一列")

    name = models.CharField(_("名称"), max_length=60, unique=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.TESTED)
    encoding = models.CharField(_("文字编码"), max_length=8, choices=Encoding.choices, default=Encoding.AUTO)
    delimiter = models.CharField(_("CSV 分隔符"), max_length=1, choices=Delimiter.choices, default=Delimiter.COMMA)
    date_column = models.CharField(_("日期列"), max_length=40)
    date_format = models.CharField(_("日期写法"), max_length=12, choices=DateFormat.choices, default=DateFormat.AUTO)
    style = models.CharField(_("金额写法"), max_length=8, choices=Style.choices, default=Style.SPLIT)
    in_column = models.CharField(_("收入（贷方）列"), max_length=40, blank=True)
    out_column = models.CharField(_("支出（借方）列"), max_length=40, blank=True)
    amount_column = models.CharField(_("金额列"), max_length=40, blank=True)
    direction_column = models.CharField(_("方向列"), max_length=40, blank=True)
    in_words = models.CharField(_("表示收入的字样"), max_length=40, blank=True)
    payer_column = models.CharField(_("对方户名列"), max_length=40)
    payer_account_column = models.CharField(_("对方账号列"), max_length=40, blank=True)
    memo_columns = models.CharField(_("摘要、附言列"), max_length=120, blank=True)
    txn_column = models.CharField(_("流水号列"), max_length=40, blank=True)
    balance_column = models.CharField(_("余额列"), max_length=40, blank=True)
    account_from = models.CharField(_("本方账号"), max_length=6, choices=AccountFrom.choices, default=AccountFrom.FIXED)
    account_text = models.CharField(_("账号或其字样"), max_length=40)
    sample = models.JSONField(_("试读结果"), default=dict)
    made_by = user_column(_("建立人"))
    made_at = models.DateTimeField(_("建立时间"))

    history = HistoricalRecords(excluded_fields=["sample"])

    class Meta:
        verbose_name = _("流水格式")
        verbose_name_plural = _("流水格式")
        ordering = ["name"]
        default_permissions = ("view",)
        permissions = [("keep_bankmapping", _("维护流水格式"))]
        constraints = [
            models.CheckConstraint(name="bankmap_state_known", condition=Q(state__in=["tested", "active", "retired"])),
            models.CheckConstraint(
                name="bankmap_amount_named",
                condition=(Q(style="split") & ~Q(in_column="") & ~Q(out_column=""))
                | (Q(style__in=["signed", "reversed"]) & ~Q(amount_column=""))
                | (Q(style="marked") & ~Q(amount_column="") & ~Q(direction_column="") & ~Q(in_words="")),
                violation_error_message=_("请按金额写法填全收入、支出、金额或方向列。"),
            ),
            models.CheckConstraint(
                name="bankmap_account_named",
                condition=Q(account_from__in=["fixed", "label", "column"]) & ~Q(account_text=""),
                violation_error_message=_("请填写本方账号，或账号在文件中的字样。"),
            ),
            models.CheckConstraint(
                name="bankmap_columns_named",
                condition=~Q(date_column="") & ~Q(payer_column=""),
                violation_error_message=_("请填写日期列和对方户名列。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BankStatement(models.Model):
    """One file of the bank: read and looked at, then taken in whole or set aside."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("待导入")
        IMPORTED = "imported", _("已导入")
        DISCARDED = "discarded", _("已作废")

    mapping = models.ForeignKey(BankMapping, models.PROTECT, related_name="statements", verbose_name=_("流水格式"))
    account = models.CharField(_("本方账号"), max_length=40)
    name = models.CharField(_("文件名"), max_length=150)
    sha256 = models.CharField(_("校验值"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PREVIEWED)
    first_day = models.DateField(_("最早日期"), null=True, blank=True)
    last_day = models.DateField(_("最晚日期"), null=True, blank=True)
    count_in = models.PositiveIntegerField(_("收入笔数"), default=0)
    count_out = models.PositiveIntegerField(_("支出笔数"), default=0)
    sum_in = MoneyField(_("收入合计"))
    sum_out = MoneyField(_("支出合计"))
    opening = MoneyField(_("期初余额"), null=True, blank=True)
    closing = MoneyField(_("期末余额"), null=True, blank=True)
    balanced = models.BooleanField(_("余额相符"), null=True, blank=True)
    balance_words = models.CharField(_("余额核对"), max_length=200, blank=True)
    error_count = models.PositiveIntegerField(_("读不懂的行"), default=0)
    errors = models.JSONField(_("错误"), default=list)
    added = models.PositiveIntegerField(_("新增收款"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    uploaded_by = user_column(_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"))
    decided_by = user_column(_("处理人"))
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    objects = BankStatementQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["errors"])

    class Meta:
        verbose_name = _("银行流水")
        verbose_name_plural = _("银行流水")
        ordering = ["-uploaded_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("import_bankstatement", _("导入银行流水"))]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"], condition=~Q(state="discarded"), name="bankstmt_file_once",
                violation_error_message=_("同一份流水文件已经上传。"),
            ),
            models.CheckConstraint(
                name="bankstmt_state_known", condition=Q(state__in=["previewed", "imported", "discarded"])
            ),
            models.CheckConstraint(
                name="bankstmt_imported_whole",
                condition=Q(state="imported", added__isnull=False, error_count=0, decided_at__isnull=False)
                | (~Q(state="imported") & Q(added__isnull=True)),
                violation_error_message=_("有读不懂的行时不能导入。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class BankRow(models.Model):
    """One row of a bank's file, as it was read, and what was found about it."""

    class Direction(models.TextChoices):
        IN = "in", _("收入")
        OUT = "out", _("支出")

    class Verdict(models.TextChoices):
        NEW = "new", _("新增")
        KNOWN = "known", _("已登记")
        CONFLICT = "conflict", _("须核对")

    class Choice(models.TextChoices):
        TAKE = "take", _("另一笔，照样登记")
        SKIP = "skip", _("同一笔，不登记")

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="rows", verbose_name=_("银行流水"))
    line = models.PositiveIntegerField(_("行号"))
    direction = models.CharField(_("方向"), max_length=3, choices=Direction.choices)
    account = models.CharField(_("本方账号"), max_length=40)
    value_date = models.DateField(_("日期"))
    amount = MoneyField(_("金额"))
    other_name = models.CharField(_("对方户名"), max_length=120)
    other_account = models.CharField(_("对方账号"), max_length=40, blank=True)
    memo = models.CharField(_("摘要、附言"), max_length=200, blank=True)
    bank_txn_id = models.CharField(_("银行流水号"), max_length=80)
    occurrence = models.PositiveSmallIntegerField(_("同号次序"), default=1)
    balance = MoneyField(_("余额"), null=True, blank=True)
    verdict = models.CharField(_("核对结果"), max_length=8, choices=Verdict.choices)
    why = models.CharField(_("说明"), max_length=200, blank=True)
    choice = models.CharField(_("处理"), max_length=4, choices=Choice.choices, blank=True)
    choice_reason = models.CharField(_("处理理由"), max_length=200, blank=True)
    chosen_by = user_column(_("处理人"))
    receipt = models.ForeignKey(
        BankReceipt, models.PROTECT, null=True, blank=True, related_name="bank_rows", verbose_name=_("银行收款")
    )

    objects = BankRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("流水行")
        verbose_name_plural = _("流水行")
        ordering = ["statement", "line"]
        default_permissions = ()
        indexes = [models.Index(fields=["bank_txn_id"], name="bankrow_by_txn")]
        constraints = [
            models.UniqueConstraint(fields=["statement", "line"], name="bankrow_line_once"),
            models.CheckConstraint(name="bankrow_direction_known", condition=Q(direction__in=["in", "out"])),
            models.CheckConstraint(name="bankrow_amount_positive", condition=Q(amount__gt=0) & Q(amount__lte=LARGEST)),
            models.CheckConstraint(name="bankrow_verdict_known", condition=Q(verdict__in=["new", "known", "conflict"])),
            models.CheckConstraint(
                name="bankrow_choice_of_conflict",
                condition=Q(choice="", choice_reason="")
                | (Q(verdict="conflict", choice__in=["take", "skip"], chosen_by__isnull=False) & ~Q(choice_reason="")),
                violation_error_message=_("只有须核对的行可以处理，并须写明理由。"),
            ),
            models.CheckConstraint(
                name="bankrow_receipt_came_in", condition=Q(receipt__isnull=True) | Q(direction="in")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_date:%Y-%m-%d} {self.other_name} {self.get_direction_display()} {self.amount}"


class KnownPayer(models.Model):
    """Whose money a payer's name and account were, learnt from matches that a person confirmed."""

    name = models.CharField(_("付款人"), max_length=120)
    name_key = models.CharField(_("比对名称"), max_length=400, editable=False, db_index=True)
    account = models.CharField(_("付款账号"), max_length=40, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="known_payers", verbose_name=_("所代表的单位")
    )
    active = models.BooleanField(_("有效"), default=True)
    learnt_from = models.ForeignKey(
        BankReceipt, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("学自哪笔收款")
    )
    learnt_by = user_column(_("确认人"))
    learnt_at = models.DateTimeField(_("确认时间"))

    history = HistoricalRecords(excluded_fields=["name_key"])

    class Meta:
        verbose_name = _("付款人对照")
        verbose_name_plural = _("付款人对照")
        ordering = ["name", "pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["name_key", "account", "organisation"], name="knownpayer_once"),
            models.CheckConstraint(
                name="knownpayer_named",
                condition=~Q(name_key=""),
                violation_error_message=_("付款人须有名称。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.organisation}"


class Refund(models.Model):
    """Money of a receipt that goes back: what was too much, or a transfer that the bank took back.

    From its proposal on it is no longer free to be allocated; who proposed it never approves it.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", _("退款")
        BOUNCED = "bounced", _("银行退回或误转")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("待付款")
        PAID = "paid", _("已退")
        DROPPED = "dropped", _("已作废")

    kind = models.CharField(_("类型"), max_length=8, choices=Kind.choices, default=Kind.REFUND)
    receipt = models.ForeignKey(BankReceipt, models.PROTECT, related_name="refunds", verbose_name=_("银行收款"))
    amount = MoneyField(_("金额"))
    reason = models.CharField(_("原因"), max_length=200)
    to_name = models.CharField(_("收款人"), max_length=120)
    to_account = models.CharField(_("收款账号"), max_length=40, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = user_column(_("提出人"))
    proposed_at = models.DateTimeField(_("提出时间"))
    approved_by = user_column(_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    refunded_on = models.DateField(_("退款日期"), null=True, blank=True)
    bank_txn_id = models.CharField(_("付款流水号"), max_length=80, blank=True)
    paid_row = models.OneToOneField(
        BankRow, models.PROTECT, null=True, blank=True, related_name="refund", verbose_name=_("银行付款行")
    )

    objects = RefundQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("退款")
        verbose_name_plural = _("退款")
        ordering = ["-proposed_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("propose_refund", _("提出退款")), ("approve_refund", _("批准退款"))]
        constraints = [
            models.CheckConstraint(
                name="refund_amount_positive",
                condition=Q(amount__gt=0) & Q(amount__lte=LARGEST),
                violation_error_message=_("退款金额须大于 0。"),
            ),
            models.CheckConstraint(name="refund_kind_known", condition=Q(kind__in=["refund", "bounced"])),
            models.CheckConstraint(
                name="refund_state_whole",
                condition=Q(state__in=["proposed", "dropped"], approved_by__isnull=True, refunded_on__isnull=True)
                | Q(state="approved", approved_by__isnull=False, refunded_on__isnull=True)
                | (Q(state="paid", approved_by__isnull=False, refunded_on__isnull=False) & ~Q(bank_txn_id="")),
                violation_error_message=_("退款须先批准，付款后须有日期和流水号。"),
            ),
            models.CheckConstraint(
                name="refund_two_persons",
                condition=Q(approved_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                violation_error_message=_("批准人不能是提出人。"),
            ),
            models.CheckConstraint(
                name="refund_explained",
                condition=~Q(reason="") & ~Q(to_name=""),
                violation_error_message=_("退款须写明原因和收款人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.to_name} {self.amount}"
