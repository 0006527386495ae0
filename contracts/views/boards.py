"""The clause board of Party B's own agreements."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contracts.board_asking import asked
from contracts.board_printing import board_pdf as draw
from contracts.models import Agreement
from contracts.panorama import party_b_board
from people.models import User
from people.refusal import Refused


@require_safe
@login_required
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """Every clause of an own agreement with its live state; another organisation's is answered as missing."""
    whole, wanted = party_b_board(_own(request, pk), at=timezone.now()), asked(request.GET.dict())
    context = {"agreement": whole.agreement, "board": whole, "asked": wanted, "shown": wanted.of(whole)}
    return render(request, "portal/contracts/board.html", context)


@require_safe
@login_required
def board_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper."""
    wanted = asked(request.GET.dict())
    shown = wanted.of(party_b_board(_own(request, pk), at=timezone.now()))
    try:
        content = draw(shown, by=str(request.user), chosen=wanted.words)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("contracts:board", pk)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="board-{pk}-{timezone.localdate():%Y%m%d}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _own(request: HttpRequest, pk: int) -> Agreement:
    rows = Agreement.objects.for_user(cast(User, request.user)).select_related("party_a", "party_b").distinct()
    found: Agreement = get_object_or_404(rows, pk=pk)
    return found
