"""What other pages show of duties: an agreement's next ones, and the calendar address on the account page."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.duty_faces import left_words, standing_badge
from contracts.models import Agreement, CalendarFeed, ObligationOccurrence
from people.models import User
from people.showing import Panel

NEXT = 8


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The next duties of an agreement on the console's page; only for those who may see them."""
    if user.has_perm("contracts.view_obligationoccurrence"):
        rows = ObligationOccurrence.objects.filter(obligation__agreement=agreement)
        yield Panel(
            name="duties",
            label=_("义务"),
            template="admin/contracts/agreement_duties.html",
            context={"rows": _next(rows), "agreement": agreement},
            count=agreement.obligations.exclude(state="ended").count(),
        )


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The next duties of Party B on its own page."""
    rows = _next(ObligationOccurrence.objects.for_user(user).filter(obligation__agreement=agreement))
    if rows:
        yield Panel(
            name="duties",
            label=_("贵单位的义务"),
            template="portal/contracts/parts/duties.html",
            context={"rows": rows},
        )


def account_parts(user: User) -> Iterator[Panel]:
    """The calendar address: whether there is one, since when, when it was last read."""
    feed = CalendarFeed.objects.filter(user=user, token_sha256__isnull=False).first()
    yield Panel(
        name="calendar", label=_("日历订阅"), template="registration/parts/calendar_feed.html", context={"feed": feed}
    )


def _next(rows: Any) -> list[ObligationOccurrence]:
    """Open rows, the earliest first, each with its badge and what is left."""
    today: date = timezone.localdate()
    found = list(rows.open().select_related("obligation__person").order_by("due_on", "pk")[:NEXT])
    for row in found:
        row.badge, row.left = standing_badge(row, today), left_words(row, today)
    return found
