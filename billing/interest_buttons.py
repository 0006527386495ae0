"""The buttons of a bill's page on interest: invoice it, waive it, and what enforcing the claim adds."""

from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import deferring, enforcing, interest_invoices, waiving
from billing.forms import interest as forms
from billing.models import Document
from people.acting import Outcome, Verb
from people.models import User


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _to(document: Document, message: str) -> Outcome:
    return Outcome(message=message, url=reverse("admin:billing_document_change", args=[document.pk]))


def _is_due(document: Document) -> bool:
    """An issued service bill whose time to pay has begun."""
    return document.is_issued and document.kind == Document.Kind.INVOICE and _due_on(document) is not None


def _is_late(document: Document) -> bool:
    due_on = _due_on(document)
    return _is_due(document) and due_on < timezone.localdate()


def _due_on(document: Document) -> Any:
    return getattr(document, "due_on", None)  # added by DocumentQuerySet.with_due


def _invoice(request: HttpRequest, obj: Document, data: dict[str, Any]) -> Outcome:
    taxed = data["taxed"] == forms.InterestInvoiceForm.TAXED
    tax = interest_invoices.Tax(data["rate"] if taxed else Decimal(0), "" if taxed else data["ground"])
    made = interest_invoices.draft(obj, until=data["until"], tax=tax, by=_user(request), at=timezone.now())
    return _to(made, gettext("已拟制利息账单草稿 %(gross)s 元，请核对后提请开具。") % {"gross": made.gross})


def _waive(request: HttpRequest, obj: Document, data: dict[str, Any]) -> Outcome:
    made = waiving.propose(obj, waiving.Waiver(**data), by=_user(request), at=timezone.now())
    return _to(made, gettext("已提请减免利息 %(gross)s 元；由财务主管开具后生效。") % {"gross": made.gross})


def _cost(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    cost = enforcing.record_cost(obj, enforcing.Spent(**data), by=_user(request), at=timezone.now())
    return gettext("已登记费用 %(amount)s 元。") % {"amount": cost.amount}


def _withdraw_cost(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    enforcing.withdraw_cost(data["cost"], reason=data["reason"], by=_user(request), at=timezone.now())
    return gettext("费用已撤回。")


def _judgment(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    enforcing.record_judgment(obj, enforcing.Ruling(**data), by=_user(request), at=timezone.now())
    return gettext("已登记生效判决。")


def _move_due(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    invoice = deferring.move_due(obj, by=_user(request), at=timezone.now(), **data)
    return gettext("到期日已改为 %(due)s，逾期利息随之改算。") % {"due": invoice.due_on}


INTEREST_VERBS = (
    Verb("interest-invoice", _("出具利息账单"), "billing.draft_document", _invoice, form=forms.InterestInvoiceForm,
         when=_is_late,
         explain=lambda obj: gettext("截至所填日期的未付利息转到利息账单；两张账单合计不变，利息账单不再计息。")),
    Verb("waive-interest", _("减免利息"), "billing.draft_document", _waive, form=forms.WaiverForm, when=_is_late,
         explain=lambda obj: gettext("拟稿人提出并写明理由，由财务主管另行开具后生效；本金和以后的利息不受影响。")),
    Verb("move-due", _("按补充协议改期"), "billing.record_formal_invoice", _move_due, form=forms.MoveDueForm,
         when=lambda obj: _is_due(obj) and deferring.supplements_of(obj).exists(),
         explain=lambda obj: gettext("补充协议另行约定了本账单的付款日期的，登记新的到期日；原来的计算过程保留。")),
    Verb("cost", _("登记实现债权的费用"), "billing.record_cost", _cost, form=forms.CostForm, when=_is_late,
         explain=lambda obj: gettext("律师费、诉讼费等由乙方承担的费用，凭证据登记；按默认次序最先抵充。")),
    Verb("withdraw-cost", _("撤回费用"), "billing.withdraw_cost", _withdraw_cost, form=forms.WithdrawCostForm,
         when=lambda obj: _is_due(obj) and obj.costs.standing().exists(), tone="danger",
         explain=lambda obj: gettext("由登记人以外的人办理；已有收款抵充的费用不能撤回。")),
    Verb("judgment", _("登记生效判决"), "billing.record_judgment", _judgment, form=forms.JudgmentForm, when=_is_late,
         explain=lambda obj: gettext("履行期限届满后仍未付的本金，另按日 0.0175% 加倍计息，在本金之后清偿。")),
)  # fmt: skip
