"""The ledger: every movement of what is owed, read from the rows that made it.  A database view; nothing is stored."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.documents import Document
from billing.models.receipts import BankReceipt
from billing.querysets import LedgerEntryQuerySet
from contracts.models import Agreement


class LedgerEntry(models.Model):
    """One movement, in fen: above zero more is owed, below zero less.  The view ledger_entry makes it (migrations)."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("服务账单")
        INTEREST_INVOICE = "interest_invoice", _("利息账单")
        CREDIT_NOTE = "credit_note", _("贷项通知单")
        WRITE_OFF = "write_off", _("核销单")
        PAYMENT = "payment", _("收款核销")
        INTEREST = "interest", _("利息（已付或已减免）")
        COSTS = "costs", _("费用（已付或已减免）")
        CREDITED = "credited", _("贷项抵减")
        SPENT = "spent", _("贷项用出")
        RECEIPT = "receipt", _("收款")
        APPLIED = "applied", _("预收款用出")
        REFUND = "refund", _("退款")

    key = models.CharField(_("分录号"), max_length=30, primary_key=True)
    kind = models.CharField(_("摘要"), max_length=16, choices=Kind.choices)
    entered_on = models.DateField(_("日期"))
    fen = models.BigIntegerField(_("金额（分）"))
    # A number, not a foreign key: what merges organisations moves foreign keys, and here is nothing to move.
    body = models.BigIntegerField(_("单位"))
    agreement = models.ForeignKey(
        Agreement, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, verbose_name=_("协议")
    )
    document = models.ForeignKey(
        Document, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, verbose_name=_("单据")
    )
    receipt = models.ForeignKey(
        BankReceipt, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, verbose_name=_("银行收款")
    )

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "ledger_entry"
        default_permissions = ("view",)
        verbose_name = _("往来分录")
        verbose_name_plural = _("往来明细账")
        ordering = ["-entered_on", "-key"]

    def __str__(self) -> str:
        return self.key
