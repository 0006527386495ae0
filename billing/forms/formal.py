"""Forms of formal invoices on their way: how they were sent, more files, red letters of credit notes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.documents import DigitsField, day_field, today
from billing.models import FormalFile, FormalInvoice
from people.acting import VerbForm


class DeliveryForm(VerbForm):
    """How and to whom a formal invoice was sent."""

    on = day_field(_("送出日期"), initial=today)
    how = forms.ChoiceField(label=_("送达方式"), choices=FormalInvoice.SentHow.choices)
    to = forms.CharField(label=_("送达对象"), max_length=160, help_text=_("例如：邮箱地址、收件人和快递单号。"))
    file = forms.FileField(label=_("送达凭证"), required=False)


class FileForm(VerbForm):
    """One more file of a formal invoice."""

    kind = forms.ChoiceField(label=_("种类"), choices=FormalFile.Kind.choices)
    file = forms.FileField(label=_("文件"))


class PartialRedLetterForm(VerbForm):
    """The red-letter invoice of a credit note."""

    number = DigitsField(label=_("红字发票号码"), help_text=_("20 位数字。"))
    dated_on = day_field(_("开票日期"), initial=today)
    file = forms.FileField(label=_("红字发票文件"), required=False)


class SendBackForm(VerbForm):
    """Why a formal invoice is returned."""

    reason = forms.CharField(
        label=_("退回原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：抬头、税号、金额或税率有误。"),
    )  # fmt: skip
