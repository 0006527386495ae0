"""The buttons of an agreement's page that move it through its life."""

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import lifecycle, renewing, suspending, term, terminating
from contracts.admin.signing import SIGNING_VERBS
from contracts.forms.life import ChecklistForm, NoteForm, ObjectionForm, RenewForm, SuspendForm, TerminateForm
from contracts.forms.signing import ReasonForm
from contracts.models import Agreement
from journal.models import Approval
from people.console import Outcome, Verb
from people.models import User

REQUEST_SUSPENSION = "contracts.request_suspension"
CHANGE = "contracts.change_agreement"


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _asked(approval: Approval) -> Outcome:
    return Outcome(
        message=_t("已提请，等待财务主管批准。"), url=reverse("admin:journal_approval_change", args=[approval.pk])
    )


def _open_for_signing(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    lifecycle.open_for_signing(obj, by=_user(request), at=timezone.now())
    return _t("已提交签署。")


def _suspend(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> Outcome:
    return _asked(suspending.ask(obj, lifecycle.Halt(**said), by=_user(request), at=timezone.now()))


def _lift(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> Outcome:
    return _asked(suspending.ask_lift(obj, reason=said["reason"], by=_user(request), at=timezone.now()))


def _terminate(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> Outcome:
    file = said.pop("file")
    made = terminating.propose(obj, terminating.Case(**said), file=file, by=_user(request), at=timezone.now())
    return Outcome(
        message=_t("已提请解除，等待财务主管批准。"), url=reverse("admin:contracts_termination_change", args=[made.pk])
    )


def _renew(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> Outcome:
    made = renewing.copy_forward(obj, number=said["number"], by=_user(request), at=timezone.now())
    return Outcome(
        message=_t("已起草续签协议，请逐项核对条款。"), url=reverse("admin:contracts_agreement_change", args=[made.pk])
    )


def _check(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    left = renewing.tick(obj, said["verdicts"], by=_user(request), at=timezone.now())
    return _t("已保存，还有 %(left)d 项没有核对。") % {"left": left} if left else _t("全部条款已核对。")


def _object(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    renewing.object_to(obj, **said, by=_user(request), at=timezone.now())
    return _t("已登记异议。")


def _confirm(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    made = renewing.confirm_tacit(obj, note=said["note"], by=_user(request), at=timezone.now())
    return _t("已确认续期至 %(day)s。") % {"day": made.new_end.isoformat()}


def _close(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    lifecycle.close(obj, by=_user(request), at=timezone.now())
    return _t("协议已关闭。")


def _running(obj: Agreement) -> bool:
    return obj.state in lifecycle.RUNNING


def _renewable(obj: Agreement) -> bool:
    return obj.state in renewing.RENEWABLE and not Agreement.objects.filter(renews=obj).exists()


def _tacit(obj: Agreement) -> bool:
    return _running(obj) and term.tacit_of(obj) is not None


VERBS = (
    Verb(
        "for-signing",
        _("提交签署"),
        CHANGE,
        _open_for_signing,
        when=lambda obj: obj.state == Agreement.State.DRAFT,
        explain=lambda obj: _t("提交后内容不能再改，等待双方签署。"),
        tone="primary",
    ),
    *SIGNING_VERBS,
    Verb(
        "checklist",
        _("核对续约条款"),
        CHANGE,
        _check,
        form=ChecklistForm,
        when=lambda obj: obj.state == Agreement.State.DRAFT and obj.renews_id is not None,
        explain=lambda obj: _t("逐项确认沿用还是已修改；全部核对后才能提交签署。"),
        tone="primary",
    ),
    Verb(
        "suspend",
        _("提请暂停"),
        REQUEST_SUSPENSION,
        _suspend,
        form=SuspendForm,
        when=lambda obj: _running(obj) and not obj.suspensions.open().exists(),
        explain=lambda obj: _t("经财务主管批准后暂停，双方都会收到通知。暂停期间期限照常计算。"),
        tone="danger",
    ),
    Verb(
        "lift",
        _("提请恢复"),
        REQUEST_SUSPENSION,
        _lift,
        form=ReasonForm,
        when=lambda obj: _running(obj) and obj.suspensions.open().exists(),
        explain=lambda obj: _t("经财务主管批准后恢复服务，双方都会收到通知。"),
        tone="primary",
    ),
    Verb(
        "renew",
        _("起草续签"),
        CHANGE,
        _renew,
        form=RenewForm,
        when=_renewable,
        explain=lambda obj: _t("照现行条款起草一份新协议，期限接在本协议之后；每项条款都要有人核对。"),
    ),
    Verb("objection", _("登记续期异议"), CHANGE, _object, form=ObjectionForm, when=_tacit),
    Verb(
        "tacit",
        _("确认默示续期"),
        CHANGE,
        _confirm,
        form=NoteForm,
        when=_tacit,
        explain=lambda obj: _t("异议期已过且双方都没有按期提出异议时确认；不会自动续期。"),
    ),
    Verb(
        "terminate",
        _("提请解除"),
        "contracts.request_termination",
        _terminate,
        form=TerminateForm,
        when=_running,
        explain=lambda obj: _t("经财务主管批准；通知送达或载明的期限届满后，再登记解除生效（民法典第565条）。"),
        tone="danger",
    ),
    Verb(
        "close",
        _("关闭协议"),
        CHANGE,
        _close,
        when=lambda obj: obj.state in lifecycle.ENDED,
        explain=lambda obj: _t("退出事项全部办结后关闭；保密、结算、争议等条款继续有效。"),
    ),
)
