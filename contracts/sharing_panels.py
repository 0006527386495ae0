"""Shared information on the page of an agreement: a section for Party A's console, and one for Party B's portal."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from contracts.sharing_faces import freshness_badge, mode_words, shared_badge
from people.models import User
from people.showing import Panel

MOST_SHOWN = 20


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """What the agreement shares, for the console."""
    if user.has_perm("contracts.view_agreementitem"):
        yield _panel(agreement, "admin/contracts/agreement_sharing.html")


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """What the agreement shares, for Party B."""
    if agreement.shared_items.exists():
        yield _panel(agreement, "portal/contracts/agreement_sharing.html")


def _panel(agreement: Agreement, template: str) -> Panel:
    today = timezone.localdate()
    found = agreement.shared_items.order_by("item__number")
    rows = [
        (row, shared_badge(row), mode_words(row.item), freshness_badge(row.item, today))
        for row in found.select_related("item__freshness")[:MOST_SHOWN]
    ]
    context = {"rows": rows, "agreement": agreement}
    return Panel(name="sharing", label=_("共享信息"), template=template, context=context, count=found.count())
