"""The portal's pages on agreements: Party B reads its own."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.clauses import filled_blanks, interest_words, worded
from contracts.models import Agreement, AgreementVersion
from contracts.sections import sections_of
from contracts.terms import shown_on
from people.models import User

PER_PAGE = 20


@require_safe
@login_required
def agreements(request: HttpRequest) -> HttpResponse:
    """The agreements of the user's organisations, newest first; q searches number and title."""
    found = Agreement.objects.for_user(cast(User, request.user)).select_related("party_a", "party_b")
    if query := request.GET.get("q", "").strip():
        found = found.filter(title__icontains=query) | found.filter(number__icontains=query)
    page = Paginator(found.order_by("-effective_on", "number"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/contracts/agreements.html", {"page_obj": page, "query": query})


@require_safe
@login_required
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """One agreement: its terms in figures and its clauses.  Another organisation's is answered as missing."""
    found = get_object_or_404(
        Agreement.objects.for_user(cast(User, request.user)).select_related("party_a", "party_b"), pk=pk
    )
    version = shown_on(found, timezone.localdate())
    if version is not None and version.state != AgreementVersion.State.ACTIVE:
        version = None
    clauses = []
    if version is not None:
        version.agreement = found
        blanks = filled_blanks(version)
        clauses = [(clause, worded(clause, blanks)) for clause in version.clauses.all()]
    context = {
        "agreement": found,
        "version": version,
        "clauses": clauses,
        "facts": _facts(found, version),
        "sections": sections_of(cast(User, request.user), found),
    }
    return render(request, "portal/contracts/agreement.html", context)


def _facts(agreement: Agreement, version: AgreementVersion | None) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        (_("协议编号"), agreement.number),
        (_("甲方"), agreement.party_a.name),
        (_("乙方"), agreement.party_b.name),
        (_("状态"), agreement.get_state_display()),
        (_("生效日期"), agreement.effective_on),
        (_("终止日期"), agreement.ends_on),
    ]
    if version is None:
        return facts
    hours = _("小时")
    untold = _("未约定")
    return [
        *facts,
        (_("支持时间"), version.support_hours.name if version.support_hours else untold),
        (_("响应时限"), f"{version.response_hours:g} {hours}" if version.response_hours else untold),
        (_("提出解决方案时限"), f"{version.solution_hours:g} {hours}" if version.solution_hours else untold),
        (_("付款期限（工作日）"), version.payment_working_days or untold),
        (_("逾期利息"), interest_words(version)),
    ]
