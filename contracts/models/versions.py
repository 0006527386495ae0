"""Versions of an agreement: the terms from one effective date on, and their clauses."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.hours import SupportHours
from contracts.querysets import AgreementVersionQuerySet
from contracts.topics import TOPICS


class AgreementVersion(models.Model):
    """The terms of an agreement from one effective date on: the original, or a supplement.  Frozen once activated."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("原协议")
        SUPPLEMENT = "supplement", _("补充协议")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SIGNING = "signing", _("待签署")
        ACTIVE = "active", _("已生效")
        WITHDRAWN = "withdrawn", _("已撤销")

    class SigningRule(models.TextChoices):
        SIGN_AND_SEAL = "sign_and_seal", _("签字并盖章")
        EITHER = "either", _("签字或盖章")

    class ClockHours(models.TextChoices):
        SUPPORT = "support", _("支持时间内的小时")
        NATURAL = "natural", _("自然小时（7×24）")

    class InterestBasis(models.TextChoices):
        DAILY = "daily", _("约定日利率")
        ANNUAL = "annual", _("约定年利率")
        LPR_FIXED = "lpr_fixed", _("LPR 倍数（违约日固定）")
        LPR_FLOATING = "lpr_floating", _("LPR 倍数（浮动）")
        SME = "sme_statutory", _("中小企业法定（每日万分之五）")
        NONE = "none", _("未约定")

    class DayCount(models.TextChoices):
        WORKING = "working", _("工作日")
        CALENDAR = "calendar", _("自然日")

    class InterestCounting(models.TextChoices):
        AFTER_DUE = "after_due", _("应付日次日起，付款当日计息")
        FROM_DUE = "from_due", _("应付日当日起，付款当日不计息")
        BOTH_ENDS = "both_ends", _("应付日当日与付款当日均计息")

    class AllocationOrder(models.TextChoices):
        CIVIL_CODE = "costs_interest_principal", _("费用、利息、本金（民法典第561条）")
        PRINCIPAL_FIRST = "costs_principal_interest", _("费用、本金、利息")

    class StatementSilence(models.TextChoices):
        ASK_AGAIN = "ask_again", _("不视为确认，须再次催请")
        DEEMED = "deemed", _("视为确认")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions", verbose_name=_("协议"))
    number = models.PositiveSmallIntegerField(_("版本号"), default=1)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices, default=Kind.ORIGINAL)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    effective_from = models.DateField(_("适用自"))
    effective_to = models.DateField(_("适用至（不含）"), null=True, blank=True)
    signing_rule = models.CharField(_("签署要求"), max_length=16, choices=SigningRule.choices, blank=True)
    confidentiality_years = models.PositiveSmallIntegerField(_("保密年限"), null=True, blank=True)
    payment_working_days = models.PositiveSmallIntegerField(
        _("付款期限（工作日）"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(250)]
    )
    support_hours = models.ForeignKey(
        SupportHours, models.PROTECT, null=True, blank=True, related_name="versions", verbose_name=_("支持时段")
    )
    support_hours_per_day = models.DecimalField(
        _("每日支持小时数"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    response_hours = models.DecimalField(_("响应时限（小时）"), max_digits=6, decimal_places=2, null=True, blank=True)
    solution_hours = models.DecimalField(
        _("提出解决方案时限（小时）"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    clock_hours = models.CharField(_("时限计量方式"), max_length=10, choices=ClockHours.choices, blank=True)
    interest_basis = models.CharField(
        _("逾期利息依据"), max_length=16, choices=InterestBasis.choices, default=InterestBasis.NONE
    )
    interest_rate = models.DecimalField(
        _("利率"), max_digits=10, decimal_places=6, null=True, blank=True,
        help_text=_("百分数：日利率万分之五填 0.05；年利率 4% 填 4；LPR 倍数填 1.5。"),
    )  # fmt: skip
    interest_year_days = models.PositiveSmallIntegerField(
        _("年计息天数"), default=365, choices=[(360, "360"), (365, "365")]
    )
    interest_counting = models.CharField(
        _("计息起止"), max_length=10, choices=InterestCounting.choices, default=InterestCounting.AFTER_DUE
    )
    interest_cap = models.DecimalField(
        _("利息上限（占账单金额的 %）"), max_digits=6, decimal_places=2, null=True, blank=True,
        help_text=_("约定逾期利息累计不超过账单金额的百分之几时填写，例如 5；没有约定的不填。"),
    )  # fmt: skip
    allocation_order = models.CharField(
        _("抵充顺序"), max_length=26, choices=AllocationOrder.choices, default=AllocationOrder.CIVIL_CODE
    )
    cure_days = models.PositiveSmallIntegerField(
        _("催告宽限期（天）"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(250)],
        help_text=_("催告函送达后给乙方的付款期限，期满仍未付清才可以提请暂停服务；没有约定的不填。"),
    )  # fmt: skip
    cure_counted = models.CharField(_("宽限期按什么天计"), max_length=8, choices=DayCount.choices, blank=True)
    period_months = models.PositiveSmallIntegerField(
        _("计费周期"), null=True, blank=True, choices=[(1, _("一个月")), (3, _("一个季度")), (12, _("一年"))],
        help_text=_("填写后，服务周期由系统提前开出；留空则由财务人员开出。"),
    )  # fmt: skip
    statement_working_days = models.PositiveSmallIntegerField(
        _("对账确认期限（工作日）"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("填写后，每期结束的次日由系统拟出对账单；发出当日不计。留空则没有期限。"),
    )  # fmt: skip
    statement_silence = models.CharField(
        _("逾期未答复对账单"), max_length=10, choices=StatementSilence.choices, default=StatementSilence.ASK_AGAIN,
        help_text=_("协议没有约定沉默视为确认的，沉默不是确认（民法典第140条）。"),
    )  # fmt: skip
    statement_required = models.BooleanField(
        _("先对账后出账"), default=False, help_text=_("勾选后，对账单逐行答复完毕之前不能拟制该期账单。")
    )
    ends_on = models.DateField(
        _("协议终止日期"), null=True, blank=True, help_text=_("补充协议改变协议的终止日期时填写新的日期。")
    )
    ends_before = models.DateField(_("补充前的终止日期"), null=True, blank=True, editable=False)
    amount_added = models.DecimalField(
        _("补充金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True,
        help_text=_("补充协议增加的采购金额；没有增加就留空。"),
    )  # fmt: skip
    tacit_notice_days = models.PositiveSmallIntegerField(
        _("默示续期异议期（天）"), null=True, blank=True,
        help_text=_("协议约定届满前若干天内无异议即续期的，填写天数；没有约定的不填。"),
    )  # fmt: skip
    tacit_years = models.PositiveSmallIntegerField(_("默示续期年数"), null=True, blank=True)
    summary = models.TextField(_("变更说明"), blank=True)
    template_version = models.ForeignKey(
        "contracts.TemplateVersion", models.PROTECT, null=True, blank=True, editable=False, related_name="drafted",
        verbose_name=_("所用模板"),
    )  # fmt: skip
    # The blanks of the text (contracts.blanks.Blank) and the values of those that no field holds, by name, as text.
    blanks = models.JSONField(_("空白"), default=list, blank=True, editable=False)
    parameters = models.JSONField(_("约定的参数"), default=dict, blank=True, editable=False)
    retro_reason = models.TextField(
        _("追溯适用的理由"), blank=True, help_text=_("适用自早于生效登记日的，必须写明双方为什么约定追溯适用。")
    )
    base = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="successors",
        verbose_name=_("据以修改的版本"),
    )  # fmt: skip
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("起草人"),
    )  # fmt: skip
    drafted_at = models.DateTimeField(_("起草时间"), null=True, blank=True, editable=False)
    took_effect_at = models.DateTimeField(_("登记生效时间"), null=True, blank=True, editable=False)

    objects = AgreementVersionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("协议版本")
        verbose_name_plural = _("协议版本")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agrver_number_once"),
            models.CheckConstraint(
                name="agrver_interval",
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                violation_error_message=_("适用期的结束须晚于开始。"),
            ),
            models.CheckConstraint(
                name="agrver_tacit_whole",
                condition=Q(tacit_notice_days__isnull=True, tacit_years__isnull=True)
                | Q(tacit_notice_days__gte=1, tacit_years__gte=1),
                violation_error_message=_("默示续期须同时约定异议期天数和续期年数。"),
            ),
            models.CheckConstraint(
                name="agrver_payment_days",
                condition=Q(payment_working_days__isnull=True) | Q(payment_working_days__range=(1, 250)),
                violation_error_message=_("付款期限须为 1 至 250 个工作日。"),
            ),
            models.CheckConstraint(
                name="agrver_cure_whole",
                condition=Q(cure_days__isnull=True, cure_counted="")
                | Q(cure_days__isnull=False, cure_days__range=(1, 250), cure_counted__in=["working", "calendar"]),
                violation_error_message=_("催告宽限期须写明 1 至 250 天，并选定是工作日还是自然日。"),
            ),
            models.CheckConstraint(
                name="agrver_targets_positive",
                condition=(Q(response_hours__isnull=True) | Q(response_hours__gt=0))
                & (Q(solution_hours__isnull=True) | Q(solution_hours__gt=0)),
                violation_error_message=_("时限须大于 0 小时。"),
            ),
            models.CheckConstraint(
                name="agrver_interest_rate",
                condition=Q(interest_rate__isnull=True) | Q(interest_rate__gt=0),
                violation_error_message=_("利率须大于 0。"),
            ),
            models.CheckConstraint(
                name="agrver_period_length",
                condition=Q(period_months__isnull=True) | Q(period_months__in=[1, 3, 12]),
                violation_error_message=_("计费周期只能是一个月、一个季度或一年。"),
            ),
            models.CheckConstraint(
                name="agrver_statement_days",
                condition=Q(statement_working_days__isnull=True) | Q(statement_working_days__range=(1, 60)),
                violation_error_message=_("对账确认期限须为 1 至 60 个工作日。"),
            ),
            models.CheckConstraint(
                name="agrver_statement_silence",
                condition=Q(statement_silence="ask_again")
                | Q(statement_silence="deemed", statement_working_days__isnull=False),
                violation_error_message=_("约定沉默视为确认的，须填写对账确认期限。"),
            ),
            models.CheckConstraint(
                name="agrver_interest_cap",
                condition=Q(interest_cap__isnull=True) | Q(interest_cap__gt=0),
                violation_error_message=_("利息上限须大于 0。"),
            ),
            models.CheckConstraint(
                name="agrver_interest_counting",
                condition=Q(interest_counting__in=["after_due", "from_due", "both_ends"]),
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(state__in=["draft", "signing"]),
                name="agrver_one_open",
                violation_error_message=_("这份协议已有一份没有办完的版本。"),
            ),
            models.CheckConstraint(name="agrver_kind_known", condition=Q(kind__in=["original", "supplement"])),
            models.CheckConstraint(
                name="agrver_state_known", condition=Q(state__in=["draft", "signing", "active", "withdrawn"])
            ),
            models.CheckConstraint(
                name="agrver_amount_added",
                condition=Q(amount_added__isnull=True) | Q(amount_added__gt=0),
                violation_error_message=_("补充金额须大于 0。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.get_kind_display()} v{self.number}"

    BLANKS = (
        "confidentiality_years",
        "payment_working_days",
        "support_hours",
        "support_hours_per_day",
        "response_hours",
        "solution_hours",
        "clock_hours",
        "signing_rule",
    )

    @property
    def open_blanks(self) -> list[str]:
        """The names of the blanks that nobody has filled yet, of those that the text has; all of BLANKS if unknown."""
        return [name for name in self.BLANKS if self._asks_for(name) and getattr(self, name) in (None, "")]

    def _asks_for(self, name: str) -> bool:
        homes = {blank.get("home") for blank in self.blanks}
        ground = {"clock_hours": {"response_hours", "solution_hours"}, "support_hours": {"support_hours_per_day"}}
        return not homes or name == "signing_rule" or bool(homes & {name, *ground.get(name, ())})

    @property
    def is_supplement(self) -> bool:
        """Whether this version came after the original."""
        return self.kind == self.Kind.SUPPLEMENT

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was given up before it took effect."""
        return self.state == self.State.WITHDRAWN

    @property
    def label(self) -> str:
        """What people call the version: the original, or the supplement with its version number."""
        return f"{self.get_kind_display()} v{self.number}"


class Clause(models.Model):
    """A clause of the agreement: its printed number, heading and wording in one version."""

    class Klass(models.TextChoices):
        FACT = "fact", _("事实")
        DUTY = "duty", _("义务")
        PURPOSE = "purpose", _("宗旨")
        TERM = "term", _("期限")
        CHANGE = "change", _("变更")
        SLA = "sla", _("服务水平")
        SCHEDULE = "schedule", _("定期")
        CONTROL = "control", _("控制")
        PROHIBITION = "prohibition", _("禁止")
        GRANT = "grant", _("许可")
        MONEY = "money", _("费用")
        DEADLINE = "deadline", _("付款期限")
        REMEDY = "remedy", _("违约处理")
        CALENDAR = "calendar", _("时段")
        RELIEF = "relief", _("免责")
        DISPUTE = "dispute", _("争议")
        NOTICE = "notice", _("通知")

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")
        BOTH = "both", _("双方")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="clauses", verbose_name=_("协议版本"))
    number = models.CharField(_("条款号"), max_length=20)
    chapter_number = models.CharField(_("章号"), max_length=10, blank=True)
    chapter = models.CharField(_("章"), max_length=80, blank=True)
    section_number = models.CharField(_("节号"), max_length=10, blank=True)
    section = models.CharField(_("节"), max_length=80, blank=True)
    heading = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("正文"))
    note = models.TextField(_("编者注"), blank=True)
    truncated = models.BooleanField(_("原文不完整"), default=False)
    klass = models.CharField(_("类别"), max_length=12, choices=Klass.choices)
    topic = models.CharField(_("对应事项"), max_length=30, choices=TOPICS, blank=True)
    side = models.CharField(_("义务方"), max_length=4, choices=Side.choices, default=Side.BOTH)
    position = models.PositiveSmallIntegerField(_("顺序"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("条款")
        verbose_name_plural = _("条款")
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="clause_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}"

    @property
    def chapter_title(self) -> str:
        """The chapter with its number, such as "6 费用"; empty for a clause that stands in none."""
        return f"{self.chapter_number} {self.chapter}".strip()

    def clean(self) -> None:
        """The wording of a version is written while it is a draft."""
        if self.version_id and self.version.state != AgreementVersion.State.DRAFT:
            raise ValidationError(_("这个版本已提交签署或已生效，条款不能再增加或修改。"))
