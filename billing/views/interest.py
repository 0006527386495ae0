"""The portal's pages on overdue interest: of one bill, and of all overdue bills; one's own only."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.interest_page import day_asked, page_of
from billing.interest_sum import HEADER, sheet_rows, summary_of
from billing.models import Document
from billing.periods import civil_day
from billing.querysets import DocumentQuerySet
from contracts.models import Agreement
from people.exporting import FORMATS
from people.models import User


@require_safe
@login_required
def interest(request: HttpRequest, pk: int) -> HttpResponse:
    """The interest of one bill as of a day."""
    bill = get_object_or_404(_own(request).select_related("agreement__party_a", "version__agreement"), pk=pk)
    on = day_asked(request.GET.dict(), civil_day(timezone.now()))
    return render(request, "portal/billing/interest.html", {"document": bill, "page": page_of(bill, on=on)})


@require_safe
@login_required
def interest_sum(request: HttpRequest) -> HttpResponseBase:
    """All overdue bills with their interest as of a day, of one agreement where it is named; format= a spreadsheet."""
    user, on = cast(User, request.user), day_asked(request.GET.dict(), civil_day(timezone.now()))
    agreements = Agreement.objects.for_user(user).distinct()
    chosen = request.GET.get("agreement", "")
    found = _own(request).distinct()
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 18:
        found = found.filter(agreement=int(chosen))
    summary = summary_of(found, on=on)
    if request.GET.get("format") in FORMATS:
        return FORMATS[request.GET["format"]](HEADER, sheet_rows(summary), name=f"interest-{on:%Y%m%d}")
    context = {
        "summary": summary,
        "agreements": agreements.order_by("number").values_list("pk", "number"),
        "chosen": chosen,
    }
    return render(request, "portal/billing/interest_sum.html", context)


def _own(request: HttpRequest) -> DocumentQuerySet:
    return Document.objects.for_user(cast(User, request.user))
