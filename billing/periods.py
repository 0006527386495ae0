"""Service periods: one follows the other with no gap and no overlap."""

from datetime import date, datetime

from billing.models import ServicePeriod
from contracts.models import Agreement
from people.models import User


def open_periods(
    agreement: Agreement, *, months: int, until: date, by: User | None, at: datetime
) -> list[ServicePeriod]:
    """Open the periods of `months` (1, 3 or 12) that start before `until`, going on where the last one ended."""
    raise NotImplementedError
