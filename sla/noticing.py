"""Noticing: whether an announcement of maintenance was early enough by what an agreement says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.models import Agreement, AgreementVersion
from contracts.panorama import applying_version
from sla.models import Hours, Reach, Service, ServiceTerm
from worktime.calendars import current_version, work_calendar
from worktime.clock import NATURAL_HOURS
from worktime.models import CalendarVersion

Verdict = Reach.Verdict
HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A verdict with what it rests on; seconds are of the time in which the agreement counts the notice."""

    verdict: str
    version: AgreementVersion | None = None
    calendar_version: CalendarVersion | None = None
    counted: str = ""
    needed: int | None = None
    given: int | None = None


def judge(agreement: Agreement, service: Service, *, announced_at: datetime, begins: datetime, urgent: bool) -> Judged:
    """Whether an announcement was in time for one agreement, by the terms of the day on which the work begins.

    Work that an emergency clause covers needs that clause's notice only (natural hours).  Nothing agreed: no rule.
    """
    version = _active(agreement, begins)
    term = None if version is None else ServiceTerm.objects.filter(version=version, service=service).first()
    if version is None or term is None or term.notice_hours is None or _unmeasurable(version, term):
        return Judged(verdict=Verdict.NO_RULE.value, version=version)
    counted, calendar_version = _calendar_version(version, term)
    given = _between(version, calendar_version, announced_at, begins)
    ruled = Judged(
        verdict=Verdict.IN_TIME.value if given >= term.notice_hours * HOUR else Verdict.LATE.value,
        version=version,
        calendar_version=calendar_version,
        counted=counted,
        needed=term.notice_hours * HOUR,
        given=given,
    )
    if ruled.verdict == Verdict.IN_TIME or not urgent or term.emergency_hours is None:
        return ruled
    given = _between(version, None, announced_at, begins)
    enough = given >= term.emergency_hours * HOUR
    return Judged(
        verdict=Verdict.EMERGENCY.value if enough else Verdict.LATE.value,
        version=version,
        counted=Hours.NATURAL.value,
        needed=term.emergency_hours * HOUR,
        given=given,
    )


def _active(agreement: Agreement, at: datetime) -> AgreementVersion | None:
    found = applying_version(agreement, at.astimezone(NATURAL_HOURS.tz).date())
    return found if found is not None and found.state == AgreementVersion.State.ACTIVE else None


def _unmeasurable(version: AgreementVersion, term: ServiceTerm) -> bool:
    """A notice in support hours where the version has none: nothing to count it in."""
    return term.notice_counted == Hours.SUPPORT and version.support_hours is None


def _calendar_version(version: AgreementVersion, term: ServiceTerm) -> tuple[str, CalendarVersion | None]:
    """What the notice is counted in; natural hours need no calendar."""
    if term.notice_counted == Hours.SUPPORT and version.support_hours is not None:
        return Hours.SUPPORT.value, current_version(version.support_hours.calendar)
    return Hours.NATURAL.value, None


def _between(
    version: AgreementVersion, calendar_version: CalendarVersion | None, since: datetime, until: datetime
) -> int:
    """Whole seconds from one instant to another; negative for an announcement after the work began."""
    calendar = NATURAL_HOURS if calendar_version is None else work_calendar(version.support_hours, calendar_version)
    if since > until:
        return -int(calendar.reckon_elapsed(until, since).value.total_seconds())
    return int(calendar.reckon_elapsed(since, until).value.total_seconds())
