"""Typed numbers: read as people write them, never rounded."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from billing.fields import ExactFormField


@pytest.mark.parametrize("text", ["1234.5", "1,234.50", "￥１２３４．５", " 1234.50元 "])
def test_amounts_are_read_as_people_write_them(text: str) -> None:
    assert ExactFormField().clean(text) == Decimal("1234.50")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.005", "“1.005”的小数位数过多，最多 2 位小数；系统不会代为四舍五入"),
        ("abc", "“abc”不是有效的数值"),
        ("1e3", "“1e3”不是有效的数值"),
        ("1000000000000.00", "超出可以登记的范围"),
        ("", "This field is required|这个字段是必填项|必填"),
    ],
)
def test_what_would_be_rounded_or_guessed_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ExactFormField().clean(text)


def test_an_unchanged_amount_is_no_change() -> None:
    field = ExactFormField()

    assert not field.has_changed(Decimal("1.50"), "1.5")
    assert field.has_changed(Decimal("1.50"), "1.51")
    assert field.has_changed(Decimal("1.50"), "x")
