"""Columns of exact decimals: what a database would round in silence is refused instead, the same on every engine."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.money import AmountError, exact, parse_number, round_to

# A double holds fifteen decimal digits exactly; SQLite keeps decimals as doubles.
SAFE_DIGITS = 15

_REASONS: dict[str, Any] = {
    "empty": _("请填写数值。"),
    "float": _("请填写数值。"),
    "not_a_number": _("“%(value)s”不是有效的数值，请只填写数字，例如 1234.50。"),
    "not_finite": _("“%(value)s”不是有效的数值，请只填写数字，例如 1234.50。"),
    "too_many_decimals": _("“%(value)s”的小数位数过多，最多 %(places)s 位小数；系统不会代为四舍五入，请改正后再提交。"),
    "too_large": _("“%(value)s”超出可以登记的范围。"),
    "negative": _("“%(value)s”不能为负数。"),
}


def refusal(error: AmountError, places: int) -> str:
    """What is wrong with a typed number, in words for the person who typed it."""
    return str(_REASONS[error.reason]) % {"value": error.value, "places": places}


def fitting(value: Decimal, *, digits: int, places: int) -> Decimal:
    """The value with exactly `places` decimals.  Raises AmountError instead of rounding or overflowing."""
    number = exact(value)
    if number != round_to(number, Decimal(1).scaleb(-places)):
        raise AmountError("too_many_decimals", value)
    if abs(number) >= Decimal(10) ** (min(digits, SAFE_DIGITS) - places):
        raise AmountError("too_large", value)
    return round_to(number, Decimal(1).scaleb(-places))


class ExactFormField(forms.CharField):
    """A number as typed (thousands commas and full-width digits are understood), never rounded."""

    def __init__(self, *, digits: int = 14, places: int = 2, **kwargs: Any) -> None:
        self.digits, self.places = digits, places
        kwargs.pop("max_digits", None)
        kwargs.pop("decimal_places", None)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return fitting(parse_number(text), digits=self.digits, places=self.places)
        except AmountError as error:
            raise ValidationError(refusal(AmountError(error.reason, text), self.places), code=error.reason) from error

    def prepare_value(self, value: Any) -> Any:
        return format(value, "f") if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial if initial != "" else None))
        except ValidationError:
            return True


class ExactDecimalField(models.DecimalField):  # type: ignore[type-arg]
    """A decimal column that never rounds what it is given."""

    digits, places = 18, 6

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = self.digits, self.places
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_digits", None)
        kwargs.pop("decimal_places", None)
        return name, path, args, kwargs

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, Decimal | int | float):
            value = fitting(cast(Decimal, value), digits=self.digits, places=self.places)
        return super().get_db_prep_save(value, connection)

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        return super(models.DecimalField, self).formfield(
            form_class=ExactFormField, digits=self.digits, places=self.places, **kwargs
        )


class MoneyField(ExactDecimalField):
    """Yuan and fen, numeric(14, 2)."""

    digits, places = 14, 2


class PriceField(ExactDecimalField):
    """Yuan a unit, numeric(18, 6), fifteen digits at most."""

    digits, places = 18, 6


class QuantityField(ExactDecimalField):
    """How much was used, numeric(20, 6), fifteen digits at most."""

    digits, places = 20, 6


class PercentField(ExactDecimalField):
    """A rate in per cent, numeric(7, 4): 6 is 6 %."""

    digits, places = 7, 4
