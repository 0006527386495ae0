"""The portal's page on money: what came from Party B's organisations, and which of their bills it paid."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.models import BankReceipt
from billing.paying import own_payments
from people.models import User

PER_PAGE = 20


@require_safe
@login_required
def payments(request: HttpRequest) -> HttpResponse:
    """Receipts of the user's organisations, the newest first; q searches bank numbers and bills."""
    user = cast(User, request.user)
    query = request.GET.get("q", "").strip()[:80]
    found = BankReceipt.objects.for_user(user).mentioning(query, user) if query else BankReceipt.objects.for_user(user)
    page = Paginator(found.order_by("-value_date", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "rows": own_payments(list(page.object_list), user), "query": query}
    return render(request, "portal/billing/payments.html", context)
