"""Availability of an agreement's services in a month, read from outages, maintenance, suspensions and the terms.

The arithmetic is sla.availability.  A month under way is measured up to the present.  Where the terms change inside
the month there is one row for each stretch of the same terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

from contracts.models import Agreement, AgreementVersion, ForceMajeure, Suspension
from sla.availability import ZONE, Facts, Figure, Span, Spans, length, measure, minus, month_span, union, within
from sla.models import Announcement, Hours, MaintenanceWindow, Outage, Reach, Service, ServiceTerm
from worktime.calendars import current_version, work_calendar
from worktime.clock import NATURAL_HOURS, WorkCalendar
from worktime.spans import SECOND

COUNTS = frozenset({Reach.Verdict.IN_TIME, Reach.Verdict.EMERGENCY})


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing that the figure is made of: what kind, what it was, when, and its seconds of service time.

    kind: outage, maintenance, late (maintenance that did not count), suspension, force_majeure.  about is the row
    behind it, reach what was decided on its announcement.
    """

    kind: str
    about: Outage | MaintenanceWindow | Suspension | ForceMajeure
    since: datetime
    until: datetime
    seconds: int
    reach: Reach | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """The availability of one service in one stretch of a month."""

    service: Service
    since: datetime
    until: datetime
    term: ServiceTerm | None
    figure: Figure
    parts: Sequence[Part] = ()
    complete: bool = True

    @property
    def seconds(self) -> int:
        """The service time that is measured: what is excluded is taken out."""
        return self.figure.base

    @property
    def down(self) -> int:
        """Seconds of downtime in it."""
        return self.figure.down

    @property
    def excluded(self) -> int:
        """Seconds taken out of service time."""
        return self.figure.excluded

    @property
    def percentage(self) -> Decimal | None:
        """Availability in per cent, cut to three decimals; None where there is nothing to measure."""
        found = self.figure.thousandths
        return None if found is None else Decimal(found).scaleb(-3)

    @property
    def target(self) -> Decimal | None:
        """The agreed target in per cent; None where none is agreed."""
        return self.term.target if self.term else None

    @property
    def met(self) -> bool | None:
        """Whether the target is kept; None without a target or without service time.  Never rounded."""
        return None if self.target is None else self.figure.meets(int(self.target * 1000))

    @property
    def excluded_parts(self) -> list[Part]:
        """What was taken out, and why."""
        return [part for part in self.parts if part.kind in {"maintenance", "suspension", "force_majeure"}]

    @property
    def down_parts(self) -> list[Part]:
        """What was down: outages, and maintenance that was not announced in time."""
        return [part for part in self.parts if part.kind in {"outage", "late"}]


def availability_of(agreement: Agreement, month: date, at: datetime) -> list[Row]:
    """One row for each service of the agreement (and each stretch of the same terms) in the month of a civil day."""
    return list(_Month(agreement, month_span(month.year, month.month), int(at.timestamp())).rows())


@dataclass(frozen=True)
class _Terms:
    """A stretch in which the same is agreed of a service."""

    span: Span
    term: ServiceTerm | None
    calendar: WorkCalendar

    @property
    def reading(self) -> tuple[object, ...]:
        """What must be the same for two versions to be measured together."""
        term = self.term
        agreed = (term.target, term.hours, term.most_hours) if term else ()
        return (*agreed, self.calendar)


@dataclass
class _Month:
    """What is read once for all services of the agreement: versions, windows, outages, suspensions, force majeure."""

    agreement: Agreement
    span: Span
    now: int
    used: dict[int, int] = field(default_factory=dict)  # maintenance already taken out this month, by service

    def rows(self) -> Iterator[Row]:
        since = _day(_instant(self.span[0]).astimezone(ZONE).date())
        services = Service.objects.of(self.agreement).filter(since__lte=_instant(self.end).date() + timedelta(days=1))
        for service in services.exclude(ended_on__lt=_instant(since).astimezone(ZONE).date()):
            for stretch in self._stretches(service):
                yield self._row(service, stretch)

    @cached_property
    def end(self) -> int:
        """The end of what is measured: the month's, or the present."""
        return min(self.span[1], self.now)

    @cached_property
    def versions(self) -> list[AgreementVersion]:
        """The versions in force in the month, with the support hours."""
        rows = self.agreement.versions.filter(state=AgreementVersion.State.ACTIVE)
        return list(rows.select_related("support_hours__calendar").order_by("effective_from"))

    @cached_property
    def terms(self) -> dict[tuple[int, int], ServiceTerm]:
        """What is agreed, by version and service."""
        rows = ServiceTerm.objects.filter(version__in=self.versions)
        return {(row.version_id, row.service_id): row for row in rows}

    @cached_property
    def outages(self) -> list[tuple[Outage, set[int]]]:
        """The outages of the month, each with its services."""
        services = Service.objects.of(self.agreement)
        rows = Outage.objects.touching(_instant(self.span[0]), _instant(self.end)).of_services(services)
        return [(row, {service.pk for service in row.services.all()}) for row in rows.prefetch_related("services")]

    @cached_property
    def windows(self) -> list[tuple[MaintenanceWindow, set[int]]]:
        """The interrupting maintenance done in the month, each with its services."""
        rows = MaintenanceWindow.objects.filter(interrupts=True, begun_at__lt=_instant(self.end))
        rows = rows.of_services(Service.objects.of(self.agreement)).exclude(ended_at__lte=_instant(self.span[0]))
        found = rows.prefetch_related("services", "announcements__reaches")
        return [(row, {service.pk for service in row.services.all()}) for row in found]

    @cached_property
    def suspensions(self) -> list[tuple[Suspension, Span]]:
        """Suspensions of the whole service or access; of a part nobody has said which services it is."""
        rows = self.agreement.suspensions.touching(_instant(self.span[0]), _instant(self.end))
        return [
            (row, (_second(row.starts_at), _second(row.ends_at) if row.ends_at else self.end))
            for row in rows.exclude(scope=Suspension.Scope.PART).order_by("starts_at")
        ]

    @cached_property
    def force_majeure(self) -> list[tuple[ForceMajeure, Span]]:
        """Events of Party A that were notified (Civil Code 590), over their civil days."""
        rows = ForceMajeure.objects.filter(agreement=self.agreement, party="a").exclude(state="recorded")
        return [
            (row, (_day(row.started_on), _day(row.ended_on + timedelta(days=1)) if row.ended_on else self.end))
            for row in rows.order_by("started_on")
        ]

    def _stretches(self, service: Service) -> list[_Terms]:
        """The parts of the month in which the service was owed, neighbours with the same terms joined."""
        first, last = self._owed(service)
        found: list[_Terms] = []
        for version in self.versions:
            begins = _day(version.effective_from)
            ends = _day(version.effective_to) if version.effective_to else last
            span = (max(first, begins), min(last, ends))
            if span[0] >= span[1]:
                continue
            term = self.terms.get((version.pk, service.pk))
            stretch = _Terms(span, term, _calendar(version, term))
            if found and found[-1].reading == stretch.reading and found[-1].span[1] == span[0]:
                stretch = _Terms((found.pop().span[0], span[1]), term, stretch.calendar)
            found.append(stretch)
        return found

    def _owed(self, service: Service) -> Span:
        """The part of the month in which both the agreement and the service ran."""
        begins = [self.span[0], _day(service.since)]
        ends = [self.end]
        if self.agreement.effective_on:
            begins.append(_day(self.agreement.effective_on))
        if service.ended_on:
            ends.append(_day(service.ended_on + timedelta(days=1)))
        if self.agreement.ended_at:
            ends.append(_second(self.agreement.ended_at))
        elif self.agreement.ends_on:
            ends.append(_day(self.agreement.ends_on + timedelta(days=1)))
        return max(begins), min(ends)

    def _row(self, service: Service, terms: _Terms) -> Row:
        opened = _open_spans(terms.calendar, terms.span)
        parts = [*self._relieved(service, opened), *self._maintenance(service, opened), *self._down(service, opened)]
        kept = {kind: [_span(part) for part in parts if part.kind == kind] for kind in KINDS}
        relieved = union([*kept["suspension"], *kept["force_majeure"]])
        most = terms.term.most_hours * 3600 if terms.term and terms.term.most_hours is not None else None
        left = None if most is None else max(0, most - self.used.get(service.pk, 0))
        facts = Facts(
            open=opened,
            down=[*kept["outage"], *kept["late"], *kept["maintenance"]],
            maintenance=kept["maintenance"],
            relieved=relieved,
            most=left,
        )
        figure = measure(facts)
        self.used[service.pk] = self.used.get(service.pk, 0) + figure.maintenance
        return Row(
            service=service,
            since=_instant(terms.span[0]),
            until=_instant(terms.span[1]),
            term=terms.term,
            figure=figure,
            parts=tuple(sorted(parts, key=lambda part: (part.since, part.kind))),
            complete=self.end == self.span[1],
        )

    def _relieved(self, service: Service, opened: Spans) -> Iterator[Part]:
        """Suspensions, and outages by force majeure on the days of a notified event."""
        for row, span in self.suspensions:
            yield from _parts("suspension", row, [span], opened)
        caused = [
            self._outage_span(row)
            for row, services in self.outages
            if service.pk in services and row.cause == Outage.Cause.FORCE_MAJEURE
        ]
        for event, span in self.force_majeure:
            yield from _parts("force_majeure", event, within(union(caused), [span]), opened)

    def _maintenance(self, service: Service, opened: Spans) -> Iterator[Part]:
        """The work done: what was announced in time, and the rest, each with what was decided."""
        for row, services in self.windows:
            if service.pk not in services or row.begun_at is None:
                continue
            done = union([(_second(row.begun_at), _second(row.ended_at) if row.ended_at else self.end)])
            told, reach = self._told(row, service)
            counted = within(done, told)
            yield from _parts("maintenance", row, counted, opened, reach)
            yield from _parts("late", row, minus(done, counted), opened, reach)

    def _told(self, window: MaintenanceWindow, service: Service) -> tuple[Spans, Reach | None]:
        """When Party B had to expect the work: inside the last announcement and inside one that was in time."""
        announced = sorted(window.announcements.all(), key=lambda row: row.seq)
        if not announced or announced[-1].kind == Announcement.Kind.CANCELLED:
            return [], None
        judged = [(row, reach) for row in announced if (reach := self._reach(row, service)) is not None]
        good = [_announced(row) for row, reach in judged if reach.verdict in COUNTS and row.interrupts]
        last = next((reach for _row, reach in reversed(judged) if not good or reach.verdict in COUNTS), None)
        return within([_announced(announced[-1])], union(good)), last

    def _reach(self, announcement: Announcement, service: Service) -> Reach | None:
        own = (self.agreement.pk, service.pk)
        rows = announcement.reaches.all()
        return next((row for row in rows if (row.agreement_id, row.service_id) == own), None)

    def _down(self, service: Service, opened: Spans) -> Iterator[Part]:
        for row, services in self.outages:
            if service.pk in services:
                yield from _parts("outage", row, [self._outage_span(row)], opened)

    def _outage_span(self, row: Outage) -> Span:
        return _second(row.started_at), _second(row.ended_at) if row.ended_at else self.end


KINDS = ("outage", "late", "maintenance", "suspension", "force_majeure")


def _parts(
    kind: str, about: object, spans: Iterable[Span], opened: Spans, reach: Reach | None = None
) -> Iterator[Part]:
    """A part for each span that touches service time, cut to the stretch."""
    if not opened:
        return
    edge = [(opened[0][0], opened[-1][1])]
    for span in within(union(spans), edge):
        seconds = length(within(opened, [span]))
        if seconds:
            yield Part(
                kind=kind,
                about=about,  # type: ignore[arg-type]
                since=_instant(span[0]),
                until=_instant(span[1]),
                seconds=seconds,
                reach=reach,
            )


def _calendar(version: AgreementVersion, term: ServiceTerm | None) -> WorkCalendar:
    """The time in which the figure is measured: as agreed, else natural hours."""
    if term is None or term.hours != Hours.SUPPORT or version.support_hours is None:
        return NATURAL_HOURS
    return work_calendar(version.support_hours, current_version(version.support_hours.calendar))


def _open_spans(calendar: WorkCalendar, span: Span) -> Spans:
    """The open spans of a stretch, in whole seconds."""
    found = calendar.timeline.spans(span[0] * SECOND, span[1] * SECOND)
    return union((since // SECOND, until // SECOND) for since, until in found)


def _announced(row: Announcement) -> Span:
    return _second(row.planned_from), _second(row.planned_to)


def _span(part: Part) -> Span:
    return _second(part.since), _second(part.until)


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _day(day: date) -> int:
    """The first second of a civil day in Shanghai."""
    return int(datetime.combine(day, time(0), ZONE).timestamp())
