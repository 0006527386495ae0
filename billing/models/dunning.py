"""The dunning ladder of an agreement (or of the house), and which step was taken for which bill."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField
from billing.models.documents import Document
from billing.querysets_dunning import DunningEntryQuerySet, DunningStepQuerySet
from contracts.models import Agreement, AgreementVersion


class DunningStep(models.Model):
    """A step of a ladder.  Without an agreement it belongs to the house and applies where an agreement has no steps."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("提醒乙方")
        DEMAND = "demand", _("提议催告函")

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="dunning_steps", verbose_name=_("协议"),
        help_text=_("留空表示通用阶梯；协议有自己的步骤时，只按自己的步骤。"),
    )  # fmt: skip
    code = models.SlugField(_("代号"), max_length=20, help_text=_("同一阶梯内不重复；账单按代号记住哪一步已经办过。"))
    name = models.CharField(_("步骤"), max_length=40)
    kind = models.CharField(_("做什么"), max_length=8, choices=Kind.choices)
    days = models.SmallIntegerField(_("到期后第几天"), help_text=_("到期日之前填负数，例如 -3。"))
    counted = models.CharField(_("按什么天计"), max_length=8, choices=AgreementVersion.DayCount.choices)
    active = models.BooleanField(_("启用"), default=True)

    objects = DunningStepQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("催款步骤")
        verbose_name_plural = _("催款步骤")
        ordering = ["agreement", "days", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "code"], name="dunstep_code_once",
                violation_error_message=_("这份协议已有同一代号的步骤。"),
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(agreement__isnull=True), name="dunstep_house_code_once",
                violation_error_message=_("通用阶梯已有同一代号的步骤。"),
            ),
            models.CheckConstraint(name="dunstep_kind_known", condition=Q(kind__in=["reminder", "demand"])),
            models.CheckConstraint(name="dunstep_counted_known", condition=Q(counted__in=["working", "calendar"])),
            models.CheckConstraint(
                name="dunstep_days_range", condition=Q(days__range=(-30, 365)),
                violation_error_message=_("天数须在到期前 30 天和到期后 365 天之间。"),
            ),
            models.CheckConstraint(
                name="dunstep_demand_after", condition=~Q(kind="demand") | Q(days__gte=1),
                violation_error_message=_("到期以后才能提议催告函。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class DunningEntry(models.Model):
    """A step that was taken for a bill and one due date of it: once, whatever the number of runs.  Append-only."""

    class Outcome(models.TextChoices):
        TOLD = "told", _("已提醒")
        PROPOSED = "proposed", _("已提议催告")
        PASSED = "passed", _("已越过")

    document = models.ForeignKey(Document, models.PROTECT, related_name="dunning", verbose_name=_("账单"))
    code = models.CharField(_("代号"), max_length=20)
    name = models.CharField(_("步骤"), max_length=40)
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome.choices)
    due_on = models.DateField(_("到期日"))
    step_on = models.DateField(_("应办日期"))
    told_on = models.DateField(_("办理日期"))
    told_at = models.DateTimeField(_("办理时间"))
    asked = MoneyField(_("提请支付的本金"))
    disputed = MoneyField(_("有异议、未催的金额"))
    letter = models.CharField(_("同一封提醒"), max_length=80, blank=True)

    objects = DunningEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("催款记录")
        verbose_name_plural = _("催款记录")
        ordering = ["-told_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["document", "code", "due_on"], name="dunentry_step_once"),
            models.CheckConstraint(name="dunentry_outcome", condition=Q(outcome__in=["told", "proposed", "passed"])),
            models.CheckConstraint(name="dunentry_asked", condition=Q(asked__gt=0) & Q(disputed__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.document} · {self.name}"
