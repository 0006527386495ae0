"""Reading usage from a CSV file: every row is checked before anything is written, errors name their line."""

import csv
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from billing.fields import fitting, refusal
from billing.money import AmountError, parse_number
from billing.periods import SHANGHAI
from billing.usage import Event
from people.refusal import Refused

# Column names as they are written in files, Chinese or English.
COLUMNS = {
    "来源记录号": "id", "source_event_id": "id",
    "计量项": "meter", "meter": "meter",
    "使用时间": "at", "occurred_at": "at",
    "用量": "quantity", "quantity": "quantity",
    "更正记录号": "corrects", "corrects": "corrects",
}  # fmt: skip
NEEDED = ("id", "meter", "at", "quantity")
SHOWN_ERRORS = 5
ENCODINGS = ("utf-8-sig", "gb18030")  # what Excel in China writes, newest first


def read_usage(file: IO[bytes]) -> list[Event]:
    """The events of a CSV file.  Raises Refused naming the first lines that cannot be read, or what the file lacks."""
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise Refused(_("文件超过 %(mb)d MB，请分批上传。") % {"mb": settings.UPLOAD_MAX_BYTES // 1024 // 1024})
    rows = csv.reader(StringIO(_decoded(content), newline=""))
    names = _columns(next(rows, []))
    events: list[Event] = []
    wrong: list[str] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        try:
            events.append(_event(dict(zip(names, (cell.strip() for cell in row), strict=False))))
        except Refused as refused:
            wrong.append(_("第 %(line)d 行：%(why)s") % {"line": rows.line_num, "why": refused})
    if wrong:
        raise Refused(
            _("有 %(count)d 行有误，没有导入任何记录。") % {"count": len(wrong)} + " " + " ".join(wrong[:SHOWN_ERRORS])
        )
    if not events:
        raise Refused(_("文件中没有用量记录。"))
    return events


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("文件不是 UTF-8 或 GB18030 编码的文本，请另存为 CSV 后再上传。"))


def _columns(header: list[str]) -> list[str]:
    names = [COLUMNS.get(cell.strip(), "") for cell in header]
    if missing := [name for name in NEEDED if name not in names]:
        written = {code: label for label, code in reversed(COLUMNS.items())}
        raise Refused(_("文件缺少这些列：%(columns)s。") % {"columns": "、".join(written[name] for name in missing)})
    return names


def _event(cells: dict[str, str]) -> Event:
    return Event(
        source_event_id=cells.get("id", ""),
        meter=cells.get("meter", ""),
        occurred_at=_instant(cells.get("at", "")),
        quantity=_quantity(cells.get("quantity", "")),
        corrects=cells.get("corrects", ""),
    )


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        raise Refused(_("使用时间“%(text)s”看不懂，请写作 2026-09-01 08:30:00。") % {"text": text}) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)


def _quantity(text: str) -> Decimal:
    try:
        return fitting(parse_number(text), digits=20, places=6)
    except AmountError as error:
        raise Refused(refusal(error, 6)) from error
