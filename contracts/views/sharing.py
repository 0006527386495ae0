"""The portal's pages on shared information: Party B sees what its agreements share, consents, and asks for access."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts import grants, sharing
from contracts.access_faces import grant_badge, quota_words
from contracts.forms.access import AskForm
from contracts.forms.sharing import OwnConsentForm
from contracts.item_pages import sections_of
from contracts.models import AccessGrant, Agreement, AgreementItem, CatalogueItem, ItemConsent, OnboardingTask
from contracts.sharing_faces import (
    due_words,
    frequency_words,
    freshness_badge,
    freshness_of,
    mode_words,
    shared_badge,
)
from people.acting import VerbForm
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once

PER_PAGE = 20


@require_safe
@login_required
def shared_items(request: HttpRequest) -> HttpResponse:
    """What the user's agreements share; q searches number and title, state narrows."""
    found = _own(request).order_by("agreement__number", "item__number")
    if query := request.GET.get("q", "").strip():
        found = found.filter(item__title__icontains=query) | found.filter(item__number__icontains=query)
    state = request.GET.get("state", "")
    if state in AgreementItem.State.values:
        found = found.filter(state=state)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = [(row, shared_badge(row), mode_words(row.item), freshness_badge(row.item, today)) for row in page]
    context = {
        "page_obj": page,
        "rows": rows,
        "query": query,
        "state": state,
        "states": AgreementItem.State.choices,
        "waiting": OnboardingTask.objects.for_user(cast(User, request.user)).waiting_for_party_b().count(),
    }
    return render(request, "portal/contracts/shared_items.html", context)


@require_safe
@login_required
def shared_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One shared item: how it may be used, how fresh it is, and what may be done."""
    return _page(request, get_object_or_404(_own(request), pk=pk), {})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Consent to a shared item, or ask for access to it.  What is refused is shown on its page; the input stays."""
    own = get_object_or_404(_own(request), pk=pk)
    reaction = REACTIONS.get(verb)
    if reaction is None:
        raise Http404
    if request.method != "POST":
        return redirect("contracts:shared-item", own.pk)
    form = reaction.form(request.POST, request.FILES, obj=own)
    user, at = cast(User, request.user), timezone.now()
    try:
        if form.is_valid():
            once(lambda: reaction.call(own, form, user, at), key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
            messages.success(request, str(reaction.done))
            return redirect("contracts:shared-item", own.pk)
    except Refused as refused:
        form.add_error(None, str(refused))
    return _page(request, own, {verb: form})


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a request that nobody has decided.  Another organisation's is answered as missing."""
    user = cast(User, request.user)
    grant = get_object_or_404(AccessGrant.objects.for_user(user).distinct(), pk=pk)
    try:
        grants.cancel(grant, by=user, at=timezone.now())
        messages.success(request, _("申请已撤回。"))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("contracts:shared-item", grant.shared_item_id)


@dataclass(frozen=True)
class Reaction:
    """Something that Party B may do on a shared item: its form, its verb, its words."""

    form: type[VerbForm]
    call: Callable[[AgreementItem, Any, User, datetime], int]
    done: object


def _consent(own: AgreementItem, form: Any, by: User, at: datetime) -> int:
    sharing.consent(own, form.consent(ItemConsent.Side.B), by=by, at=at)
    return int(own.pk)


def _request(own: AgreementItem, form: Any, by: User, at: datetime) -> int:
    return int(grants.request(own, form.ask(), by=by, at=at).pk)


REACTIONS = {
    "consent": Reaction(OwnConsentForm, _consent, gettext_lazy("已提交同意书。")),
    "request": Reaction(AskForm, _request, gettext_lazy("申请已提交，甲方审批后会通知贵单位。")),
}


def _own(request: HttpRequest) -> Any:
    rows = AgreementItem.objects.for_user(cast(User, request.user))
    return rows.select_related("item__freshness", "agreement__party_b", "consent_a", "consent_b").distinct()


def _page(request: HttpRequest, own: AgreementItem, sent: dict[str, django_forms.Form]) -> HttpResponse:
    asks_consent = own.category == CatalogueItem.Category.FOURTH and own.consent_b_id is None
    consent_form = sent.get("consent") or OwnConsentForm(obj=own, auto_id="consent_%s")
    today = timezone.localdate()
    context = {
        "shared": own,
        "facts": _facts(own),
        "use": _use(own),
        "state": shared_badge(own),
        "freshness": freshness_badge(own.item, today),
        "consent_form": consent_form if asks_consent and own.state != "withdrawn" else None,
        "request_form": _request_form(own, sent),
        "grants": [_face(grant, today) for grant in own.grants.select_related("paper").order_by("-pk")],
        "sent": sent,
        "sections": sections_of(cast(User, request.user), own),
    }
    return render(request, "portal/contracts/shared_item.html", context)


def _request_form(own: AgreementItem, sent: dict[str, django_forms.Form]) -> django_forms.Form | None:
    """The form that asks for access, with the use agreed for the item as a start; none while it is not open."""
    if own.state != AgreementItem.State.OPEN or own.agreement.state != Agreement.State.IN_FORCE:
        return None
    return sent.get("request") or AskForm(obj=own, auto_id="request_%s")


def _face(grant: AccessGrant, today: date) -> dict[str, object]:
    return {
        "grant": grant,
        "badge": grant_badge(grant, today),
        "quota": quota_words(grant),
        "may_cancel": grant.state == AccessGrant.State.REQUESTED,
    }


def _facts(own: AgreementItem) -> list[tuple[str, object]]:
    item, fresh = own.item, freshness_of(own.item)
    return [
        (_("协议"), own.agreement.number),
        (_("目录编号"), item.number),
        (_("信息类别"), own.get_category_display()),
        (_("提供部门"), item.owner_department),
        (_("共享属性"), item.get_share_attribute_display()),
        (_("共享方式"), mode_words(item)),
        (_("开通日期"), own.opened_on),
        (_("更新频率"), frequency_words(item)),
        (_("最近更新"), f"{timezone.localtime(fresh.last_updated_at):%Y-%m-%d %H:%M}" if fresh.last_updated_at else ""),
        (_("下次更新期限"), due_words(fresh)),
    ]


def _use(own: AgreementItem) -> list[tuple[str, object]]:
    return [(_("使用目的"), own.purpose), (_("使用方式"), own.manner), (_("使用范围"), own.scope)]
