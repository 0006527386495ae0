"""Ways to bring a usage file in: ours, and what else a programmer would take."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
AHEAD = timedelta(hours=8)
COLUMNS = "agreement_id, source, source_event_id, meter, occurred_at, quantity, batch, recorded_at"


def ours(path: Path, at: datetime) -> None:
    """Kept with its hash, checked line by line, summed up, compared, confirmed, taken in, cleared away."""
    from django.core.files import File

    from billing import upload_intake, uploads

    with path.open("rb") as file:
        made = uploads.keep(File(file, name=path.name), source="bench", agreement=None, by=None, at=at)
    upload_intake.run_waiting(now=lambda: at)
    made.refresh_from_db()
    assert made.state == "checked", (made.state, made.error, list(made.problems.all()[:3]))
    uploads.confirm(made, by=None, at=at)
    upload_intake.run_waiting(now=lambda: at)
    made.refresh_from_db()
    assert made.state == "taken_in", made.state


def rows_of(path: Path) -> Iterator[list[str]]:
    """The lines after the header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows


def keys() -> dict[str, int]:
    """The agreements by number."""
    from contracts.models import Agreement

    return dict(Agreement.objects.values_list("number", "pk"))


def raw(path: Path, at: datetime) -> None:
    """The raw route of the engine that is idempotent too: executemany, or COPY into a table beside and one INSERT."""
    from django.db import connection

    staged_copy(path, at) if connection.vendor == "postgresql" else executemany(path, at)


def executemany(path: Path, at: datetime) -> None:
    """SQLite: one statement for all lines, known ids ignored, nothing checked or compared."""
    from django.db import connection, transaction

    known, stamp = keys(), str(at.astimezone(UTC).replace(tzinfo=None))
    lines = (
        (known[number], "bench", event, meter, str(datetime.fromisoformat(time) - AHEAD), quantity, "b", stamp)
        for event, meter, time, quantity, number in rows_of(path)
    )
    sql = f"INSERT INTO billing_usagerecord ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, lines)


def staged_copy(path: Path, at: datetime) -> None:
    """PostgreSQL: COPY into a temporary table, one INSERT ... ON CONFLICT, one query that compares."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Shanghai'")
        cursor.execute(
            "CREATE TEMP TABLE beside (event text, meter text, at timestamptz, quantity numeric, number text)"
        )
        with path.open("rb") as file, cursor.copy("COPY beside FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
            while chunk := file.read(1 << 18):
                copy.write(chunk)
        cursor.execute(
            f"INSERT INTO billing_usagerecord ({COLUMNS}) SELECT a.id, 'bench', event, meter, at, quantity, 'b', %s "
            "FROM beside JOIN contracts_agreement a ON a.number = beside.number ON CONFLICT DO NOTHING",
            [at],
        )
        cursor.execute(
            "SELECT count(*) FROM beside b JOIN billing_usagerecord u ON u.source = 'bench' "
            "AND u.source_event_id = b.event "
            "WHERE u.meter <> b.meter OR u.occurred_at <> b.at OR u.quantity <> b.quantity"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("DROP TABLE beside")


def bulk_create(path: Path, at: datetime) -> None:
    """Django's own: objects in batches, known ids ignored."""
    from django.db import transaction

    from billing.models import UsageRecord

    known = keys()
    lines = (
        UsageRecord(
            agreement_id=known[number],
            source="bench",
            source_event_id=event,
            meter=meter,
            occurred_at=datetime.fromisoformat(time).replace(tzinfo=SHANGHAI),
            quantity=Decimal(quantity),
            batch="b",
            recorded_at=at,
        )
        for event, meter, time, quantity, number in rows_of(path)
    )
    with transaction.atomic():
        while batch := list(islice(lines, 5000)):
            UsageRecord.objects.bulk_create(batch, ignore_conflicts=True)


def _import_export(path: Path, at: datetime, **options: Any) -> None:
    import tablib
    from import_export import fields, resources

    from billing.models import UsageRecord

    known = keys()

    class Usage(resources.ModelResource):
        agreement = fields.Field(attribute="agreement_id", column_name="agreement")

        class Meta:
            model = UsageRecord
            import_id_fields = ("source", "source_event_id")
            fields = (
                "agreement", "source", "source_event_id", "meter", "occurred_at", "quantity", "batch", "recorded_at",
            )  # fmt: skip
            use_transactions = True

    for name, value in options.items():
        setattr(Usage._meta, name, value)
    names = ["agreement", "source", "source_event_id", "meter", "occurred_at", "quantity", "batch", "recorded_at"]
    data = tablib.Dataset(headers=names)
    for event, meter, time, quantity, number in rows_of(path):
        data.append([known[number], "bench", event, meter, time, quantity, "b", f"{at:%Y-%m-%d %H:%M:%S}"])
    result = Usage().import_data(data, dry_run=False, raise_errors=True)
    assert not result.has_errors()


def import_export(path: Path, at: datetime) -> None:
    """django-import-export as it comes."""
    _import_export(path, at)


def import_export_bulk(path: Path, at: datetime) -> None:
    """django-import-export told to write in bulk and to compare and report nothing."""
    _import_export(path, at, use_bulk=True, batch_size=1000, skip_diff=True, report_skipped=False)


ROUTES: dict[str, Callable[[Path, datetime], None]] = {
    "raw": raw,
    "ours": ours,
    "bulk_create": bulk_create,
    "import-export": import_export,
    "import-export, bulk": import_export_bulk,
}
