"""Exporting: a list as CSV or XLSX, row by row, safe from formula injection."""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

# What a spreadsheet may take for the start of a formula, in half and full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"  # without it Excel reads Chinese CSV as GBK

Row = list[Any]


def safe(value: Any) -> Any:
    """The value as a cell: numbers, dates and None stay; text that could run as a formula gets a leading apostrophe.

    Source: OWASP, CSV Injection.  Leading blanks do not hide a formula; `==1+1` is one too.
    """
    if value is None or isinstance(value, bool | int | float | Decimal | datetime | date):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS) else text


def as_csv(header: Iterable[object], rows: Iterable[Row], *, name: str) -> HttpResponseBase:
    """The list as UTF-8 CSV (with byte order mark), streamed while it is read.  name: the file's, without ending."""
    response = StreamingHttpResponse(_csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    return _as_attachment(response, f"{name}.csv")


def as_xlsx(header: Iterable[object], rows: Iterable[Row], *, name: str) -> HttpResponseBase:
    """The list as XLSX, written in constant memory to a temporary file that goes when the answer is sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it
    _write_workbook(file, header, rows)
    file.seek(0)
    response = FileResponse(file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    return _as_attachment(response, f"{name}.xlsx")


FORMATS: dict[str, Callable[..., HttpResponseBase]] = {"xlsx": as_xlsx, "csv": as_csv}


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv_lines(header: Iterable[object], rows: Iterable[Row]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([safe(str(label)) for label in header])
    for row in rows:
        yield writer.writerow([_plain(safe(value)) for value in row])


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    return _local(value).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def _local(value: datetime) -> datetime:
    """The instant as local wall time without a zone: spreadsheets know no zones."""
    return timezone.make_naive(value) if timezone.is_aware(value) else value


def _write_workbook(file: IO[bytes], header: Iterable[object], rows: Iterable[Row]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    formats: dict[Any, Any] = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    labels = [safe(str(label)) for label in header]
    sheet.set_column(0, max(len(labels) - 1, 0), 18)
    sheet.write_row(0, 0, labels, book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, (number, column), safe(value), formats)
    book.close()


def _write_cell(sheet: Any, place: tuple[int, int], value: Any, formats: dict[Any, Any]) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(*place, _local(value), formats[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, formats[date])
    elif isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(*place, value)
    elif value not in (None, ""):
        sheet.write_string(*place, value)


def _as_attachment(response: HttpResponseBase, file_name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["Cache-Control"] = "private, no-store"
    return response
