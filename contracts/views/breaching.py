"""Breach cases and disputes on Party B's pages: it reads what it was told of, answers, and brings its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from contracts import breaching, claiming
from contracts.case_faces import claims_of, state_badge, timeline
from contracts.dispute_faces import stage_badge, steps_of
from contracts.forms import breaching as forms
from contracts.models import Agreement, BreachCase, Claim, Dispute
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once

PER_PAGE = 20
State = BreachCase.State


@dataclass(frozen=True)
class Act:
    """Something that Party B may do on a case: when it is offered, its form, its verb, its words."""

    name: str
    label: object
    when: Callable[[BreachCase], bool]
    form: type[django_forms.Form]
    call: Callable[..., Any]
    done: object


def _answer(case: BreachCase, said: dict[str, Any], **who: Any) -> None:
    breaching.answer(case, forms.said(said), **who)


def _add(case: BreachCase, said: dict[str, Any], **who: Any) -> None:
    breaching.add_evidence(case, forms.said({**said, "internal": False}), **who)


def _claim(case: BreachCase, said: dict[str, Any], **who: Any) -> None:
    claiming.claim(case, claiming.Asked(**said), **who)


def _accept(case: BreachCase, said: dict[str, Any], **who: Any) -> None:
    claiming.accept(_waiting(case), **said, **who)


def _contest(case: BreachCase, said: dict[str, Any], **who: Any) -> None:
    claiming.contest(_waiting(case), **said, **who)


def _waiting(case: BreachCase) -> Claim:
    """The oldest claim that still waits for an answer."""
    found: Claim | None = case.claims.filter(state=Claim.State.CLAIMED).order_by("pk").first()
    if found is None:
        raise Refused(_("没有等待答复的主张，请刷新页面。"))
    return found


def _against_b(case: BreachCase) -> bool:
    return case.party == "b" and case.state in {State.NOTIFIED, State.ANSWERED}


def _waits_for_b(case: BreachCase) -> bool:
    return case.party == "b" and case.is_open and case.claims.filter(state=Claim.State.CLAIMED).exists()


ACTS = {
    act.name: act
    for act in (
        Act("answer", gettext_lazy("申辩"), _against_b, forms.AnswerForm, _answer, gettext_lazy("申辩已提交。")),
        Act(
            "accept", gettext_lazy("认可主张"), _waits_for_b, forms.MayTextForm, _accept, gettext_lazy("已认可主张。")
        ),
        Act(
            "contest", gettext_lazy("对主张提出异议"), _waits_for_b, forms.TextForm, _contest,
            gettext_lazy("异议已提交。"),
        ),
        Act(
            "claim",
            gettext_lazy("提出主张"),
            lambda case: case.party == "a" and case.is_open and case.finding != BreachCase.Finding.DISMISSED,
            forms.OwnClaimForm,
            _claim,
            gettext_lazy("主张已提交。"),
        ),
        Act(
            "add", gettext_lazy("补充材料"), lambda case: case.is_open, forms.AnswerForm, _add, gettext_lazy("已补充。")
        ),
    )
}  # fmt: skip


@require_safe
@login_required
def cases(request: HttpRequest) -> HttpResponse:
    """The told cases and the disputes of the user's organisations."""
    user = _user(request)
    own = BreachCase.objects.for_user(user).select_related("agreement").distinct()
    page = Paginator(own.order_by("-opened_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    disputes = Dispute.objects.for_user(user).select_related("agreement").distinct()[:PER_PAGE]
    context = {
        "page_obj": page,
        "rows": [(case, state_badge(case)) for case in page.object_list],
        "disputes": [(dispute, stage_badge(dispute)) for dispute in disputes],
        "may_bring": Agreement.objects.for_user(user).exists(),
    }
    return render(request, "portal/contracts/cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def case_new(request: HttpRequest) -> HttpResponse:
    """Say that Party A is in breach.  An agreement that is not the user's is answered as missing."""
    user, now = _user(request), timezone.now()
    agreements = Agreement.objects.for_user(user).order_by("number").distinct()
    posted = request.method == "POST"
    chosen = request.POST.get("agreement", "")
    if posted and chosen and not (chosen.isascii() and chosen.isdigit() and agreements.filter(pk=chosen[:18]).exists()):
        raise Http404
    form = forms.BringCaseForm(
        request.POST if posted else None, request.FILES if posted else None, agreements=agreements
    )
    try:
        if posted and form.is_valid():
            said = form.cleaned_data
            file = said.pop("file")
            agreement = said.pop("agreement")
            found = breaching.Finding(party="a", found_on=timezone.localdate(now), **said)

            def work() -> int:
                files = [file] if file else []
                return breaching.bring_case(agreement, found, files=files, by=user, at=now).pk

            pk = once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=now)
            messages.success(request, _("已提交，违约通知已通过本门户送达甲方。"))
            return redirect("contracts:case", pk)
    except Refused as refused:
        form.add_error(None, str(refused))
    return render(request, "portal/contracts/case_new.html", {"form": form})


@require_safe
@login_required
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: facts, claims, its timeline without internal lines, and what may be done."""
    return _page(request, _own(request, pk), {})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def case_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Answer, add, claim, accept or contest.  What is refused is shown on the case's page; the input stays."""
    own, user, now = _own(request, pk), _user(request), timezone.now()
    act = ACTS.get(name)
    if act is None:
        raise Http404
    if request.method != "POST":
        return redirect("contracts:case", own.pk)
    form = act.form(request.POST, request.FILES)
    try:
        if form.is_valid():

            def work() -> int:
                if not act.when(own):
                    raise Refused(_("现在不能这样办理：案件状态已经变化，请查看最新情况。"))
                act.call(own, form.cleaned_data, by=user, at=now)
                return own.pk

            once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=now)
            messages.success(request, str(act.done))
            return redirect("contracts:case", own.pk)
    except Refused as refused:
        form.add_error(None, str(refused))
    own.refresh_from_db()
    return _page(request, own, {name: form})


@require_safe
@login_required
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute with the steps that both parties know of."""
    rows = Dispute.objects.for_user(_user(request)).select_related("agreement", "case").distinct()
    found: Dispute = get_object_or_404(rows, pk=pk)
    facts: list[tuple[str, object]] = [
        (_("协议"), str(found.agreement)),
        (_("提出方"), found.get_raised_by_display()),
        (_("提出日期"), found.raised_on),
        (_("争议金额（元）"), found.amount),
        (_("约定的法院"), found.court),
        (_("约定的仲裁机构"), found.arbitration),
        (_("结果"), found.get_result_display()),
    ]
    lines = steps_of(found.steps.for_party_b())
    context = {"dispute": found, "facts": facts, "lines": lines, "stage": stage_badge(found)}
    return render(request, "portal/contracts/dispute.html", context)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own(request: HttpRequest, pk: int) -> BreachCase:
    """A told case of the user's own agreements; any other is answered as missing."""
    rows = BreachCase.objects.for_user(_user(request)).select_related("agreement__party_b", "notice").distinct()
    found: BreachCase = get_object_or_404(rows, pk=pk)
    return found


def _page(request: HttpRequest, own: BreachCase, sent: dict[str, django_forms.Form]) -> HttpResponse:
    offered = [
        (act, sent.get(name) or act.form(auto_id=f"{name}_%s"), name in sent)
        for name, act in ACTS.items()
        if act.when(own) or name in sent
    ]
    facts: list[tuple[str, object]] = [
        (_("协议"), str(own.agreement)),
        (_("违约方"), own.get_party_display()),
        (_("依据条款"), own.clause_numbers),
        (_("相关记录"), own.references),
        (_("发现日期"), own.found_on),
        (_("申辩期限"), own.reply_by),
        (_("认定"), own.get_finding_display()),
    ]
    context = {
        "case": own,
        "state": state_badge(own),
        "offered": offered,
        "facts": facts,
        "claims": claims_of(own),
        "lines": timeline(own.entries.for_party_b()),
    }
    return render(request, "portal/contracts/case.html", context)
