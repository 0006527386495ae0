"""Everybody's own notices: read them, mark them read."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from journal.models import Notice
from journal.outbox import mark_read, unread_for
from people.models import User

PER_PAGE = 30


@require_safe
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """The signed-in person's notices, newest first; ?unread=1 shows those not read yet, ?q= searches."""
    user = cast(User, request.user)
    found = Notice.objects.filter(recipient=user, channel=Notice.Channel.IN_APP).order_by("-pk")
    if request.GET.get("unread"):
        found = found.filter(read_at__isnull=True)
    if query := request.GET.get("q", "").strip():
        found = found.filter(subject__icontains=query) | found.filter(body__icontains=query)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "query": query, "unread": unread_for(user).count()}
    return render(request, "portal/journal/notices.html", context)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice read."""
    count = mark_read(user=cast(User, request.user), at=timezone.now())
    messages.success(request, _("已将 %(count)d 条通知标为已读。") % {"count": count})
    return redirect("journal:notices")


@require_POST
@login_required
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice read and go to what it speaks of.  Somebody else's is answered as missing."""
    user = cast(User, request.user)
    notice = get_object_or_404(Notice, pk=pk, recipient=user, channel=Notice.Channel.IN_APP)
    mark_read(user=user, at=timezone.now(), notices=[notice.pk])
    if notice.url:
        return redirect(notice.url)
    messages.success(request, _("已标为已读。"))
    return redirect("journal:notices")
