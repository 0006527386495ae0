"""The buttons of corrections: credit notes, write-offs, disputes."""

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import credits, disputes, write_offs
from billing.corrections import BILLS, left_of_credit
from billing.forms import corrections as forms
from billing.forms.documents import ReasonForm
from billing.models import BillDispute, Document, ServicePeriod
from people.acting import Outcome, Verb
from people.models import User


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _page(document: Document) -> str:
    return reverse("admin:billing_document_change", args=[document.pk])


def _is_bill(document: Document) -> bool:
    return document.is_issued and document.kind in BILLS


def _is_open(document: Document) -> bool:
    """A bill of which principal is open (from with_paid)."""
    return _is_bill(document) and document.paid_fen < document.gross_fen


def _credit(request: HttpRequest, obj: Document, data: dict[str, Any]) -> Outcome:
    note = credits.draft_credit_note(obj, data["wishes"], reason=data["reason"], **_who(request))
    return Outcome(message=gettext("已拟制贷项通知单草稿，请核对后提请开具。"), url=_page(note))


def _credit_dispute(request: HttpRequest, obj: BillDispute, data: dict[str, Any]) -> Outcome:
    note = credits.draft_credit_note(
        obj.document, data["wishes"], reason=data["reason"], dispute=obj, **_who(request)
    )  # fmt: skip
    return Outcome(message=gettext("已拟制贷项通知单草稿，请核对后提请开具。"), url=_page(note))


def _credit_corrections(request: HttpRequest, obj: ServicePeriod, data: dict[str, Any]) -> Outcome:
    notes = credits.draft_from_corrections(obj.agreement, obj, reason=data["reason"], **_who(request))
    message = gettext("已拟制 %(count)d 份贷项通知单草稿；开具之后本期可以出账。") % {"count": len(notes)}
    return Outcome(message=message, url=_page(notes[0]))


def _allocate(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    rows = credits.allocate_credit(obj, data["document"], amount=data["amount"], **_who(request))
    return gettext("已核销：%(parts)s。") % {
        "parts": gettext("，").join(f"{row.get_component_display()} {row.amount}" for row in rows)
    }


def _reverse_credit(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    credits.reverse_credit(obj, data["document"], reason=data["reason"], **_who(request))
    return gettext("已冲回，贷项余额可以重新核销。")


def _write_off(request: HttpRequest, obj: Document, data: dict[str, Any]) -> Outcome:
    document = write_offs.draft_write_off(obj, write_offs.Proposal(**data), **_who(request))
    return Outcome(message=gettext("已拟制核销单草稿，请提请财务负责人开具。"), url=_page(document))


def _reverse_write_off(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    write_offs.reverse_write_off(obj, reason=data["reason"], **_who(request))
    return gettext("已冲回核销；账单恢复为未付，可以核销收款。")


def _dispute(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    objection = disputes.Objection(**{name: data[name] for name in ("reason", "positions", "amount")})
    made = disputes.open_dispute(obj, objection, through=data["through"], on=data["on"], **_who(request))
    return gettext("已登记异议，涉及 %(amount)s 元，待财务负责人裁定。") % {"amount": made.amount}


def _decide(request: HttpRequest, obj: BillDispute, data: dict[str, Any]) -> str:
    decided = disputes.decide(obj, **data, **_who(request))
    if decided.upheld:
        return gettext("已裁定；请就成立的 %(upheld)s 元拟制贷项通知单。") % {"upheld": decided.upheld}
    return gettext("已裁定，乙方会收到通知。")


def _withdraw(request: HttpRequest, obj: BillDispute, data: dict[str, Any]) -> str:
    disputes.withdraw(obj, reason=data["reason"], **_who(request))
    return gettext("异议已撤回。")


def _has_credit(document: Document) -> bool:
    return document.is_issued and document.kind == Document.Kind.CREDIT_NOTE and left_of_credit(document) > 0


def _paid_others(document: Document) -> bool:
    is_note = document.is_issued and document.kind == Document.Kind.CREDIT_NOTE
    return is_note and document.spent.standing().exclude(document=document.refers_to_id).exists()


def _stands_written_off(document: Document) -> bool:
    is_write_off = document.is_issued and document.kind == Document.Kind.WRITE_OFF
    return is_write_off and document.spent.standing().exists()


DOCUMENT_VERBS = (
    Verb(
        "credit-note",
        _("拟制贷项通知单"),
        "billing.draft_document",
        _credit,
        form=forms.CreditNoteForm,
        when=_is_bill,
        explain=lambda obj: gettext(
            "冲减已开具账单的一部分或全部，税率与原行相同；各份贷项合计不超过账单。先冲减本账单未付的本金，余下的留作乙方的贷项余额。"
        ),
    ),
    Verb(
        "write-off",
        _("拟制核销单"),
        "billing.draft_document",
        _write_off,
        form=forms.WriteOffForm,
        when=_is_open,
        explain=lambda obj: gettext(
            "确实无法收回的款项，经财务负责人开具核销单后不再列为未付；债务并未免除，日后到账可以冲回核销。"
        ),
        tone="danger",
    ),
    Verb(
        "dispute",
        _("登记异议"),
        "billing.open_billdispute",
        _dispute,
        form=forms.TakenObjectionForm,
        when=_is_open,
        explain=lambda obj: gettext("乙方以电话或书面提出的异议；登记人不能裁定。付款期限和利息不因异议停止。"),
    ),
    Verb(
        "allocate-credit",
        _("核销贷项余额"),
        "billing.record_receipt",
        _allocate,
        form=forms.AllocateCreditForm,
        when=_has_credit,
        explain=lambda obj: gettext("余 %(left)s 元，可以核销同一协议的其他账单。") % {"left": left_of_credit(obj)},
        tone="primary",
    ),
    Verb(
        "reverse-credit",
        _("冲回贷项核销"),
        "billing.issue_document",
        _reverse_credit,
        form=forms.ReverseCreditForm,
        when=_paid_others,
        explain=lambda obj: gettext("须由核销人以外的另一位人员办理；原记录保留，另记一笔相反的记录。"),
        tone="danger",
    ),
    Verb(
        "reverse-write-off",
        _("冲回核销单"),
        "billing.draft_document",
        _reverse_write_off,
        form=ReasonForm,
        when=_stands_written_off,
        explain=lambda obj: gettext(
            "款项事后到账时先冲回核销，账单恢复为从未核销的状态，再核销收款；须由开具人以外的人员办理。"
        ),
    ),
)
PERIOD_VERBS = (
    Verb(
        "credit-corrections",
        _("按用量更正拟制贷项通知单"),
        "billing.draft_document",
        _credit_corrections,
        form=ReasonForm,
        when=lambda obj: obj.state == ServicePeriod.State.OPEN,
        explain=lambda obj: gettext(
            "以前周期的用量更正使本期合计为负数时，先对以前的账单开具贷项通知单，本期再按自身费用出账。"
        ),
    ),
)
DISPUTE_VERBS = (
    Verb(
        "decide",
        _("裁定异议"),
        "billing.decide_billdispute",
        _decide,
        form=forms.DecisionForm,
        when=lambda obj: obj.is_open,
        explain=lambda obj: gettext("成立或部分成立的，须另开贷项通知单冲减账单；登记人不能裁定。"),
        tone="primary",
    ),
    Verb(
        "withdraw",
        _("登记撤回"),
        "billing.open_billdispute",
        _withdraw,
        form=forms.MayReasonForm,
        when=lambda obj: obj.is_open,
        explain=lambda obj: gettext("乙方表示不再坚持异议。"),
    ),
    Verb(
        "credit-note",
        _("拟制贷项通知单"),
        "billing.draft_document",
        _credit_dispute,
        form=forms.CreditNoteForm,
        when=lambda obj: bool(obj.upheld) and obj.credit_note_id is None,
        explain=lambda obj: gettext("成立的金额是 %(upheld)s 元（含税）。") % {"upheld": obj.upheld},
        tone="primary",
    ),
)
