"""Rows of a usage file while they wait: written by COPY or executemany, compared and moved by single statements.

Statements are SQL of both engines: a million rows never become objects.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from billing.models import StagedUsage, UsageRecord, UsageUpload
from billing.usage_lines import Line

Numbered = tuple[int, Line]
STAGED, USAGE = StagedUsage._meta.db_table, UsageRecord._meta.db_table
COLUMNS = "upload_id, line, agreement_id, source_event_id, meter, occurred_at, quantity, corrects"
CLEARED = 100_000  # rows a statement: other writers come in between
CACHE = -48_000  # KiB of pages for the time of the move on SQLite; its own 2 MB make a million keys crawl

# Stored rows that are not what the waiting row says.
DIFFERS = f"""
    (u.agreement_id <> s.agreement_id OR u.meter <> s.meter OR u.occurred_at <> s.occurred_at
     OR u.quantity <> s.quantity
     OR COALESCE((SELECT c.source_event_id FROM {USAGE} c WHERE c.id = u.corrects_id), '') <> s.corrects)
"""  # noqa: S608
STORED = f"""FROM {STAGED} s JOIN {USAGE} u ON u.source = %s AND u.source_event_id = s.source_event_id
    WHERE s.upload_id = %s"""
# The first of the lines that share an id, beside each later one.
TWINS = f"""FROM {STAGED} s JOIN
    (SELECT source_event_id, MIN(line) AS line FROM {STAGED} WHERE upload_id = %s
     GROUP BY source_event_id HAVING COUNT(*) > 1) g
    ON g.source_event_id = s.source_event_id
    JOIN {STAGED} f ON f.upload_id = %s AND f.line = g.line
    WHERE s.upload_id = %s AND s.line > g.line"""  # noqa: S608
UNLIKE = """ AND (f.agreement_id <> s.agreement_id OR f.meter <> s.meter OR f.occurred_at <> s.occurred_at
    OR f.quantity <> s.quantity OR f.corrects <> s.corrects)"""
# Rows beyond the first of each id; grouped, for COUNT(DISTINCT ...) would sort a million texts by rules of language.
AGAIN = """SELECT COALESCE(SUM(g.n - 1), 0) FROM
    (SELECT COUNT(*) AS n {} GROUP BY s.source_event_id HAVING COUNT(*) > 1) g"""
LOST = f"""FROM {STAGED} s
    LEFT JOIN {USAGE} u ON u.source = %s AND u.source_event_id = s.corrects AND u.agreement_id = s.agreement_id
    LEFT JOIN {STAGED} t ON t.upload_id = s.upload_id AND t.source_event_id = s.corrects
        AND t.agreement_id = s.agreement_id AND t.line <> s.line
    WHERE s.upload_id = %s AND s.corrects <> '' AND u.id IS NULL AND t.id IS NULL"""


def stage(upload: UsageUpload, lines: Sequence[Numbered]) -> None:
    """Write checked lines, the fastest way that the engine has."""
    if connection.vendor == "postgresql":
        _copy(upload.pk, lines)
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {STAGED} ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608
            [(upload.pk, number, line[0], line[1], line[2], str(line[3]), line[4], line[5]) for number, line in lines],
        )


def _copy(upload: int, lines: Sequence[Numbered]) -> None:
    # Names are printable, so that of what COPY reads as marks only the backslash can be in them.
    text = "".join(
        f"{upload}\t{number}\t{line[0]}\t{line[1]}\t{line[2]}\t{line[3]}\t{line[4]}\t{line[5]}\n"
        for number, line in lines
    ).replace("\\", "\\\\")
    with connection.cursor() as cursor, cursor.copy(f"COPY {STAGED} ({COLUMNS}) FROM STDIN") as copy:
        copy.write(text)


def knows(source: str) -> bool:
    """Whether anything of the source is stored."""
    return UsageRecord.objects.filter(source=source).exists()


def stored(upload: UsageUpload) -> int:
    """How many lines are stored already, whatever they say."""
    return _number(f"SELECT COUNT(*) {STORED}", [upload.source, upload.pk])


def conflicts(upload: UsageUpload, most: int) -> Iterator[tuple[int, str, str, Any, datetime]]:
    """Lines whose id is stored with other content: line, id, and the stored meter, quantity and instant."""
    sql = f"SELECT s.line, s.source_event_id, u.id {STORED} AND {DIFFERS} ORDER BY s.line LIMIT %s"
    found = _rows(sql, [upload.source, upload.pk, most])
    kept = UsageRecord.objects.in_bulk([row[2] for row in found])
    for line, event, key in found:
        row = kept[key]
        yield line, event, row.meter, row.quantity, row.occurred_at


def repeated(upload: UsageUpload) -> int:
    """How many lines repeat an id of an earlier line of the same file."""
    return _number(AGAIN.format(f"FROM {STAGED} s WHERE s.upload_id = %s"), [upload.pk])


def repeated_and_stored(upload: UsageUpload) -> int:
    """How many of the repeating lines are stored already."""
    return _number(AGAIN.format(STORED), [upload.source, upload.pk])


def contradictions(upload: UsageUpload, most: int) -> list[tuple[int, str, int]]:
    """Lines that say something else under an id of an earlier line: line, id, the earlier line."""
    sql = f"SELECT s.line, s.source_event_id, f.line {TWINS}{UNLIKE} ORDER BY s.line LIMIT %s"
    return _rows(sql, [upload.pk, upload.pk, upload.pk, most])


def lost(upload: UsageUpload, most: int) -> list[tuple[int, str, str]]:
    """Corrections of what is neither stored nor in the file: line, id, the id that is missing."""
    sql = f"SELECT s.line, s.source_event_id, s.corrects {LOST} ORDER BY s.line LIMIT %s"
    return _rows(sql, [upload.source, upload.pk, most])


def move(upload: UsageUpload, stamp: UsageRecord, *, corrections: bool) -> int:
    """Make the waiting rows usage, those that are not stored yet; returns how many.  Inside a transaction.

    Corrections follow what they correct, in as many rounds as one corrects another.
    """
    said = [stamp.source, stamp.batch, _instant(stamp.recorded_at), stamp.recorded_by_id]
    named = "source, batch, recorded_at, recorded_by_id, agreement_id, source_event_id, meter, occurred_at, quantity"
    chosen = "%s, %s, %s, %s, s.agreement_id, s.source_event_id, s.meter, s.occurred_at, s.quantity"
    conflict = "ON CONFLICT (source, source_event_id) DO NOTHING"
    plain = f"""INSERT INTO {USAGE} ({named}) SELECT {chosen} FROM {STAGED} s
        WHERE s.upload_id = %s AND s.corrects = '' {conflict}"""  # noqa: S608
    added = _done(plain, [*said, upload.pk])
    following = f"""INSERT INTO {USAGE} ({named}, corrects_id) SELECT {chosen}, u.id FROM {STAGED} s
        JOIN {USAGE} u ON u.source = %s AND u.source_event_id = s.corrects AND u.agreement_id = s.agreement_id
        WHERE s.upload_id = %s AND s.corrects <> '' {conflict}"""  # noqa: S608
    while corrections and (more := _done(following, [*said, upload.source, upload.pk])):
        added += more
    return added


def clear(upload: UsageUpload) -> None:
    """Drop the waiting rows, some at a time."""
    if connection.vendor == "sqlite" and not StagedUsage.objects.exclude(upload=upload).exists():
        _done(f"DELETE FROM {STAGED}", [])  # noqa: S608  without a condition SQLite frees the table at once
        return
    while True:
        last = StagedUsage.objects.filter(upload=upload).order_by("-line").values_list("line", flat=True).first()
        if last is None:
            return
        StagedUsage.objects.filter(upload=upload, line__gt=last - CLEARED)._raw_delete("default")


@contextmanager
def room() -> Iterator[None]:
    """More memory for the keys while many rows move."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        (before,) = cursor.fetchone()
        cursor.execute(f"PRAGMA cache_size = {CACHE}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {int(before)}")


def _instant(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _rows(sql: str, said: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, said)
        return list(cursor.fetchall())


def _number(sql: str, said: list[Any]) -> int:
    return int(_rows(sql, said)[0][0])


def _done(sql: str, said: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, said)
        return int(cursor.rowcount)
