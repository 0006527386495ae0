"""The portal's attainment page and the lists behind its numbers: Party B's own agreements only."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.models import Agreement
from people.models import User
from sla.attainment import Part
from sla.attainment_page import PART_LABELS, Asked, Sheet, asked, choices_of, clocks_of, narrowed
from sla.figure_filters import alike, alike_words
from sla.figures import clocks_in
from sla.models import Clock, Ticket

PER_PAGE = 20


class PortalWays:
    """The lists of the portal (sla.attainment_page.Ways)."""

    def figure(self, part: Part, what: Asked) -> str:
        return f"{reverse('sla:figure')}?{urlencode({'part': part.value, **_params(what)})}"

    def alike(self, key: str, what: Asked) -> str:
        return f"{reverse('sla:figure')}?{urlencode({'alike': alike_words(key, what), **_params(what)})}"


@require_safe
@login_required
def attainment(request: HttpRequest) -> HttpResponse:
    """What was kept of the promises to the user's organisations."""
    user, at = cast(User, request.user), timezone.now()
    what = asked(request.GET.dict(), at=at)
    context = {
        "asked": what,
        "sheet": Sheet(_own(user), what, at=at, ways=PortalWays()),
        "choices": choices_of(Agreement.objects.for_user(user).distinct()),
    }
    return render(request, "portal/sla/attainment.html", context)


@require_safe
@login_required
def figure(request: HttpRequest) -> HttpResponse:
    """The clocks behind a number, or the solution clocks of one recurring fault."""
    user, at = cast(User, request.user), timezone.now()
    what = asked(request.GET.dict(), at=at)
    own = clocks_of(_own(user))
    if "alike" in request.GET:
        reports = alike(request.GET["alike"], _own(user))
        found, label = own.filter(ticket__in=reports, kind=Clock.Kind.SOLUTION, cycle=1), _("同一故障的报告")
    else:
        part = _part(request.GET.get("part", ""))
        found, label = narrowed(own, what).filter(clocks_in(part, what.first, what.last, at)), str(PART_LABELS[part])
    rows = found.select_related("ticket").order_by("-started_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    back = f"{reverse('sla:attainment')}?{urlencode(_params(what))}"
    return render(request, "portal/sla/figure.html", {"page_obj": page, "label": label, "asked": what, "back": back})


def _own(user: User) -> Any:
    return Ticket.objects.for_user(user)


def _part(text: str) -> Part:
    try:
        return Part(text)
    except ValueError:
        raise Http404 from None


def _params(what: Asked) -> dict[str, str]:
    chosen = {"agreement": what.agreement, "kind": what.kind, "priority": what.priority, "clock": what.clock}
    return {"from": str(what.first), "to": str(what.last), **{name: value for name, value in chosen.items() if value}}
