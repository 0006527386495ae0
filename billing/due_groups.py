"""Bills that are not paid, in groups by their due date: late, today, this week, next week, later, not begun."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from contracts.filtering import week_of
from people.showing import Tone

BILLS = ("invoice", "interest_invoice")
GROUPS: dict[str, tuple[object, Tone]] = {
    "overdue": (_("已逾期"), "bad"),
    "today": (_("今天到期"), "warn"),
    "week": (_("本周内到期"), "warn"),
    "next": (_("下周到期"), "info"),
    "later": (_("以后到期"), "info"),
    "unstarted": (_("未起算（待签收发票）"), "muted"),
}
PROVISIONAL = "provisional"


def owing(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of documents with_due and with_paid the issued bills whose principal is not paid in full."""
    return rows.filter(state="issued", kind__in=BILLS, paid_fen__lt=F("gross_fen"))


def group_on(today: date) -> Case:
    """The group of a document by its due date, as of a day; a week ends on Sunday."""
    sunday = week_of(today)[1]
    return Case(
        When(due_on__isnull=True, then=Value("unstarted")),
        When(due_on__lt=today, then=Value("overdue")),
        When(due_on=today, then=Value("today")),
        When(due_on__lte=sunday, then=Value("week")),
        When(due_on__lte=sunday + timedelta(days=7), then=Value("next")),
        default=Value("later"),
        output_field=CharField(),
    )


def in_group(rows: QuerySet[Any], name: str, today: date) -> QuerySet[Any]:
    """The owing documents of a group, or those whose due date may still move."""
    if name == PROVISIONAL:
        return owing(rows).filter(due_provisional=True)
    found: QuerySet[Any] = owing(rows).annotate(due_group=group_on(today)).filter(due_group=name)
    return found
