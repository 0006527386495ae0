"""The portal's pages on bills: Party B reads what was issued to it.  What is not its own is not there."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from billing.dispute_faces import with_badges
from billing.due_groups import GROUPS, in_group
from billing.faces import CORRECTIONS, COUNTING, STANDINGS, Today, countdown, open_amount, standing_badge, today_is
from billing.forms.formal import SendBackForm
from billing.interest_page import day_asked
from billing.models import Document, FormalInvoice
from billing.panels import correction_context
from billing.periods import civil_day
from billing.printing import interest_pdf as draw_interest
from billing.printing import kept_pdf
from billing.querysets import DocumentQuerySet
from billing.sheets import sheet_of, with_sheet
from contracts.accounts import account_of
from people.models import User
from people.refusal import Refused

PER_PAGE = 20
SHOWN = ("unstarted", "not_due", "due_soon", "part_paid", "overdue", "paid")


@require_safe
@login_required
def documents(request: HttpRequest) -> HttpResponse:
    """The bills of the user's organisations; q searches the numbers, state keeps one standing."""
    today = today_is(civil_day(timezone.now()))
    found = _own(request).with_standing(today=today.day, soon=today.soon).defer("snapshot")
    found = found.select_related("agreement", "period")
    query, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    if query:
        found = found.filter(Q(number__icontains=query) | Q(agreement__number__icontains=query))
    if state in SHOWN:
        found = found.filter(standing=state)
    due = request.GET.get("due", "")
    if due in GROUPS:
        found = cast(DocumentQuerySet, in_group(found, due, today.day))
    order = ("due_on", "pk") if due in GROUPS else ("-issued_on", "-pk")
    page = Paginator(found.order_by(*order), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, standing_badge(row), open_amount(row), _left(row, today)) for row in page.object_list]
    states = [(code, STANDINGS[code][0]) for code in SHOWN]
    context = {"page_obj": page, "rows": rows, "query": query, "state": state, "states": states}
    context |= {"due": due, "dues": [(code, label) for code, (label, _tone) in GROUPS.items()]}
    return render(request, "portal/billing/documents.html", context)


@require_safe
@login_required
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One bill: its lines, how the due date was counted, its payments and the interest as of today."""
    today = today_is(civil_day(timezone.now()))
    found = with_sheet(_own(request).with_standing(today=today.day, soon=today.soon))
    bill = get_object_or_404(found, pk=pk)
    if bill.kind in CORRECTIONS:
        return render(request, "portal/billing/correction.html", correction_context(bill))
    context = {
        "disputes": with_badges(list(bill.disputes.all())),
        "waiting": next((row for row in bill.formal_invoices.all() if row.state == FormalInvoice.State.SENT), None),
        "send_back": SendBackForm(),
        "may_dispute": bill.paid_fen < bill.gross_fen,
        "document": bill,
        "sheet": sheet_of(bill, today=today),
        "state": standing_badge(bill),
        "account": account_of(bill.agreement.party_a),
    }
    return render(request, "portal/billing/document.html", context)


@require_safe
@login_required
def document_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The bill as it was issued."""
    bill = get_object_or_404(_own(request), pk=pk)
    return pdf_response(kept_pdf(bill), f"{bill.number}.pdf")


@require_safe
@login_required
def interest_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The interest statement of a bill as of a day, in the reader's language."""
    related = ("agreement__party_a", "agreement__party_b", "version")
    bill = get_object_or_404(_own(request).select_related(*related), pk=pk)
    on = day_asked(request.GET.dict(), civil_day(timezone.now()))
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    try:
        content = draw_interest(bill, on=on, by=None, language=language)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("billing:document", pk=pk)
    return pdf_response(content, f"{bill.number}-interest-{on:%Y%m%d}.pdf")


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF to keep, not to cache."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _left(row: Document, today: Today) -> str:
    return countdown(row.due_on, today) if row.standing in COUNTING else ""


def _own(request: HttpRequest) -> DocumentQuerySet:
    return Document.objects.for_user(cast(User, request.user))
