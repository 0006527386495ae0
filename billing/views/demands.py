"""The portal's pages on letters of demand: Party B reads what was sent to it and confirms that it has it."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing import demands as verbs
from billing.demand_paper import kept_pdf
from billing.due_dates import in_words
from billing.dunning_faces import demand_badge
from billing.models import Demand
from billing.querysets_dunning import DemandQuerySet
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once
from people.uploading import pdf_download

PER_PAGE = 20


@require_safe
@login_required
def demands(request: HttpRequest) -> HttpResponse:
    """The letters that were sent to the user's organisations."""
    found = _own(request).select_related("agreement").order_by("-issued_on", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, demand_badge(row)) for row in page.object_list]
    return render(request, "portal/billing/demands.html", {"page_obj": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def demand(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter with its bills and its cure period.  A POST confirms that it was received."""
    related = ("agreement__party_a", "agreement__party_b", "version", "notice", "acknowledged_by")
    letter = get_object_or_404(_own(request).select_related(*related), pk=pk)
    if request.method == "POST":
        return _confirmed(request, letter)
    context = {
        "demand": letter,
        "state": demand_badge(letter),
        "total": letter.principal + letter.interest,
        "bills": letter.bills.select_related("document"),
        "lines": in_words(letter.cure_working),
        "stop": letter.stops.filter(state__in=["noticed", "in_force"]).first(),
        "may_confirm": letter.acknowledged_at is None and letter.state != Demand.State.WITHDRAWN,
    }
    return render(request, "portal/billing/demand.html", context)


@require_safe
@login_required
def demand_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it was issued."""
    letter = get_object_or_404(_own(request), pk=pk)
    return pdf_download(kept_pdf(letter), name=f"{letter.number}.pdf")


def _confirmed(request: HttpRequest, letter: Demand) -> HttpResponse:
    user, at = cast(User, request.user), timezone.now()
    try:
        once(
            lambda: verbs.acknowledge(letter, by=user, at=at).pk,
            key=request.POST.get(KEY_FIELD, ""),
            user=user,
            at=at,
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已确认收到催告函。"))
    return redirect("billing:demand", pk=letter.pk)


def _own(request: HttpRequest) -> DemandQuerySet:
    found: DemandQuerySet = Demand.objects.for_user(cast(User, request.user))
    return found
