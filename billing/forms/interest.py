"""Forms of the pages on interest."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.deferring import supplements_of
from billing.fields import ExactFormField
from billing.forms.documents import ReasonForm, day_field, today
from billing.interest_invoices import tax_rate_of
from billing.models import CollectionCost
from contracts.models import AgreementVersion
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


class InterestInvoiceForm(VerbForm):
    """Up to which day, and how it is taxed."""

    TAXED, UNTAXED = "taxed", "untaxed"

    until = day_field(_("利息计至"), initial=today, help_text=_("含当日；截至该日全部未付利息转入利息账单。"))
    taxed = forms.ChoiceField(
        label=_("计税方式"),
        choices=[(TAXED, _("价外费用，随所属服务计税（利息金额含税）")), (UNTAXED, _("不计税"))],
    )
    rate = ExactFormField(
        label=_("税率（%）"), required=False, digits=7, places=4, help_text=_("默认取原账单的税率；不计税的不填。")
    )
    ground = forms.CharField(label=_("不计税的理由"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.fields["rate"].initial = f"{tax_rate_of(self.obj).normalize():f}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("taxed") == self.TAXED and cleaned.get("rate") is None and "rate" not in self.errors:
            self.add_error("rate", _("请填写税率。"))
        return cleaned


class WaiverForm(ReasonForm):
    """Up to which day, how much, why and by whose decision."""

    until = day_field(_("利息计至"), initial=today, help_text=_("减免截至该日的未付利息；以后的利息照常计算。"))
    amount = ExactFormField(label=_("减免金额（元）"), required=False, help_text=_("留空表示全部减免。"))
    basis = forms.CharField(label=_("依据"), max_length=200, required=False, help_text=_("例如会议纪要或审批文号。"))
    field_order = ("until", "amount", "reason", "basis")


class CostForm(VerbForm):
    """A cost of enforcing the claim, with its proof."""

    incurred_on = day_field(_("计入日期"), initial=today, help_text=_("自该日起的收款先抵充它；它不计利息。"))
    amount = ExactFormField(label=_("金额（元）"))
    description = forms.CharField(label=_("费用内容"), max_length=120, help_text=_("例如律师费、诉讼费、公证费。"))
    proof = forms.CharField(label=_("凭证"), max_length=200, help_text=_("发票或收据的号码。"))


class WithdrawCostForm(ReasonForm):
    """Which cost to take off."""

    cost = forms.ModelChoiceField(label=_("要撤回的费用"), queryset=CollectionCost.objects.none())
    field_order = ("cost", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[CollectionCost]", self.fields["cost"])
        field.queryset = self.obj.costs.standing()


class JudgmentForm(VerbForm):
    """What the judgment says."""

    court = forms.CharField(label=_("法院或仲裁机构"), max_length=80)
    case_number = forms.CharField(label=_("案号"), max_length=80)
    effective_on = day_field(_("文书生效日期"))
    pay_by = day_field(
        _("指定的履行期限届满日"), help_text=_("次日起对未付本金加倍计息，日 0.0175%，清偿本金之后支付。")
    )


class MoveDueForm(VerbForm):
    """By which supplement, and to which day."""

    supplement = forms.ModelChoiceField(label=_("补充协议"), queryset=AgreementVersion.objects.none())
    to = day_field(_("新的到期日"), help_text=_("逾期利息自新的到期日起算。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[AgreementVersion]", self.fields["supplement"])
        field.queryset = supplements_of(self.obj)
