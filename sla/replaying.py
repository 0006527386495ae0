"""Replaying past reports under other terms: asking, running in steps, stopping.  No ticket changes by it.

A run reads clocks and events in batches, so that its memory does not grow with the period; each batch and its progress
are one transaction, so that a run which was cut off goes on where it stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from operator import itemgetter
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import Agreement, SupportHours
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.attainment import SHANGHAI
from sla.clocks import working_time
from sla.models import Clock, ClockEvent, Ticket, WhatIf, WhatIfLine
from sla.replay import Course, Happening
from sla.whatif import CalendarOf, Otherwise, Verdict, judged, restated
from worktime.calendars import work_calendar
from worktime.clock import WorkCalendar
from worktime.models import CalendarVersion

BATCH = 1000
SECONDS_AN_HOUR = 3600
RUN_BUDGET = timedelta(minutes=4)  # below the time limit of a task; the next run goes on
LEASE = timedelta(minutes=3)  # a run that did not move for so long was cut off
State = WhatIf.State
Outcome = WhatIfLine.Outcome
Clocks = tuple[tuple[Any, ...], ...]
COLUMNS = ("pk", "kind", "ticket__kind", "ticket__priority", "breached_at")
EVENTS = ("clock_id", "kind", "at", "data", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which clocks: those of reports received from the first to the last civil day; agreements: none means all."""

    received_from: date
    received_to: date
    agreements: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One clock: what was stored, and what it would be."""

    clock: int
    kind: str
    was_broken: bool
    verdict: Verdict

    @property
    def outcome(self) -> str:
        """How the two differ; empty when it is broken in neither."""
        would = self.verdict.breached_at is not None
        if self.was_broken:
            return Outcome.BOTH if would else Outcome.GONE
        return Outcome.NEW if would else ""


def clocks_in(scope: Scope) -> QuerySet[Any]:
    """The clocks of the scope, by key."""
    first = datetime(scope.received_from.year, scope.received_from.month, scope.received_from.day, tzinfo=SHANGHAI)
    day_after = scope.received_to + timedelta(days=1)
    end = datetime(day_after.year, day_after.month, day_after.day, tzinfo=SHANGHAI)
    wanted = Q(ticket__received_at__gte=first, ticket__received_at__lt=end)
    if scope.agreements:
        wanted &= Q(ticket__agreement__in=scope.agreements)
    if scope.kinds:
        wanted &= Q(ticket__kind__in=scope.kinds)
    return Clock.objects.filter(wanted).order_by("pk")


def replayed(
    rows: Iterable[tuple[Any, ...]], otherwise: Otherwise, calendar_of: CalendarOf, at: datetime
) -> list[Replayed]:
    """The clocks (values of COLUMNS) judged under the other terms; one query for their events."""
    clocks = {row[0]: row for row in rows}
    events = ClockEvent.objects.filter(clock_id__in=list(clocks)).order_by("clock_id", "seq").values_list(*EVENTS)
    found = []
    for pk, own in groupby(events.iterator(chunk_size=5000), key=itemgetter(0)):
        _pk, kind, ticket_kind, priority, breached_at = clocks[pk]
        target = otherwise.target(ticket_kind, kind, priority)
        happenings = (Happening(name, moment, data, reason) for _clock, name, moment, data, reason in own)
        verdict = judged(restated(happenings, otherwise, target), calendar_of, at)
        found.append(Replayed(clock=pk, kind=kind, was_broken=breached_at is not None, verdict=verdict))
    return found


class Calendars:
    """The working time of a course under the other terms, each worked out once (sla.whatif.CalendarOf)."""

    def __init__(self, *, hours: SupportHours | None, natural: bool) -> None:
        self.hours, self.other = hours, natural or hours is not None
        self.known: dict[tuple[int, int, str], WorkCalendar] = {}

    def __call__(self, course: Course) -> WorkCalendar:
        key = course.version, course.calendar, course.hours
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._of(course)
        return found

    def _of(self, course: Course) -> WorkCalendar:
        if not self.other:
            return working_time(course)
        return work_calendar(self.hours, CalendarVersion.objects.select_related("calendar").get(pk=course.calendar))


def batches(scope: Scope, *, after: int = 0, size: int = BATCH) -> Iterator[Clocks]:
    """The clocks of the scope in batches by key, from the one after `after`; read one batch at a time."""
    clocks = clocks_in(scope)
    while rows := tuple(clocks.filter(pk__gt=after).values_list(*COLUMNS)[:size]):
        yield rows
        after = rows[-1][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks: targets as (clock kind, priority or 0, hours)."""

    name: str
    scope: Scope
    targets: tuple[tuple[str, int, Decimal], ...] = ()
    hours_mode: str = WhatIf.Hours.AGREED.value
    hours: SupportHours | None = None
    calendar_version: CalendarVersion | None = None


@transaction.atomic
def ask(wish: Wish, *, by: User, at: datetime) -> WhatIf:
    """Queue a replay.  Raises Refused for terms that change nothing, a span the wrong way round, hours not named."""
    _demand(wish)
    made = WhatIf.objects.create(
        name=wish.name,
        received_from=wish.scope.received_from,
        received_to=wish.scope.received_to,
        kinds=list(wish.scope.kinds),
        targets=[
            {"clock": clock, "priority": priority, "hours": str(hours)} for clock, priority, hours in wish.targets
        ],
        hours_mode=wish.hours_mode,
        hours=wish.hours,
        calendar_version=wish.calendar_version,
        asked_by=by,
        asked_at=at,
    )
    made.agreements.set(Agreement.objects.filter(pk__in=wish.scope.agreements))
    record("whatif.asked", obj=made, by=by, at=at, data={"name": made.name, "targets": made.targets})
    return made


def _demand(wish: Wish) -> None:
    if wish.scope.received_from > wish.scope.received_to:
        raise Refused(_("起始日期不能晚于截止日期。"))
    if (wish.hours_mode == WhatIf.Hours.SET) != (wish.hours is not None):
        raise Refused(_("选择“另一套支持时段”时，请指定支持时段。"))
    if any(hours <= 0 for _clock, _priority, hours in wish.targets):
        raise Refused(_("时限须大于 0 小时。"))
    if not wish.targets and wish.hours_mode == WhatIf.Hours.AGREED and wish.calendar_version is None:
        raise Refused(_("请至少改变一项：时限、计时时段或日历版本。"))


@transaction.atomic
def stop(whatif: WhatIf, *, by: User, at: datetime) -> WhatIf:
    """Stop a replay; what was found so far is kept.  Raises Refused when it is over."""
    whatif = WhatIf.objects.select_for_update(no_key=True).get(pk=whatif.pk)
    if whatif.state not in {State.QUEUED, State.RUNNING}:
        raise Refused(_("这次试算已经结束（%(state)s）。") % {"state": whatif.get_state_display()})
    # A batch that is being counted writes its progress under the same lock and finds the run ended.
    whatif.state, whatif.finished_at, whatif.stop_asked = State.CANCELLED, at, True
    whatif.save(update_fields=["state", "finished_at", "stop_asked"])
    record("whatif.stopped", obj=whatif, by=by, at=at, data={"done": whatif.done})
    return whatif


def run_waiting(*, now: Callable[[], datetime], size: int = BATCH) -> int:
    """Run what is queued, and what was cut off; returns how many were worked on.  Not inside a transaction."""
    count = 0
    while (whatif := _claimed(now())) is not None:
        count += 1
        run(whatif, now=now, size=size)
    return count


def run(whatif: WhatIf, *, now: Callable[[], datetime], size: int = BATCH) -> None:
    """Count a claimed replay batch by batch until it is done, stopped, or its budget of time is used up."""
    scope, otherwise, calendars = scope_of(whatif), otherwise_of(whatif), calendars_of(whatif)
    begun = monotonic()
    try:
        for rows in batches(scope, after=whatif.after, size=size):
            found = replayed(rows, otherwise, calendars, whatif.asked_at)
            if not _kept(whatif, found, after=rows[-1][0], at=now()):
                return
            if monotonic() - begun > RUN_BUDGET.total_seconds():
                WhatIf.objects.filter(pk=whatif.pk, state=State.RUNNING).update(moved_at=None)
                return
    except (ValueError, LookupError, ArithmeticError) as error:
        _end(whatif, State.FAILED, at=now(), error=f"{type(error).__name__}: {error}"[:300])
        return
    _end(whatif, State.DONE, at=now())


def scope_of(whatif: WhatIf) -> Scope:
    """Which clocks the replay is about."""
    return Scope(
        received_from=whatif.received_from,
        received_to=whatif.received_to,
        agreements=tuple(whatif.agreements.order_by("pk").values_list("pk", flat=True)),
        kinds=tuple(whatif.kinds),
    )


def otherwise_of(whatif: WhatIf) -> Otherwise:
    """The other terms of the replay."""
    targets = {(line["clock"], line["priority"]): seconds(Decimal(line["hours"])) for line in whatif.targets}
    return Otherwise(
        kinds=frozenset(whatif.kinds or Ticket.Kind.values),
        targets=targets,
        other_hours=whatif.hours_mode != WhatIf.Hours.AGREED,
        calendar=whatif.calendar_version_id,
    )


def calendars_of(whatif: WhatIf) -> Calendars:
    """The working time in which the replay counts."""
    return Calendars(hours=whatif.hours, natural=whatif.hours_mode == WhatIf.Hours.NATURAL)


def seconds(hours: Decimal) -> int:
    """Hours as whole seconds."""
    return int((hours * SECONDS_AN_HOUR).to_integral_value(ROUND_HALF_UP))


def _claimed(at: datetime) -> WhatIf | None:
    """The replay that waits longest, taken for this worker by compare-and-set; None when none waits."""
    cut_off = Q(moved_at__isnull=True) | Q(moved_at__lt=at - LEASE)
    waiting = WhatIf.objects.filter(Q(state=State.QUEUED) | Q(state=State.RUNNING) & cut_off)
    for whatif in waiting.order_by("asked_at", "pk"):
        seen = WhatIf.objects.filter(pk=whatif.pk, state=whatif.state, moved_at=whatif.moved_at)
        total = whatif.total or clocks_in(scope_of(whatif)).count()
        if seen.update(state=State.RUNNING, moved_at=at, total=total):
            whatif.refresh_from_db()
            return whatif
    return None


@transaction.atomic
def _kept(whatif: WhatIf, found: list[Replayed], *, after: int, at: datetime) -> bool:
    """Keep a batch; False when the run was stopped meanwhile or another worker has gone on with it."""
    row = WhatIf.objects.select_for_update(no_key=True).get(pk=whatif.pk)
    if row.state != State.RUNNING or row.after != whatif.after:
        return False
    WhatIfLine.objects.bulk_create(
        [
            WhatIfLine(
                whatif=row,
                clock_id=one.clock,
                outcome=one.outcome,
                target_seconds=one.verdict.target,
                consumed_seconds=one.verdict.consumed,
                breached_at=one.verdict.breached_at,
            )
            for one in found
            if one.outcome
        ]
    )
    row.summary = added(row.summary, found)
    row.done, row.after, row.moved_at = row.done + len(found), after, at
    row.save(update_fields=["summary", "done", "after", "moved_at"])
    whatif.after = after
    return True


def added(summary: dict[str, dict[str, int]], found: Iterable[Replayed]) -> dict[str, dict[str, int]]:
    """The sums by kind of clock, with these clocks added."""
    sums = {kind: Counter(counts) for kind, counts in summary.items()}
    for one in found:
        own = sums.setdefault(one.kind, Counter())
        own["clocks"] += 1
        own["judged"] += one.verdict.target is not None
        own["was"] += one.was_broken
        own["would"] += one.verdict.breached_at is not None
        if one.outcome:
            own[one.outcome] += 1
    return {kind: dict(counts) for kind, counts in sums.items()}


@transaction.atomic
def _end(whatif: WhatIf, state: State, *, at: datetime, error: str = "") -> None:
    row = WhatIf.objects.select_for_update(no_key=True).get(pk=whatif.pk)
    if row.state != State.RUNNING or row.after != whatif.after:
        return
    row.state, row.finished_at, row.error = state, at, error
    row.save(update_fields=["state", "finished_at", "error"])
    record(f"whatif.{state.value}", obj=row, by=None, at=at, data={"done": row.done, "summary": row.summary})
