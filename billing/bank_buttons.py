"""The buttons of the console's pages on bank statements, receipts that wait, and refunds."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import bank_mappings, bank_statements, matching, payers, refunds
from billing.fields import fitting, refusal
from billing.forms import bank as forms
from billing.forms.documents import ReasonForm
from billing.models import BankMapping, BankReceipt, BankRow, BankStatement, Document, KnownPayer, Refund
from billing.money import AmountError, parse_number
from people.acting import Outcome, Verb
from people.models import User
from people.refusal import Refused

RECORD, KEEP, IMPORT = "billing.record_receipt", "billing.keep_bankmapping", "billing.import_bankstatement"
PROPOSE = "billing.propose_refund"


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _in(*states: str) -> Callable[[Any], bool]:
    return lambda obj: obj.state in states


def _try(request: HttpRequest, obj: BankMapping | None, said: dict[str, Any]) -> Outcome:
    file = said.pop("file")
    made = bank_mappings.try_out(said, file, mapping=obj, **_by(request))
    return Outcome(
        message=gettext("试读成功，请核对下面的结果，无误后启用。"),
        url=reverse("admin:billing_bankmapping_change", args=[made.pk]),
    )


def _activate(request: HttpRequest, obj: BankMapping, said: dict[str, Any]) -> str:
    bank_mappings.activate(obj, **_by(request))
    return gettext("已启用，可以用它导入流水。")


def _retire(request: HttpRequest, obj: BankMapping, said: dict[str, Any]) -> str:
    bank_mappings.retire(obj, **_by(request))
    return gettext("已停用。")


def _upload(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    made = bank_statements.read_in(said["mapping"], said["file"], **_by(request))
    return Outcome(
        message=gettext("已读入，请核对后导入；现在还没有登记任何收款。"),
        url=reverse("admin:billing_bankstatement_change", args=[made.pk]),
    )


def _choose(request: HttpRequest, obj: BankStatement, said: dict[str, Any]) -> str:
    row = bank_statements.choose(said["row"], said["choice"], reason=said["reason"], **_by(request))
    return gettext("第 %(line)d 行已登记为：%(choice)s。") % {"line": row.line, "choice": row.get_choice_display()}


def _recheck(request: HttpRequest, obj: BankStatement, said: dict[str, Any]) -> str:
    bank_statements.recheck(obj)
    return gettext("已与现有收款重新核对。")


def _take_in(request: HttpRequest, obj: BankStatement, said: dict[str, Any]) -> str:
    done = bank_statements.take_in(obj, accept=said.get("accept", ""), **_by(request))
    return gettext("已导入，新增 %(count)d 笔收款；未匹配的在“待核销收款”中。") % {"count": done.added}


def _discard(request: HttpRequest, obj: BankStatement, said: dict[str, Any]) -> str:
    bank_statements.discard(obj, reason=said["reason"], **_by(request))
    return gettext("已作废，没有登记任何收款。")


def _has_doubts(obj: BankStatement) -> bool:
    return obj.state == "previewed" and obj.rows.filter(verdict=BankRow.Verdict.CONFLICT).exists()


def _party(request: HttpRequest, obj: BankReceipt, said: dict[str, Any]) -> str:
    payers.set_party(obj, said["organisation"], **_by(request))
    return gettext("已登记付款单位，以后同一付款人会自动认出。")


def _follow(request: HttpRequest, obj: BankReceipt, said: dict[str, Any]) -> str:
    payers.look_after(obj, **said, **_by(request))
    return gettext("已登记跟进人和备注。")


def _match(request: HttpRequest, obj: BankReceipt, said: dict[str, Any]) -> str:
    rows = matching.confirm(obj, said["proposal"], **_by(request))
    return _paid_words(sum((row.amount for row in rows), Decimal(0)))


def _split(request: HttpRequest, obj: BankReceipt, said: dict[str, Any]) -> str:
    rows = matching.allocate_shares(obj, _shares(said["shares"]), **_by(request))
    return _paid_words(sum((row.amount for row in rows), Decimal(0)))


def _paid_words(total: Decimal) -> str:
    return gettext("已核销 %(amount)s 元。") % {"amount": total}


def _shares(text: str) -> list[matching.Wanted]:
    """Lines of a bill's number and an amount, as a person types them."""
    wanted: list[matching.Wanted] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        number, _blank, amount = line.replace("，", " ").replace("\t", " ").partition(" ")
        document = Document.objects.issued().filter(number=number.upper()).first()
        if document is None:
            raise Refused(gettext("没有编号为 %(number)s 的已开具账单。") % {"number": number})
        wanted.append((document, _amount(amount) if amount.strip() else None))
    return wanted


def _amount(text: str) -> Decimal:
    try:
        return fitting(parse_number(text), digits=14, places=2)
    except AmountError as error:
        raise Refused(refusal(error, 2)) from error


def _refund(request: HttpRequest, obj: BankReceipt, said: dict[str, Any]) -> Outcome:
    made = refunds.propose(obj, refunds.Asked(**said), **_by(request))
    return _to_refund(made)


def _bounced(request: HttpRequest, obj: BankReceipt, said: dict[str, Any]) -> Outcome:
    asked = refunds.Asked(
        amount=obj.amount, reason=said["reason"], to_name=obj.payer_name, to_account=obj.payer_account,
        kind=Refund.Kind.BOUNCED.value,
    )  # fmt: skip
    return _to_refund(refunds.propose(obj, asked, **_by(request)))


def _to_refund(made: Refund) -> Outcome:
    return Outcome(message=gettext("已提请财务主管审批。"), url=reverse("admin:billing_refund_change", args=[made.pk]))


def _refund_paid(request: HttpRequest, obj: Refund, said: dict[str, Any]) -> str:
    refunds.paid(obj, **said, **_by(request))
    return gettext("已登记退款付出。")


def _ask_again(request: HttpRequest, obj: Refund, said: dict[str, Any]) -> str:
    refunds.ask_again(obj, **_by(request))
    return gettext("已重新提请审批。")


def _drop(request: HttpRequest, obj: Refund, said: dict[str, Any]) -> str:
    refunds.drop(obj, reason=said["reason"], **_by(request))
    return gettext("已作废，款项重新可用。")


def _forget(request: HttpRequest, obj: KnownPayer, said: dict[str, Any]) -> str:
    payers.forget(obj, **_by(request))
    return gettext("已停用，不再据此认出付款人。")


def _may_bounce(obj: BankReceipt) -> bool:
    return not obj.refunds.exclude(state=Refund.State.DROPPED).exists()


def _has_left(obj: BankReceipt) -> bool:
    return obj.left_fen > 0


MAPPING_LIST_VERBS = (
    Verb(
        "try", _("新建流水格式"), KEEP, _try, form=forms.MappingForm, tone="primary",
        explain=lambda obj: gettext("用一份真实的流水文件试读；读不懂或余额对不上都不会保存。"),
    ),
)  # fmt: skip
MAPPING_VERBS = (
    Verb("activate", _("启用"), KEEP, _activate, when=_in("tested", "retired"), tone="primary",
         explain=lambda obj: gettext("启用前请核对试读结果：日期、收支方向、金额、付款人和流水号。")),
    Verb("change", _("修改并重新试读"), KEEP, _try, form=forms.MappingForm),
    Verb("retire", _("停用"), KEEP, _retire, when=_in("tested", "active"), tone="danger"),
)  # fmt: skip
STATEMENT_LIST_VERBS = (
    Verb(
        "upload", _("上传流水"), IMPORT, _upload, form=forms.StatementForm, tone="primary",
        explain=lambda obj: gettext("先读入核对：重复的行不会再登记，有疑问的行由您决定，然后整份导入或作废。"),
    ),
)  # fmt: skip
STATEMENT_VERBS = (
    Verb("choose", _("核对疑问行"), IMPORT, _choose, form=forms.ChooseRowForm, when=_has_doubts, tone="primary"),
    Verb("import", _("导入"), IMPORT, _take_in, form=forms.TakeInForm, when=_in("previewed"), tone="primary",
         explain=lambda obj: gettext("新增的收入行登记为银行收款；要么整份导入，要么一笔也不登记。")),
    Verb("recheck", _("重新核对"), IMPORT, _recheck, when=_in("previewed"),
         explain=lambda obj: gettext("读入之后有人登记了收款时，重新判断哪些行已经登记过。")),
    Verb("discard", _("作废"), IMPORT, _discard, form=ReasonForm, when=_in("previewed"), tone="danger"),
)  # fmt: skip
RECEIPT_VERBS = (
    Verb("match", _("按提议核销"), RECORD, _match, form=forms.MatchForm, when=_has_left, tone="primary",
         explain=lambda obj: gettext("系统只提议，核销由您确认；已有的核销不受影响。")),
    Verb("split", _("分配到账单"), RECORD, _split, form=forms.SplitForm, when=_has_left),
    Verb("party", _("登记付款单位"), RECORD, _party, form=forms.PartyForm),
    Verb("follow", _("跟进"), RECORD, _follow, form=forms.FollowForm),
    Verb("refund", _("提出退款"), PROPOSE, _refund, form=forms.RefundForm, when=_has_left,
         explain=lambda obj: gettext("提出后这部分款项不能再核销；由财务主管批准后付款。")),
    Verb("bounced", _("银行退回或误转"), PROPOSE, _bounced, form=ReasonForm, when=_may_bounce, tone="danger",
         explain=lambda obj: gettext("整笔收款作退回处理：批准后它的核销全部冲回，较晚的收款自动重排。")),
)  # fmt: skip
REFUND_VERBS = (
    Verb("paid", _("登记付款"), PROPOSE, _refund_paid, form=forms.RefundPaidForm, when=_in("approved"), tone="primary"),
    Verb("ask-again", _("重新提请"), PROPOSE, _ask_again, when=_in("proposed"),
         explain=lambda obj: gettext("申请被驳回、撤回或过期后重新提请；还在审批中的不能重复提请。")),
    Verb("drop", _("作废"), PROPOSE, _drop, form=ReasonForm, when=_in("proposed", "approved"), tone="danger"),
)  # fmt: skip
PAYER_VERBS = (
    Verb("forget", _("停用"), RECORD, _forget, when=lambda obj: obj.active, tone="danger",
         explain=lambda obj: gettext("以后不再据此认出付款人；已有的核销和登记不变。")),
)  # fmt: skip
