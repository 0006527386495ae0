"""The rows of a bank's file, CSV or XLSX, each with the line on which a person finds it."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from people.refusal import Refused

Cell: TypeAlias = "str | Decimal | date"
Row: TypeAlias = "tuple[int, list[Cell]]"

ENCODINGS = ("utf-8-sig", "gb18030")  # what Excel in China writes, newest first
MOST_ROWS = 20_000
MOST_UNPACKED = 100 * 1024 * 1024  # what a workbook may unpack to
PACKAGE = b"PK\x03\x04"


def rows_of(content: bytes, *, encoding: str = "auto", delimiter: str = ",") -> list[Row]:
    """All rows of a file, with their lines; numbers of a workbook as Decimal, its dates as dates.

    Raises Refused for what is neither text in the encoding nor a workbook, and for a file too long to be looked at.
    """
    found = _of_workbook(content) if content.startswith(PACKAGE) else _of_text(content, encoding, delimiter)
    rows: list[Row] = []
    for line, cells in found:
        if len(rows) >= MOST_ROWS:
            raise Refused(_("一个文件最多 %(most)d 行，请按日期分几份导出。") % {"most": MOST_ROWS})
        rows.append((line, cells))
    return rows


def _of_text(content: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(_decoded(content, encoding), newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, [_bare(cell) for cell in cells]
    except csv.Error as error:
        raise Refused(_("文件第 %(line)d 行不是可读的 CSV，请从网银重新导出。") % {"line": reader.line_num}) from error


def _bare(text: str) -> str:
    """A cell without what banks put around a number so that a spreadsheet keeps it: tabs, an apostrophe, =\"...\"."""
    text = text.strip().strip("\t").strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()


def _decoded(content: bytes, encoding: str) -> str:
    if b"\x00" in content:
        raise Refused(_("文件不是文本，请从网银导出 CSV 或 XLSX。"))
    for name in ENCODINGS if encoding == "auto" else [{"utf-8": "utf-8-sig"}.get(encoding, encoding)]:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise Refused(_("文件不是所选编码的文本，请核对流水格式中的文字编码。"))


def _of_workbook(content: bytes) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
        if unpacked > MOST_UNPACKED:
            raise Refused(_("工作簿解开后太大，请按日期分几份导出。"))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        if sheet.total_height > MOST_ROWS:
            raise Refused(_("一个文件最多 %(most)d 行，请按日期分几份导出。") % {"most": MOST_ROWS})
        table = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, IndexError) as error:
        raise Refused(_("工作簿打不开，请从网银重新导出，或另存为 CSV。")) from error
    for line, cells in enumerate(table, start=1):
        yield line, [_plain(cell) for cell in cells]


def _plain(cell: object) -> Cell:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, time | bool):
        return str(cell)
    if isinstance(cell, int | float):  # six places are more than money has and fewer than a double's noise
        return Decimal(format(cell, ".6f")).normalize()
    return _bare(str(cell))
