"""The first page of Party B: its open reports by what runs out next, and its bills by due date."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from billing.faces import open_amount, standing_badge, today_is
from billing.models import Document
from billing.overview import Overview, overview
from contracts.models import Agreement
from contracts.receipts import RuleStanding
from contracts.rules import outstanding
from people.models import User
from people.showing import badge
from sla.faces import STATE_TONES
from sla.models import MaintenanceWindow, Outage, Ticket

SHOWN = 5
UNPAID = ("overdue", "part_paid", "due_soon", "not_due", "unstarted")


@dataclass(frozen=True)
class FrontPage:
    """What the template draws."""

    open_count: int
    ours_count: int
    late_count: int
    unpaid_count: int
    overdue_count: int
    money: Overview
    tickets: list[Any]
    bills: list[Any]
    rules: list[RuleStanding]
    outages: list[Any]
    windows: list[Any]


def front_page(user: User, *, at: datetime) -> FrontPage:
    """The numbers and the first rows of what concerns this person's organisations."""
    mine = Ticket.objects.for_user(user)
    today = today_is(timezone.localdate(at))
    bills = Document.objects.for_user(user).with_standing(today=today.day, soon=today.soon).filter(standing__in=UNPAID)
    return FrontPage(
        open_count=mine.open().count(),
        ours_count=mine.filter(state__in=["awaiting_b", "proposed"]).count(),
        late_count=mine.open().breached().count(),
        unpaid_count=bills.count(),
        overdue_count=bills.filter(standing="overdue").count(),
        money=overview(today.day, agreements=Agreement.objects.for_user(user)),
        tickets=[_drawn_ticket(row) for row in mine.open().soonest_first()[:SHOWN]],
        bills=[_drawn_bill(row) for row in bills.order_by("due_on", "number")[:SHOWN]],
        rules=outstanding(user),
        outages=list(Outage.objects.for_user(user).open()[:SHOWN]),
        windows=list(MaintenanceWindow.objects.for_user(user).ahead(at).order_by("planned_from")[:SHOWN]),
    )


def _drawn_ticket(row: Any) -> Any:
    row.badge = badge(row.get_state_display(), STATE_TONES[row.state])
    return row


def _drawn_bill(row: Any) -> Any:
    row.badge = standing_badge(row)
    row.left = open_amount(row)
    return row
