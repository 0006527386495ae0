"""The portal's pages on data quality: Party B reports what is wrong, follows it, and reads what was put right."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from contracts.models import Agreement, AgreementItem
from people.models import User
from people.refusal import Refused
from people.submitting import once
from sla import quality
from sla.forms.quality import ComplaintForm, QualityForm
from sla.forms.tickets import sent_key
from sla.models import QualityReport, Ticket
from sla.quality_panels import TONES, corrections_of, facts_of

PER_PAGE = 20


@require_safe
@login_required
def reports(request: HttpRequest) -> HttpResponse:
    """Own reports (q searches, state narrows), and corrections of data that the user's organisations share."""
    user = _user(request)
    query, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = QualityReport.objects.for_user(user).select_related("ticket").prefetch_related("items__item")
    if query:
        said = Q(ticket__number__icontains=query) | Q(ticket__title__icontains=query)
        found = found.filter(said | Q(items__item__title__icontains=query)).distinct()
    if state in QualityReport.State.values:
        found = found.filter(state=state)
    page = Paginator(found.order_by("-described_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (row, "、".join(s.item.title for s in row.items.all()), quality.respects_words(row), TONES[row.state])
        for row in page
    ]
    own = list(AgreementItem.objects.for_user(user).values_list("item", flat=True).distinct())
    context = {
        "page_obj": page, "rows": rows, "query": query, "state": state, "states": QualityReport.State.choices,
        "corrections": corrections_of(own),
    }  # fmt: skip
    return render(request, "portal/sla/quality.html", context)


@require_safe
@login_required
def report(request: HttpRequest, number: str) -> HttpResponse:
    """One report; another organisation's is answered exactly like a missing one."""
    own = QualityReport.objects.for_user(_user(request)).select_related("ticket__agreement")
    found = get_object_or_404(own, ticket__number=number)
    items = found.items.select_related("item").order_by("pk")
    context = {"report": found, "facts": facts_of(found), "items": items, "tone": TONES[found.state]}
    return render(request, "portal/sla/quality_report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Report wrong data: the ticket and what it is about, in one form."""
    user, now = _user(request), timezone.now()
    items = _items(user).filter(agreement__in=Agreement.objects.in_force_on(timezone.localdate(now)))
    chosen = request.GET.get("item", "")
    initial = {"items": [chosen]} if chosen.isascii() and chosen.isdigit() else {}
    form = QualityForm(request.POST or None, request.FILES or None, items=items, initial=initial)
    try:
        if request.method == "POST" and form.is_valid():
            made = quality.file(
                form.report(sent_key(request.POST)), form.complaint(), at=now, by=user,
                files=form.cleaned_data["attachments"],
            )  # fmt: skip
            messages.success(request, _("报告已提交，编号 %(number)s。") % {"number": made.ticket.number})
            return redirect("sla:quality-report", made.ticket.number)
    except Refused as refused:
        form.add_error(None, str(refused))
    return render(request, "portal/sla/quality_new.html", {"form": form, "offered": items.exists()})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def describe(request: HttpRequest, number: str) -> HttpResponse:
    """Say which data an own data quality ticket is about; one that says so already leads to its report."""
    user, at = _user(request), timezone.now()
    own = Ticket.objects.for_user(user).filter(kind=Ticket.Kind.DATA_QUALITY)
    ticket: Ticket = get_object_or_404(own, number=number)
    if QualityReport.objects.filter(ticket=ticket).exists():
        return redirect("sla:quality-report", ticket.number)
    items = _items(user).filter(agreement=ticket.agreement_id)
    form = ComplaintForm(request.POST or None, items=items, initial={"samples": ticket.description})
    try:
        if request.method == "POST" and form.is_valid():
            said = form.complaint()
            once(
                lambda: int(quality.describe(ticket, said, at=at, by=user).pk),
                key=sent_key(request.POST), user=user, at=at,
            )  # fmt: skip
            messages.success(request, _("已补充质量问题。"))
            return redirect("sla:quality-report", ticket.number)
    except Refused as refused:
        form.add_error(None, str(refused))
    return render(request, "portal/sla/quality_new.html", {"form": form, "offered": items.exists()})


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _items(user: User) -> Any:
    """What the user's agreements share or shared."""
    rows = AgreementItem.objects.for_user(user).filter(state__in=["open", "suspended"])
    return rows.select_related("item", "agreement").distinct().order_by("agreement__number", "item__number")
