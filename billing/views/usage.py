"""The portal's page on usage: Party B sees what its own organisations used."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.models import UsageRecord
from billing.usage_page import UsageSheet, asked, choices_of, header, rows_of
from contracts.models import Agreement
from people.exporting import FORMATS
from people.models import User


@require_safe
@login_required
def usage(request: HttpRequest) -> HttpResponse:
    """Use by month and meter, with charts."""
    user = cast(User, request.user)
    what = asked(request.GET.dict(), at=timezone.now())
    context = {
        "asked": what,
        "sheet": UsageSheet(_own(user), what),
        "choices": choices_of(Agreement.objects.for_user(user).distinct()),
        "files": [(kind.upper(), f"{reverse('billing:usage-file')}?{_with(request, kind)}") for kind in FORMATS],
    }
    return render(request, "portal/billing/usage.html", context)


@require_safe
@login_required
def usage_file(request: HttpRequest) -> HttpResponseBase:
    """The same lines as a workbook or as CSV."""
    kind = request.GET.get("as", "xlsx")
    if kind not in FORMATS:
        raise Http404
    at = timezone.now()
    sheet = UsageSheet(_own(cast(User, request.user)), asked(request.GET.dict(), at=at))
    return FORMATS[kind](header(), rows_of(sheet), name=f"usage-{timezone.localdate():%Y%m%d}")


def _own(user: User) -> Any:
    return UsageRecord.objects.filter(agreement__in=Agreement.objects.for_user(user))


def _with(request: HttpRequest, kind: str) -> str:
    query = request.GET.copy()
    query["as"] = kind
    return query.urlencode()
