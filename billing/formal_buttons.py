"""The buttons of formal invoices on their way, and of red letters."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import delivering, formal_files, red_letters
from billing.buttons import standing_invoice
from billing.corrections import BILLS
from billing.forms import formal as forms
from billing.models import Document, FormalInvoice, RedLetter
from people.acting import Verb
from people.models import User


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _standing(document: Document) -> FormalInvoice | None:
    return standing_invoice(document) if document.is_issued and document.kind in BILLS else None


def _waits(document: Document) -> bool:
    found = _standing(document)
    return found is not None and found.state == FormalInvoice.State.SENT


def _held(document: Document) -> FormalInvoice:
    found = _standing(document)
    assert found is not None  # noqa: S101 - the button is offered only then
    return found


def _sent(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    delivering.record_delivery(_held(obj), delivering.Delivery(**data), **_who(request))
    return gettext("已登记送达；乙方签收后起算付款期限。")


def _file(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    kept = formal_files.keep(_held(obj), data["file"], kind=data["kind"], **_who(request))
    return " ".join([gettext("文件已保存。"), *formal_files.in_words(kept.findings)])


def _red_letter(request: HttpRequest, obj: Document, data: dict[str, Any]) -> str:
    made = red_letters.record_red_letter(obj, **data, **_who(request))
    return gettext("已登记红字发票 %(number)s。") % {"number": made.number}


def _needs_red_letter(document: Document) -> bool:
    is_note = document.is_issued and document.kind == Document.Kind.CREDIT_NOTE
    return is_note and not RedLetter.objects.filter(credit_note=document).exists()


DOCUMENT_VERBS = (
    Verb(
        "sent",
        _("登记送达"),
        "billing.record_formal_invoice",
        _sent,
        form=forms.DeliveryForm,
        when=_waits,
        explain=lambda obj: gettext("送出不起算付款期限；乙方可在门户签收或退回，也可以凭签收凭证登记。"),
    ),
    Verb(
        "invoice-file",
        _("补充发票文件"),
        "billing.record_formal_invoice",
        _file,
        form=forms.FileForm,
        when=lambda obj: _standing(obj) is not None,
        explain=lambda obj: gettext("文件连同校验值保存，不能修改或删除；发票文件乙方可以下载，凭证只供内部查看。"),
    ),
    Verb(
        "credit-red-letter",
        _("登记红字发票"),
        "billing.record_formal_invoice",
        _red_letter,
        form=forms.PartialRedLetterForm,
        when=_needs_red_letter,
        explain=lambda obj: (
            gettext("红字发票的金额须与本贷项通知单一致（价税合计 %(gross)s 元）；原发票仍然有效，付款期限不变。")
            % {"gross": obj.gross}
        ),
    ),
)
