"""Disputes of bills: what part of a bill Party B does not accept, and how that was decided."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField
from billing.models.columns import LARGEST, user_column
from billing.models.documents import Document
from billing.querysets import BillDisputeQuerySet


class BillDispute(models.Model):
    """An objection to an issued bill.  While it is open, its amount is disputed; a decided one never changes."""

    class Through(models.TextChoices):
        PORTAL = "portal", _("门户")
        PHONE = "phone", _("电话")
        LETTER = "letter", _("书面")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("成立")
        PARTLY = "partly", _("部分成立")
        REJECTED = "rejected", _("不成立")
        WITHDRAWN = "withdrawn", _("已撤回")

    document = models.ForeignKey(Document, models.PROTECT, related_name="disputes", verbose_name=_("账单"))
    positions = models.JSONField(_("有异议的行"), default=list, blank=True)
    amount = MoneyField(_("有异议的金额"))
    reason = models.CharField(_("异议理由"), max_length=1000)
    through = models.CharField(_("提出方式"), max_length=8, choices=Through.choices)
    opened_on = models.DateField(_("提出日期"))
    opened_at = models.DateTimeField(_("登记时间"))
    opened_by = user_column(_("登记人"))
    outcome = models.CharField(_("处理结果"), max_length=10, choices=Outcome.choices, blank=True)
    upheld = MoneyField(_("成立的金额"), default=Decimal("0.00"))
    decision = models.CharField(_("处理说明"), max_length=1000, blank=True)
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_by = user_column(_("办结人"))
    credit_note = models.OneToOneField(
        Document, models.SET_NULL, null=True, blank=True, related_name="dispute", verbose_name=_("贷项通知单")
    )

    objects = BillDisputeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("账单异议")
        verbose_name_plural = _("账单异议")
        ordering = ["-opened_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("open_billdispute", _("登记账单异议")), ("decide_billdispute", _("裁定账单异议"))]
        indexes = [models.Index(fields=["document", "closed_on"], name="billdispute_by_document")]
        constraints = [
            models.CheckConstraint(
                name="billdispute_amount",
                condition=Q(amount__gt=0) & Q(amount__lte=LARGEST),
                violation_error_message=_("有异议的金额须大于 0。"),
            ),
            models.CheckConstraint(
                name="billdispute_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("请写明异议理由。"),
            ),
            models.CheckConstraint(name="billdispute_through", condition=Q(through__in=["portal", "phone", "letter"])),
            models.CheckConstraint(
                name="billdispute_closed_whole",
                condition=Q(outcome="", closed_on__isnull=True, closed_at__isnull=True, closed_by__isnull=True)
                | (
                    Q(outcome__in=["upheld", "partly", "rejected", "withdrawn"])
                    & Q(closed_on__isnull=False, closed_at__isnull=False, closed_on__gte=F("opened_on"))
                ),
            ),
            models.CheckConstraint(
                name="billdispute_upheld_fits",
                condition=Q(outcome="upheld", upheld=F("amount"))
                | Q(outcome="partly", upheld__gt=0, upheld__lt=F("amount"))
                | Q(outcome__in=["", "rejected", "withdrawn"], upheld=0),
                violation_error_message=_("成立的金额与处理结果不符。"),
            ),
            models.CheckConstraint(
                name="billdispute_decided_says_why",
                condition=Q(outcome__in=["", "withdrawn"]) | ~Q(decision=""),
                violation_error_message=_("请写明处理说明。"),
            ),
            models.CheckConstraint(
                name="billdispute_two_persons",
                condition=Q(outcome__in=["", "withdrawn"])
                | Q(opened_by__isnull=True)
                | (Q(closed_by__isnull=False) & ~Q(closed_by=F("opened_by"))),
                violation_error_message=_("裁定人不能是登记人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.amount}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.closed_on is None
