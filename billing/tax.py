"""Value-added tax: from net or gross, per line or per document, the tax rounded half up at one named point."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from billing.money import FEN, exact, round_to


@dataclass(frozen=True, slots=True)
class Taxed:
    """An amount with its tax; gross = net + tax, exactly."""

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """What is paid."""
        return self.net + self.tax


def on_net(net: Decimal, rate: Decimal, *, unit: Decimal = FEN) -> Taxed:
    """Tax added to a price without it; `rate` is a share of one (0.06)."""
    return Taxed(exact(net), round_to(Fraction(exact(net)) * Fraction(exact(rate)), unit))


def within_gross(gross: Decimal, rate: Decimal, *, unit: Decimal = FEN) -> Taxed:
    """Tax contained in a price: the tax is rounded and taken off, so gross stays what was agreed."""
    whole, share = Fraction(exact(gross)), Fraction(exact(rate))
    tax = round_to(whole * share / (1 + share), unit)
    return Taxed(exact(gross) - tax, tax)


@dataclass(frozen=True, slots=True)
class Levy:
    """One of several taxes; `compounds` adds it to the base of those after it. Withholding has a negative rate."""

    rate: Decimal
    compounds: bool = False


def each_on_net(net: Decimal, levies: Sequence[Levy], *, unit: Decimal = FEN) -> list[Decimal]:
    """The tax of each levy in order, every one rounded."""
    base, taxes = exact(net), []
    for levy in levies:
        tax = on_net(base, levy.rate, unit=unit).tax
        taxes.append(tax)
        base += tax if levy.compounds else 0
    return taxes


class Rounding(StrEnum):
    """Where a document of several lines at one rate is rounded."""

    LINE = "line"  # ours: every line, then added
    SUM_BY_NET = "sum_by_net"  # tax on the sum of the nets
    SUM_KEEP_GROSS = "sum_by_net_keep_gross"  # net taken out of the sum of the grosses


def document_total(lines: Iterable[Taxed], rate: Decimal, mode: Rounding, *, unit: Decimal = FEN) -> Taxed:
    """The totals of lines at one rate. A gross that no net has (23.00 at 7 %) cannot be kept."""
    known = list(lines)
    net = sum((line.net for line in known), Decimal(0))
    if mode is Rounding.LINE:
        return Taxed(net, sum((line.tax for line in known), Decimal(0)))
    if mode is Rounding.SUM_KEEP_GROSS:
        gross = sum((line.gross for line in known), Decimal(0))
        net = round_to(Fraction(gross) / (1 + Fraction(exact(rate))), unit)
    return on_net(net, rate, unit=unit)
