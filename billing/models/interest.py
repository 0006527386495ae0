"""What interest is computed from beside the bills: published rates, costs of collection, judgments."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField, PercentField
from billing.models.columns import LARGEST, user_column
from billing.models.documents import Document
from billing.querysets import CollectionCostQuerySet, LprRateQuerySet


class LprRate(models.Model):
    """One publication of the loan prime rate.  Entered by one person, used once another one has confirmed it."""

    class State(models.TextChoices):
        ENTERED = "entered", _("待核对")
        IN_USE = "in_use", _("在用")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Origin(models.TextChoices):
        FOUND = "found", _("随程序提供，查得原文")
        DERIVED = "derived", _("随程序提供，由公开信息推得")
        ENTERED = "entered", _("人工录入")

    month = models.CharField(_("月份"), max_length=7)
    published_on = models.DateField(_("公布日期"))
    one_year = PercentField(_("一年期（%）"))
    five_year = PercentField(_("五年期以上（%）"))
    source = models.CharField(_("来源"), max_length=200)
    origin = models.CharField(_("数据来历"), max_length=8, choices=Origin.choices, default=Origin.ENTERED)
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.ENTERED)
    entered_at = models.DateTimeField(_("录入时间"), null=True, blank=True)
    entered_by = user_column(_("录入人"))
    verified_on = models.DateField(_("核对日期"), null=True, blank=True)
    verified_by = user_column(_("核对人"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = user_column(_("撤回人"))
    reason = models.CharField(_("撤回原因"), max_length=200, blank=True)

    objects = LprRateQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("贷款市场报价利率")
        verbose_name_plural = _("贷款市场报价利率（LPR）")
        ordering = ["-published_on", "-pk"]
        permissions = [("enter_lpr", _("录入 LPR")), ("confirm_lpr", _("核对 LPR"))]
        constraints = [
            models.UniqueConstraint(
                fields=["month"], condition=Q(state__in=["entered", "in_use"]), name="lpr_month_once",
                violation_error_message=_("该月的 LPR 已经录入。"),
            ),
            models.CheckConstraint(name="lpr_state_known", condition=Q(state__in=["entered", "in_use", "withdrawn"])),
            models.CheckConstraint(
                name="lpr_rates_range",
                condition=Q(one_year__gt=0, one_year__lt=30, five_year__gt=0, five_year__lt=30),
                violation_error_message=_("LPR 须大于 0、小于 30（%）。"),
            ),
            models.CheckConstraint(
                name="lpr_two_persons",
                condition=Q(verified_by__isnull=True) | Q(entered_by__isnull=True) | ~Q(verified_by=F("entered_by")),
                violation_error_message=_("核对人不能是录入人。"),
            ),
            models.CheckConstraint(
                name="lpr_in_use_confirmed",
                condition=~Q(state="in_use", origin="entered")
                | Q(verified_on__isnull=False, verified_by__isnull=False),
            ),
            models.CheckConstraint(name="lpr_names_source", condition=~Q(source="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"LPR {self.month}"


class CollectionCost(models.Model):
    """A cost of enforcing the claim on a bill (实现债权的费用): owed with it, paid first, bears no interest."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="costs", verbose_name=_("账单"))
    incurred_on = models.DateField(_("计入日期"))
    amount = MoneyField(_("金额"))
    description = models.CharField(_("费用内容"), max_length=120)
    proof = models.CharField(_("凭证"), max_length=200)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = user_column(_("登记人"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = user_column(_("撤回人"))
    reason = models.CharField(_("撤回原因"), max_length=200, blank=True)

    objects = CollectionCostQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("实现债权的费用")
        verbose_name_plural = _("实现债权的费用")
        ordering = ["incurred_on", "pk"]
        permissions = [("record_cost", _("登记实现债权的费用")), ("withdraw_cost", _("撤回实现债权的费用"))]
        constraints = [
            models.CheckConstraint(
                name="cost_amount_positive",
                condition=Q(amount__gt=0) & Q(amount__lte=LARGEST),
                violation_error_message=_("费用金额须大于 0。"),
            ),
            models.CheckConstraint(
                name="cost_proven", condition=~Q(description="") & ~Q(proof=""),
                violation_error_message=_("请写明费用内容和凭证。"),
            ),
            models.CheckConstraint(
                name="cost_withdrawn_whole",
                condition=Q(withdrawn_at__isnull=True, reason="") | (Q(withdrawn_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="cost_two_persons",
                condition=Q(withdrawn_by__isnull=True)
                | Q(recorded_by__isnull=True)
                | ~Q(withdrawn_by=F("recorded_by")),
                violation_error_message=_("撤回须由登记人以外的人办理。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.description} {self.amount}"


class Judgment(models.Model):
    """A judgment that sets a day to pay a bill: after it the doubled part runs, which is paid after the principal."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="judgment", verbose_name=_("账单"))
    court = models.CharField(_("法院或仲裁机构"), max_length=80)
    case_number = models.CharField(_("案号"), max_length=80)
    effective_on = models.DateField(_("文书生效日期"))
    pay_by = models.DateField(_("指定的履行期限届满日"))
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = user_column(_("登记人"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("生效判决")
        verbose_name_plural = _("生效判决")
        ordering = ["-effective_on", "-pk"]
        permissions = [("record_judgment", _("登记生效判决"))]
        constraints = [
            models.CheckConstraint(
                name="judgment_dates",
                condition=Q(pay_by__gte=F("effective_on")),
                violation_error_message=_("履行期限届满日不能早于文书生效日期。"),
            ),
            models.CheckConstraint(name="judgment_named", condition=~Q(court="") & ~Q(case_number="")),
        ]

    def __str__(self) -> str:
        return f"{self.court} {self.case_number}"
