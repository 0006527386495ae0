"""Forms of the pages on interest."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.fields import ExactFormField
from billing.forms.documents import day_field, today
from people.acting import VerbForm


class LprForm(VerbForm):
    """A publication of the LPR, typed from it."""

    published_on = day_field(
        _("公布日期"), initial=today, help_text=_("每月 20 日，遇非工作日（按调休日历）顺延；照公告填写。")
    )
    one_year = ExactFormField(label=_("一年期（%）"), help_text=_("例如 3.00。"))
    five_year = ExactFormField(label=_("五年期以上（%）"))
    source = forms.CharField(
        label=_("来源"), max_length=200, help_text=_("例如全国银行间同业拆借中心公告的网址或文号。")
    )
