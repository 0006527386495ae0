"""Service periods: one follows the other with no gap and no overlap, edges at midnight in Shanghai."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import ServicePeriod
from contracts.models import Agreement
from journal.recording import record
from people.models import User
from people.refusal import Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")
LENGTHS = (1, 3, 12)  # months


def midnight(day: date) -> datetime:
    """The instant at which a civil day begins in Shanghai."""
    return datetime.combine(day, time(0), SHANGHAI)


def civil_day(instant: datetime) -> date:
    """The civil day in Shanghai of an instant."""
    return instant.astimezone(SHANGHAI).date()


@transaction.atomic
def open_periods(
    agreement: Agreement, *, months: int, until: date, by: User | None, at: datetime
) -> list[ServicePeriod]:
    """Open the periods of `months` (1, 3 or 12) that start before `until`, going on where the last one ended.

    Whole periods are calendar months, quarters or years; the first begins on the effective date and the last ends
    with the agreement, cut where need be.  Raises Refused for another length or an agreement that is not in force.
    """
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if months not in LENGTHS:
        raise Refused(_("服务周期只能是一个月、一个季度或一年。"))
    if agreement.effective_on is None:
        raise Refused(_("协议尚未生效，不能设置服务周期。"))
    last = agreement.periods.order_by("-number").first()
    start = last.ends_on if last else agreement.effective_on
    limit = agreement.ends_on + timedelta(days=1) if agreement.ends_on else date.max
    number = last.number if last else 0
    opened: list[ServicePeriod] = []
    while start < min(until, limit):
        period = _period(agreement, number + len(opened) + 1, (start, limit), months)
        period.save()
        opened.append(period)
        start = period.ends_on
    if opened:
        _note(agreement, opened, by=by, at=at)
    return opened


def _period(agreement: Agreement, number: int, span: tuple[date, date], months: int) -> ServicePeriod:
    start, limit = span
    first, after = whole_period(start, months)
    return ServicePeriod(
        agreement=agreement,
        number=number,
        starts_on=start,
        ends_on=min(after, limit),
        whole_days=(after - first).days,
    )


def whole_period(day: date, months: int) -> tuple[date, date]:
    """The calendar month, quarter or year [first, after) that holds a day."""
    at = (day.year * 12 + day.month - 1) // months * months
    return _first_of(at), _first_of(at + months)


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _note(agreement: Agreement, opened: list[ServicePeriod], *, by: User | None, at: datetime) -> None:
    record(
        "period.opened",
        obj=agreement,
        by=by,
        at=at,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data={"first": opened[0].starts_on, "after": opened[-1].ends_on, "count": len(opened)},
    )
