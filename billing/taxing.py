"""Which tax a charge bears: the rate of its price, or of the table on its tax point; added to the price or within it.

The tax point (计税日) of a line is the last day of the service period that its use belongs to: the day on which the
service of the period is done.  A correction of an earlier period so bears the rate of that period.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.models import RateLine, TaxRate
from billing.tax import Taxed, on_net, within_gross
from billing.wording import number, yuan
from people.refusal import Refused

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Levied:
    """A rate in per cent on a day, and the row of the table that says so (None: the price names its own)."""

    rate: Decimal
    point: date
    row: TaxRate | None = None


class TaxTable:
    """The table of rates, read once and only when a price follows it."""

    def __init__(self) -> None:
        self._rows: dict[str, list[TaxRate]] | None = None

    def on(self, kind: str, day: date) -> TaxRate | None:
        """The row of a kind of fee on a day."""
        if self._rows is None:
            self._rows = {}
            for row in TaxRate.objects.all():
                self._rows.setdefault(row.fee_kind, []).append(row)
        rows: Iterable[TaxRate] = self._rows.get(kind, ())
        return next(
            (row for row in rows if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)), None
        )

    def levied(self, line: RateLine, day: date) -> Levied:
        """What a price is taxed at on a day.  Raises Refused where it follows the table and the table has no rate."""
        if line.tax_rate is not None:
            return Levied(line.tax_rate, day)
        row = self.on(line.fee_kind, day)
        if row is None:
            raise Refused(
                _("价目“%(name)s”按税率表计税，但“%(kind)s”在 %(day)s 没有税率，请先在税率表中登记。")
                % {"name": line.name, "kind": line.get_fee_kind_display(), "day": day}
            )
        return Levied(row.rate, day, row)


def taxed(line: RateLine, amount: Decimal, rate: Decimal) -> Taxed:
    """An amount of a price with its tax, rounded once: added where the price is net, taken out where it is gross."""
    share = rate / HUNDRED
    return within_gross(amount, share) if line.includes_tax else on_net(amount, share)


def kept(line: RateLine, levied: Levied, found: Taxed) -> dict[str, Any]:
    """What the working of a line keeps of its tax; nothing for a net price with a rate of its own."""
    if levied.row is None and not line.includes_tax:
        return {}
    said = {
        "rate": str(levied.rate),
        "point": levied.point.isoformat(),
        "included": line.includes_tax,
        "gross": str(found.gross),
        "tax": str(found.tax),
        "basis": levied.row.basis if levied.row else "",
    }
    return {"taxed": said}


def in_words(trace: Mapping[str, Any]) -> list[str]:
    """The tax of a line as its working tells it, in the reader's language."""
    said = trace.get("taxed")
    if not said:
        return []
    told = {
        "rate": number(Decimal(said["rate"])), "point": said["point"], "gross": yuan(Decimal(said["gross"])),
        "tax": yuan(Decimal(said["tax"])), "basis": said["basis"],
    }  # fmt: skip
    words = []
    if said["included"]:
        words.append(_("含税价：总价 %(gross)s 元，其中税额 %(tax)s 元") % told)
    if said["basis"]:
        words.append(_("税率 %(rate)s%%（计税日 %(point)s，依据 %(basis)s）") % told)
    return words
