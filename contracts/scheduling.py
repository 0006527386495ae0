"""Making the occurrences of obligations ahead of time, and dating them anew when a rule or a calendar changes.

Every change of an obligation's occurrences happens under the lock of the obligation; UNIQUE(obligation, period_key)
stands behind it.  What is past, done, waived or set off by an event is never made undone by a new rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from contracts.due_rules import Falling, Period, counts_workdays, due_on, falling, periods
from contracts.models import Agreement, Obligation, ObligationOccurrence
from contracts.querysets.duties import OVER, RUNNING
from journal.recording import record
from people.models import User
from worktime.almanac import Almanac
from worktime.calendars import CHINA, workday_calendar
from worktime.models import Calendar, CalendarVersion
from worktime.published import Reckoned
from worktime.workdays import WorkdayCalendar

AHEAD = timedelta(days=400)
MOST_AHEAD = 12
State = ObligationOccurrence.State


@dataclass(frozen=True)
class Reckoner:
    """The working days that an agreement counts; without a loaded calendar every such date is provisional."""

    days: WorkdayCalendar
    version: CalendarVersion | None

    def falling(self, obligation: Obligation, day: date, *, extended_until: date | None = None) -> tuple[date, Falling]:
        """The date by the rule, and the dates that count: a granted extension moves them, never to an earlier day."""
        counted = due_on(obligation.due_rule, day, self.days)
        due = counted
        if extended_until is not None and extended_until > counted.value:
            due = Reckoned(extended_until)
        return counted.value, falling(due, obligation.slack, self.days)

    def date(self, row: ObligationOccurrence, obligation: Obligation) -> ObligationOccurrence:
        """The row with its dates set (not saved)."""
        row.counted_on, dates = self.falling(obligation, row.counted_from, extended_until=row.extended_until)
        row.due_on, row.late_after, row.remind_on = dates.due, dates.late_after, dates.remind_on
        row.provisional = dates.provisional
        row.calendar_version = self.version if counts_workdays(obligation.due_rule, obligation.slack) else None
        return row


def reckoner_of(agreement: Agreement) -> Reckoner:
    """The calendar of the agreement's support hours; else the bundled one."""
    terms = agreement.versions.filter(state="active", support_hours__isnull=False)
    version = terms.select_related("support_hours__calendar").order_by("-number").first()
    calendar = version.support_hours.calendar if version else Calendar.objects.filter(code=CHINA).first()
    newest = calendar.versions.select_related("calendar").order_by("-number").first() if calendar else None
    if newest is None:
        return Reckoner(WorkdayCalendar(Almanac.of(())), None)
    return Reckoner(workday_calendar(newest), newest)


def civil_day(at: datetime) -> date:
    """The day in Shanghai."""
    return timezone.localdate(at)


def bears(obligation: Obligation) -> bool:
    """Whether the obligation brings forth occurrences now."""
    agreement = obligation.agreement.state
    return obligation.state == Obligation.State.ACTIVE and (
        agreement in RUNNING or (agreement in OVER and obligation.survives)
    )


@transaction.atomic
def generate(obligation: Obligation, *, by: User | None, at: datetime) -> int:
    """Make what is missing: all that fell due since tracking began, and those ahead.  Again changes nothing."""
    row = locked(obligation)
    made = make_missing(row, today=civil_day(at))
    if made:
        note("obligation.occurrences_made", row, by=by, at=at, made=made)
    return made


def make_missing(obligation: Obligation, *, today: date) -> int:
    """Make the missing occurrences of a locked obligation; returns how many."""
    known = set(obligation.occurrences.values_list("period_key", flat=True))
    missing = [period for period in wanted(obligation, today) if period.key not in known]
    if missing:
        reckoner = reckoner_of(obligation.agreement)
        for period in missing:
            row = ObligationOccurrence(obligation=obligation, period_key=period.key, counted_from=period.day)
            reckoner.date(row, obligation).save()
    return len(missing)


def wanted(obligation: Obligation, today: date) -> Iterator[Period]:
    """The turns that should exist: all since tracking began, up to MOST_AHEAD within AHEAD, the next one anyway."""
    if not bears(obligation):
        return
    ends_on = obligation.agreement.ends_on
    until = date.max if obligation.survives or ends_on is None else ends_on
    ahead = 0
    for period in periods(obligation.due_rule, since=obligation.tracked_from, until=until):
        if period.day >= today:
            ahead += 1
            if ahead > MOST_AHEAD or (ahead > 1 and period.day > today + AHEAD):
                return
        yield period


def realign(obligation: Obligation, *, today: date, reason: str) -> None:
    """After a change of a locked obligation: open occurrences from today on follow it, others are left as they are.

    What the rule no longer names is cancelled; what it names again comes back; event-made ones are dated anew.
    """
    reckoner = reckoner_of(obligation.agreement)
    named = {period.key: period for period in wanted(obligation, today)}
    for row in obligation.occurrences.filter(state__in=[State.OPEN, State.CANCELLED], due_on__gte=today):
        if row.event_id is not None:
            if row.state == State.OPEN and obligation.by_event:
                reckoner.date(row, obligation).save()
        elif row.period_key in named:
            row.state, row.reason = State.OPEN, ""
            reckoner.date(row, obligation).save()
        elif row.state == State.OPEN:
            row.state, row.reason = State.CANCELLED, reason[:300]
            row.save()
    make_missing(obligation, today=today)


def recount(row: ObligationOccurrence, *, at: datetime) -> ObligationOccurrence | None:
    """Date an open occurrence by the newest calendar; the changed row, or None when nothing moved.

    A calendar that comes late makes nobody late in the past: such a date stays (as for payment dates).
    """
    obligation = locked(row.obligation)
    rows = ObligationOccurrence.objects.select_for_update(of=("self",), no_key=True)
    fresh: ObligationOccurrence | None = rows.filter(pk=row.pk, state=State.OPEN).first()
    if fresh is None:
        return None
    before = (fresh.due_on, fresh.late_after, fresh.provisional)
    reckoner = reckoner_of(obligation.agreement)
    dated = reckoner.date(fresh, obligation)
    if (
        dated.late_after < min(before[1], civil_day(at))
        or (dated.due_on, dated.late_after, dated.provisional) == before
    ):
        return None
    dated.obligation = obligation
    dated.save()
    return dated


def locked(obligation: Obligation) -> Obligation:
    """The obligation, locked, with its agreement."""
    rows = Obligation.objects.select_related("agreement")
    row: Obligation = rows.select_for_update(of=("self",), no_key=True).get(pk=obligation.pk)
    return row


def note(
    action: str, obligation: Obligation, *, by: User | None, at: datetime, reason: str = "", **data: object
) -> None:
    """Record what happened to an obligation."""
    agreement = obligation.agreement
    record(
        action,
        obj=obligation,
        by=by,
        at=at,
        reason=reason,
        data={"clause": obligation.clause_number, "side": obligation.side, **data},
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
    )
