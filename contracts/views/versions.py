"""Versions of an agreement side by side, for Party B."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from contracts.comparing import compare
from contracts.models import Agreement, AgreementVersion
from people.models import User


@require_safe
@login_required
def compare_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Two active versions of an own agreement: the last two, or those of ?from= and ?to= (version numbers)."""
    found = get_object_or_404(Agreement.objects.for_user(cast(User, request.user)), pk=pk)
    active = found.versions.filter(state=AgreementVersion.State.ACTIVE).select_related(
        "agreement__party_a", "agreement__party_b", "support_hours"
    )
    versions = list(active.order_by("effective_from"))
    old, new = (_chosen(versions, request.GET.get(name)) for name in ("from", "to"))
    if versions and (old is None or new is None or old == new):
        old, new = versions[max(len(versions) - 2, 0)], versions[-1]
    context = {
        "agreement": found,
        "versions": versions,
        "comparison": compare(old, new) if old and new and old != new else None,
    }
    return render(request, "portal/contracts/compare.html", context)


def _chosen(versions: list[AgreementVersion], number: str | None) -> AgreementVersion | None:
    return next((version for version in versions if str(version.number) == number), None)
