"""Cases of tax: contained in a price or added to it, per line or per document, and rounding to coins."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.cases.reading import BadCase, Inputs, Result, Unsupported, decimal, number, percent, plain, rows, whole
from billing.money import MICRO, round_to
from billing.tax import Levy, Rounding, Taxed, document_total, each_on_net, on_net, within_gross

_ONE = Decimal(1)


def included(inputs: Inputs) -> Result:
    """Tax contained in a gross price, rounded per line."""
    taxed = within_gross(number(inputs, "gross", "price"), percent(inputs, "rate_percent"), unit=_unit(inputs))
    return {"net": plain(taxed.net), "tax": plain(taxed.tax)}


def included_unrounded(inputs: Inputs) -> Result:
    """Tax contained in a gross price, kept unrounded (to six places) until the document is totalled."""
    gross, rate = Fraction(number(inputs, "gross", "price")), Fraction(percent(inputs, "rate_percent"))
    net = gross / (1 + rate)
    return {"net_unrounded": plain(round_to(net, MICRO)), "tax_unrounded": plain(round_to(gross - net, MICRO))}


def excluded(inputs: Inputs) -> Result:
    """Tax added to a net price, rounded per line."""
    taxed = on_net(number(inputs, "net", "price"), percent(inputs, "rate_percent"), unit=_unit(inputs))
    return {"tax": plain(taxed.tax), "gross": plain(taxed.gross)}


def excluded_unrounded(inputs: Inputs) -> Result:
    """Tax added to a net price, kept unrounded (to six places)."""
    net, rate = Fraction(number(inputs, "net", "price")), Fraction(percent(inputs, "rate_percent"))
    return {
        "tax_unrounded": plain(round_to(net * rate, MICRO)),
        "gross_unrounded": plain(round_to(net * (1 + rate), MICRO)),
    }


def _unit(inputs: Inputs) -> Decimal:
    unit = number(inputs, "rounding_unit", "unit", default="0.01")
    if unit <= 0:
        raise BadCase("the rounding unit must be above zero")
    return unit


def compound(inputs: Inputs) -> Result:
    """Several taxes on one net, some of which enlarge the base of those after them; withholding is negative."""
    net = number(inputs, "net", "price")
    levies = [_levy(row) for row in rows(inputs, "taxes")]
    taxes = each_on_net(net, levies, unit=_unit(inputs))
    return {"tax": [plain(tax) for tax in taxes], "total": plain(net + sum(taxes, Decimal(0)))}


def _levy(row: Mapping[str, Any]) -> Levy:
    return Levy(percent(row, "rate", "rate_percent"), bool(row.get("include_base_amount")))


def several_included(inputs: Inputs) -> Result:
    """Taxes contained in one price: together with one rate, else see docs/rules/otherwise.md."""
    rates = rows(inputs, "rates_percent", "rates")
    if len(rates) != 1:
        raise Unsupported("several_included_taxes")
    price = number(inputs, "cost", "gross", "price") - number(inputs, "amount_discount", "discount", default="0")
    taxed = within_gross(price, decimal(rates[0], "rates_percent").scaleb(-2), unit=_unit(inputs))
    return {"tax": plain(taxed.tax), "subtotal": plain(taxed.gross)}


def document(inputs: Inputs) -> Result:
    """Totals of equal or listed lines at one rate, by the way of rounding that the case names."""
    lines = _lines(inputs)
    try:
        mode = Rounding(str(inputs.get("mode", Rounding.LINE)))
    except ValueError as error:
        raise BadCase(f"mode is not one of {', '.join(Rounding)}") from error
    total = document_total(lines, percent(inputs, "rate_percent"), mode, unit=_unit(inputs))
    return {"gross": plain(total.gross), "tax": plain(total.tax), "net": plain(total.net)}


def _lines(inputs: Inputs) -> list[Taxed]:
    if isinstance(inputs.get("lines"), list):
        return [_line(row, inputs) for row in rows(inputs, "lines")]
    one = {"gross": inputs.get("line_gross"), "net": inputs.get("line_net"), "tax": inputs.get("line_tax")}
    count = whole(inputs, "lines", default=1)
    if not 0 <= count <= 100_000:
        raise BadCase("lines is out of range")
    return [_line(one, inputs)] * count


def _line(row: Any, inputs: Inputs) -> Taxed:
    fields: Mapping[str, Any] = row if isinstance(row, Mapping) else {"gross": row}
    rate, unit = percent(inputs, "rate_percent"), _unit(inputs)
    if fields.get("gross") is None:
        taxed = on_net(number(fields, "net"), rate, unit=unit)
    else:
        taxed = within_gross(number(fields, "gross"), rate, unit=unit)
    if fields.get("tax") is None:
        return taxed
    tax = number(fields, "tax")
    return Taxed(taxed.gross - tax if fields.get("gross") is not None else taxed.net, tax)


def to_coins(inputs: Inputs) -> Result:
    """A total rounded to the smallest coin."""
    unit = number(inputs, "rounding_unit", "unit", default="0.05")
    total = number(inputs, "cost", "amount", "total") * number(inputs, "quantity", default="1")
    return {"total": format(round_to(total, unit), "f")}


def coin_of(kind: str) -> Any:
    """A handler for `round_to_0.05`: the coin is named by the kind."""
    found = re.fullmatch(r"round_to_(\d+(?:\.\d+)?)", kind)
    return (lambda inputs: to_coins({**inputs, "unit": found[1]})) if found else None


def of_fees(inputs: Inputs) -> Result:
    """Taxes of fees in cents: each fee and rate rounded, then added; and the rate they come to."""
    by_rate: dict[str, Decimal] = {}
    base = Decimal(0)
    for fee in rows(inputs, "fees"):
        cents = number(fee, "cents", "fee_cents", "amount_cents")
        base += cents
        for given in rows(fee, "rates"):
            tax = on_net(cents, decimal(given, "rates").scaleb(-2), unit=_ONE).tax
            by_rate[plain(decimal(given))] = by_rate.get(plain(decimal(given)), Decimal(0)) + tax
    total = sum(by_rate.values(), Decimal(0))
    effective = round_to(Fraction(total) / Fraction(base) * 100, MICRO) if base else Decimal(0)
    shown = {rate: int(tax) for rate, tax in by_rate.items()}
    return {"tax_by_rate": shown, "tax_cents": int(total), "effective_rate": plain(effective)}


def of_fee(inputs: Inputs) -> Result:
    """Taxes of one fee in cents, each rate rounded."""
    cents = number(inputs, "fee_cents", "cents")
    taxes = each_on_net(cents, [Levy(decimal(rate, "rates").scaleb(-2)) for rate in rows(inputs, "rates")], unit=_ONE)
    return {"tax_cents": int(sum(taxes, Decimal(0)))}
