"""Due dates of obligations follow a calendar: a published notice moves open ones and makes provisional ones firm."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from contracts.models import ObligationOccurrence
from contracts.scheduling import Reckoner, civil_day, recount
from people.models import User
from worktime.almanac import Almanac
from worktime.following import Move, Outcome
from worktime.models import CalendarVersion
from worktime.workdays import WorkdayCalendar


class OccurrenceFollower:
    """Moves the occurrences counted on a calendar (worktime.following.Follower)."""

    def preview(self, version: CalendarVersion, almanac: Almanac, *, at: datetime) -> list[Move]:
        """The occurrences that would move or become firm; changes nothing."""
        reckoner, today = Reckoner(WorkdayCalendar(almanac), version), civil_day(at)
        moves = []
        for row in _open(version, today):
            before = (row.due_on, row.late_after, row.provisional)
            dated = reckoner.date(row, row.obligation)
            if dated.late_after < min(before[1], today):
                continue
            if (dated.due_on, dated.late_after, dated.provisional) != before:
                moves.append(_told(dated, before[0], today))
        return moves

    def follow(self, version: CalendarVersion, *, by: User | None, at: datetime) -> list[Move]:
        """Count them anew, each under the lock of its obligation."""
        before = version.calendar.versions.filter(number__lt=version.number).order_by("-number").first()
        if before is None:
            return []
        moves = []
        for row in _open(before, civil_day(at)):
            moved = recount(row, at=at)
            if moved is not None:
                moves.append(_told(moved, row.due_on, civil_day(at)))
        return moves


def _open(version: CalendarVersion, today: date) -> QuerySet[ObligationOccurrence]:
    """Open occurrences counted on the calendar that are provisional or not late yet."""
    rows = ObligationOccurrence.objects.open().filter(calendar_version__calendar=version.calendar_id)
    rows = rows.filter(Q(provisional=True) | Q(late_after__gte=today))
    return rows.select_related("obligation__agreement__party_b").order_by("pk")


def _told(row: ObligationOccurrence, before: date, today: date) -> Move:
    outcome: Outcome = "moved"
    if before == row.due_on:
        outcome = "firm"
    elif row.due_on < today <= before:
        outcome = "breached"
    elif before < today <= row.due_on:
        outcome = "relieved"
    agreement = row.obligation.agreement
    return Move(
        label=f"{agreement.number} {row.obligation}",
        url=reverse("admin:contracts_obligationoccurrence_change", args=[row.pk]),
        organisation=agreement.party_b.name,
        before=before,
        after=row.due_on,
        outcome=outcome,
    )
