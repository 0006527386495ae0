"""The portal's statement of account: Party B sees what moved on its own account, and takes it away as a PDF."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from billing.account import Account, account_paper, account_pdf, account_sheet, scope_of
from billing.account import account as account_of
from billing.money_asking import Asked, asked
from billing.money_pages import PAGES, own_choices
from billing.periods import civil_day
from billing.views.documents import pdf_response
from contracts.models import Agreement, Organisation
from people.models import User
from people.refusal import Refused


@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The account of one of the user's organisations, or of one of its agreements, between two days."""
    user, today = cast(User, request.user), civil_day(timezone.now())
    what = asked(request.GET.dict(), today=today)
    body = _body(user, request.GET.get("organisation", ""), what)
    if body is None:
        return render(request, "portal/billing/account.html", {"sheet": None})
    agreement = _agreement(user, body, request.GET.get("agreement", ""), what)
    found = account_of(scope_of(body, agreement), since=what.since, until=what.on)
    if request.GET.get("format") == "pdf":
        return _pdf(request, found, body, agreement)
    context = {
        "body": body,
        "sheet": account_sheet(found),
        "asked": what,
        "page": PAGES["account"],
        "choices": own_choices(user, body, agreement),
        "files": ["pdf"],
    }
    return render(request, "portal/billing/account.html", context)


def _body(user: User, asked_for: str, what: Asked) -> Organisation | None:
    """The organisation asked for, or the first of one's own; one that is not one's own is not there."""
    own = Organisation.objects.filter(memberships__user=user, memberships__active=True).distinct().order_by("name")
    if not asked_for:
        return own.first()
    found: Organisation | None = own.filter(pk=what.body).first() if what.body else None
    if found is None:
        raise Http404
    return found


def _agreement(user: User, body: Organisation, asked_for: str, what: Asked) -> Agreement | None:
    """The agreement asked for; one's own of another organisation stands for none (the other select was changed)."""
    if not asked_for:
        return None
    own = Agreement.objects.for_user(user).select_related("party_a")
    found: Agreement | None = own.filter(pk=what.agreement or 0).first()
    if found is None:
        raise Http404
    return found if found.party_b_id == body.pk else None


def _pdf(request: HttpRequest, found: Account, body: Organisation, agreement: Agreement | None) -> HttpResponse:
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    today = civil_day(timezone.now())
    try:
        content = account_pdf(account_paper(found, body, agreement, by=None, on=today, language=language))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("billing:account")
    return pdf_response(content, f"account-{found.until:%Y%m%d}.pdf")
