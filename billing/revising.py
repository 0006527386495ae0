"""Due dates follow a calendar: a published notice moves those that have not passed, and makes provisional ones firm."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from billing.formal_invoices import recount_due
from billing.models import FormalInvoice
from billing.periods import civil_day
from people.models import User
from worktime.almanac import Almanac
from worktime.following import Move, Outcome
from worktime.models import CalendarVersion
from worktime.workdays import WorkdayCalendar


class DueDateFollower:
    """Moves the due dates counted on a calendar (worktime.following.Follower)."""

    def preview(self, version: CalendarVersion, almanac: Almanac, *, at: datetime) -> list[Move]:
        """The due dates that would move or become firm; changes nothing."""
        days = WorkdayCalendar(almanac)
        moves = (_move(invoice, days, civil_day(at)) for invoice in _open(version, civil_day(at)))
        return [move for move in moves if move is not None]

    def follow(self, version: CalendarVersion, *, by: User | None, at: datetime) -> list[Move]:
        """Count them anew, each under its document's lock."""
        before = version.calendar.versions.filter(number__lt=version.number).order_by("-number").first()
        if before is None:
            return []
        moves = []
        for invoice in _open(before, civil_day(at)):
            was, provisional = invoice.due_on, invoice.due_provisional
            counted = recount_due(invoice, by=by, at=at)
            if (
                was is not None
                and counted.due_on is not None
                and (was, provisional)
                != (
                    counted.due_on,
                    counted.due_provisional,
                )
            ):
                moves.append(_told(invoice, was, counted.due_on, civil_day(at)))
        return moves


def _open(version: CalendarVersion, today: date) -> QuerySet[FormalInvoice]:
    """Received formal invoices counted on the calendar whose due date is provisional or has not passed."""
    rows = FormalInvoice.objects.filter(
        state=FormalInvoice.State.ACCEPTED, calendar_version__calendar=version.calendar, due_on__isnull=False
    )
    rows = rows.filter(Q(due_provisional=True) | Q(due_on__gte=today))
    return rows.select_related("document__agreement__party_b", "document__version").order_by("pk")


def _move(invoice: FormalInvoice, days: WorkdayCalendar, today: date) -> Move | None:
    number = invoice.document.version.payment_working_days
    if invoice.received_on is None or invoice.due_on is None or number is None:
        return None
    counted = days.add_working_days(invoice.received_on, number)
    if counted.value < min(invoice.due_on, today):
        return None
    if (counted.value, counted.provisional) == (invoice.due_on, invoice.due_provisional):
        return None
    return _told(invoice, invoice.due_on, counted.value, today)


def _told(invoice: FormalInvoice, before: date, after: date, today: date) -> Move:
    outcome: Outcome = "moved"
    if before == after:
        outcome = "firm"
    elif after < today <= before:
        outcome = "breached"
    elif before < today <= after:
        outcome = "relieved"
    return Move(
        label=str(invoice.document),
        url=reverse("admin:billing_document_change", args=[invoice.document_id]),
        organisation=invoice.document.agreement.party_b.name,
        before=before,
        after=after,
        outcome=outcome,
    )
