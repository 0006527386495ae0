"""Numbers such as GZ-2026-000123, counted per civil year under the lock of the year's row."""

from datetime import datetime

from django.utils import timezone

from sla.models import Series


def next_number(prefix: str, series: str, at: datetime) -> str:
    """The next number of a series in the civil year of the instant.  Locks its row until the transaction ends."""
    year = timezone.localtime(at).year
    row = locked_series(f"{series}-{year}")
    row.last += 1
    row.save(update_fields=["last"])
    return f"{prefix}-{year}-{row.last:06d}"


def next_ticket_number(at: datetime) -> str:
    """The next number of a ticket."""
    return next_number("GZ", "ticket", at)


def locked_series(name: str) -> Series:
    """The row of a counter, made when it is missing, locked until the transaction ends."""
    series, _made = Series.objects.select_for_update(no_key=True).get_or_create(name=name)
    return series
