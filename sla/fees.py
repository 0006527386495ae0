"""Fees: what a month cost, asked of the app above that bills it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from contracts.models import Agreement

# The fee of one kind for the month that begins on a day, in yuan before tax; None while the month is not billed.
FeeSource = Callable[[Agreement, date, str], Decimal | None]
# Where an accepted credit went: words and address of the bill, or None.
PlaceOf = Callable[[int], tuple[str, str] | None]

_sources: list[FeeSource] = []
_places: list[PlaceOf] = []


def add_fee_source(source: FeeSource, place: PlaceOf) -> None:
    """Let an app answer what a month cost and where a credit went; call it from AppConfig.ready."""
    if source not in _sources:
        _sources.append(source)
        _places.append(place)


def fee_of(agreement: Agreement, month: date, fee_kind: str) -> Decimal | None:
    """What the month cost of one kind of fee; None while nobody has billed it."""
    found = [fee for source in _sources if (fee := source(agreement, month, fee_kind)) is not None]
    return sum(found, Decimal("0.00")) if found else None


def place_of(credit: int) -> tuple[str, str] | None:
    """The bill that carries a credit, by its key: (words, address in the console)."""
    return next((found for place in _places if (found := place(credit)) is not None), None)
