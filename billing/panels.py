"""What an agreement's page shows of money: its newest bills and its tariff, to those who may see them."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.faces import open_amount, standing_badge, today_is
from billing.models import Document, RateLine
from billing.periods import civil_day
from contracts.models import Agreement
from people.models import User
from people.showing import Panel

MOST_OF_AGREEMENT = 10


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The newest bills and the prices of an agreement, for its page: only what the user may see."""
    if user.has_perm("billing.view_document"):
        today = today_is(civil_day(timezone.now()))
        found = Document.objects.filter(agreement=agreement)
        newest = found.with_standing(today=today.day, soon=today.soon).select_related("period")
        rows = [(row, standing_badge(row), open_amount(row)) for row in newest.order_by("-pk")[:MOST_OF_AGREEMENT]]
        yield Panel(
            name="documents",
            label=_("账单"),
            template="admin/billing/agreement_documents.html",
            context={"rows": rows, "agreement": agreement},
            count=found.count(),
        )
    if user.has_perm("billing.view_rateline"):
        rates = list(
            RateLine.objects.filter(version__agreement=agreement).order_by("version__number", "fee_kind", "pk")
        )
        yield Panel(
            name="rates",
            label=_("价目"),
            template="admin/billing/agreement_rates.html",
            context={"rates": rates, "agreement": agreement},
            count=len(rates),
        )
