"""Numbers of tickets: GZ-2026-000123, counted per civil year under the lock of the year's row."""

from datetime import datetime

from django.utils import timezone

from sla.models import Series


def next_ticket_number(at: datetime) -> str:
    """The next number of the civil year of the instant.  Locks the year's row until the transaction ends."""
    year = timezone.localtime(at).year
    series = locked_series(f"ticket-{year}")
    series.last += 1
    series.save(update_fields=["last"])
    return f"GZ-{year}-{series.last:06d}"


def locked_series(name: str) -> Series:
    """The row of a counter, made when it is missing, locked until the transaction ends."""
    series, _made = Series.objects.select_for_update(no_key=True).get_or_create(name=name)
    return series
