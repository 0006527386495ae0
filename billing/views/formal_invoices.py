"""The portal's pages on formal invoices: Party B fetches the file, takes the invoice, or sends it back."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing import delivering
from billing.forms.formal import SendBackForm
from billing.models import FormalFile, FormalInvoice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once
from people.uploading import download


@require_safe
@login_required
def formal_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file of an own formal invoice; any other is answered as missing."""
    found = get_object_or_404(FormalFile.objects.for_user(cast(User, request.user)), pk=pk)
    return download(found.file, name=found.name, content_type=found.content_type)


@require_POST
@login_required
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a formal invoice as correct, today."""
    user, at, invoice = cast(User, request.user), timezone.now(), _own(request, pk)

    def work() -> str:
        return str(delivering.acknowledge(invoice, by=user, at=at).due_on)

    try:
        due = once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
        messages.success(request, _("已签收，付款到期日为 %(due)s。") % {"due": due})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("billing:document", invoice.document_id)


@require_POST
@login_required
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a formal invoice as wrong, with the reason."""
    user, at, invoice = cast(User, request.user), timezone.now(), _own(request, pk)
    form = SendBackForm(request.POST, obj=invoice, user=user)
    try:
        if form.is_valid():
            delivering.send_back(invoice, reason=form.cleaned_data["reason"], by=user, at=at)
            messages.success(request, _("发票已退回，甲方会重新开具。"))
        else:
            messages.error(request, _("请写明退回原因。"))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("billing:document", invoice.document_id)


def _own(request: HttpRequest, pk: int) -> FormalInvoice:
    rows = FormalInvoice.objects.for_user(cast(User, request.user)).distinct()
    found: FormalInvoice = get_object_or_404(rows, pk=pk)
    return found
