"""A person's calendar address: made, ended, and read by calendar programs, which do not sign in."""

import hashlib
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts import feeds
from journal.outbox import absolute
from people.models import User
from people.refusal import Refused

A_MINUTE, SECONDS = 20, 60


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a secret address.  Unknown, revoked and closed all answer as missing.

    More than A_MINUTE readings a minute of one address are put off (429): no program of a person needs them.
    """
    own = feeds.found(token)
    if own is None:
        raise Http404
    if _too_often(f"feed/{own.pk}"):
        return HttpResponse(status=429, headers={"Retry-After": str(SECONDS)})
    now = timezone.now()
    content = feeds.icalendar_of(own.user, today=timezone.localdate(now))
    feeds.stamp(own, at=now)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="shouyue.ics"'
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


@require_POST
@login_required
def renew(request: HttpRequest) -> HttpResponse:
    """Make a new address and show it this once."""
    token = feeds.renew(cast(User, request.user), at=timezone.now())
    url = absolute(reverse("contracts:feed", args=[token]))
    response = render(request, "portal/contracts/feed_address.html", {"url": url})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def revoke(request: HttpRequest) -> HttpResponse:
    """End the address."""
    try:
        feeds.revoke(cast(User, request.user), at=timezone.now())
        messages.success(request, _("日历订阅地址已停用。"))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("account")


def _too_often(key: str) -> bool:
    """Count one more reading in this minute, in the cache of this process."""
    cache.add(key, 0, SECONDS)
    try:
        return cache.incr(key) > A_MINUTE
    except ValueError:  # ran out between the two
        return False
