"""The portal's forms of the page 规则与安全: ask for consent, declare a third party, a person, a certificate."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from contracts import confidentiality, consents, safeguards, third_parties
from contracts.forms.permitting import ConsentForm, EndForm, ThirdPartyForm
from contracts.forms.safeguards import CertificateForm, LeaveForm, PersonForm, SignForm
from contracts.models import Agreement, ConsentRequest, Organisation, PersonUndertaking, ThirdPartyAccess
from people.acting import VerbForm
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once

Said = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """One form: its title, what it explains, how it is built for a person, and the verb that takes what it says."""

    title: object
    explain: object
    build: Callable[..., Form]
    take: Callable[[Said, User, datetime], Any]
    done: object


def _consent(said: Said, by: User, at: datetime) -> ConsentRequest:
    return consents.request(said.pop("agreement"), consents.Asked(**said), by=by, at=at)


def _third_party(said: Said, by: User, at: datetime) -> ThirdPartyAccess:
    agreement, file = said.pop("agreement"), said.pop("file")
    return third_parties.declare(agreement, third_parties.Declared(**said), file=file, by=by, at=at)


def _person(said: Said, by: User, at: datetime) -> PersonUndertaking:
    agreement, file = said.pop("agreement"), said.pop("file")
    return confidentiality.record_person(agreement, confidentiality.Person(**said), file=file, by=by, at=at)


def _certificate(said: Said, by: User, at: datetime) -> Any:
    owner, file, replaces = (said.pop(name) for name in ("owner", "file", "replaces"))
    return safeguards.submit(owner, safeguards.Stated(**said), file=file, replaces=replaces, by=by, at=at)


def _of_agreements(form: Callable[..., Form]) -> Callable[..., Form]:
    """The form, offering the agreements of the user's organisations."""
    return lambda *args, user, **kwargs: form(
        *args, agreements=Agreement.objects.for_user(user).order_by("number"), user=user, **kwargs
    )


OFFERS = {
    "consent": Offer(
        _("申请同意"),
        _("商业用途、向第三方提供、公开发布等，须先取得甲方书面同意；同意之前不得进行。"),
        _of_agreements(ConsentForm),
        _consent,
        _("申请已提交，等待甲方审批。"),
    ),
    "third-party": Offer(
        _("申报第三方接入"),
        _("外包运维、开发单位等使用平台或接触共享信息的，须先申报并经甲方批准。"),
        _of_agreements(ThirdPartyForm),
        _third_party,
        _("已申报，等待甲方审批；批准之前请勿接入。"),
    ),
    "undertaking": Offer(
        _("登记接触人员"),
        _("接触保密信息的人员逐人登记，并上传签署的保密承诺书。"),
        _of_agreements(PersonForm),
        _person,
        _("已登记。"),
    ),
    "certificate": Offer(
        _("提交安全证书"),
        _("等级保护测评、密码应用评估等证书或报告，由甲方核验后计入合规状态。"),
        lambda *args, user, **kwargs: CertificateForm(
            *args, owners=Organisation.objects.for_user(user).order_by("name"), user=user, **kwargs
        ),
        _certificate,
        _("已提交，等待甲方核验。"),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest, what: str) -> HttpResponse:
    """Fill in and send one of the forms; only own agreements and organisations are offered."""
    offer, user = OFFERS[what], cast(User, request.user)
    form = offer.build(request.POST, request.FILES, user=user) if request.method == "POST" else offer.build(user=user)
    try:
        if request.method == "POST" and form.is_valid():
            _take(request, offer, form.cleaned_data)
            messages.success(request, str(offer.done))
            return redirect("contracts:compliance")
    except Refused as refused:
        form.add_error(None, str(refused))
    return render(request, "portal/contracts/apply.html", {"form": form, "offer": offer})


@dataclass(frozen=True)
class RowAct:
    """Something that Party B does to a row of its own: whose rows, what is asked, the verb, what is said then."""

    title: object
    explain: object
    rows: type[Model]
    form: type[Form]
    call: Callable[..., Any]
    done: object


ROW_ACTS = {
    "third-party-end": RowAct(
        _("登记第三方终止接入"),
        _("登记后，这一第三方不再列为正在接入。"),
        ThirdPartyAccess,
        EndForm,
        third_parties.end,
        _("已登记终止。"),
    ),
    "consent-withdraw": RowAct(
        _("撤回同意申请"),
        _("撤回后甲方不再审批，需要时可以重新申请。"),
        ConsentRequest,
        VerbForm,
        consents.withdraw,
        _("申请已撤回。"),
    ),
    "undertaking-sign": RowAct(
        _("上传保密承诺书"),
        _("上传本人签署的保密承诺书。"),
        PersonUndertaking,
        SignForm,
        confidentiality.sign_undertaking,
        _("已登记保密承诺书。"),
    ),
    "undertaking-leave": RowAct(
        _("登记离岗"),
        _("离岗后不再接触保密信息；已签署的保密承诺继续有效。"),
        PersonUndertaking,
        LeaveForm,
        confidentiality.leave,
        _("已登记离岗。"),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Act on one row.  Another organisation's is answered as missing; what is refused is shown, the input stays."""
    offer, user = ROW_ACTS[what], cast(User, request.user)
    row = get_object_or_404(offer.rows._default_manager.for_user(user).select_related("agreement"), pk=pk)  # type: ignore[attr-defined]
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = offer.form(*posted)
    try:
        if posted and form.is_valid():
            at, key = timezone.now(), request.POST.get(KEY_FIELD, "")
            once(lambda: int(offer.call(row, **form.cleaned_data, by=user, at=at).pk), key=key, user=user, at=at)
            messages.success(request, str(offer.done))
            return redirect("contracts:compliance")
    except Refused as refused:
        form.add_error(None, str(refused))
    return render(request, "portal/contracts/apply.html", {"form": form, "offer": offer, "row": row})


def _take(request: HttpRequest, offer: Offer, said: Said) -> None:
    user, at = cast(User, request.user), timezone.now()
    once(lambda: int(offer.take(dict(said), user, at).pk), key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
