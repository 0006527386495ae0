"""A bank's file as lines of money, by a saved mapping: what is read, what cannot be and why, whether balances agree."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from billing.bank_tables import Cell, Row, rows_of
from billing.fields import fitting, refusal
from billing.models import BankMapping
from billing.money import ZERO, AmountError, parse_number
from contracts.names import key
from people.refusal import Refused

NAMELESS = "（流水未载明）"
FOOTERS = ("合计", "总计", "小计", "承前页", "过次页", "本页", "期初余额", "期末余额", "打印日期", "制表")
NOTHING = {"", "-", "--", "—"}
FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's serial dates
SERIALS = range(20_000, 80_000)  # 1954 to 2119
DIGITS_KEPT = 15  # what a spreadsheet keeps of a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One movement on our account as the bank states it; incoming or outgoing, the amount always above zero."""

    line: int
    incoming: bool
    account: str
    value_date: date
    amount: Decimal
    other_name: str
    other_account: str = ""
    memo: str = ""
    txn: str = ""
    balance: Decimal | None = None

    @property
    def signed(self) -> Decimal:
        return self.amount if self.incoming else -self.amount


@dataclass(slots=True)
class Reading:
    """What a file says: its lines, and the rows that cannot be read, with their reasons."""

    lines: list[Line] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Balances:
    """Whether the balances of a file follow from its movements; None where it states none."""

    agree: bool | None
    opening: Decimal | None = None
    closing: Decimal | None = None
    words: str = ""


def read(mapping: BankMapping, content: bytes, *, today: date) -> Reading:
    """The lines of a file.  Raises Refused when no row holds the named columns, or nothing follows it."""
    rows = rows_of(content, encoding=mapping.encoding, delimiter=mapping.delimiter)
    at, places = _header(rows, mapping)
    account = _account(rows[:at], mapping)
    reading = Reading()
    for number, cells in rows[at + 1 :]:
        row = _Cells(cells, places)
        if _is_no_movement(cells, row, mapping, places):
            continue
        try:
            reading.lines.append(_line(mapping, row, number, account, today))
        except Refused as refused:
            reading.errors.append((number, str(refused)))
    if not reading.lines and not reading.errors:
        raise Refused(_("文件中没有收支明细，请核对是否选对了流水格式。"))
    return reading


def balances_of(lines: Sequence[Line]) -> Balances:
    """Opening + movements = closing, row by row, the oldest first or last; of one account only."""
    if not lines or any(line.balance is None for line in lines) or len({line.account for line in lines}) > 1:
        return Balances(agree=None)
    orders = [list(lines), list(reversed(lines))]
    broken = [_breaks(order) for order in orders]
    place = 0 if len(broken[0]) <= len(broken[1]) else 1
    order, wrong = orders[place], broken[place]
    opening, closing = _stated(order[0]) - order[0].signed, _stated(order[-1])
    if not wrong:
        return Balances(agree=True, opening=opening, closing=closing)
    first = wrong[0]
    words = _("第 %(line)d 行的余额 %(balance)s 与前后各行对不上，共 %(count)d 处；流水可能有缺行。") % {
        "line": first.line, "balance": first.balance, "count": len(wrong),
    }  # fmt: skip
    return Balances(agree=False, opening=opening, closing=closing, words=words)


def _stated(line: Line) -> Decimal:
    assert line.balance is not None  # noqa: S101 - asked by balances_of
    return line.balance


def _breaks(lines: Sequence[Line]) -> list[Line]:
    return [later for earlier, later in pairwise(lines) if _stated(earlier) + later.signed != _stated(later)]


class _Cells:
    """The cells of one row by the names of their columns."""

    def __init__(self, cells: list[Cell], places: dict[str, int]) -> None:
        self._cells, self._places = cells, places

    def raw(self, column: str) -> Cell:
        place = self._places.get(key(column))
        return self._cells[place] if column and place is not None and place < len(self._cells) else ""

    def text(self, column: str) -> str:
        """Text, or a number as its digits.  Raises Refused for a number of which the spreadsheet lost digits."""
        cell = self.raw(column)
        if isinstance(cell, Decimal):
            if len(cell.as_tuple().digits) >= DIGITS_KEPT or abs(cell) >= Decimal(10) ** DIGITS_KEPT:
                raise Refused(
                    _("“%(column)s”是数字格式，超过 15 位的号码已经失真，请导出为文本。") % {"column": column}
                )
            return format(cell, "f")
        return cell.isoformat() if isinstance(cell, date) else cell

    def money(self, column: str) -> Decimal | None:
        """An amount; None where the cell is empty, a dash or zero."""
        cell = self.raw(column)
        if isinstance(cell, date):
            raise Refused(_("“%(column)s”是日期，不是金额。") % {"column": column})
        if isinstance(cell, str) and cell in NOTHING:
            return None
        try:
            value = cell if isinstance(cell, Decimal) else parse_number(cell)
            return fitting(value, digits=14, places=2) or None
        except AmountError as error:
            raise Refused(_("“%(column)s”：%(wrong)s") % {"column": column, "wrong": refusal(error, 2)}) from error


def columns_of(mapping: BankMapping) -> list[str]:
    """The columns that a file must have, as the mapping names them."""
    memo = split_names(mapping.memo_columns)
    account = [mapping.account_text] if mapping.account_from == BankMapping.AccountFrom.COLUMN else []
    named = [
        mapping.date_column, mapping.in_column, mapping.out_column, mapping.amount_column, mapping.direction_column,
        mapping.payer_column, mapping.payer_account_column, mapping.txn_column, mapping.balance_column,
    ]  # fmt: skip
    return [name for name in [*named, *memo, *account] if name]


def split_names(text: str) -> list[str]:
    """Several names in one field, between commas, 、 or +."""
    return [name.strip() for name in re.split(r"[、,，+|]", text) if name.strip()]


def _header(rows: Sequence[Row], mapping: BankMapping) -> tuple[int, dict[str, int]]:
    """The first row that holds all named columns, and the place of each."""
    wanted = {key(name): name for name in columns_of(mapping)}
    nearest: set[str] = set()
    for at, (_number, cells) in enumerate(rows):
        places: dict[str, int] = {}
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and cell:
                places.setdefault(key(cell), place)
        found = wanted.keys() & places.keys()
        if len(found) == len(wanted):
            return at, places
        nearest = max(nearest, found, key=len)
    missing = "、".join(name for code, name in wanted.items() if code not in nearest)
    raise Refused(_("文件中找不到表头：缺少列 %(columns)s。请核对流水格式。") % {"columns": missing})


def _account(preamble: Sequence[Row], mapping: BankMapping) -> str:
    if mapping.account_from == BankMapping.AccountFrom.FIXED:
        return mapping.account_text
    if mapping.account_from == BankMapping.AccountFrom.COLUMN:
        return ""
    wanted = key(mapping.account_text)
    for _number, cells in preamble:
        texts = [cell if isinstance(cell, str) else format(cell, "f") for cell in cells if not isinstance(cell, date)]
        for place, text in enumerate(texts):
            if wanted and key(text).startswith(wanted):
                said = re.sub(r"[^0-9A-Za-z]", "", re.split(r"[:：]", text, maxsplit=1)[-1])
                following = next((after for after in texts[place + 1 :] if after), "")
                if found := said or re.sub(r"[^0-9A-Za-z]", "", following):
                    return found
    raise Refused(_("文件开头找不到“%(label)s”后面的本方账号。") % {"label": mapping.account_text})


def _is_no_movement(cells: Iterable[Cell], row: _Cells, mapping: BankMapping, places: dict[str, int]) -> bool:
    """Empty rows, totals under the table, and the header again on a new page."""
    said = [cell for cell in cells if cell != ""]
    if not said:
        return True
    dated = row.raw(mapping.date_column)
    if isinstance(dated, str) and key(dated) == key(mapping.date_column):
        return True
    words = [cell for cell in said if isinstance(cell, str)]
    return not _looks_like_date(dated) and any(word in text for text in words for word in FOOTERS)


def _looks_like_date(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(re.match(r"\s*[12]\d{3}", cell))


def _line(mapping: BankMapping, row: _Cells, number: int, account: str, today: date) -> Line:
    on = _day(row.raw(mapping.date_column), mapping)
    if on > today:
        raise Refused(_("日期 %(on)s 晚于今天。") % {"on": on})
    incoming, amount = _movement(mapping, row)
    memo = " ".join(text for name in split_names(mapping.memo_columns) if (text := row.text(name)))
    if not account:
        account = row.text(mapping.account_text)
    if not key(account):
        raise Refused(_("没有本方账号。"))
    return Line(
        line=number, incoming=incoming, account=account, value_date=on, amount=amount,
        other_name=_short(row.text(mapping.payer_column), 120) or NAMELESS,
        other_account=_short(row.text(mapping.payer_account_column), 40) if mapping.payer_account_column else "",
        memo=memo[:200],
        txn=_short(row.text(mapping.txn_column), 80) if mapping.txn_column else "",
        balance=_balance(mapping, row),
    )  # fmt: skip


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        raise Refused(_("“%(text)s…”太长，最多 %(most)d 个字。") % {"text": text[:20], "most": most})
    return text


def _balance(mapping: BankMapping, row: _Cells) -> Decimal | None:
    if not mapping.balance_column or row.raw(mapping.balance_column) in NOTHING:
        return None
    return row.money(mapping.balance_column) or ZERO


def _movement(mapping: BankMapping, row: _Cells) -> tuple[bool, Decimal]:
    """Whether money came in, and how much; a negative amount is the bank's correction and goes the other way."""
    style = mapping.style
    if style == BankMapping.Style.SPLIT:
        came, went = row.money(mapping.in_column), row.money(mapping.out_column)
        if (came is None) == (went is None):
            raise Refused(_("收入和支出须有且只有一个金额。"))
        incoming, amount = came is not None, came if came is not None else went
    else:
        amount = row.money(mapping.amount_column)
        incoming = style != BankMapping.Style.REVERSED
        if style == BankMapping.Style.MARKED:
            incoming = _says_in(mapping, row)
        elif style == BankMapping.Style.REVERSED and amount is not None:
            amount, incoming = -amount, True
    if not amount:
        raise Refused(_("没有金额。"))
    return (incoming, amount) if amount > 0 else (not incoming, -amount)


def _says_in(mapping: BankMapping, row: _Cells) -> bool:
    word = key(row.text(mapping.direction_column))
    if not word:
        raise Refused(_("“%(column)s”是空的，不知道是收入还是支出。") % {"column": mapping.direction_column})
    return word in {key(name) for name in split_names(mapping.in_words)}


def _day(cell: Cell, mapping: BankMapping) -> date:
    if isinstance(cell, date):
        return cell
    if isinstance(cell, Decimal):
        if cell == cell.to_integral_value() and len(str(int(cell))) == 8:
            cell = str(int(cell))
        elif int(cell) in SERIALS:
            return EPOCH + timedelta(days=int(cell))
    text = str(cell).strip()
    stated = mapping.date_format == BankMapping.DateFormat.AUTO
    for form in FORMATS if stated else (mapping.date_format,):
        if (found := _parsed(text, form)) is not None:
            return found
    raise Refused(_("日期“%(text)s”看不懂。") % {"text": text[:20]})


def _parsed(text: str, form: str) -> date | None:
    """The day at the beginning of a text, whatever time of day follows."""
    shape = re.escape(form).replace("%Y", r"\d{4}").replace("%m", r"\d{1,2}").replace("%d", r"\d{1,2}")
    shape = r"\d{8}" if form == "%Y%m%d" else shape
    match = re.match(rf"({shape})(?:$|[\sT]|\d{{6}}$)", text)
    if match is None:
        return None
    try:
        return datetime.strptime(match.group(1), form).date()  # noqa: DTZ007 - a civil day
    except ValueError:
        return None


def sample_of(reading: Reading) -> dict[str, Any]:
    """The first lines of a trial, as they are shown and kept with the mapping."""
    shown = [
        [line.line, "in" if line.incoming else "out", line.value_date.isoformat(), str(line.amount), line.other_name,
         line.memo, line.txn, "" if line.balance is None else str(line.balance)]
        for line in reading.lines[:8]
    ]  # fmt: skip
    return {"count": len(reading.lines), "rows": shown}
