"""Letters of demand: drafted by one person, issued by another, delivered, and the cure period that then runs."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField
from billing.models.columns import LARGEST, user_column
from billing.models.documents import Document
from billing.querysets_dunning import DemandQuerySet
from contracts.models import Agreement, AgreementVersion, ServedNotice
from worktime.models import CalendarVersion


class Demand(models.Model):
    """A letter of demand (催告函) for the overdue, undisputed bills of one agreement.  Frozen once issued."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ISSUED = "issued", _("已签发，待发出")
        SENT = "sent", _("已发出，待送达")
        DELIVERED = "delivered", _("已送达")
        WITHDRAWN = "withdrawn", _("已撤回")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="demands", verbose_name=_("协议"))
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="+", verbose_name=_("协议版本"))
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.DRAFT)
    number = models.CharField(_("编号"), max_length=24, null=True, blank=True, unique=True)
    cure_days = models.PositiveSmallIntegerField(_("宽限期（天）"))
    cure_counted = models.CharField(_("宽限期按什么天计"), max_length=8, choices=AgreementVersion.DayCount.choices)
    cure_agreed = models.BooleanField(_("宽限期为协议所定"))
    consequence = models.CharField(_("期满未付的后果"), max_length=300)
    remark = models.CharField(_("补充说明"), max_length=500, blank=True)
    as_of = models.DateField(_("计息截至"), null=True, blank=True)
    principal = MoneyField(_("催告本金"), default=0)
    interest = MoneyField(_("逾期利息"), default=0)
    snapshot = models.JSONField(_("冻结内容"), null=True, blank=True)
    pdf_sha256 = models.CharField(_("PDF 校验值"), max_length=64, blank=True)
    drafted_by = user_column(_("拟稿人"))
    drafted_at = models.DateTimeField(_("拟稿时间"))
    issued_by = user_column(_("签发人"))
    issued_at = models.DateTimeField(_("签发时间"), null=True, blank=True)
    issued_on = models.DateField(_("签发日期"), null=True, blank=True)
    notice = models.OneToOneField(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="demand", verbose_name=_("送达记录")
    )
    delivered_on = models.DateField(_("送达日期"), null=True, blank=True)
    cure_until = models.DateField(_("宽限期届满日"), null=True, blank=True)
    cure_provisional = models.BooleanField(_("届满日暂定"), default=False)
    cure_working = models.JSONField(_("届满日计算过程"), null=True, blank=True)
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("日历版本")
    )
    acknowledged_by = user_column(_("乙方确认人"))
    acknowledged_at = models.DateTimeField(_("乙方确认收到"), null=True, blank=True)
    withdrawn_by = user_column(_("撤回人"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_why = models.CharField(_("撤回原因"), max_length=300, blank=True)

    objects = DemandQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["snapshot"])

    class Meta:
        verbose_name = _("催告函")
        verbose_name_plural = _("催告函")
        ordering = ["-drafted_at", "-pk"]
        default_permissions = ("view",)
        permissions = [
            ("draft_demand", _("拟制催告函")),
            ("issue_demand", _("签发和撤回催告函")),
            ("serve_demand", _("发出催告函和登记送达")),
        ]
        constraints = [
            models.CheckConstraint(
                name="demand_state_known",
                condition=Q(state__in=["draft", "issued", "sent", "delivered", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="demand_issued_whole",
                condition=Q(state="draft", number__isnull=True, issued_at__isnull=True, snapshot__isnull=True)
                | Q(
                    state__in=["issued", "sent", "delivered", "withdrawn"], number__isnull=False,
                    issued_at__isnull=False, issued_on__isnull=False, as_of__isnull=False, snapshot__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="demand_two_persons",
                condition=Q(issued_by__isnull=True) | Q(drafted_by__isnull=True) | ~Q(issued_by=F("drafted_by")),
                violation_error_message=_("签发人不能是拟稿人。"),
            ),
            models.CheckConstraint(
                name="demand_cure_range",
                condition=Q(cure_days__range=(1, 250)) & Q(cure_counted__in=["working", "calendar"]),
                violation_error_message=_("宽限期须为 1 至 250 天。"),
            ),
            models.CheckConstraint(
                name="demand_amounts_range",
                condition=Q(principal__gte=0) & Q(interest__gte=0) & Q(principal__lte=LARGEST),
            ),
            models.CheckConstraint(
                name="demand_delivered_whole",
                condition=Q(delivered_on__isnull=True, cure_until__isnull=True)
                | Q(delivered_on__isnull=False, cure_until__isnull=False, cure_until__gt=F("delivered_on")),
            ),
            models.CheckConstraint(
                name="demand_delivered_dated", condition=~Q(state="delivered") | Q(delivered_on__isnull=False)
            ),
            models.CheckConstraint(
                name="demand_sent_noticed", condition=~Q(state__in=["sent", "delivered"]) | Q(notice__isnull=False)
            ),
            models.CheckConstraint(
                name="demand_withdrawn_why",
                condition=(~Q(state="withdrawn") & Q(withdrawn_at__isnull=True))
                | (Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawn_why="")),
                violation_error_message=_("撤回催告函须写明原因。"),
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state__in=["draft", "issued", "sent"]), name="demand_one_open",
                violation_error_message=_("这份协议已有一份没有送达的催告函。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or str(_("催告函草稿"))

    @property
    def is_issued(self) -> bool:
        """Whether it has its number; also when it was withdrawn afterwards."""
        return self.number is not None


class DemandBill(models.Model):
    """A bill that a letter names, with what was asked for it on the day of the letter.  Append-only."""

    demand = models.ForeignKey(Demand, models.PROTECT, related_name="bills", verbose_name=_("催告函"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="demanded", verbose_name=_("账单"))
    due_on = models.DateField(_("到期日"))
    principal = MoneyField(_("催告本金"))
    interest = MoneyField(_("逾期利息"))
    disputed = MoneyField(_("有异议、未催的金额"))

    class Meta:
        verbose_name = _("催告的账单")
        verbose_name_plural = _("催告的账单")
        ordering = ["demand", "due_on", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["demand", "document"], name="demandbill_once"),
            models.CheckConstraint(
                name="demandbill_amounts",
                condition=Q(principal__gt=0) & Q(interest__gte=0) & Q(disputed__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand} · {self.document}"
