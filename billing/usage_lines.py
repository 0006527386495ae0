"""One line of a usage file as checked values: everything that can be told without looking at stored rows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from billing.fields import fitting, refusal
from billing.importing import columns_of
from billing.money import AmountError, parse_number
from billing.usage import ID_LENGTH, METER_LENGTH
from billing.worksheets import Formula, Numeric
from people.refusal import Refused

AHEAD = timedelta(hours=8)  # China keeps +8 since 1991; no agreement is older
MICRO = 1_000_000
WHOLE_DIGITS, PLACES = 9, 6  # what every engine keeps exactly: fifteen digits
SAFE_DIGITS = 15  # digits of a number that a spreadsheet keeps
LOOSE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Party:
    """An agreement that usage may belong to, and the instant (UTC, without zone) from which it counts."""

    pk: int
    begins: datetime


class Line(NamedTuple):
    """A checked line: the instant in UTC without zone, the quantity as text and in millionths, its month as 202609."""

    agreement: int
    source_event_id: str
    meter: str
    occurred_at: datetime
    quantity: str
    corrects: str
    month: int
    micro: int


class LineReader:
    """Reads the lines under one header.

    Raises Refused for a header without the columns; `read` raises Refused with what is wrong in a line.
    """

    def __init__(
        self,
        header: list[str],
        *,
        only: Party | None,
        party_of: Callable[[str], Party | None],
        until: datetime,
        epoch: datetime,
    ) -> None:
        self.places = columns_of(header)
        self.width = max(self.places.values()) + 1
        if only is None and "agreement" not in self.places:
            raise Refused(_("文件缺少这些列：%(columns)s。") % {"columns": _("协议编号")})
        self.only, self.party_of, self.epoch = only, party_of, epoch
        self.until = until.astimezone(UTC).replace(tzinfo=None)
        self._take = self._taker(self.places)

    @staticmethod
    def _taker(places: Mapping[str, int]) -> tuple[int, int, int, int, int | None, int | None]:
        return (
            places["id"],
            places["meter"],
            places["at"],
            places["quantity"],
            places.get("corrects"),
            places.get("agreement"),
        )

    def read(self, cells: list[str]) -> Line:
        """The values of a line."""
        if len(cells) < self.width:
            cells = cells + [""] * (self.width - len(cells))
        at_id, at_meter, at_time, at_quantity, at_corrects, at_agreement = self._take
        event, meter = _name(cells[at_id]), cells[at_meter].strip()
        corrects = _name(cells[at_corrects]) if at_corrects is not None else ""
        _check_names(event, meter, corrects)
        quantity, micro = _quantity(cells[at_quantity])
        if micro < 0 and not corrects:
            raise Refused(_("用量不能为负数；冲减须注明所更正的记录。"))
        party = self._party(cells[at_agreement].strip() if at_agreement is not None else "")
        local, utc = self._instant(cells[at_time])
        if utc > self.until:
            raise Refused(_("使用时间晚于上传的时间，请核对。"))
        if utc < party.begins:
            raise Refused(_("使用时间早于协议生效日期，请核对。"))
        return Line(party.pk, event, meter, utc, quantity, corrects, local.year * 100 + local.month, micro)

    def _party(self, number: str) -> Party:
        if not number:
            if self.only is None:
                raise Refused(_("缺少协议编号。"))
            return self.only
        found = self.party_of(number)
        if found is None:
            raise Refused(_("协议“%(number)s”不存在或尚未生效。") % {"number": number[:40]})
        if self.only is not None and found != self.only:
            raise Refused(_("协议“%(number)s”不是上传时所选的协议。") % {"number": number[:40]})
        return found

    def _instant(self, cell: str) -> tuple[datetime, datetime]:
        """The instant as wall time in China, and in UTC."""
        if cell.__class__ is not str:
            local = self._serial(cell)
            return local, local - AHEAD
        text = cell.strip()
        try:
            told = datetime.fromisoformat(text)
        except ValueError:
            told = _loose(text)
        try:
            if told.tzinfo is None:
                return told, told - AHEAD
            utc = told.astimezone(UTC).replace(tzinfo=None)
            return utc + AHEAD, utc
        except OverflowError as error:
            raise Refused(_unreadable(text)) from error

    def _serial(self, cell: str) -> datetime:
        """A date as spreadsheets count it: days since their epoch, to the second."""
        if isinstance(cell, Formula):
            raise Refused(_formula())
        try:
            days = float(cell)
            if not 1 <= days < 2_958_466:  # 9999-12-31
                raise ValueError
            return self.epoch + timedelta(seconds=round(days * 86400))
        except (ValueError, OverflowError) as error:
            raise Refused(_unreadable(cell)) from error


def _name(cell: str) -> str:
    """The text of a name; numbers that lost digits on their way through a spreadsheet are no names."""
    if cell.__class__ is str:
        return cell.strip()
    if isinstance(cell, Formula):
        raise Refused(_formula())
    if not (cell.isascii() and cell.isdigit() and len(cell) <= SAFE_DIGITS):
        raise Refused(_("记录号“%(text)s”在表格里是数值，位数可能已经丢失，请设为文本。") % {"text": cell[:40]})
    return str(cell)


def _check_names(event: str, meter: str, corrects: str) -> None:
    if not event or not meter:
        raise Refused(_("缺少来源记录号或计量项。"))
    if len(event) > ID_LENGTH or len(corrects) > ID_LENGTH or len(meter) > METER_LENGTH:
        raise Refused(_("来源记录号最长 80 个字符，计量项最长 60 个字符。"))
    if not (event.isprintable() and meter.isprintable() and corrects.isprintable()):
        raise Refused(_("来源记录号或计量项含有不可见的字符。"))
    if meter.__class__ is Formula:
        raise Refused(_formula())


def _quantity(cell: str) -> tuple[str, int]:
    """A quantity as plain text and in millionths, never rounded."""
    if cell.__class__ is not str:
        cell = _cell_number(cell)
    text = cell.strip()
    whole, point, rest = text.partition(".")
    if (
        text.isascii() and whole.isdigit() and len(whole) <= WHOLE_DIGITS and (
            not point or (rest.isdigit() and len(rest) <= PLACES)
        )
    ):  # fmt: skip
        return text, int(whole) * MICRO + (int(rest.ljust(PLACES, "0")) if rest else 0)
    try:
        number = fitting(parse_number(text[:60]), digits=20, places=PLACES)
    except AmountError as error:
        raise Refused(refusal(error, PLACES)) from error
    return f"{number:f}", int(number.scaleb(PLACES))


def _cell_number(cell: str) -> str:
    """A number as the spreadsheet shows it: 0.1, not 0.10000000000000001."""
    if isinstance(cell, Formula):
        raise Refused(_formula())
    try:
        number = float(cell)
    except ValueError:
        return str(cell)
    if cell.isdigit() or not isinstance(cell, Numeric):
        return str(cell)
    return f"{number:.15g}" if abs(number) >= 0.0001 or not number else f"{number:.15f}".rstrip("0")


def _loose(text: str) -> datetime:
    """2026/9/1 8:30 and the like, as Excel writes dates into CSV."""
    found = LOOSE.fullmatch(text)
    if found is None:
        raise Refused(_unreadable(text))
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  wall time, the caller knows where
    except ValueError as error:
        raise Refused(_unreadable(text)) from error


def _unreadable(text: str) -> str:
    return _("使用时间“%(text)s”看不懂，请写作 2026-09-01 08:30:00。") % {"text": text[:40]}


def _formula() -> str:
    return _("单元格是公式，请选择性粘贴为数值后再上传。")
