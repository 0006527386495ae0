"""Taking back what a line billed: part by part, exact to the fen whatever the parts. No Django.

Amounts are yuan without sign: a line that reduced its bill is the mirror image of one that charged.
"""

from dataclasses import dataclass
from decimal import Decimal

from billing.money import ZERO, fen

ONE = Decimal(1)


class TooMuch(ValueError):
    """More than is left of the line, nothing at all, or a quantity that has no price; `reason` is a word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Part:
    """What was billed, what was taken back so far, or what is taken back now."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    quantity: Decimal = Decimal(0)

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How much to take back: net or gross in yuan, or units of use; nothing said means all that is left, as money.

    Units say that the use itself was wrong: the next bill counts them as never billed.
    """

    net: Decimal | None = None
    gross: Decimal | None = None
    quantity: Decimal | None = None


def rest_of(billed: Part, taken: Part) -> Part:
    """What is left of a line."""
    return Part(billed.net - taken.net, billed.tax - taken.tax, billed.quantity - taken.quantity)


def take_back(billed: Part, taken: Part, wish: Wish, *, tax_rate: Decimal, unit_price: Decimal | None = None) -> Part:
    """The part that a wish takes of a line; `tax_rate` is a share of one.

    Tax is rounded on the running total, so that the parts of a line sum to its net and its tax.  Raises TooMuch.
    """
    left = rest_of(billed, taken)
    quantity = wish.quantity or Decimal(0)
    if quantity < 0 or quantity > left.quantity:
        raise TooMuch("quantity")
    if wish.gross is not None:
        return _by_gross(left, fen(wish.gross), tax_rate, quantity)
    if wish.net is None and wish.quantity is None:
        return _some(Part(left.net, left.tax))
    if wish.net is None and unit_price is None:
        raise TooMuch("no_price")
    net = fen(wish.net) if wish.net is not None else fen(quantity * (unit_price or ZERO))
    return _by_net(billed, taken, net, tax_rate, quantity)


def _by_net(billed: Part, taken: Part, net: Decimal, tax_rate: Decimal, quantity: Decimal) -> Part:
    left = rest_of(billed, taken)
    if not 0 <= net <= left.net:
        raise TooMuch("amount")
    if net == left.net:
        return _some(Part(net, left.tax, quantity))
    tax = fen((taken.net + net) * tax_rate) - taken.tax
    return _some(Part(net, max(ZERO, min(tax, left.tax)), quantity))


def _by_gross(left: Part, gross: Decimal, tax_rate: Decimal, quantity: Decimal) -> Part:
    if not 0 <= gross <= left.gross:
        raise TooMuch("amount")
    if gross == left.gross:
        return _some(Part(left.net, left.tax, quantity))
    net = min(fen(gross / (ONE + tax_rate)), left.net)
    tax = min(gross - net, left.tax)
    return _some(Part(gross - tax, tax, quantity))


def _some(part: Part) -> Part:
    if part.gross <= 0:
        raise TooMuch("nothing")
    return part
