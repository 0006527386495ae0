"""Forms of the pages on money: amounts are typed with two decimals and never rounded."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.fields import ExactFormField
from billing.models import BankReceipt, Document, FormalInvoice, ServicePeriod
from billing.periods import LENGTHS
from billing.receipts import standing_receipts
from contracts.accounts import account_of
from contracts.models import Agreement
from people.acting import VerbForm


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A civil day, picked from the browser's calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)


def today() -> date:
    """The civil day on which a form is opened."""
    return timezone.localdate()


class DigitsField(forms.CharField):
    """A long number as copied from paper or screen: blanks inside it mean nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        return "".join(str(super().to_python(value) or "").split())


class ReceiptChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Receipts told apart by day, payer, amount and bank number."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.value_date:%Y-%m-%d} · {obj.payer_name} · {obj.amount} · {obj.bank_txn_id}"


class PeriodChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Periods with their agreement."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.agreement.number} · {obj.agreement.party_b} · {obj}"


class DraftForm(VerbForm):
    """Which period to bill: those that are over and not billed yet."""

    period = PeriodChoice(label=_("服务周期"), queryset=ServicePeriod.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ready = ServicePeriod.objects.filter(state=ServicePeriod.State.OPEN).ended_by(today())
        field = cast("PeriodChoice", self.fields["period"])
        field.queryset = ready.select_related("agreement__party_b").order_by("starts_on", "agreement__number")
        field.help_text = _("只列出已经结束、尚未出账的周期；同一协议从最早的一期出起。")


class OpenPeriodsForm(VerbForm):
    """Which periods to open."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    months = forms.TypedChoiceField(
        label=_("周期长度"),
        choices=list(zip(LENGTHS, (_("一个月"), _("一个季度"), _("一年")), strict=True)),
        coerce=int,
        initial=1,
    )
    until = day_field(_("开到哪一天为止"), help_text=_("开始日期早于这一天的周期都会开出，接着上一期，不留空档。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Agreement]", self.fields["agreement"])
        field.queryset = Agreement.objects.filter(effective_on__isnull=False).order_by("number")
        self.fields["until"].initial = today()


class IssueForm(VerbForm):
    """The day that the bill carries."""

    on = day_field(_("开具日期"), initial=today)


class ReasonForm(VerbForm):
    """Why."""

    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class FormalInvoiceForm(VerbForm):
    """What stands on the tax bureau's invoice, typed from it."""

    kind = forms.ChoiceField(label=_("发票种类"), choices=FormalInvoice.Kind.choices)
    number = DigitsField(label=_("发票号码"), help_text=_("数电票号码，20 位数字。"))
    dated_on = day_field(_("开票日期"), initial=today)
    net = ExactFormField(label=_("不含税金额（元）"), help_text=_("照发票填写；系统与账单核对，不一致不能登记。"))
    tax = ExactFormField(label=_("税额（元）"))
    gross = ExactFormField(label=_("价税合计（元）"))
    file = forms.FileField(
        label=_("发票文件"), required=False, help_text=_("PDF、OFD 或 XML；XML 会与所填内容核对。乙方可在门户下载。")
    )


class ReceivedForm(VerbForm):
    """When Party B received the formal invoice, and how that is proven."""

    on = day_field(_("乙方收到日期"), initial=today, help_text=_("当日不计，自次日起计算付款期限。"))
    proof = forms.CharField(
        label=_("签收凭证"), max_length=200, help_text=_("例如：签收人、快递单号、电子发票平台的接收回执。")
    )
    file = forms.FileField(label=_("凭证文件"), required=False)


class RejectForm(ReasonForm):
    """When and why Party B returned the formal invoice."""

    on = day_field(_("退回日期"), initial=today)
    field_order = ("on", "reason")


class RedLetterForm(ReasonForm):
    """The red-letter invoice that cancels the formal invoice."""

    on = day_field(_("红冲日期"), initial=today)
    number = DigitsField(label=_("红字发票号码"), help_text=_("20 位数字。"))
    field_order = ("on", "number", "reason")


class PaymentForm(VerbForm):
    """One line of the bank statement."""

    account = forms.CharField(label=_("收款账号"), max_length=40)
    bank_txn_id = forms.CharField(
        label=_("银行流水号"), max_length=80, help_text=_("照银行回单填写；同一流水只能登记一次。")
    )
    value_date = day_field(_("到账日期"), initial=today)
    amount = ExactFormField(label=_("到账金额（元）"))
    payer_name = forms.CharField(label=_("付款人"), max_length=120)
    payer_account = forms.CharField(label=_("付款账号"), max_length=40, required=False)
    memo = forms.CharField(label=_("附言"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.obj, Document):
            account = account_of(self.obj.agreement.party_a)
            self.fields["account"].initial = account.number if account else ""
            self.fields["payer_name"].initial = self.obj.agreement.party_b.name


class AllocateForm(VerbForm):
    """Which earlier receipt pays this bill, and how much of it."""

    receipt = ReceiptChoice(label=_("银行收款"), queryset=BankReceipt.objects.none())
    amount = ExactFormField(
        label=_("核销金额（元）"), required=False, help_text=_("留空表示尽量核销：收款余额与账单应付中较小的一个。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("ReceiptChoice", self.fields["receipt"])
        field.queryset = BankReceipt.objects.with_left().filter(left_fen__gt=0).order_by("-value_date", "-pk")
        field.help_text = _("只列出还有余额的收款。")


class ReverseForm(ReasonForm):
    """Which payment to take back."""

    receipt = ReceiptChoice(label=_("要冲回的收款"), queryset=BankReceipt.objects.none())
    field_order = ("receipt", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: QuerySet[BankReceipt] = standing_receipts(self.obj)
        cast("ReceiptChoice", self.fields["receipt"]).queryset = found
