"""Anomalies of usage: found each once, explained or resolved by corrected usage, before a period is billed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.anomaly_rules import WINDOW, Found, jumps, runs, silences
from billing.models import ServicePeriod, UsageAnomaly
from billing.periods import civil_day, midnight
from billing.telling import tell_anomaly
from contracts.models import Agreement, Suspension
from contracts.suspending import spans
from journal.recording import record
from people.models import User
from people.refusal import Refused

BEFORE = timedelta(days=90)  # read before the first day, so that a silence keeps its beginning
RECENT = timedelta(days=62)  # looked through where no period is open
LATE = timedelta(days=1)  # a day's usage may still come on the next day
State, Kind = UsageAnomaly.State, UsageAnomaly.Kind
Days = dict[date, int]
Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found anew, and what is gone because the usage was corrected."""

    found: int
    resolved: int


def open_anomalies(period: ServicePeriod) -> QuerySet[Any]:
    """The anomalies of a period's days that nobody explained."""
    rows = UsageAnomaly.objects.open().filter(agreement=period.agreement_id)
    return rows.touching(period.starts_on, period.ends_on).order_by("day", "meter")


def require_explained(agreement: Agreement, period: ServicePeriod, *, by: User | None, at: datetime) -> None:
    """Look through a period that is about to be billed.  Raises Refused while something is not explained."""
    # To the present, not to the end of the period: a silence that goes on after it is one silence.
    look(agreement, by=by, at=at, first=period.starts_on, after=max(period.ends_on, civil_day(at) - LATE))
    found = list(open_anomalies(period)[:4])
    if found:
        raise Refused(
            _(
                "本期用量有异常尚未说明：%(which)s。请在“用量异常”中逐条核对，写明原因或更正用量后再出账；"
                "列表里没有的，先点“立即检查”。"
            )
            % {"which": "；".join(str(row) for row in found[:3]) + ("……" if len(found) > 3 else "")}
        )


@transaction.atomic
def look(
    agreement: Agreement, *, by: User | None, at: datetime, first: date | None = None, after: date | None = None
) -> Looked:
    """Look through the usage of [first, after): by default from the first open period to the day before yesterday."""
    # Two looks at one agreement follow one another, so that each anomaly is found once.
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    first = first or _first_day(agreement, at)
    after = after or civil_day(at) - LATE
    found = {(meter, row.kind, row.day): row for meter, row in _found(agreement, first, after) if row.until >= first}
    rows = UsageAnomaly.objects.filter(agreement=agreement).touching(first, after)
    standing = {(row.meter, row.kind, row.day): row for row in rows}
    new = [_keep(agreement, key, row, standing.get(key), at=at) for key, row in found.items()]
    gone = [row for key, row in standing.items() if key not in found and row.state == State.OPEN]
    for row in gone:
        _settle(row, State.RESOLVED, reason="", by=None, at=at)
    return Looked(sum(new), len(gone))


@transaction.atomic
def acknowledge(anomaly: UsageAnomaly, *, reason: str, by: User, at: datetime) -> UsageAnomaly:
    """Say why the usage is right as it is.  Raises Refused without a reason, or when it was settled already."""
    row = UsageAnomaly.objects.select_for_update(of=("self",), no_key=True).get(pk=anomaly.pk)
    if row.state != State.OPEN:
        raise Refused(_("该异常已经是“%(state)s”。") % {"state": row.get_state_display()})
    if not reason.strip():
        raise Refused(_("说明用量异常须写明理由。"))
    return _settle(row, State.ACKNOWLEDGED, reason=reason.strip(), by=by, at=at)


def _first_day(agreement: Agreement, at: datetime) -> date:
    waiting = agreement.periods.filter(state=ServicePeriod.State.OPEN).order_by("starts_on").first()
    recent = civil_day(at) - RECENT
    return min(waiting.starts_on, recent) if waiting else recent


def _found(agreement: Agreement, first: date, after: date) -> Iterator[tuple[str, Found]]:
    start = first - BEFORE
    usage = agreement.usage.filter(occurred_at__gte=midnight(start), occurred_at__lt=midnight(after))
    ends_on = _end(agreement)
    halted = [(civil_day(begun), civil_day(over)) for begun, over in spans(agreement, midnight(start), midnight(after))]

    def excused(day: date) -> bool:
        return (ends_on is not None and day >= ends_on) or any(begun <= day <= over for begun, over in halted)

    begins = start + timedelta(days=WINDOW)
    for meter, days in _by_meter(usage).items():
        for row in jumps(days, first, after):
            yield meter, row
        for row in silences(days, begins, after, excused=excused):
            yield meter, row
    if ends_on is not None and ends_on < after:
        ended = agreement.ended_at or midnight(ends_on)
        yield from _unwanted(usage.filter(occurred_at__gte=ended), Kind.AFTER_END)
    for halt in agreement.suspensions.touching(midnight(first), midnight(after)).exclude(scope=Suspension.Scope.PART):
        inside = usage.filter(occurred_at__gte=halt.starts_at)
        inside = inside.filter(occurred_at__lt=halt.ends_at) if halt.ends_at else inside
        yield from _unwanted(inside, Kind.SUSPENDED)


def _end(agreement: Agreement) -> date | None:
    """The first day on which the agreement no longer holds."""
    if agreement.ended_at is not None:
        return civil_day(agreement.ended_at)
    return agreement.ends_on + timedelta(days=1) if agreement.ends_on else None


def _by_meter(usage: QuerySet[Any]) -> dict[str, Days]:
    days: dict[str, Days] = {}
    for row in usage.by_day():  # type: ignore[attr-defined]
        days.setdefault(row["meter"], {})[row["day"]] = row["micro"]
    return days


def _unwanted(usage: QuerySet[Any], kind: str) -> Iterator[tuple[str, Found]]:
    for meter, days in _by_meter(usage).items():
        for row in runs(days, kind):
            yield meter, row


def _keep(agreement: Agreement, key: Key, found: Found, row: UsageAnomaly | None, *, at: datetime) -> bool:
    """Keep what was found; True when it is new, or speaks up again because its numbers are others."""
    observed, expected = (Decimal(micro).scaleb(-6) for micro in (found.observed, found.expected))
    if row is None:
        meter, kind, day = key
        row = UsageAnomaly(agreement=agreement, meter=meter, kind=kind, day=day, found_at=at)
    elif (row.until, row.observed, row.expected) == (found.until, observed, expected) and row.state != State.RESOLVED:
        return False
    speaks = row.pk is None or row.state == State.RESOLVED or row.observed != observed
    row.until, row.observed, row.expected = found.until, observed, expected
    if speaks:
        row.state, row.reason, row.settled_at, row.settled_by = State.OPEN, "", None, None
    row.save()
    if speaks:
        _note("usage_anomaly.found", row, by=None, at=at)
        tell_anomaly(row, at=at)
    return speaks


def _settle(row: UsageAnomaly, state: str, *, reason: str, by: User | None, at: datetime) -> UsageAnomaly:
    row.state, row.reason, row.settled_at, row.settled_by = state, reason, at, by
    row.save()
    _note(f"usage_anomaly.{state}", row, by=by, at=at, reason=reason)
    return row


def _note(action: str, row: UsageAnomaly, *, by: User | None, at: datetime, reason: str = "") -> None:
    record(
        action,
        obj=row,
        by=by,
        at=at,
        reason=reason,
        data={"kind": row.kind, "meter": row.meter, "day": row.day, "until": row.until, "observed": row.observed},
        organisation_id=row.agreement.party_b_id,
        agreement_id=row.agreement_id,
    )
