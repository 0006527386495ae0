"""Figures in templates: yuan with two decimals, quantities without idle zeros, amounts in capitals."""

from decimal import Decimal

from django import template

from billing import capitals, wording
from billing.faces import INVOICE_TONES

register = template.Library()


@register.filter
def yuan(value: Decimal | None) -> str:
    """1234.5 as 1,234.50; a dash for nothing."""
    return "—" if value is None else wording.yuan(value)


@register.filter
def amount(value: Decimal | None) -> str:
    """A quantity without idle zeros."""
    return wording.number(value)


@register.filter
def price(value: Decimal | None) -> str:
    """A unit price with two to six decimals."""
    return wording.unit_price(value)


@register.filter
def share(value: Decimal | None) -> str:
    """0.03 as 3%."""
    return wording.percent(value)


@register.filter(name="capitals")
def in_capitals(value: Decimal) -> str:
    """An amount in Chinese capitals (人民币大写)."""
    return f"人民币{capitals.in_capitals(value)}"


@register.filter
def invoice_tone(state: str) -> str:
    """The colour of a formal invoice's state."""
    return INVOICE_TONES[state]
