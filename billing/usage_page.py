"""What was used by month, agreement and meter: what is asked, the lines, the charts, the rows to take away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.models import RateLine
from billing.wording import number
from contracts.models import AccessGrant, Agreement
from people.charting import Chart
from sla.attainment import Month, months_between

MONTHS_SHOWN = 12
MOST_MONTHS = 36
MOST_LINES = 400
MOST_CHARTS = 8
MOST_SERIES = 8
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks; anything that cannot be meant counts as not asked.  agreement is a key or empty."""

    first: Month
    last: Month
    now: Month
    agreement: str = ""
    mode: str = ""
    meter: str = ""

    @property
    def months(self) -> list[Month]:
        return months_between(self.first, self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLine:
    """One month of a meter of an agreement; before is the month before, None where it had no use.

    over: whether the month is; a month that goes on is compared with nothing.
    """

    month: str
    agreement: str
    agreement_pk: int
    mode: str
    meter: str
    label: str
    unit: str
    rows: int
    quantity: Decimal
    before: Decimal | None
    over: bool

    @property
    def shown(self) -> str:
        return number(self.quantity)

    @property
    def mode_label(self) -> str:
        return mode_label(self.mode)

    @property
    def change(self) -> str:
        """Against the month before, in whole per cent."""
        if not self.over:
            return _("未满月")
        if not self.before:
            return "—"
        return f"{100 * (self.quantity - self.before) / self.before:+.0f} %"


def asked(params: Mapping[str, str], *, at: datetime) -> Asked:
    """The filters of an address: the last twelve months when it names none, at most thirty-six."""
    last = _month(params.get("to", "")) or Month.containing(at)
    first = _month(params.get("from", "")) or last.plus(1 - MONTHS_SHOWN)
    if first > last:
        first, last = last, first
    agreement, mode = params.get("agreement", ""), params.get("mode", "")
    return Asked(
        first=max(first, last.plus(1 - MOST_MONTHS)),
        last=last,
        now=Month.containing(at),
        agreement=agreement if agreement.isascii() and agreement.isdigit() and len(agreement) < 18 else "",
        mode=mode if mode in {*AccessGrant.Mode.values, OTHER} else "",
        meter=params.get("meter", "")[:60],
    )


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except ValueError:
        return None


def mode_of(meter: str, fee_kind: str = "") -> str:
    """How a meter's use is shared: by the first word of its name (query, download, interface), or by its price."""
    word = meter.replace("_", "-").partition("-")[0].lower()
    for name in (word, fee_kind):
        if name in AccessGrant.Mode.values:
            return name
    return OTHER


def mode_label(mode: str) -> str:
    """The word for a mode."""
    return str(AccessGrant.Mode(mode).label) if mode in AccessGrant.Mode.values else _("其他")


class UsageSheet:
    """All that the page shows, read once.  usage: the rows that the reader may see."""

    def __init__(self, usage: QuerySet[Any], what: Asked) -> None:
        self.usage, self.asked = usage, what

    @cached_property
    def lines(self) -> list[UsageLine]:
        """By month from the newest, agreement and meter."""
        found = {(row["agreement"], row["meter"], row["month"]): row for row in self._rows()}
        prices = _prices({key[0] for key in found})
        numbers = dict(Agreement.objects.filter(pk__in={key[0] for key in found}).values_list("pk", "number"))
        lines = []
        for (agreement, meter, month), row in found.items():
            name, unit, kind = prices.get((agreement, meter), ("", "", ""))
            mode = mode_of(meter, kind)
            if month < str(self.asked.first) or (self.asked.mode and mode != self.asked.mode):
                continue
            before = found.get((agreement, meter, str(Month.parse(month).plus(-1))))
            lines.append(
                UsageLine(
                    month=month,
                    agreement=numbers[agreement],
                    agreement_pk=agreement,
                    mode=mode,
                    meter=meter,
                    label=name or meter,
                    unit=unit,
                    rows=row["rows"],
                    quantity=_units(row),
                    before=_units(before) if before else None,
                    over=month < str(self.asked.now),
                )
            )
        lines.sort(key=lambda line: (line.agreement, line.mode, line.meter))
        return sorted(lines, key=lambda line: line.month, reverse=True)

    @property
    def shown(self) -> list[UsageLine]:
        return self.lines[:MOST_LINES]

    @property
    def more(self) -> int:
        return max(len(self.lines) - MOST_LINES, 0)

    @cached_property
    def charts(self) -> list[Chart]:
        """A chart for each meter, a series for each agreement, those with most lines first."""
        of_meter: dict[tuple[str, str, str], list[UsageLine]] = {}
        for line in self.lines:
            of_meter.setdefault((line.meter, line.label, line.unit), []).append(line)
        chosen = sorted(of_meter.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:MOST_CHARTS]
        return [self._chart(f"usage-{at}", *key, lines) for at, (key, lines) in enumerate(chosen)]

    def _chart(self, name: str, meter: str, label: str, unit: str, lines: list[UsageLine]) -> Chart:
        months = [str(month) for month in self.asked.months if str(month) >= min(line.month for line in lines)]
        series: dict[str, dict[str, float]] = {}
        for line in lines:
            series.setdefault(line.agreement, {})[line.month] = float(line.quantity)
        shown = dict(sorted(series.items())[:MOST_SERIES])
        words = label if label == meter else f"{label}（{meter}）"
        return Chart(
            name=name,
            label=_("%(what)s：每月用量（%(unit)s）") % {"what": words, "unit": unit}
            if unit
            else _("%(what)s：每月用量") % {"what": words},
            kind="bar",
            labels=months,
            series={agreement: [told.get(month) for month in months] for agreement, told in shown.items()},
        )

    def _rows(self) -> QuerySet[Any]:
        # One month more before the first, to compare it with.
        usage = self.usage.filter(occurred_at__gte=self.asked.first.plus(-1).start, occurred_at__lt=self.asked.last.end)
        if self.asked.agreement:
            usage = usage.filter(agreement_id=self.asked.agreement)
        if self.asked.meter:
            usage = usage.filter(meter=self.asked.meter)
        return usage.by_month()  # type: ignore[attr-defined,no-any-return]


def choices_of(agreements: QuerySet[Agreement]) -> dict[str, Any]:
    """What the filters of the page offer: the meters are those that have prices."""
    found = list(agreements.order_by("number").values_list("pk", "number"))
    priced = RateLine.objects.filter(version__agreement__in=[pk for pk, _number in found]).exclude(meter="")
    return {
        "agreements": found,
        "modes": [*AccessGrant.Mode.choices, (OTHER, _("其他"))],
        "meters": list(priced.order_by("meter").values_list("meter", flat=True).distinct()),
    }


def header() -> list[str]:
    """The columns of the lines taken away."""
    return [
        _("月份"), _("协议"), _("共享方式"), _("计量项"), _("项目名称"), _("计量单位"), _("记录条数"),
        _("用量"), _("上月用量"),
    ]  # fmt: skip


def rows_of(sheet: UsageSheet) -> Iterator[list[Any]]:
    """Every line."""
    for line in sheet.lines:
        yield [
            line.month, line.agreement, line.mode_label, line.meter, line.label, line.unit, line.rows, line.quantity,
            line.before,
        ]  # fmt: skip


def _prices(agreements: set[int]) -> dict[tuple[int, str], tuple[str, str, str]]:
    """The newest price of each meter: its name, unit and kind."""
    rates = RateLine.objects.filter(version__agreement__in=agreements).exclude(meter="").order_by("valid_from", "pk")
    rows = rates.values_list("version__agreement", "meter", "name", "unit", "fee_kind")
    return {(agreement, meter): (name, unit, kind) for agreement, meter, name, unit, kind in rows}


def _units(row: dict[str, Any]) -> Decimal:
    return Decimal(row["micro"]).scaleb(-6)
