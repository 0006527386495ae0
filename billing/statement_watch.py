"""The daily round of usage statements: drafted when a period is over, reminded of, and what follows from silence."""

import logging
from collections import Counter
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from billing import statement_answers, statements
from billing.due_dates import calendar_of
from billing.models import ServicePeriod, UsageStatement
from billing.periods import civil_day
from billing.statement_news import tell_soon, tell_stuck
from contracts.models import AgreementVersion
from contracts.terms import terms_on
from people.refusal import Refused
from worktime.calendars import current_version, workday_calendar

log = logging.getLogger("billing.statements")

SOON = 2  # working days before the deadline
LATEST = timedelta(days=60)  # a period that was over before is history when the terms begin to ask for statements


def follow(*, at: datetime) -> Counter[str]:
    """Draft, remind and lapse; a row that cannot be done does not stop the others.  Again changes nothing."""
    done: Counter[str] = Counter()
    for period in _unstated(civil_day(at)):
        done[_drafted(period, at=at)] += 1
    waiting = UsageStatement.objects.unanswered().filter(confirm_by__isnull=False)
    for statement in waiting.select_related("period__agreement", "version__support_hours__calendar"):
        try:
            done[_watched(statement, at=at)] += 1
        except Refused as refused:
            done["refused"] += 1
            log.warning("statement %s: %s", statement.pk, refused)
    return done


def _unstated(today: date) -> QuerySet[ServicePeriod]:
    """Periods that are over and have no statement, of agreements with terms that ask for one."""
    asking = AgreementVersion.objects.filter(state=AgreementVersion.State.ACTIVE, statement_working_days__isnull=False)
    rows: QuerySet[ServicePeriod] = ServicePeriod.objects.ended_by(today).filter(
        ends_on__gt=today - LATEST, statements__isnull=True, agreement__in=asking.values("agreement")
    )
    return rows.select_related("agreement").order_by("starts_on", "pk")


def _drafted(period: ServicePeriod, *, at: datetime) -> str:
    try:
        if terms_on(period.agreement, period.last_day).statement_working_days is None:
            return "nothing"
        statements.draft(period, by=None, at=at)
    except Refused as refused:
        log.warning("statement of period %s: %s", period.pk, refused)
        tell_stuck(period, str(refused), at=at)
        return "refused"
    return "drafted"


def _watched(statement: UsageStatement, *, at: datetime) -> str:
    """What the deadline of a statement asks for today."""
    today = civil_day(at)
    if statement.confirm_by is None or not statement.lines.filter(answer=None).exists():
        return "nothing"
    if statement.confirm_by < today:
        return statement_answers.lapse(statement, at=at)
    days = workday_calendar(current_version(calendar_of(statement.version)))
    if days.count_working_days(today, statement.confirm_by).value > SOON:
        return "nothing"
    tell_soon(statement, at=at)
    return "reminded"
