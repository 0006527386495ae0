"""Opening usage files: CSV as UTF-8 or GB 18030, or the first sheet of an XLSX file, line by line."""

import codecs
import csv
import io
import os
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Protocol

from django.utils.translation import gettext as _

from billing.worksheets import EPOCHS, BadWorkbook, Worksheet
from people.refusal import Refused

# Column names as they are written in files, Chinese or English.
COLUMNS = {
    "来源记录号": "id", "source_event_id": "id",
    "计量项": "meter", "meter": "meter",
    "使用时间": "at", "occurred_at": "at",
    "用量": "quantity", "quantity": "quantity",
    "更正记录号": "corrects", "corrects": "corrects",
    "协议编号": "agreement", "agreement": "agreement",
}  # fmt: skip
NEEDED = ("id", "meter", "at", "quantity")
ENCODINGS = ("utf-8-sig", "gb18030")  # what Excel in China writes, newest first
PACKAGE, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
STEP = 1024 * 1024


class Lines(Protocol):
    """The lines of a file with their numbers; blank ones are there too.  percent: how much of it was read."""

    epoch: datetime

    def __iter__(self) -> Iterator[tuple[int, list[str]]]: ...

    @property
    def percent(self) -> int: ...


def lines_of(file: IO[bytes]) -> Lines:
    """The lines of a usage file.  Raises Refused, now or while they are read, for what is no table."""
    head = file.read(4)
    file.seek(0)
    if head == OLD_OFFICE:
        raise Refused(_("文件是旧式 .xls 或加密的工作簿，请另存为 .xlsx 或 CSV 后再上传。"))
    return SheetLines(file) if head == PACKAGE else CsvLines(file)


class CsvLines:
    """Lines of text."""

    epoch = EPOCHS[0]

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._encoding = file, _encoding_of(file)
        self._size = max(file.seek(0, os.SEEK_END), 1)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding=self._encoding, newline="")
        rows = csv.reader(text)
        begun = 1
        try:
            for row in rows:
                yield begun, row
                begun = rows.line_num + 1
        except csv.Error as error:
            raise Refused(
                _("第 %(line)d 行读不下去（引号没有配对，或单元格过长），请改正后再上传。") % {"line": begun}
            ) from error
        finally:
            if not self._file.closed:
                text.detach()

    @property
    def percent(self) -> int:
        return min(100, 100 * self._file.tell() // self._size)


class SheetLines:
    """Rows of a spreadsheet."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._sheet = Worksheet(file)
        except BadWorkbook as bad:
            raise Refused(_what_is_bad(bad)) from bad
        self.epoch = self._sheet.epoch

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        try:
            yield from self._sheet
        except BadWorkbook as bad:
            raise Refused(_what_is_bad(bad)) from bad

    @property
    def percent(self) -> int:
        return min(100, 100 * self._sheet.at // self._sheet.size)


def columns_of(header: list[str]) -> dict[str, int]:
    """Where each known column stands.  Raises Refused naming those that are missing or there twice."""
    names = [COLUMNS.get(cell.strip().lstrip("\ufeff"), "") for cell in header]
    written = {code: label for label, code in reversed(COLUMNS.items())}
    if missing := [name for name in NEEDED if name not in names]:
        raise Refused(_("文件缺少这些列：%(columns)s。") % {"columns": "、".join(written[name] for name in missing)})
    if twice := [name for name in dict.fromkeys(names) if name and names.count(name) > 1]:
        raise Refused(_("这些列出现了两次：%(columns)s。") % {"columns": "、".join(written[name] for name in twice)})
    return {name: place for place, name in enumerate(names) if name}


def _encoding_of(file: IO[bytes]) -> str:
    for encoding in ENCODINGS:
        if _decodes(file, encoding):
            return encoding
    raise Refused(_("文件不是 UTF-8 或 GB18030 编码的文本，请另存为 CSV 后再上传。"))


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(STEP):
            if b"\x00" in chunk:
                raise Refused(_("文件不是 UTF-8 或 GB18030 编码的文本，请另存为 CSV 后再上传。"))
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _what_is_bad(bad: BadWorkbook) -> str:
    return {
        "zip": _("工作簿损坏或加密，请重新保存后再上传。"),
        "large": _("工作簿展开后过大，请分成几份，或另存为 CSV 后再上传。"),
        "sheet": _("工作簿里没有工作表，请重新保存后再上传。"),
        "xml": _("工作簿的内容不合规范，请用表格软件重新保存后再上传。"),
        "cell": _("工作簿里有过长或损坏的单元格，请改正后再上传。"),
    }[bad.why]
