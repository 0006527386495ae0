"""The portal's pages on services: maintenance ahead, outages, availability, and one outage with its report."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from people.uploading import download
from sla import maintenance
from sla.models import MaintenanceWindow, Outage, Service
from sla.uptime import availability_of
from sla.uptime_faces import drawn_outage, drawn_row, drawn_window, outage_steps

PER_PAGE = 20
LOOKED_BACK = timedelta(days=90)
MOST_MONTHS = 36


@require_safe
@login_required
def service(request: HttpRequest) -> HttpResponse:
    """What is down now, what will be, and how available the services were in a month (month=2026-09)."""
    user, at = cast(User, request.user), timezone.now()
    month = _month(request.GET.get("month", ""), at)
    recent = Outage.objects.for_user(user).exclude(state="open").filter(started_at__gte=at - LOOKED_BACK)
    past = Paginator(recent.prefetch_related("services"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "open": [drawn_outage(row) for row in Outage.objects.for_user(user).open().prefetch_related("services")],
        "windows": [drawn_window(row, user) for row in _windows(user, at)],
        "page_obj": past,
        "past": [drawn_outage(row) for row in past.object_list],
        "months": list(_months(at)),
        "month": month,
        "figures": list(_figures(user, month, at)),
    }
    return render(request, "portal/sla/service.html", context)


@require_POST
@login_required
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm that the notices of an announced window have arrived; another's window is answered as missing."""
    user = cast(User, request.user)
    window = get_object_or_404(MaintenanceWindow.objects.for_user(user), pk=pk)
    try:
        maintenance.confirm_receipt(window, by=user, at=timezone.now())
        messages.success(request, _("已确认收到维护通知。"))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("sla:service")


@require_safe
@login_required
def outage(request: HttpRequest, number: str) -> HttpResponse:
    """One announced outage of the user's services: what was said of it, and why it happened."""
    row = _own(request, number)
    context = {"outage": row, "drawn": drawn_outage(row), "steps": outage_steps(row)}
    return render(request, "portal/sla/outage.html", context)


@require_safe
@login_required
def outage_report(request: HttpRequest, number: str) -> FileResponse:
    """The report on the root cause, for those whom the outage concerned."""
    row = _own(request, number)
    if row.report is None:
        raise Http404
    return download(row.report.file, name=row.report.name, content_type=row.report.content_type)


def _own(request: HttpRequest, number: str) -> Outage:
    """An announced outage of the user's services; any other is answered as missing."""
    rows = Outage.objects.for_user(cast(User, request.user)).select_related("report").prefetch_related("services")
    found: Outage = get_object_or_404(rows, number=number)
    return found


def _windows(user: User, at: datetime) -> list[MaintenanceWindow]:
    rows = MaintenanceWindow.objects.for_user(user).ahead(at).order_by("planned_from")
    told = ("services", "announcements__reaches__notice", "announcements__reaches__agreement")
    return list(rows.prefetch_related(*told))


def _figures(user: User, month: date, at: datetime) -> Iterator[dict[str, Any]]:
    """For each agreement of the user that has services: the rows of the month."""
    for agreement in Agreement.objects.for_user(user).running().order_by("number"):
        rows = [drawn_row(row) for row in availability_of(agreement, month, at)]
        if rows:
            yield {"agreement": agreement, "rows": rows}


def _month(text: str, at: datetime) -> date:
    """The first day of the month asked for; of the present one when nothing sensible is asked."""
    present = timezone.localdate(at).replace(day=1)
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return present
    return min(asked, present)


def _months(at: datetime) -> Iterator[date]:
    """The present month and those before it since the first service, three years at most."""
    first = Service.objects.order_by("since").values_list("since", flat=True).first()
    month = timezone.localdate(at).replace(day=1)
    for _number in range(MOST_MONTHS):
        yield month
        if first is None or month <= first:
            return
        month = (month - timedelta(days=1)).replace(day=1)
