"""Amounts in Chinese capitals (人民币大写), as the rules for bills and settlement vouchers ask.

Source: 支付结算办法, annex 正确填写票据和结算凭证的基本规定, items on 整, 零 and 人民币.
"""

import itertools
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from billing.money import AmountError, whole_fen

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_LIMIT = Decimal(10) ** 16


class _Form(NamedTuple):
    """The choices that the rules leave open: 零 for 万位 or 元位 before a figure, 整 after 角."""

    zero_before_thousands: bool
    zero_before_jiao: bool
    whole_after_jiao: bool


_OURS = _Form(zero_before_thousands=False, zero_before_jiao=False, whole_after_jiao=True)
_ALL = tuple(_Form(*choice) for choice in itertools.product((False, True), repeat=3))


def in_capitals(amount: Decimal, *, minus: str = "负") -> str:
    """Yuan in capitals: 1409.50 → 壹仟肆佰零玖元伍角整. Red-letter papers pass minus="（负数）".

    Raises AmountError for more than two decimals (nothing is rounded here) and from ten quadrillion on.
    """
    value = whole_fen(amount)
    text = _capitals(abs(value), _OURS)
    return (minus if value < 0 else "") + text


def legal_forms(amount: Decimal) -> frozenset[str]:
    """Every form the rules allow for an amount: some zeros, and 整 after 角, may be written or left out."""
    value = whole_fen(amount)
    return frozenset(("负" if value < 0 else "") + _capitals(abs(value), form) for form in _ALL)


def same_amount(text: str, amount: Decimal) -> bool:
    """Whether capitals typed by a person state `amount`: 圆 = 元, 正 = 整, 人民币 in front may be there."""
    plain = "".join(unicodedata.normalize("NFC", text).split()).removeprefix("人民币")
    plain = plain.replace("（负数）", "负").replace("圆", "元").replace("正", "整")
    return plain in legal_forms(amount)


def _capitals(value: Decimal, form: _Form) -> str:
    if value >= _LIMIT:
        raise AmountError("too_large", value)
    yuan, cents = divmod(int(value * 100), 100)
    jiao, rest = divmod(cents, 10)
    head = _integer(yuan, form) + "元" if yuan else ""
    if not cents:
        return (head or "零元") + "整"
    gap = _gap_after_yuan(yuan, jiao, form)
    tail = (_DIGITS[jiao] + "角" if jiao else "") + (_DIGITS[rest] + "分" if rest else "")
    return head + gap + tail + ("整" if not rest and form.whole_after_jiao else "")


def _gap_after_yuan(yuan: int, jiao: int, form: _Form) -> str:
    if not yuan:
        return ""
    if not jiao:
        return "零"
    return "零" if form.zero_before_jiao and yuan % 10 == 0 else ""


def _integer(number: int, form: _Form) -> str:
    """A positive integer; groups of four digits, the group of 亿 read as a number of its own."""
    if number >= 10**8:
        above, below = divmod(number, 10**8)
        unit = "亿"
    elif number >= 10**4:
        above, below = divmod(number, 10**4)
        unit = "万"
    else:
        return _four(number)
    head = _integer(above, form) + unit
    if not below:
        return head
    size = 10**7 if unit == "亿" else 10**3
    gap = below < size or (form.zero_before_thousands and above % 10 == 0)
    return head + ("零" if gap else "") + _integer(below, form)


def _four(number: int) -> str:
    text = ""
    pending = False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if pending and text else "") + _DIGITS[digit] + _PLACES[place]
            pending = False
        else:
            pending = True
    return text
