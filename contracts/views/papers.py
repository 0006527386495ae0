"""Papers that Party B may read, as downloads."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from contracts.models import Paper
from people.models import User
from people.uploading import download


@require_safe
@login_required
def paper(request: HttpRequest, pk: int) -> FileResponse:
    """A paper marked for Party B, of the user's own agreements; any other is answered as missing."""
    found = get_object_or_404(Paper.objects.for_user(cast(User, request.user)).distinct(), pk=pk)
    return download(found.file, name=found.name, content_type=found.content_type)
