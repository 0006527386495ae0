"""Cases of pricing: tiers, packages, percentages, allowances, minimum and maximum."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.cases.reading import BadCase, Inputs, Result, maybe, number, percent, plain, rows, whole
from billing.money import round_to
from billing.percentage import PercentageFee, graduated_percentage
from billing.rating import Model, RateCard, Rated, Tier, allowance_left, packages, rate

_MICRO = Decimal("0.000001")


def tiered(model: Model) -> Any:
    """A handler for graduated or volume prices."""

    def handle(inputs: Inputs) -> Result:
        card = RateCard(model, tiers=tiers(inputs), **_bounds(inputs))
        return {"amount": _shown(rate(card, _units(inputs)))}

    return handle


def graduated_lines(inputs: Inputs) -> Result:
    """The amount of each tier that bills anything, and their sum."""
    rated = rate(RateCard(Model.GRADUATED, tiers=tiers(inputs), **_bounds(inputs)), _units(inputs))
    lines: dict[int, Fraction] = {}
    for step in rated.steps:
        if step.tier is not None:
            lines[step.tier] = lines.get(step.tier, Fraction(0)) + Fraction(step.amount)
    return {"lines": [_fraction(line) for line in lines.values()], "amount": _shown(rated)}


def tiers(inputs: Inputs) -> tuple[Tier, ...]:
    """Tiers by upper bound, whatever it is called; lower bounds follow from the tier before."""
    found = tuple(_tier(row) for row in rows(inputs, "tiers", "ranges"))
    if found and found[-1].up_to is not None:
        found = (*found[:-1], Tier(None, found[-1].unit_price, found[-1].flat))
    return found


def _tier(row: Mapping[str, Any]) -> Tier:
    unit_price = (
        percent(row, "rate_percent")
        if row.get("rate_percent") is not None
        else number(row, "per_unit", "unit_price", "per_unit_amount", "price", default="0")
    )
    flat = number(row, "flat", "flat_fee", "flat_amount", "flat_price", default="0")
    return Tier(maybe(row, "up_to", "to_value", "to"), unit_price, flat)


def _bounds(inputs: Inputs) -> dict[str, Any]:
    return {
        "free_units": number(inputs, "free_units", "included_units", default="0"),
        "minimum": maybe(inputs, "minimum", "min", "min_amount", "minimum_amount", "minimum_spend"),
        "maximum": maybe(inputs, "maximum", "max", "max_amount", "maximum_amount", "maximum_spend", "cap"),
    }


def _units(inputs: Inputs) -> Decimal:
    return number(inputs, "units", "quantity", "usage")


def _shown(rated: Rated) -> str:
    return _fraction(Fraction(rated.exact))


def _fraction(value: Fraction) -> str:
    return plain(round_to(value, Decimal("0.0000000001")))


# Tiers of blocks: each tier sells so many blocks of so many units; a block begun is a block billed.


def blocks_all_tiers(inputs: Inputs) -> Result:
    """Fill the tiers one after the other, the last one without end."""
    left, lines = _units(inputs), []
    tiers_ = _block_tiers(inputs)
    for at, (size, most, price) in enumerate(tiers_):
        room = None if most is None or at == len(tiers_) - 1 else size * most
        taken = left if room is None else min(left, room)
        if taken > 0:
            lines.append(packages(taken, size) * price)
        left -= taken
    return {"lines": [plain(line) for line in lines], "amount": plain(sum(lines, Decimal(0)))}


def blocks_top_tier(inputs: Inputs) -> Result:
    """Find the tier that the total reaches, then price every unit in that tier's blocks."""
    units, reached = _units(inputs), Decimal(0)
    tiers_ = _block_tiers(inputs)
    for size, most, price in tiers_:
        reached += size * most if most is not None else Decimal("Infinity")
        if units <= reached:
            return {"amount": plain(packages(units, size) * price)}
    size, _, price = tiers_[-1]
    return {"amount": plain(packages(units, size) * price)}


def _block_tiers(inputs: Inputs) -> list[tuple[Decimal, Decimal | None, Decimal]]:
    found = []
    for row in rows(inputs, "tiers"):
        most = maybe(row, "max_blocks", "max")
        size = number(row, "block_size", "size", default="1")
        if size <= 0:
            raise BadCase("block_size must be above zero")
        found.append((size, None if most is None or most < 0 else most, number(row, "price")))
    if not found:
        raise BadCase("tiers is empty")
    return found


def already_billed(inputs: Inputs) -> Result:
    """The price of the whole use so far less what was billed before."""
    count = packages(_units(inputs), number(inputs, "block_size", "package_size", default="1"))
    billed = number(inputs, "already_billed", "billed", default="0")
    return {"to_bill": plain(count * number(inputs, "price", "unit_price") - billed)}


def package(inputs: Inputs) -> Result:
    """Packages begun after the free units, at the price of a package."""
    card = RateCard(
        Model.PACKAGE,
        unit_price=number(inputs, "price", "unit_price", "package_price"),
        package_size=number(inputs, "package_size", default="1"),
        **_bounds(inputs),
    )
    return {"amount": _shown(rate(card, _units(inputs)))}


def package_count(inputs: Inputs) -> Result:
    """How many packages are begun."""
    free = number(inputs, "free_units", default="0")
    return {"packages": int(packages(max(_units(inputs) - free, Decimal(0)), number(inputs, "package_size")))}


def per_unit(inputs: Inputs) -> Result:
    """Units at one price."""
    unit_price = number(inputs, "per_unit", "unit_price", "price", "amount")
    return {"amount": _shown(rate(RateCard(Model.UNIT, unit_price=unit_price, **_bounds(inputs)), _units(inputs)))}


def bounded(inputs: Inputs) -> Result:
    """A charge raised to its minimum or cut at its maximum; the tiers or the price may be given instead."""
    if isinstance(inputs.get("tiers"), list):
        return tiered(Model.VOLUME if inputs.get("mode") == "volume" else Model.GRADUATED)(inputs)  # type: ignore[no-any-return]
    charged = maybe(inputs, "amount", "charged", "charges", "total", "usage_amount")
    if charged is None:
        return per_unit(inputs)
    rated = rate(RateCard(Model.FLAT, flat_amount=charged, **_bounds(inputs)), Decimal(0))
    return {"amount": _shown(rated), "adjustment": _fraction(Fraction(rated.exact) - Fraction(charged))}


def usage_discount(inputs: Inputs) -> Result:
    """What stays to bill when free units are used up in the order of use."""
    before, now = allowance_left(
        number(inputs, "free_units"), number(inputs, "units_before", default="0"), _units(inputs)
    )
    return {"billable": plain(now), "billable_before": plain(before)}


def percentage(inputs: Inputs) -> Result:
    """A percentage of a sum, with free events or a free sum and a fee for each event."""
    events = maybe(inputs, "free_events")
    fee = PercentageFee(
        rate=percent(inputs, "rate_percent"),
        per_event=number(inputs, "fixed_per_event", "fixed_amount", default="0"),
        free_sum=maybe(inputs, "free_units"),
        free_events=None if events is None else int(events),
    )
    running = [number({"total": total}, "total") for total in inputs.get("running_totals") or []]
    return {"amount": plain(fee.price(_units(inputs), whole(inputs, "events", default=0), running))}


def percentage_tiers(inputs: Inputs) -> Result:
    """Each tier's part at its own percentage."""
    return {"amount": plain(graduated_percentage(tiers(inputs), _units(inputs)))}
