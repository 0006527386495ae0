"""The portal's pages on violations that Party B was notified of: what it was told, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from contracts import violations
from contracts.forms.violations import MaySayForm, SayForm
from contracts.models import Violation
from contracts.violation_page import due_badge, state_badge, timeline
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once


@dataclass(frozen=True)
class Reaction:
    """Something that Party B may do about a violation: its verb, its words, its form."""

    verb: str
    label: object
    form: type[Form]
    call: Callable[..., Violation]
    done: object
    tone: str = "plain"


REACTIONS = {
    reaction.verb: reaction
    for reaction in (
        Reaction("report", _("报告整改情况"), SayForm, violations.report, _("已提交，等待甲方复核。"), "primary"),
        Reaction("accept", _("承认并开始整改"), MaySayForm, violations.accept, _("已登记，请按期完成整改。")),
        Reaction("plead", _("提出申辩"), SayForm, violations.plead, _("申辩已提交，等待甲方认定。")),
    )
}


@require_safe
@login_required
def violation(request: HttpRequest, pk: int) -> HttpResponse:
    """One violation: what was notified, the steps that Party B may read, and what it may do now."""
    return _page(request, _own(request, pk), {})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Plead, admit or report.  What is refused is shown on the page; the input stays."""
    own = _own(request, pk)
    reaction = REACTIONS.get(verb)
    if reaction is None:
        raise Http404
    if request.method != "POST":
        return redirect("contracts:violation", pk)
    form = reaction.form(request.POST, request.FILES)
    try:
        if form.is_valid():
            _react(request, own, reaction, form.cleaned_data)
            messages.success(request, str(reaction.done))
            return redirect("contracts:violation", pk)
    except Refused as refused:
        form.add_error(None, str(refused))
    own.refresh_from_db()
    return _page(request, own, {verb: form})


def _own(request: HttpRequest, pk: int) -> Violation:
    """A violation notified to the user's organisation; any other is answered as missing."""
    rows = Violation.objects.for_user(cast(User, request.user)).select_related("agreement", "notice")
    found: Violation = get_object_or_404(rows, pk=pk)
    return found


def _react(request: HttpRequest, own: Violation, reaction: Reaction, said: dict[str, Any]) -> None:
    user, at = cast(User, request.user), timezone.now()

    def work() -> int:
        return int(reaction.call(own, **said, by=user, at=at).pk)

    once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=at)


def _page(request: HttpRequest, own: Violation, sent: dict[str, Form]) -> HttpResponse:
    offered = [
        (reaction, sent.get(verb) or reaction.form(auto_id=f"{verb}_%s"), verb in sent)
        for verb, reaction in REACTIONS.items()
        if own.side == "b" and (violations.may(verb, own.state) or verb in sent)
    ]
    context = {
        "violation": own,
        "badge": state_badge(own),
        "offered": offered,
        "steps": timeline(own.entries.for_party_b(), paper_url="contracts:paper"),
        "facts": _facts(own),
    }
    return render(request, "portal/contracts/violation.html", context)


def _facts(own: Violation) -> list[tuple[str, object]]:
    sent_at = own.notice.sent_at if own.notice else None
    return [
        (_t("协议"), str(own.agreement)),
        (_t("违反条款"), f"{own.clause_number} {own.get_topic_display()}"),
        (_t("责任方"), own.get_side_display()),
        (_t("严重程度"), own.get_severity_display()),
        (_t("告知时间"), timezone.localtime(sent_at).strftime("%Y-%m-%d %H:%M") if sent_at else ""),
        (_t("整改期限"), due_badge(own, timezone.localdate())),
    ]
