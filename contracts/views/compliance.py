"""The portal's page 规则与安全: rules to acknowledge and what else protects the shared information."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from contracts import rules
from contracts.compliance_page import blocks
from contracts.forms.acknowledging import AcknowledgeForm
from contracts.models import Agreement, RuleVersion
from contracts.querysets import RULED_STATES
from contracts.receipts import standings
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once
from people.uploading import download


@require_safe
@login_required
def compliance(request: HttpRequest) -> HttpResponse:
    """Rules, and what else Party B has to keep; its own organisations' rows only."""
    user = cast(User, request.user)
    return render(request, "portal/contracts/compliance.html", {"blocks": blocks(user, at=timezone.now())})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a rule, and the form that acknowledges it.  Another organisation's is answered as missing."""
    version = _version(request, pk)
    user = cast(User, request.user)
    mine = Agreement.objects.for_user(user).filter(state__in=RULED_STATES).order_by("number")
    found = standings(mine, RuleVersion.objects.filter(pk=version.pk).select_related("rule", "paper"))
    # A notice that has arrived makes the version bind, but a person may still say that it was read.
    open_for = [row.agreement for row in found if row.acknowledged_at is None] if _is_newest(version) else []
    form = AcknowledgeForm(request.POST or None, agreements=open_for) if open_for else None
    if request.method == "POST":
        try:
            if form is None:
                raise Refused(_("这一版没有等待贵单位确认的协议。"))
            if form.is_valid():
                _acknowledge(request, version, form.chosen())
                messages.success(request, _("已确认，感谢配合。"))
                return redirect("contracts:rule", pk)
        except Refused as refused:
            if form is None:
                messages.error(request, str(refused))
                return redirect("contracts:rule", pk)
            form.add_error(None, str(refused))
    context = {"version": version, "standings": found, "form": form, "subtitle": _subtitle(version)}
    return render(request, "portal/contracts/rule.html", context)


@require_safe
@login_required
def rule_file(request: HttpRequest, pk: int) -> FileResponse:
    """The paper of a version that Party B is under."""
    paper = _version(request, pk).paper
    if paper is None:
        raise Http404
    return download(paper.file, name=paper.name, content_type=paper.content_type)


def _version(request: HttpRequest, pk: int) -> RuleVersion:
    rows = RuleVersion.objects.for_user(cast(User, request.user)).select_related("rule", "paper")
    found: RuleVersion = get_object_or_404(rows, pk=pk)
    return found


def _is_newest(version: RuleVersion) -> bool:
    newer = version.rule.versions.filter(state="published", number__gt=version.number)
    return version.rule.withdrawn_on is None and not newer.exists()


def _subtitle(version: RuleVersion) -> str:
    return _("第 %(number)d 版，%(day)s 发布") % {"number": version.number, "day": version.published_on}


def _acknowledge(request: HttpRequest, version: RuleVersion, agreements: list[Agreement]) -> None:
    user, at = cast(User, request.user), timezone.now()

    def work() -> int:
        for agreement in agreements:
            rules.acknowledge(version, agreement, by=user, at=at)
        return len(agreements)

    once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
