"""The text of Party B's own agreements, as a page and on paper."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contracts.models import Agreement, AgreementVersion
from contracts.text.document import LANGUAGES
from contracts.text.freezing import document_of, newest_text, pdf_of
from contracts.text_panels import signed_scans, version_for_party_b
from people.models import User
from people.refusal import Refused
from people.uploading import pdf_download


@require_safe
@login_required
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest text of an own agreement that was put before the parties; another's is answered as missing."""
    version = _own_version(request, pk)
    context = {
        "agreement": version.agreement,
        "document": document_of(version, on=timezone.localdate(), language=request.LANGUAGE_CODE),
        "kept": newest_text(version),
        "scans": list(signed_scans(version.agreement).filter(for_party_b=True)),
    }
    return render(request, "portal/contracts/text.html", context)


@require_safe
@login_required
def text_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper; language=en in the address gives English labels."""
    version = _own_version(request, pk)
    asked = request.GET.get("language", "")
    language = asked if asked in LANGUAGES else LANGUAGES[0]
    try:
        content = pdf_of(version, on=timezone.localdate(), language=language)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("contracts:text", pk)
    return pdf_download(content, name=f"agreement-{pk}-v{version.number}-{language}.pdf")


def _own_version(request: HttpRequest, pk: int) -> AgreementVersion:
    rows = Agreement.objects.for_user(cast(User, request.user)).select_related("party_a", "party_b").distinct()
    version = version_for_party_b(get_object_or_404(rows, pk=pk))
    if version is None:
        raise Http404
    return version
