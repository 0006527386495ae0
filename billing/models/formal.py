"""The papers of formal invoices: their files with what was found in them, and red-letter invoices of credit notes."""

import secrets
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from billing.fields import MoneyField
from billing.models.columns import only_digits, totals_fit, user_column
from billing.models.documents import Document, FormalInvoice
from billing.querysets import FormalFileQuerySet


def random_place(instance: Any, filename: str) -> str:
    """Where a file is kept: nothing of the sender's file name reaches the disk."""
    name = secrets.token_hex(20)
    return f"formal/{name[:2]}/{name}"


class RedLetter(models.Model):
    """The tax bureau's red-letter invoice (红字发票) for a credit note: part of a formal invoice taken back."""

    credit_note = models.OneToOneField(
        Document, models.PROTECT, related_name="red_letter", verbose_name=_("贷项通知单")
    )
    invoice = models.ForeignKey(
        FormalInvoice, models.PROTECT, related_name="red_letters", verbose_name=_("所冲减的正式发票")
    )
    number = models.CharField(
        _("红字发票号码"), max_length=20, unique=True,
        validators=[RegexValidator(r"\A[0-9]{20}\Z", _("发票号码须为 20 位数字。"))],
    )  # fmt: skip
    dated_on = models.DateField(_("开票日期"))
    net = MoneyField(_("不含税金额"))
    tax = MoneyField(_("税额"))
    gross = MoneyField(_("价税合计"))
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = user_column(_("登记人"))

    class Meta:
        verbose_name = _("红字发票")
        verbose_name_plural = _("红字发票")
        ordering = ["-recorded_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="redletter_number_digits",
                condition=Q(Exact(Length("number"), Value(20))) & only_digits("number"),
                violation_error_message=_("发票号码须为 20 位数字。"),
            ),
            models.CheckConstraint(name="redletter_totals_fit", condition=totals_fit() & Q(gross__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number


class FormalFile(models.Model):
    """A file of a formal or a red-letter invoice, kept with its SHA-256.  Append-only: a better one is another row."""

    class Kind(models.TextChoices):
        FACE = "face", _("发票文件")
        DELIVERY = "delivery", _("送达凭证")
        RECEIPT = "receipt", _("签收凭证")

    invoice = models.ForeignKey(
        FormalInvoice, models.PROTECT, null=True, blank=True, related_name="files", verbose_name=_("正式发票")
    )
    red_letter = models.ForeignKey(
        RedLetter, models.PROTECT, null=True, blank=True, related_name="files", verbose_name=_("红字发票")
    )
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("文件名"), max_length=150)
    file = models.FileField(_("文件"), upload_to=random_place, max_length=100)
    content_type = models.CharField(_("内容类型"), max_length=100)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    findings = models.JSONField(_("与登记不一致之处"), default=list)
    by = user_column(_("上传人"))
    at = models.DateTimeField(_("上传时间"))

    objects = FormalFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("发票文件")
        verbose_name_plural = _("发票文件")
        ordering = ["pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="formalfile_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(name="formalfile_kind_known", condition=Q(kind__in=["face", "delivery", "receipt"])),
            models.CheckConstraint(
                name="formalfile_of_one",
                condition=Q(invoice__isnull=False, red_letter__isnull=True)
                | Q(invoice__isnull=True, red_letter__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
