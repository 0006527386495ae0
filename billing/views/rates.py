"""The portal's page on prices: Party B reads what its agreements charge, and tries what a use would cost."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.calculator_page import answer
from billing.forms.calculator import CalculatorForm
from billing.models import RateLine
from billing.periods import civil_day
from billing.sentences import sentence
from contracts.models import Agreement, AgreementVersion
from people.models import User


@require_safe
@login_required
def rates(request: HttpRequest) -> HttpResponse:
    """The prices of the user's agreements that apply today, and the calculator over all that ever took effect."""
    agreements = Agreement.objects.for_user(cast(User, request.user)).order_by("number")
    lines = RateLine.objects.filter(
        version__agreement__in=agreements.order_by().values("pk"), version__state=AgreementVersion.State.ACTIVE
    )
    today = civil_day(timezone.now())
    current = lines.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today),
        Q(version__effective_to__isnull=True) | Q(version__effective_to__gt=today),
        valid_from__lte=today, version__effective_from__lte=today,
    ).select_related("version__agreement").order_by("version__agreement__number", "fee_kind", "pk")  # fmt: skip
    form = CalculatorForm(request.GET, agreements=agreements, lines=lines)
    context = {
        "rates": [(line, sentence(line)) for line in current],
        "form": form,
        "worked": answer(form),
    }
    return render(request, "portal/billing/rates.html", context)
