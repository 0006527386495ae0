"""The buttons of the console's pages on money: each asks what its verb must be told, and calls it."""

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import formal_files, formal_invoices, forms, invoicing, periods, receipts, tariffs
from billing.models import Document, FormalFile, FormalInvoice, RateLine, ServicePeriod
from people.acting import Outcome, Verb
from people.models import User

DOCUMENTS = "admin:billing_document_changelist"
BILLS = {Document.Kind.INVOICE, Document.Kind.INTEREST_INVOICE}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _to_document(message: str, document: Document) -> Outcome:
    return Outcome(message=message, url=reverse("admin:billing_document_change", args=[document.pk]))


def standing_invoice(document: Document) -> FormalInvoice | None:
    """The formal invoice that stands, asked once for each page."""
    if not hasattr(document, "_standing_invoice"):
        document._standing_invoice = document.formal_invoices.standing().first()  # type: ignore[attr-defined]
    return cast("FormalInvoice | None", document._standing_invoice)  # type: ignore[attr-defined]


def _is_draft(document: Document) -> bool:
    return not document.is_issued


def _is_bill(document: Document) -> bool:
    return document.is_issued and document.kind in BILLS


def _stands(state: str) -> Any:
    """Whether the document's formal invoice is in a state."""

    def when(document: Document) -> bool:
        found = standing_invoice(document) if _is_bill(document) else None
        return found is not None and found.state == state

    return when


def _has_none(document: Document) -> bool:
    return _is_bill(document) and standing_invoice(document) is None


def _draft(request: HttpRequest, obj: None, data: dict[str, Any]) -> Outcome:
    return _draft_period(request, data["period"], {})


def _draft_period(request: HttpRequest, period: ServicePeriod, data: dict[str, Any]) -> Outcome:
    made = invoicing.draft_from_usage(period.agreement, period=period, by=_user(request), at=timezone.now())
    return _to_document(gettext("已拟制账单草稿，请核对各行后提请开具。"), made)


def _request_issue(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    invoicing.request_issue(obj, by=_user(request), at=timezone.now())
    return gettext("已提请财务负责人开具。")


def _issue(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    issued = invoicing.issue(obj, by=_user(request), at=timezone.now(), **data)
    return gettext("账单已开具，编号 %(number)s。") % {"number": issued.number}


def _discard(request: HttpRequest, obj: Document, data: dict[str, Any]) -> Outcome:
    invoicing.discard(obj, by=_user(request), at=timezone.now(), **data)
    return Outcome(
        message=gettext("草稿已作废，该周期可以重新出账。"), url=reverse("admin:billing_document_changelist")
    )


def _formal_invoice(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    by, at, file = _user(request), timezone.now(), data.pop("file", None)
    face = formal_invoices.Face(**data)
    invoice = formal_invoices.record_formal_invoice(obj, face, by=by, at=at)
    message = gettext("已登记正式发票 %(number)s，待乙方签收。") % {"number": face.number}
    if not file:
        return message
    kept = formal_files.keep(invoice, file, kind=FormalFile.Kind.FACE, by=by, at=at)
    return " ".join([message, *formal_files.in_words(kept.findings)])


def _received(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    by, at, file = _user(request), timezone.now(), data.pop("file", None)
    invoice = formal_invoices.record_received(_standing(obj), by=by, at=at, **data)
    if file:
        formal_files.keep(invoice, file, kind=FormalFile.Kind.RECEIPT, by=by, at=at)
    return gettext("已登记签收，付款到期日为 %(due)s。") % {"due": invoice.due_on}


def _reject(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    formal_invoices.reject(_standing(obj), by=_user(request), at=timezone.now(), **data)
    return gettext("已登记退回；重开后请登记新的发票。")


def _red_letter(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    formal_invoices.red_letter(_standing(obj), by=_user(request), at=timezone.now(), **data)
    return gettext("已登记红冲；付款期限随之取消，重开后请登记新的发票。")


def _standing(document: Document) -> FormalInvoice:
    found = standing_invoice(document)
    assert found is not None  # noqa: S101 - the button is offered only then
    return found


def _payment(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    receipt = receipts.receive_payment(obj, receipts.Entry(**data), by=_user(request), at=timezone.now())
    left = receipts.left_of(receipt)
    if left:
        return gettext("已登记收款并核销；余 %(left)s 元未核销，留作预收。") % {"left": left}
    return gettext("已登记收款并核销到本账单。")


def _receipt(request: HttpRequest, obj: None, data: dict[str, Any]) -> str:
    receipts.record_bank_receipt(receipts.Entry(**data), by=_user(request), at=timezone.now())
    return gettext("已登记收款，可在账单页面核销。")


def _allocate(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    rows = receipts.allocate(data["receipt"], obj, amount=data["amount"], by=_user(request), at=timezone.now())
    return gettext("已核销：%(parts)s。") % {
        "parts": gettext("，").join(f"{row.get_component_display()} {row.amount}" for row in rows)
    }


def _reverse(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    receipts.reverse_payment(obj, by=_user(request), at=timezone.now(), **data)
    return gettext("已冲回，该笔收款可以重新核销。")


def _open_periods(request: HttpRequest, obj: None, data: dict[str, Any]) -> str:
    opened = periods.open_periods(by=_user(request), at=timezone.now(), **data)
    return gettext("已开出 %(count)d 个服务周期。") % {"count": len(opened)}


def _end_rate(request: HttpRequest, obj: RateLine, data: dict[str, Any]) -> str:
    tariffs.end_rate(obj, by=_user(request), at=timezone.now(), **data)
    return gettext("已登记结束日期。")


DOCUMENT_LIST_VERBS = (
    Verb(
        "draft",
        _("拟制账单"),
        "billing.draft_document",
        _draft,
        form=forms.DraftForm,
        explain=lambda obj: gettext("按所选周期的用量和价目生成草稿；开具之前可以作废重拟。"),
        tone="primary",
    ),
)
DOCUMENT_VERBS = (
    Verb(
        "request-issue",
        _("提请开具"),
        "billing.request_issue",
        _request_issue,
        when=lambda obj: _is_draft(obj) and obj.issue_requested_at is None,
        explain=lambda obj: gettext("提请后由财务负责人审核开具，拟稿人不能自己开具。"),
        tone="primary",
    ),
    Verb(
        "issue",
        _("开具"),
        "billing.issue_document",
        _issue,
        form=forms.IssueForm,
        when=_is_draft,
        explain=lambda obj: gettext("开具后取得编号，内容冻结，不能修改或删除；更正只能另开贷项通知单。"),
        tone="primary",
    ),
    Verb(
        "discard",
        _("作废草稿"),
        "billing.draft_document",
        _discard,
        form=forms.ReasonForm,
        when=_is_draft,
        explain=lambda obj: gettext("草稿没有编号，作废后该周期重新打开，可以再次拟制。"),
        tone="danger",
    ),
    Verb(
        "formal-invoice",
        _("登记正式发票"),
        "billing.record_formal_invoice",
        _formal_invoice,
        form=forms.FormalInvoiceForm,
        when=_has_none,
        explain=lambda obj: (
            gettext("请照税务机关的发票填写；金额须与账单一致：不含税 %(net)s，税额 %(tax)s，合计 %(gross)s。")
            % {"net": obj.net, "tax": obj.tax, "gross": obj.gross}
        ),
        tone="primary",
    ),
    Verb(
        "received",
        _("登记签收"),
        "billing.record_formal_invoice",
        _received,
        form=forms.ReceivedForm,
        when=_stands(FormalInvoice.State.SENT),
        explain=lambda obj: gettext("乙方收到正确的正式发票后起算付款期限；到期日及其计算过程随即冻结。"),
        tone="primary",
    ),
    Verb(
        "payment",
        _("登记收款"),
        "billing.record_receipt",
        _payment,
        form=forms.PaymentForm,
        when=_is_bill,
        explain=lambda obj: gettext("照银行回单登记，并按协议约定的次序核销到本账单；多出的部分留作预收。"),
        tone="primary",
    ),
    Verb(
        "allocate",
        _("核销已有收款"),
        "billing.record_receipt",
        _allocate,
        form=forms.AllocateForm,
        when=_is_bill,
    ),
    Verb(
        "reverse",
        _("冲回核销"),
        "billing.issue_document",
        _reverse,
        form=forms.ReverseForm,
        when=lambda obj: _is_bill(obj) and receipts.standing_receipts(obj).exists(),
        explain=lambda obj: gettext("须由核销人以外的另一位人员办理；原记录保留，另记一笔相反的记录。"),
        tone="danger",
    ),
    Verb(
        "reject",
        _("登记退回"),
        "billing.record_formal_invoice",
        _reject,
        form=forms.RejectForm,
        when=_stands(FormalInvoice.State.SENT),
        explain=lambda obj: gettext("乙方认为发票有误而退回；付款期限不起算。"),
        tone="danger",
    ),
    Verb(
        "red-letter",
        _("登记红冲"),
        "billing.record_formal_invoice",
        _red_letter,
        form=forms.RedLetterForm,
        when=lambda obj: _is_bill(obj) and standing_invoice(obj) is not None,
        explain=lambda obj: gettext("原发票已由红字发票冲销；由它起算的付款期限随之取消。"),
        tone="danger",
    ),
)
RECEIPT_LIST_VERBS = (
    Verb(
        "record",
        _("登记收款"),
        "billing.record_receipt",
        _receipt,
        form=forms.PaymentForm,
        explain=lambda obj: gettext("照银行回单登记；核销在账单页面办理。"),
        tone="primary",
    ),
)
PERIOD_LIST_VERBS = (
    Verb(
        "open",
        _("开出周期"),
        "billing.draft_document",
        _open_periods,
        form=forms.OpenPeriodsForm,
        explain=lambda obj: gettext("周期一期接一期，不留空档也不重叠；首期自协议生效日起，末期止于协议终止日。"),
        tone="primary",
    ),
)
PERIOD_VERBS = (
    Verb(
        "draft",
        _("拟制账单"),
        "billing.draft_document",
        _draft_period,
        when=lambda obj: obj.state == ServicePeriod.State.OPEN,
        explain=lambda obj: gettext("按本期的用量和价目生成草稿；以前周期迟报的用量作为调整行一并计入。"),
        tone="primary",
    ),
)
RATE_VERBS = (
    Verb(
        "end",
        _("结束适用"),
        "billing.change_rateline",
        _end_rate,
        form=forms.EndRateForm,
        when=lambda obj: obj.valid_to is None,
        explain=lambda obj: gettext("自所填日期起不再适用；已经出账的账单不变。"),
    ),
)
