"""Keeping service periods ahead of need, by the length that the terms record, and within the end of the agreement.

A period that nothing was made of yet follows the end date when a supplement moves it: cut, taken out, or made whole.
What was billed or stated stays as it was.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from billing.models import ServicePeriod
from billing.periods import civil_day, open_periods, whole_period
from contracts.models import Agreement, AgreementVersion
from contracts.terms import terms_on
from journal.recording import record
from people.refusal import Refused

AHEAD = timedelta(days=31)  # every period that starts within a month is open before it starts
ONE_DAY = timedelta(days=1)


@transaction.atomic
def keep_periods(agreement: Agreement, *, at: datetime) -> int:
    """Fit the unused periods to the end of the agreement, then open those that begin within AHEAD.

    Each has the length that the terms of its first day record; where they record none, finance opens periods by hand.
    Returns how many were opened.
    """
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.effective_on is None:
        return 0
    fit_to_end(agreement, at=at)
    until, opened = civil_day(at) + AHEAD, 0
    while (start := _next_start(agreement)) is not None and start < until:
        version = _terms(agreement, start)
        if version is None or version.period_months is None:
            break
        limit = min(until, version.effective_to or until)
        made = open_periods(agreement, months=version.period_months, until=limit, by=None, at=at)
        if not made:
            break
        opened += len(made)
    return opened


def fit_to_end(agreement: Agreement, *, at: datetime) -> list[ServicePeriod]:
    """Cut, take out or make whole the unused periods around the end of the agreement; returns those that changed.

    Call it under the agreement's lock.
    """
    if agreement.ends_on is None:
        return []
    limit, changed = agreement.ends_on + ONE_DAY, []
    beyond = _unused(agreement).filter(ends_on__gt=limit).order_by("-number")
    for period in beyond:
        changed.append(period)
        if period.starts_on >= limit:
            period.delete()
        else:
            period.ends_on = limit
            period.save()
    last = agreement.periods.order_by("-number").first()
    if last is not None and last.ends_on < limit and _unused(agreement).filter(pk=last.pk).exists():
        whole = _whole_end(last)
        if last.ends_on < whole:
            last.ends_on = min(whole, limit)
            last.save()
            changed.append(last)
    if changed:
        _note(agreement, changed, at=at)
    return changed


def agreements_to_keep() -> QuerySet[Agreement]:
    """Agreements whose terms record a length: those whose periods are kept by the system."""
    recorded = AgreementVersion.objects.filter(state=AgreementVersion.State.ACTIVE, period_months__isnull=False)
    return Agreement.objects.filter(effective_on__isnull=False, pk__in=recorded.values("agreement")).order_by("pk")


def _unused(agreement: Agreement) -> QuerySet[ServicePeriod]:
    """Periods of which neither a bill nor a statement has been made."""
    rows: QuerySet[ServicePeriod] = agreement.periods.filter(
        state=ServicePeriod.State.OPEN, documents__isnull=True, statements__isnull=True
    )
    return rows


def _whole_end(period: ServicePeriod) -> date:
    """Where the period would have ended if the agreement had not: told by its whole days."""
    months = next((n for n in (1, 3, 12) if _days(whole_period(period.starts_on, n)) == period.whole_days), 1)
    return whole_period(period.starts_on, months)[1]


def _days(span: tuple[date, date]) -> int:
    return (span[1] - span[0]).days


def _next_start(agreement: Agreement) -> date | None:
    """The day on which the next period begins; None when the agreement ends before it."""
    last = agreement.periods.order_by("-number").first()
    start = last.ends_on if last else agreement.effective_on
    over = agreement.ends_on is not None and start is not None and start > agreement.ends_on
    return None if over else start


def _terms(agreement: Agreement, day: date) -> AgreementVersion | None:
    try:
        return terms_on(agreement, day)
    except Refused:
        return None


def _note(agreement: Agreement, changed: list[ServicePeriod], *, at: datetime) -> None:
    record(
        "period.refitted",
        obj=agreement,
        by=None,
        at=at,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data={"ends_on": agreement.ends_on, "periods": [period.number for period in changed]},
    )
