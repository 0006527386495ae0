"""Reading updates from a CSV file: every row is checked before anything is written, errors name their line."""

import csv
import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import IO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.updates import Told
from people.refusal import Refused

# Column names as they are written in files, Chinese or English.
COLUMNS = {
    "目录编号": "item", "item": "item",
    "更新时间": "updated_at", "updated_at": "updated_at",
    "数据截至": "data_date", "data_date": "data_date",
    "更新条数": "rows", "rows": "rows",
    "来源记录号": "id", "external_id": "id",
    "说明": "note", "note": "note",
}  # fmt: skip
NEEDED = ("item", "updated_at", "id")
SHOWN_ERRORS = 5
MOST_ROWS = 20_000
ENCODINGS = ("utf-8-sig", "gb18030")  # what Excel in China writes, newest first
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: its updates and the hash of its bytes."""

    told: list[Told]
    sha256: str


def read_updates(file: IO[bytes]) -> Read:
    """The updates of a CSV file.  Raises Refused naming the first lines that cannot be read, or what the file lacks."""
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise Refused(_("文件超过 %(mb)d MB，请分批上传。") % {"mb": settings.UPLOAD_MAX_BYTES // 1024 // 1024})
    return Read(_rows(_decoded(content)), hashlib.sha256(content).hexdigest())


def _rows(text: str) -> list[Told]:
    rows = csv.reader(StringIO(text, newline=""))
    told: list[Told] = []
    wrong: list[str] = []
    try:
        names = _columns(next(rows, []))
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(told) + len(wrong) >= MOST_ROWS:
                raise Refused(_("一个文件最多 %(most)d 行，请分批上传。") % {"most": MOST_ROWS})
            try:
                told.append(_update(dict(zip(names, (cell.strip() for cell in row), strict=False))))
            except Refused as refused:
                wrong.append(_("第 %(line)d 行：%(why)s") % {"line": rows.line_num, "why": refused})
    except csv.Error as error:
        raise Refused(
            _("文件不是可读的 CSV（第 %(line)d 行），请另存为 CSV 后再上传。") % {"line": rows.line_num}
        ) from error
    if wrong:
        said = _("有 %(count)d 行有误，没有导入任何记录。") % {"count": len(wrong)}
        raise Refused(said + " " + " ".join(wrong[:SHOWN_ERRORS]))
    if not told:
        raise Refused(_("文件中没有更新记录。"))
    return told


def _decoded(content: bytes) -> str:
    if b"\x00" in content:
        raise Refused(_("文件不是文本，请另存为 CSV 后再上传。"))
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


def _update(cells: dict[str, str]) -> Told:
    for cell in cells.values():
        if cell.startswith(FORMULA_STARTS):
            raise Refused(_("“%(text)s”像是表格公式，请改为文字。") % {"text": cell[:20]})
    number = cells.get("item", "")
    if not number or len(number) > 40:
        raise Refused(_("缺少目录编号，或者超过 40 个字符。"))
    return Told(
        number=number,
        updated_at=_instant(cells.get("updated_at", "")),
        external_id=_id(cells.get("id", "")),
        data_date=_day(cells.get("data_date", "")),
        rows=_count(cells.get("rows", "")),
        note=cells.get("note", "")[:200],
    )


def _id(text: str) -> str:
    if not text or len(text) > 80:
        raise Refused(_("缺少来源记录号，或者超过 80 个字符。"))
    return text


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        raise Refused(_("更新时间“%(text)s”看不懂，请写作 2026-09-01 08:30。") % {"text": text[:30]}) from error
    return instant if timezone.is_aware(instant) else timezone.make_aware(instant)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        raise Refused(_("数据截至“%(text)s”看不懂，请写作 2026-09-01。") % {"text": text[:30]}) from error


def _count(text: str) -> int | None:
    digits = text.replace(",", "").replace("，", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise Refused(_("更新条数“%(text)s”须是不小于 0 的整数。") % {"text": text[:20]})
    return int(digits)
