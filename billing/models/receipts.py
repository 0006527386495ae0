"""Money that came in and what it pays."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.fields import MoneyField
from billing.models.columns import LARGEST, user_column
from billing.models.documents import Document
from billing.querysets import AllocationQuerySet, BankReceiptQuerySet
from contracts.models import Organisation


class BankReceipt(models.Model):
    """Money on our account, as the bank states it.  What the bank states is never changed.

    What it pays is said by its allocations; whose money it is (party), who looks after it and a note may be set.
    """

    if TYPE_CHECKING:  # what BankReceiptQuerySet.with_left adds
        left_fen: int

    account = models.CharField(_("收款账号"), max_length=40)
    bank_txn_id = models.CharField(_("银行流水号"), max_length=80)
    occurrence = models.PositiveSmallIntegerField(_("同号次序"), default=1)
    value_date = models.DateField(_("到账日期"))
    amount = MoneyField(_("到账金额"))
    payer_name = models.CharField(_("付款人"), max_length=120)
    payer_account = models.CharField(_("付款账号"), max_length=40, blank=True)
    memo = models.CharField(_("附言"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = user_column(_("登记人"))
    party = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name=_("付款单位")
    )
    keeper = user_column(_("跟进人"))
    note = models.CharField(_("跟进备注"), max_length=200, blank=True)

    objects = BankReceiptQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("银行收款")
        verbose_name_plural = _("银行收款")
        ordering = ["-value_date", "-pk"]
        permissions = [("record_receipt", _("登记收款"))]
        constraints = [
            models.UniqueConstraint(fields=["account", "bank_txn_id", "occurrence"], name="receipt_txn_once"),
            models.CheckConstraint(
                name="receipt_amount_positive",
                condition=Q(amount__gt=0) & Q(amount__lte=LARGEST),
                violation_error_message=_("到账金额须大于 0。"),
            ),
            models.CheckConstraint(name="receipt_occurrence", condition=Q(occurrence__gte=1)),
            models.CheckConstraint(
                name="receipt_names_txn",
                condition=~Q(account="") & ~Q(bank_txn_id="") & ~Q(payer_name=""),
                violation_error_message=_("银行收款须有收款账号、流水号和付款人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_date:%Y-%m-%d} {self.payer_name} {self.amount}"


class Allocation(models.Model):
    """What part of a receipt (or of a credit) pays what part of a document.  Append-only; undone by a mirrored row."""

    class Component(models.TextChoices):
        COSTS = "costs", _("实现债权的费用")
        INTEREST = "interest", _("利息")
        PRINCIPAL = "principal", _("本金")
        DOUBLED = "doubled", _("迟延履行加倍利息")

    receipt = models.ForeignKey(
        BankReceipt, models.PROTECT, null=True, blank=True, related_name="allocations", verbose_name=_("银行收款")
    )
    credit = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="spent", verbose_name=_("贷项或核销单")
    )
    document = models.ForeignKey(Document, models.PROTECT, related_name="allocations", verbose_name=_("账单"))
    component = models.CharField(_("抵充"), max_length=10, choices=Component.choices)
    amount = MoneyField(_("金额"))
    effective_on = models.DateField(_("生效日期"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("冲回的核销")
    )
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = user_column(_("登记人"))

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("核销记录")
        verbose_name_plural = _("核销记录")
        ordering = ["effective_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="allocation_component_known",
                condition=Q(component__in=["costs", "interest", "principal", "doubled"]),
            ),
            models.CheckConstraint(
                name="allocation_one_source",
                condition=Q(receipt__isnull=False, credit__isnull=True) | Q(receipt__isnull=True, credit__isnull=False),
            ),
            models.CheckConstraint(
                name="allocation_sign",
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_component_display()} {self.amount}"
