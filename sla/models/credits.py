"""What was agreed to be given back where a service level is missed, and what each month gives."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models import Agreement, AgreementVersion
from sla.querysets.credits import ServiceCreditQuerySet

PER_CENT = [MinValueValidator(0), MaxValueValidator(100)]


class CreditRule(models.Model):
    """One tier: what is given back when one promise is missed.  Frozen with the terms it belongs to."""

    class Measure(models.TextChoices):
        RESPONSE = "response", _("按时响应率")
        SOLUTION = "solution", _("按时提出方案率")
        RESTORATION = "restoration", _("按时恢复率")
        AVAILABILITY = "availability", _("可用率")

    class Basis(models.TextChoices):
        ATTAINMENT = "attainment", _("当月比率低于")
        BREACH = "breach", _("每次超时")

    class FeeKind(models.TextChoices):  # the kinds of fee of the tariff, by the same codes
        PLATFORM = "platform", _("平台使用费")
        QUERY = "query", _("查询费")
        DOWNLOAD = "download", _("数据下载费")
        OTHER = "other", _("其他费用")

    version = models.ForeignKey(
        AgreementVersion, models.PROTECT, related_name="credit_rules", verbose_name=_("协议版本")
    )
    measure = models.CharField(_("指标"), max_length=12, choices=Measure.choices)
    basis = models.CharField(_("触发方式"), max_length=10, choices=Basis.choices)
    below = models.DecimalField(
        _("低于（%）"), max_digits=7, decimal_places=4, null=True, blank=True, validators=PER_CENT,
        help_text=_("同一指标可以分档各登记一条；当月只按达到的最低一档减免，不累加。"),
    )  # fmt: skip
    fee_kind = models.CharField(_("冲减的费用"), max_length=10, choices=FeeKind.choices)
    share = models.DecimalField(
        _("减免当月费用的（%）"), max_digits=7, decimal_places=4, null=True, blank=True, validators=PER_CENT
    )
    amount = models.DecimalField(
        _("减免金额（元，不含税）"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    month_cap = models.DecimalField(
        _("每月上限（元）"), max_digits=14, decimal_places=2, null=True, blank=True, help_text=_("没有约定就留空。")
    )
    month_cap_share = models.DecimalField(
        _("每月上限（当月费用的 %）"), max_digits=7, decimal_places=4, null=True, blank=True, validators=PER_CENT
    )
    year_cap = models.DecimalField(
        _("每年上限（元）"), max_digits=14, decimal_places=2, null=True, blank=True,
        help_text=_("同一指标各档在一个自然年内合计。"),
    )  # fmt: skip
    clause = models.CharField(_("依据条款"), max_length=20)

    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("one", "服务减免约定")
        verbose_name_plural = _("服务减免约定")
        ordering = ["version", "measure", "-below", "pk"]
        default_permissions = ("add", "change", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "measure", "below"], name="creditrule_once",
                violation_error_message=_("这一档已经登记。"),
            ),
            models.UniqueConstraint(
                fields=["version", "measure"], condition=Q(below__isnull=True), name="creditrule_breach_once",
                violation_error_message=_("这一指标已经登记了按次的减免。"),
            ),
            models.CheckConstraint(
                name="creditrule_measure_known",
                condition=Q(measure__in=["response", "solution", "restoration", "availability"]),
            ),
            models.CheckConstraint(
                name="creditrule_fee_known", condition=Q(fee_kind__in=["platform", "query", "download", "other"])
            ),
            models.CheckConstraint(
                name="creditrule_trigger_whole",
                condition=Q(basis="attainment", below__isnull=False, below__gt=0, below__lte=100)
                | (Q(basis="breach", below__isnull=True) & ~Q(measure="availability")),
                violation_error_message=_("按比率的须填写“低于多少”；按次的不填，且可用率不能按次。"),
            ),
            models.CheckConstraint(
                name="creditrule_gives_one",
                condition=Q(share__isnull=True, amount__isnull=False, amount__gt=0)
                | Q(share__isnull=False, share__gt=0, share__lte=100, amount__isnull=True),
                violation_error_message=_("减免填比例或金额其中一项。"),
            ),
            models.CheckConstraint(
                name="creditrule_caps_positive",
                condition=(Q(month_cap__isnull=True) | Q(month_cap__gt=0))
                & (Q(month_cap_share__isnull=True) | Q(month_cap_share__gt=0, month_cap_share__lte=100))
                & (Q(year_cap__isnull=True) | Q(year_cap__gt=0)),
                violation_error_message=_("上限须大于 0；没有约定上限的留空。"),
            ),
            models.CheckConstraint(name="creditrule_clause_said", condition=~Q(clause="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        trigger = str(self.get_basis_display())
        if self.below is not None:
            trigger += f" {self.below.normalize():f}%"
        return f"{self.get_measure_display()} · {trigger}"


class ServiceCredit(models.Model):
    """What one rule gives for one month.  Recomputed until it is accepted by two persons, frozen from then on.

    What changes later (an adjudication, say) is a further row with the difference: nothing accepted is rewritten.
    amount: yuan before tax; above zero it goes to Party B, below zero it takes back what was given too much.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待当月费用出账")
        PROPOSED = "proposed", _("待认可")
        LAPSED = "lapsed", _("已无差额")
        ACCEPTED = "accepted", _("已认可")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="service_credits", verbose_name=_("协议"))
    month = models.DateField(_("月份"), help_text=_("当月第一天。"))
    rule = models.ForeignKey(CreditRule, models.PROTECT, related_name="credits", verbose_name=_("依据的约定"))
    sequence = models.PositiveSmallIntegerField(_("次序"), default=1)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.PROPOSED)
    amount = models.DecimalField(_("减免金额（元）"), max_digits=14, decimal_places=2)
    total = models.DecimalField(_("当月应减免（元）"), max_digits=14, decimal_places=2)
    raw_total = models.DecimalField(_("不计免责的减免（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    fee = models.DecimalField(_("当月费用（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    working = models.JSONField(_("计算过程"), default=dict)
    computed_at = models.DateTimeField(_("计算时间"))
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("认可人")
    )
    accepted_at = models.DateTimeField(_("认可时间"), null=True, blank=True)

    objects = ServiceCreditQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["working"])

    class Meta:
        verbose_name = pgettext_lazy("one", "服务减免")
        verbose_name_plural = _("服务减免")
        ordering = ["-month", "agreement", "rule", "sequence"]
        default_permissions = ("view",)
        permissions = [
            ("compute_credits", _("计算服务减免")),
            ("request_credit", _("提请认可服务减免")),
            ("accept_credit", _("认可服务减免")),
        ]
        indexes = [models.Index(fields=["agreement", "month"], name="credit_agreement_month")]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month", "rule", "sequence"], name="credit_once"),
            models.UniqueConstraint(
                fields=["agreement", "month", "rule"], condition=~Q(state="accepted"), name="credit_one_open"
            ),
            models.CheckConstraint(name="credit_month_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="credit_state_known", condition=Q(state__in=["waiting", "proposed", "lapsed", "accepted"])
            ),
            models.CheckConstraint(
                name="credit_moves_money",
                condition=Q(state__in=["proposed", "accepted"]) & ~Q(amount=0)
                | Q(state__in=["waiting", "lapsed"], amount=0),
                violation_error_message=_("金额为 0 的减免不能提请认可。"),
            ),
            models.CheckConstraint(
                name="credit_accepted_named",
                condition=Q(state="accepted", accepted_by__isnull=False, accepted_at__isnull=False)
                | (~Q(state="accepted") & Q(accepted_by__isnull=True, accepted_at__isnull=True)),
            ),
            models.CheckConstraint(name="credit_total_positive", condition=Q(total__gte=0)),
            models.CheckConstraint(name="credit_first_gives", condition=Q(sequence__gt=1) | Q(amount__gte=0)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.rule}"
