"""The portal's pages on duties: Party B sees its own, and records that it did them."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from contracts import performing
from contracts.duty_faces import counted_words, left_words, standing_badge
from contracts.filtering import STANDS
from contracts.forms.duties import DoneForm
from contracts.models import Obligation, ObligationOccurrence
from contracts.month import first_of, month_of
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once

PER_PAGE = 20
SHOWN = ("open", "overdue", "week", "confirm", "done", "all")


@require_safe
@login_required
def duties(request: HttpRequest) -> HttpResponse:
    """The duties of the user's organisations, the next due first; stand keeps some, q searches."""
    today = timezone.localdate()
    query, stand = request.GET.get("q", "").strip(), request.GET.get("stand", "open")
    stand = stand if stand in SHOWN else "open"
    found = STANDS[stand][1](ObligationOccurrence.objects.for_user(_user(request)), today)
    if query:
        found = found.filter(obligation__title__icontains=query) | found.filter(
            obligation__agreement__number__icontains=query
        )
    order = ("-due_on", "-pk") if stand in ("done", "all") else ("due_on", "pk")
    rows = found.select_related("obligation__agreement").order_by(*order)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(row, standing_badge(row, today), left_words(row, today)) for row in page.object_list],
        "query": query,
        "stand": stand,
        "stands": [(name, STANDS[name][0]) for name in SHOWN],
    }
    return render(request, "portal/contracts/duties.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One occurrence of a duty; Party B records here that it did its own.  What is refused leaves the input."""
    row = _own(request, pk)
    mine = row.state == ObligationOccurrence.State.OPEN and row.obligation.side == Obligation.Side.B
    sent = request.method == "POST"
    form = DoneForm(request.POST or None, request.FILES or None, obj=row)
    if sent:
        try:
            if form.is_valid():
                _do(request, row, form.cleaned_data)
                messages.success(request, _("已登记完成。"))
                return redirect("contracts:duty", row.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    today = timezone.localdate()
    context = {
        "row": row,
        "obligation": row.obligation,
        "form": form if mine or sent else None,
        "state": standing_badge(row, today),
        "left": left_words(row, today),
        "lines": counted_words(row),
        "to_confirm": performing.to_confirm(row),
        "extensions": list(row.extensions.all()),
    }
    return render(request, "portal/contracts/duty.html", context)


@require_safe
@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    """The month of the user's organisations: duties, ends of agreements, bills; view=list shows it as a list."""
    today = timezone.localdate()
    first = first_of(request.GET.get("month", ""), today=today)
    context = {
        "month": month_of(_user(request), first, today=today),
        "as_list": request.GET.get("view") == "list",
        "this_month": today.replace(day=1),
    }
    return render(request, "portal/contracts/calendar.html", context)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own(request: HttpRequest, pk: int) -> ObligationOccurrence:
    """The user's row; another organisation's is answered exactly like a missing one."""
    rows = ObligationOccurrence.objects.for_user(_user(request))
    found: ObligationOccurrence = get_object_or_404(
        rows.select_related("obligation__agreement", "calendar_version__calendar", "done_by", "paper"), pk=pk
    )
    return found


def _do(request: HttpRequest, row: ObligationOccurrence, said: dict[str, Any]) -> None:
    user, at = _user(request), timezone.now()

    def work() -> int:
        return int(performing.done(row, **said, by=user, at=at).pk)

    once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
