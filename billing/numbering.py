"""Numbers without gaps: one row per series and year, locked last and only until the transaction ends."""

from billing.models import Document, NumberSeries

# The letters that a kind of document is numbered with, each series by itself.
SERIES = {
    Document.Kind.INVOICE: "ZD",
    Document.Kind.CREDIT_NOTE: "DX",
    Document.Kind.INTEREST_INVOICE: "LX",
    Document.Kind.WRITE_OFF: "HX",
}


def take_number(series: str, year: int) -> int:
    """The next number of a series and year.  Call it as the last lock of a short transaction: a rollback returns it."""
    NumberSeries.objects.get_or_create(series=series, year=year)
    row = NumberSeries.objects.select_for_update(no_key=True).get(series=series, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def printed(series: str, year: int, sequence: int) -> str:
    """The number as people write it: ZD-2026-00001."""
    return f"{series}-{year}-{sequence:05d}"
