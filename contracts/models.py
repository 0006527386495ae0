"""Organisations, agreements, their versions (the terms) and clauses."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.querysets import AgreementQuerySet, AgreementVersionQuerySet, OrganisationQuerySet
from worktime.models import Calendar


class Organisation(models.Model):
    """A body that concludes agreements: Party A, or one of many Party Bs."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("行政机关")
        PUBLIC_INSTITUTION = "public_institution", _("事业单位")
        LARGE = "large", _("大型企业")
        SME = "sme", _("中小企业")

    name = models.CharField(_("名称"), max_length=120, unique=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    kind = models.CharField(_("性质"), max_length=20, choices=Kind.choices)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    contact_email = models.EmailField(_("联系邮箱"), blank=True)
    bank_name = models.CharField(_("开户行"), max_length=120, blank=True)
    bank_account = models.CharField(_("账号"), max_length=40, blank=True)

    objects = OrganisationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=Q(kind__in=["government", "public_institution", "large", "sme"]),
                violation_error_message=_("单位性质须为行政机关、事业单位、大型企业或中小企业。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user acts for an organisation, as a plain user or as its administrator."""

    class Role(models.TextChoices):
        USER = "user", _("经办人")
        ADMIN = "admin", _("管理员")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("用户")
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships", verbose_name=_("单位"))
    role = models.CharField(_("身份"), max_length=10, choices=Role.choices, default=Role.USER)
    active = models.BooleanField(_("有效"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("单位成员")
        verbose_name_plural = _("单位成员")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=["user", "admin"])),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organisation}"


class SupportHours(models.Model):
    """A named set of weekly support windows on a calendar, and the two answers that the clause leaves open.

    ``weekly`` is a list of seven lists, Monday first, of ["HH:MM", "HH:MM"] pairs in local time; 24:00 is allowed and a
    close at or before its open runs past midnight.
    """

    name = models.CharField(_("名称"), max_length=80, unique=True)
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="+", verbose_name=_("工作日历"))
    weekly = models.JSONField(_("每周时段"))
    weekends_served = models.BooleanField(
        _("周末提供支持"), null=True, blank=True, help_text=_("“节假日除外”是否也把普通周末除外？必须有人作出选择。")
    )
    makeup_days_served = models.BooleanField(
        _("调休上班日提供支持"), null=True, blank=True, help_text=_("调休上班的周末是否算支持时间？必须有人作出选择。")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("支持时段")
        verbose_name_plural = _("支持时段")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """An information-platform sharing agreement between Party A (provider) and one Party B (user)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        FOR_SIGNING = "for_signing", _("待签署")
        PARTLY_SIGNED = "partly_signed", _("部分签署")
        IN_FORCE = "in_force", _("生效")
        SUSPENDED = "suspended", _("暂停")
        EXPIRED = "expired", _("届满")
        TERMINATED = "terminated", _("终止")
        CLOSED = "closed", _("已关闭")

    number = models.CharField(_("协议编号"), max_length=40, unique=True)
    title = models.CharField(_("协议名称"), max_length=160)
    party_a = models.ForeignKey(Organisation, models.PROTECT, related_name="provided", verbose_name=_("甲方"))
    party_b = models.ForeignKey(Organisation, models.PROTECT, related_name="agreements", verbose_name=_("乙方"))
    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.DRAFT, editable=False)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("负责人")
    )
    signed_on = models.DateField(_("订立日期"), null=True, blank=True)
    effective_on = models.DateField(_("生效日期"), null=True, blank=True)
    term_years = models.PositiveSmallIntegerField(_("期限（年）"), null=True, blank=True)
    ends_on = models.DateField(_("书面终止日期"), null=True, blank=True)

    objects = AgreementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("协议")
        verbose_name_plural = _("协议")
        permissions = [("activate_agreement", "Can put an agreement in force")]
        ordering = ["-effective_on", "number"]
        constraints = [
            models.CheckConstraint(
                name="agreement_two_parties",
                condition=~Q(party_a=F("party_b")),
                violation_error_message=_("甲方和乙方不能是同一单位。"),
            ),
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(effective_on__isnull=True) | Q(ends_on__gte=F("effective_on")),
                violation_error_message=_("终止日期不能早于生效日期。"),
            ),
            models.CheckConstraint(
                name="agreement_state_known",
                condition=Q(
                    state__in=[
                        "draft",
                        "for_signing",
                        "partly_signed",
                        "in_force",
                        "suspended",
                        "expired",
                        "terminated",
                        "closed",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="agreement_in_force_dated",
                condition=~Q(state__in=["in_force", "suspended"])
                | (Q(effective_on__isnull=False) & Q(signed_on__isnull=False)),
                violation_error_message=_("生效的协议须有订立日期和生效日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class AgreementVersion(models.Model):
    """The terms of an agreement from one effective date on: the original, or a supplement.  Frozen once activated."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("原协议")
        SUPPLEMENT = "supplement", _("补充协议")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ACTIVE = "active", _("已生效")

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

    class AllocationOrder(models.TextChoices):
        CIVIL_CODE = "costs_interest_principal", _("费用、利息、本金（民法典第561条）")
        PRINCIPAL_FIRST = "costs_principal_interest", _("费用、本金、利息")

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
    allocation_order = models.CharField(
        _("抵充顺序"), max_length=26, choices=AllocationOrder.choices, default=AllocationOrder.CIVIL_CODE
    )
    summary = models.TextField(_("变更说明"), blank=True)

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
                name="agrver_payment_days",
                condition=Q(payment_working_days__isnull=True) | Q(payment_working_days__range=(1, 250)),
                violation_error_message=_("付款期限须为 1 至 250 个工作日。"),
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
        """The names of the blanks that nobody has filled yet."""
        return [name for name in self.BLANKS if getattr(self, name) in (None, "")]


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

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="clauses", verbose_name=_("协议版本"))
    number = models.CharField(_("条款号"), max_length=20)
    heading = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("正文"))
    klass = models.CharField(_("类别"), max_length=12, choices=Klass.choices)
    position = models.PositiveSmallIntegerField(_("顺序"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("条款")
        verbose_name_plural = _("条款")
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="clause_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}"
