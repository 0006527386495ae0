"""Reminding: what runs out soon and what ran out unpaid, told once for each due date."""

from datetime import date, datetime, timedelta

from django.db import transaction

from billing.due_dates import calendar_of
from billing.models import Document
from billing.overdue import statement
from billing.periods import civil_day
from billing.telling import tell_due_soon, tell_overdue
from worktime.calendars import current_version, workday_calendar

SOON = 3  # working days before the due date
# No run of days off is longer than this: a due date further away is not soon in any calendar.
HORIZON = timedelta(days=20)


@transaction.atomic
def remind(document: Document, *, at: datetime) -> str:
    """Tell of a due date that is near or past; answers what was told: soon, overdue or nothing.

    Telling again changes nothing: a notice has the document and its due date as its key.
    """
    document = Document.objects.select_for_update(of=("self",), no_key=True).with_due().get(pk=document.pk)
    due_on: date | None = document.due_on
    today = civil_day(at)
    found = statement(document, on=today)
    if due_on is None or found.principal_open <= 0:
        return "nothing"
    if due_on < today:
        tell_overdue(document, due_on=due_on, left=found.principal_open, at=at)
        return "overdue"
    if working_days_left(document, due_on, today) <= SOON:
        tell_due_soon(document, due_on=due_on, left=found.principal_open, at=at)
        return "soon"
    return "nothing"


def working_days_left(document: Document, due_on: date, today: date) -> int:
    """Working days after today up to the due date; negative when it has passed."""
    days = workday_calendar(current_version(calendar_of(document.version)))
    return days.count_working_days(today, due_on).value
