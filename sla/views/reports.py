"""The portal's pages on monthly reports: Party B reads, downloads, confirms and disputes its own."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from people.models import User
from people.refusal import Refused
from people.submitting import once
from sla import reporting
from sla.forms import sent_key
from sla.forms.reports import ConfirmForm, DisputeReportForm
from sla.models import ServiceReport
from sla.report_files import pdf_file, xlsx_file
from sla.report_panels import report_panels

PER_PAGE = 20
State = ServiceReport.State
# What Party B may say: the words of the button, the form, the verb, the words afterwards, the states in which.
ANSWERS: dict[str, tuple[object, type[forms.Form], Any, object, frozenset[str]]] = {
    "confirm": (_("确认"), ConfirmForm, reporting.confirm, _("已确认，谢谢。"), frozenset({"issued", "disputed"})),
    "dispute": (
        _("提出异议"), DisputeReportForm, reporting.dispute, _("异议已提交，甲方会核对并答复。"), frozenset({"issued"}),
    ),
}  # fmt: skip


@require_safe
@login_required
def reports(request: HttpRequest) -> HttpResponse:
    """The reports on the user's agreements, newest first."""
    rows = _own(request).select_related("agreement").defer("snapshot").order_by("-month", "agreement", "-revision")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/sla/reports.html", {"page_obj": page})


@require_safe
@login_required
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report; another organisation's is answered exactly like a missing one."""
    return _page(request, _one(request, pk), {})


@require_safe
@login_required
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The report on paper."""
    return pdf_file(_one(request, pk))


@require_safe
@login_required
def xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a workbook."""
    return xlsx_file(_one(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm or dispute.  What is refused is shown on the report's page; the input stays."""
    own = _one(request, pk)
    if verb not in ANSWERS:
        raise Http404
    if request.method != "POST":  # the address of a refused form, opened again
        return redirect("sla:report", own.pk)
    _label, form_class, call, done, _states = ANSWERS[verb]
    form = form_class(request.POST)
    try:
        if form.is_valid():
            _react(request, own, call, form.cleaned_data["text"])
            messages.success(request, str(done))
            return redirect("sla:report", own.pk)
    except Refused as refused:
        form.add_error(None, str(refused))
    own.refresh_from_db()
    return _page(request, own, {verb: form})


def _react(request: HttpRequest, own: ServiceReport, call: Any, text: str) -> None:
    user, at = cast(User, request.user), timezone.now()

    def work() -> int:
        call(own, at=at, by=user, text=text)
        return own.pk

    once(work, key=sent_key(request.POST), user=user, at=at)


def _page(request: HttpRequest, own: ServiceReport, sent: dict[str, forms.Form]) -> HttpResponse:
    files = [("PDF", reverse("sla:report-pdf", args=[own.pk])), ("XLSX", reverse("sla:report-xlsx", args=[own.pk]))]
    offered = [
        (verb, label, sent.get(verb) or form(auto_id=f"{verb}_%s"), verb in sent)
        for verb, (label, form, _call, _done, states) in ANSWERS.items()
        if own.state in states or verb in sent
    ]
    context = {"report": own, "offered": offered, "panels": list(report_panels(own, files))}
    return render(request, "portal/sla/report.html", context)


def _own(request: HttpRequest) -> Any:
    return ServiceReport.objects.for_user(cast(User, request.user))


def _one(request: HttpRequest, pk: int) -> ServiceReport:
    found: ServiceReport = get_object_or_404(_own(request).select_related("agreement", "issued_by"), pk=pk)
    return found
