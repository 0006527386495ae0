"""The buttons of supplements: on an agreement, on a draft supplement, on its clauses and amendments."""

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import amending, deciding, procurement, supplements
from contracts.amending import NewClause, Wording
from contracts.forms.supplementing import (
    AgreedForm,
    AnswersForm,
    DraftForm,
    FilingForm,
    NewClauseForm,
    WhyForm,
    WordingForm,
)
from contracts.models import Agreement, AgreementVersion, Clause, ClauseAmendment
from contracts.parameters import own_blanks
from people.console import Outcome, Verb
from people.models import User

EDIT = "contracts.change_agreementversion"


def version_url(version: AgreementVersion) -> str:
    """The version's page in the console."""
    return reverse("admin:contracts_agreementversion_change", args=[version.pk])


def is_open_draft(version: AgreementVersion) -> bool:
    """Whether the version is a supplement that may be edited."""
    return version.is_supplement and version.state == AgreementVersion.State.DRAFT


def _draft(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> Outcome:
    made = supplements.draft(obj, **said, by=cast(User, request.user), at=timezone.now())
    return Outcome(message=_t("已起草补充协议，条款和参数与现行版本相同，请修改后提交签署。"), url=version_url(made))


def _file(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    procurement.record_filing(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已登记合同备案。")


def _offer(request: HttpRequest, obj: AgreementVersion, said: dict[str, Any]) -> str:
    supplements.offer(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已提交签署，内容不能再改。")


def _withdraw(request: HttpRequest, obj: AgreementVersion, said: dict[str, Any]) -> str:
    supplements.withdraw(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已撤销这份补充协议，现行条款不变。")


def _agree(request: HttpRequest, obj: AgreementVersion, said: dict[str, Any]) -> str:
    deciding.fill(obj, said, by=cast(User, request.user), at=timezone.now())
    return _t("已修改约定的参数。")


def _decide(request: HttpRequest, obj: AgreementVersion, said: dict[str, Any]) -> str:
    note = said.pop("note")
    made = deciding.decide_all(obj, said, note=note, by=cast(User, request.user), at=timezone.now())
    return _t("已登记 %(n)d 项决定。") % {"n": len(made)}


def _explain(request: HttpRequest, obj: AgreementVersion, said: dict[str, Any]) -> str:
    supplements.explain_retro(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已记下追溯适用的理由。")


def _add_clause(request: HttpRequest, obj: AgreementVersion, said: dict[str, Any]) -> str:
    new = NewClause(number=said["number"], klass=said["klass"], topic=said["topic"], side=said["side"])
    amending.add_clause(obj, new, _wording(said), by=cast(User, request.user), at=timezone.now())
    return _t("已新增条款 %(number)s。") % {"number": said["number"]}


def _amend(request: HttpRequest, obj: Clause, said: dict[str, Any]) -> Outcome:
    amending.change_clause(obj, _wording(said), by=cast(User, request.user), at=timezone.now())
    return Outcome(message=_t("已修改条款 %(number)s。") % {"number": obj.number}, url=version_url(obj.version))


def _remove(request: HttpRequest, obj: Clause, said: dict[str, Any]) -> Outcome:
    number, version = obj.number, obj.version
    amending.remove_clause(obj, **said, by=cast(User, request.user), at=timezone.now())
    return Outcome(message=_t("已删除条款 %(number)s。") % {"number": number}, url=version_url(version))


def _undo(request: HttpRequest, obj: ClauseAmendment, said: dict[str, Any]) -> Outcome:
    number, version = obj.number, obj.version
    amending.undo(obj, by=cast(User, request.user), at=timezone.now())
    return Outcome(message=_t("条款 %(number)s 已恢复原文。") % {"number": number}, url=version_url(version))


def _wording(said: dict[str, Any]) -> Wording:
    return Wording(heading=said["heading"], text=said["text"], reason=said["reason"])


AGREEMENT_VERBS = (
    Verb(
        "supplement",
        _("起草补充协议"),
        "contracts.add_agreementversion",
        _draft,
        form=DraftForm,
        when=lambda obj: obj.state in supplements.SUPPLEMENTABLE,
        explain=lambda obj: _t("以现行的最新版本为底稿起草；原条款不改，生效前各项期限和费用仍按现行条款计算。"),
    ),
    Verb(
        "file-contract",
        _("登记合同备案"),
        "contracts.change_agreement",
        _file,
        form=FilingForm,
        when=lambda obj: obj.public_procurement and obj.signed_on is not None and obj.filed_on is None,
        explain=lambda obj: _t("政府采购合同自签订之日起七个工作日内报同级采购监管部门备案（政府采购法第47条）。"),
    ),
)
VERSION_VERBS = (
    Verb(
        "offer",
        _("提交签署"),
        EDIT,
        _offer,
        when=is_open_draft,
        explain=lambda obj: _t("提交后内容不能再改；双方签署完毕并经批准后，从适用日起执行。"),
        tone="primary",
    ),
    Verb(
        "agreed",
        _("修改约定的参数"),
        EDIT,
        _agree,
        form=AgreedForm,
        when=lambda obj: is_open_draft(obj) and bool(own_blanks(obj)),
    ),
    Verb(
        "answer",
        _("登记决定"),
        "contracts.add_decision",
        _decide,
        form=AnswersForm,
        when=is_open_draft,
        explain=lambda obj: _t("条款有两种读法的地方，补充协议可以改变以前的决定；不改的保持原样。"),
    ),
    Verb(
        "explain-retro",
        _("补写追溯理由"),
        EDIT,
        _explain,
        form=WhyForm,
        when=lambda obj: obj.is_supplement and obj.state == AgreementVersion.State.SIGNING,
        explain=lambda obj: _t("签署晚于适用日时，写明双方为什么约定追溯适用；已经提请的生效申请须重新提请。"),
    ),
    Verb("add-clause", _("新增条款"), EDIT, _add_clause, form=NewClauseForm, when=is_open_draft),
    Verb(
        "withdraw",
        _("撤销补充协议"),
        EDIT,
        _withdraw,
        form=WhyForm,
        when=lambda obj: obj.is_supplement and obj.state in supplements.OPEN,
        explain=lambda obj: _t("撤销后保留备查，不再生效；现行条款不受影响。"),
        tone="danger",
    ),
)
CLAUSE_VERBS = (
    Verb(
        "amend",
        _("修改条款"),
        EDIT,
        _amend,
        form=WordingForm,
        when=lambda obj: is_open_draft(obj.version),
        explain=lambda obj: _t("原文保留在现行版本里；这里的改动逐条记录，随补充协议生效。"),
        tone="primary",
    ),
    Verb(
        "remove",
        _("删除条款"),
        EDIT,
        _remove,
        form=WhyForm,
        when=lambda obj: is_open_draft(obj.version),
        explain=lambda obj: _t("补充协议生效后这一条不再适用；原文保留在以前的版本里。"),
        tone="danger",
    ),
)
AMENDMENT_VERBS = (
    Verb(
        "undo",
        _("恢复原文"),
        EDIT,
        _undo,
        when=lambda obj: is_open_draft(obj.version),
        explain=lambda obj: _t("取消对这一条的改动，恢复成现行版本的原文。"),
    ),
)
