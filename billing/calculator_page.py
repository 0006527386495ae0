"""The calculator's page in the console, and what it shares with the portal's."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.calculating import Worked, worked
from billing.forms.calculator import CalculatorForm, TypedCalculatorForm
from billing.models import RateLine
from contracts.models import Agreement, AgreementVersion
from people.refusal import Refused


def calculator(request: HttpRequest, admin: Any) -> HttpResponse:
    """For everybody who may see prices: those of every agreement, drafts too, or one that is typed in."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    lines = RateLine.objects.exclude(version__state=AgreementVersion.State.WITHDRAWN)
    agreements = Agreement.objects.filter(versions__rates__isnull=False).distinct().order_by("number")
    form = TypedCalculatorForm(request.GET, agreements=agreements, lines=lines)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("计费计算器"),
        "opts": admin.model._meta,
        "form": form,
        "worked": answer(form),
    }
    return TemplateResponse(request, "admin/billing/calculator.html", context)


def answer(form: CalculatorForm) -> Worked | None:
    """What the form asks, worked out; what is refused stands above the form."""
    if not (form.is_bound and form.is_valid()):
        return None
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    try:
        return worked(form.asked(), language=language)
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
