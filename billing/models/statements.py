"""Usage statements (对账单) of service periods, their lines, and Party B's answer to each line."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField, QuantityField
from billing.models.columns import user_column
from billing.models.metering import RateLine, ServicePeriod, UsageRecord
from billing.querysets import LineAnswerQuerySet, UsageStatementQuerySet
from contracts.models import AgreementVersion, Paper


class UsageStatement(models.Model):
    """What was used in a period and what it costs before tax, for Party B to confirm or dispute line by line.

    Once sent its content never changes: only the state, the deadline and the dates of answers move.  A later revision
    names the one that it takes the place of.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SENT = "sent", _("待乙方答复")
        DISPUTED = "disputed", _("有异议")
        CONFIRMED = "confirmed", _("已确认")
        DEEMED = "deemed", _("视为确认")
        SETTLED = "settled", _("异议已办结")
        SUPERSEDED = "superseded", _("已由新版代替")

    period = models.ForeignKey(ServicePeriod, models.PROTECT, related_name="statements", verbose_name=_("服务周期"))
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="statements", verbose_name=_("协议版本"))
    revision = models.PositiveSmallIntegerField(_("版次"), default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("所代替的对账单")
    )
    reason = models.CharField(_("重新出具的原因"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    number = models.CharField(_("编号"), max_length=24, null=True, blank=True, unique=True)
    total = MoneyField(_("不含税合计"), default=Decimal("0.00"))
    confirm_by = models.DateField(_("答复期限"), null=True, blank=True)
    confirm_working = models.JSONField(_("期限计算过程"), null=True, blank=True)
    asked_again = models.PositiveSmallIntegerField(_("催请次数"), default=0)
    snapshot = models.JSONField(_("冻结内容"), null=True, blank=True)
    pdf_sha256 = models.CharField(_("PDF 校验值"), max_length=64, blank=True)
    made_at = models.DateTimeField(_("拟制时间"))
    made_by = user_column(_("拟制人"))
    sent_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    sent_by = user_column(_("发出人"))
    deemed_at = models.DateTimeField(_("视为确认时间"), null=True, blank=True)
    settled_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    objects = UsageStatementQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["snapshot", "confirm_working"])

    class Meta:
        verbose_name = _("对账单")
        verbose_name_plural = _("对账单")
        ordering = ["-made_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("make_statement", _("拟制和发送对账单")), ("decide_statement", _("答复对账异议"))]
        indexes = [models.Index(fields=["state", "confirm_by"], name="statement_by_deadline")]
        constraints = [
            models.UniqueConstraint(fields=["period", "revision"], name="statement_revision_once"),
            models.UniqueConstraint(
                fields=["period"], condition=Q(state="draft"), name="statement_one_draft",
                violation_error_message=_("该服务周期已有一份对账单草稿。"),
            ),
            models.UniqueConstraint(
                fields=["period"], condition=Q(state__in=["sent", "disputed", "confirmed", "deemed", "settled"]),
                name="statement_one_standing",
                violation_error_message=_("该服务周期已有一份有效的对账单。"),
            ),
            models.CheckConstraint(
                name="statement_state_known",
                condition=Q(
                    state__in=["draft", "sent", "disputed", "confirmed", "deemed", "settled", "superseded"]
                ),
            ),
            models.CheckConstraint(
                name="statement_sent_whole",
                condition=Q(state="draft", number__isnull=True, snapshot__isnull=True, sent_at__isnull=True)
                | (
                    ~Q(state="draft")
                    & Q(number__isnull=False, snapshot__isnull=False, sent_at__isnull=False, sent_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="statement_revision_says_why",
                condition=Q(revision=1, replaces__isnull=True)
                | (Q(revision__gt=1, replaces__isnull=False) & ~Q(reason="")),
                violation_error_message=_("重新出具对账单须写明原因。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or f"{_('对账单')} {_('草稿')} #{self.pk}"

    @property
    def is_draft(self) -> bool:
        """Whether Party B has not got it yet."""
        return self.state == self.State.DRAFT


class UsageStatementLine(models.Model):
    """One line of a statement: a price on the use of a period, with its working."""

    statement = models.ForeignKey(UsageStatement, models.CASCADE, related_name="lines", verbose_name=_("对账单"))
    position = models.PositiveSmallIntegerField(_("行号"))
    rate_line = models.ForeignKey(RateLine, models.PROTECT, related_name="stated", verbose_name=_("价目"))
    period = models.ForeignKey(ServicePeriod, models.PROTECT, related_name="stated", verbose_name=_("用量所属周期"))
    description = models.CharField(_("内容"), max_length=200)
    clause = models.CharField(_("依据条款"), max_length=20)
    mode = models.CharField(_("使用方式"), max_length=20)
    quantity = QuantityField(_("数量"), default=Decimal("0"))
    unit = models.CharField(_("计量单位"), max_length=20, blank=True)
    amount = MoneyField(_("不含税金额"))
    trace = models.JSONField(_("计算过程"), default=dict)

    class Meta:
        verbose_name = _("对账单行")
        verbose_name_plural = _("对账单行")
        ordering = ["statement", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="stateline_position_once"),
            models.UniqueConstraint(fields=["statement", "rate_line", "period"], name="stateline_charge_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.description}"


class LineAnswer(models.Model):
    """What Party B says of a line, and what finance answers to a dispute.  Never changed once it is decided."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", _("确认")
        DISPUTED = "disputed", _("有异议")

    class Outcome(models.TextChoices):
        OPEN = "", _("待甲方答复")
        UPHELD = "upheld", _("异议成立")
        REJECTED = "rejected", _("异议不成立")
        WITHDRAWN = "withdrawn", _("乙方已撤回")

    line = models.OneToOneField(UsageStatementLine, models.PROTECT, related_name="answer", verbose_name=_("对账单行"))
    kind = models.CharField(_("答复"), max_length=10, choices=Kind.choices)
    reason = models.CharField(_("异议理由"), max_length=1000, blank=True)
    counts = QuantityField(_("乙方认为的数量"), null=True, blank=True)
    evidence = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证据材料")
    )
    by = user_column(_("答复人"))
    at = models.DateTimeField(_("答复时间"))
    outcome = models.CharField(_("处理结果"), max_length=10, choices=Outcome.choices, blank=True, default="")
    decision = models.CharField(_("处理说明"), max_length=1000, blank=True)
    correction = models.ForeignKey(
        UsageRecord, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("更正的用量记录")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = user_column(_("处理人"))

    objects = LineAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("对账答复")
        verbose_name_plural = _("对账答复")
        ordering = ["line"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="lineanswer_kind_known", condition=Q(kind__in=["confirmed", "disputed"])),
            models.CheckConstraint(
                name="lineanswer_dispute_says",
                condition=~Q(kind="disputed") | ~Q(reason=""),
                violation_error_message=_("请写明异议的理由。"),
            ),
            models.CheckConstraint(
                name="lineanswer_outcome_known",
                condition=Q(outcome="", decided_at__isnull=True)
                | Q(outcome__in=["upheld", "rejected", "withdrawn"], kind="disputed", decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="lineanswer_rejected_says",
                condition=~Q(outcome="rejected") | ~Q(decision=""),
                violation_error_message=_("异议不成立的，请写明理由。"),
            ),
            models.CheckConstraint(
                name="lineanswer_correction_upheld", condition=Q(correction__isnull=True) | Q(outcome="upheld")
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def is_open(self) -> bool:
        """Whether it is a dispute that finance has not answered."""
        return self.kind == self.Kind.DISPUTED and not self.outcome
