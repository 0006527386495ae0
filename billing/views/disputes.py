"""The portal's pages on disputes of bills: Party B objects, and takes it back."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing import disputes
from billing.forms.corrections import ObjectionForm
from billing.models import BillDispute, Document
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to a bill, to some of its lines, or to an amount.  What is refused is shown; the input stays."""
    user, at = cast(User, request.user), timezone.now()
    bill = get_object_or_404(Document.objects.for_user(user).distinct().defer("snapshot"), pk=pk)
    form = ObjectionForm(request.POST if request.method == "POST" else None, obj=bill, user=user)
    try:
        if request.method == "POST" and form.is_valid():
            objection = disputes.Objection(**form.cleaned_data)

            def work() -> int:
                through = BillDispute.Through.PORTAL.value
                made: int = disputes.open_dispute(bill, objection, by=user, at=at, through=through).pk
                return made

            once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
            messages.success(request, _("异议已提出，甲方的财务负责人会裁定。"))
            return redirect("billing:document", pk)
    except Refused as refused:
        form.add_error(None, str(refused))
    return render(request, "portal/billing/dispute.html", {"form": form, "document": bill})


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an open objection back.  Another organisation's is answered as missing."""
    user = cast(User, request.user)
    found = get_object_or_404(BillDispute.objects.for_user(user).distinct(), pk=pk)
    try:
        disputes.withdraw(found, by=user, at=timezone.now())
        messages.success(request, _("异议已撤回。"))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("billing:document", found.document_id)
