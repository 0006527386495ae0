"""Pages that belong to no app: the door, the health of the installation, and errors."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from contracts.models import Membership
from people.models import User
from portal.api import guide
from portal.front_page import front_page
from portal.health import health


def home(request: HttpRequest) -> HttpResponse:
    """Everybody to the place where their work is."""
    if not request.user.is_authenticated:
        return redirect("sign-in")
    return redirect("admin:index" if request.user.is_staff else "portal-home")


@login_required
def portal_home(request: HttpRequest) -> HttpResponse:
    """Party B's first page: what waits for it, what runs out next, what is to be paid."""
    user = cast(User, request.user)
    if user.is_staff:
        return redirect("admin:index")
    if not Membership.objects.filter(user=user, active=True).exists():
        return render(request, "portal/no_organisation.html")
    return render(request, "portal/home.html", vars(front_page(user, at=timezone.now())))


@login_required
def api_guide(request: HttpRequest) -> HttpResponse:
    """What the API takes and answers, read from the API itself."""
    return render(request, "portal/api.html", {"operations": guide(), "site": settings.SITE_URL})


def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this installation works: 200, or 503 with the part that does not."""
    found = health(at=timezone.now())
    return JsonResponse(found, status=200 if found["ok"] else 503)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent without our token: an old page, or another site's."""
    return render(request, "403.html", {"stale_form": True}, status=403)
