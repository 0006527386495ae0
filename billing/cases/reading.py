"""Reading the fields of a case: text or numbers in, exact values out, each complaint naming its field."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from billing.money import AmountError

Inputs = Mapping[str, Any]
Result = dict[str, Any]
Handler = Callable[[Inputs], Result]


class BadCase(ValueError):
    """A field of the case is missing or cannot be read."""


class Unsupported(Exception):
    """The product rightly does otherwise; `reason` is a key of `REASONS`, explained in docs/rules/otherwise.md."""

    REASONS = {
        "several_included_taxes": "two taxes in one price are taken out together, not each from the full price",
        "overpayment_is_credit": "money that no line needs stays the payer's credit: neither refused nor lost",
        "early_discount": "the agreement knows no discount for early payment, and the case does not state its tax",
        "negative_mirrors": "a negative amount is shared as the mirror of the positive one, so that reversals cancel",
        "late_fee": "lateness costs interest by days, not a fee once or a percentage a reminder",
        "express_renewal": "an agreement renewed by express consent runs on only when that consent is recorded",
        "unknown_kind": "this kind of case is not one that the product computes",
    }

    def __init__(self, reason: str) -> None:
        super().__init__(self.REASONS[reason])
        self.reason = reason


class RefusedCase(Exception):
    """The facts of the case are refused, as the product refuses them; `code` names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def number(inputs: Inputs, *names: str, default: str | None = None) -> Decimal:
    """The first of `names` that is given, as an exact number. Binary floats are read by their shortest text."""
    for name in names:
        if inputs.get(name) is not None:
            return decimal(inputs[name], name)
    if default is None:
        raise BadCase(f"{' or '.join(names)} is missing")
    return Decimal(default)


def maybe(inputs: Inputs, *names: str) -> Decimal | None:
    """As `number`, but None where nothing is given."""
    given = [name for name in names if inputs.get(name) is not None]
    return decimal(inputs[given[0]], given[0]) if given else None


def decimal(value: object, name: str = "value") -> Decimal:
    """One exact number from JSON text, integer or float."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise BadCase(f"{name} is not a number: {value!r}")
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise BadCase(f"{name} is not a number: {value!r}") from error
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise AmountError("not_finite" if not found.is_finite() else "too_large", value)
    return found


def whole(inputs: Inputs, *names: str, default: int | None = None) -> int:
    """A whole number."""
    found = number(inputs, *names, default=None if default is None else str(default))
    if found != found.to_integral_value():
        raise BadCase(f"{names[0]} is not a whole number: {found}")
    return int(found)


def day(inputs: Inputs, *names: str) -> date:
    """A date in ISO form, by the first of `names` that is given."""
    for name in names:
        if inputs.get(name) is not None:
            return as_day(inputs[name], name)
    raise BadCase(f"{' or '.join(names)} is missing")


def as_day(value: object, name: str = "date") -> date:
    """One ISO date."""
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise BadCase(f"{name} is not a date: {value!r}") from error


def rows(inputs: Inputs, *names: str) -> Sequence[Any]:
    """A list, by the first of `names` that is given."""
    for name in names:
        if isinstance(inputs.get(name), list):
            return list(inputs[name])
    raise BadCase(f"{' or '.join(names)} is not a list")


def percent(inputs: Inputs, *names: str) -> Decimal:
    """A percentage as a share of one."""
    return number(inputs, *names).scaleb(-2)


def plain(value: Decimal) -> str:
    """A number without exponent and idle zeros: 2, 0.5, 11.15."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def money(value: Decimal) -> str:
    """An amount with the places that it has, never an exponent."""
    return format(value, "f")
