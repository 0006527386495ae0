"""What a service period costs: each rate on the usage of its days, less what was billed for it before.

Bill = rate(total so far) - already billed, so that late usage and corrections of an earlier period become one
adjustment line of the next bill, and splitting a run never changes a total.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import Document, DocumentLine, RateLine, ServicePeriod, UsageRecord
from billing.money import ZERO
from billing.periods import midnight
from billing.pricing import priced
from billing.summing import Span, Usage, usage_of
from billing.tax import Taxed
from billing.taxing import Levied, TaxTable, kept, taxed
from contracts.models import Agreement, AgreementVersion
from people.refusal import Refused

NAMED_EVENTS = 20  # late usage rows named in the working of an adjustment


@dataclass(frozen=True, slots=True)
class Charge:
    """One line to bill: a rate on the usage of a period, in yuan, with its tax and its working (not yet in words)."""

    rate: RateLine
    period: ServicePeriod
    description: str
    quantity: Decimal
    taxed: Taxed
    levied: Levied
    trace: dict[str, Any]

    @property
    def net(self) -> Decimal:
        """Before tax."""
        return self.taxed.net


@dataclass(slots=True)
class Billed:
    """What earlier lines of other documents billed for a rate and a period."""

    net: Decimal = ZERO
    gross: Decimal = ZERO
    quantity: Decimal = field(default_factory=Decimal)
    held: bool = False  # some bill left it out while it was disputed

    @property
    def waits(self) -> bool:
        """Whether it was left out and has not been billed since."""
        return self.held and not self.gross and not self.quantity

    def of(self, rate: RateLine) -> Decimal:
        """In the terms of the price: with the tax where the price holds it."""
        return self.gross if rate.includes_tax else self.net


BilledBefore = dict[tuple[int, int], Billed]


@dataclass(frozen=True, slots=True)
class Ready:
    """All that the charges of an agreement's period are made of, read before (one agreement, or many at once)."""

    rates: list[RateLine]
    periods: list[ServicePeriod]  # the closed ones in their order, then the one to bill
    usage: Usage
    billed: BilledBefore
    taxes: TaxTable

    @property
    def seen(self) -> int:
        """The last usage row that any earlier bill counted."""
        return max((closed.last_usage for closed in self.periods[:-1]), default=0)

    def of(self, period: ServicePeriod, rate: RateLine) -> Billed:
        """What was billed for a rate and a period."""
        return self.billed.get((rate.pk, period.pk), Billed())


def charges_of(
    agreement: Agreement, period: ServicePeriod, ready: Ready | None = None, *, anew: bool = False
) -> list[Charge]:
    """The lines of a period's bill: its own charges, then adjustments of closed periods.

    anew: as if neither it nor any later period had been billed, which is what a statement of the period says.
    `ready`, from ready_of, spares the queries of a run over many agreements; under the agreement's lock it is read
    anew when usage came in after it.  Raises Refused when no rate applies, or something was used that has no price.
    """
    if ready is None or ready.usage.newest != last_usage(agreement):
        ready = ready_of([period], anew=anew)[agreement.pk]
    return charged(ready)


def charged(ready: Ready) -> list[Charge]:
    """The same for what is read already: pure rating, but for the names of late usage rows where there are any."""
    period = ready.periods[-1]
    own = [(rate, span) for rate in ready.rates if (span := _applies(rate, period))]
    if not own:
        raise Refused(_("协议在 %(period)s 没有适用的价目，请先登记价目再出账。") % {"period": period})
    _check_priced(ready)
    charges = [_own_charge(rate, period, span, ready) for rate, span in own]
    for closed in ready.periods[:-1]:
        charges += _adjustments(closed, ready)
    return charges


def ready_of(periods: Sequence[ServicePeriod], *, anew: bool = False) -> dict[int, Ready]:
    """For each agreement, by its key, what the charges of its period are made of: five queries for them all.

    anew: without what was billed for the period itself and for later ones.
    """
    asked = {period.agreement_id: period for period in periods}
    if len(asked) < len(periods):
        raise ValueError("one period of an agreement at a time")
    rates, closed, billed = _rates(asked), _closed(asked), _billed(asked, anew=anew)
    whole = {pk: [*closed.get(pk, ()), period] for pk, period in asked.items()}
    edges = {pk: _edges(whole[pk], rates.get(pk, ())) for pk in asked}
    usage, taxes = usage_of(edges), TaxTable()
    return {pk: Ready(rates.get(pk, []), whole[pk], usage[pk], billed.get(pk, {}), taxes) for pk in asked}


def last_usage(agreement: Agreement) -> int:
    """The key of the last usage row of an agreement.  Under the agreement's lock every later row has a larger one."""
    newest: int | None = agreement.usage.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def _rates(asked: Collection[int]) -> dict[int, list[RateLine]]:
    """The prices of agreements by their versions, each version read once however many prices it has."""
    active = AgreementVersion.objects.filter(agreement__in=asked, state=AgreementVersion.State.ACTIVE)
    versions = {version.pk: version for version in active}
    rows = RateLine.objects.filter(version__agreement__in=asked, version__state=AgreementVersion.State.ACTIVE)
    found: dict[int, list[RateLine]] = {}
    for rate in rows.order_by("version__effective_from", "fee_kind", "pk"):
        rate.version = versions[rate.version_id]
        found.setdefault(rate.version.agreement_id, []).append(rate)
    return found


def _closed(asked: Mapping[int, ServicePeriod]) -> dict[int, list[ServicePeriod]]:
    rows = ServicePeriod.objects.filter(agreement__in=asked, state=ServicePeriod.State.CLOSED).order_by("starts_on")
    found: dict[int, list[ServicePeriod]] = {}
    for closed in rows:
        if closed.starts_on < asked[closed.agreement_id].starts_on:
            found.setdefault(closed.agreement_id, []).append(closed)
    return found


def _edges(periods: Iterable[ServicePeriod], rates: Iterable[RateLine]) -> set[date]:
    """Where a period, or a rate within one, begins or ends."""
    edges = {edge for period in periods for edge in (period.starts_on, period.ends_on)}
    spans = [span for rate in rates for period in periods if (span := _applies(rate, period))]
    return edges | {edge for span in spans for edge in span}


def _applies(rate: RateLine, period: ServicePeriod) -> Span | None:
    """The days of a period on which a rate is in force."""
    start = max(period.starts_on, rate.version.effective_from, rate.valid_from)
    end = min(period.ends_on, rate.version.effective_to or date.max, rate.valid_to or date.max)
    return (start, end) if start < end else None


def _check_priced(ready: Ready) -> None:
    """Every unit that was used falls under a price; that it is only one the database sees to."""
    slices = list(pairwise(ready.usage.edges))
    priced_days: dict[str, list[Span]] = {}
    for rate in ready.rates:
        spans = [span for period in ready.periods if (span := _applies(rate, period))]
        priced_days.setdefault(rate.meter, []).extend(spans)
    for (place, meter), quantity in sorted(ready.usage.sums.items()):
        if quantity and not any(_within(slices[place], span) for span in priced_days.get(meter, ())):
            raise Refused(
                _("计量项 %(meter)s 自 %(day)s 起有用量 %(quantity)s，但没有适用的价目；请先登记（免费的填 0 元）。")
                % {"meter": meter, "day": slices[place][0], "quantity": f"{quantity.normalize():f}"}
            )


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _billed(asked: Mapping[int, ServicePeriod], *, anew: bool) -> dict[int, BilledBefore]:
    """By rate and period, over drafts and issued invoices, less the use that credit notes took back.

    anew: over the bills of periods before the one asked about.  Added up here, for SQLite adds decimals as doubles.
    """
    found: dict[int, BilledBefore] = {}
    back = Document.Kind.CREDIT_NOTE
    lines = DocumentLine.objects.filter(document__agreement__in=asked, rate_line__isnull=False, period__isnull=False)
    rows = lines.filter(Q(document__kind=Document.Kind.INVOICE) | (Q(document__kind=back) & ~Q(quantity=0)))
    begins = Coalesce("document__period__starts_on", "document__refers_to__period__starts_on")
    names = ("document__agreement", "begins", "document__kind", "rate_line", "period", "net", "gross", "quantity")
    told = rows.annotate(begins=begins).values_list(*names, "trace__held")
    for agreement, first, kind, rate, period, net, gross, quantity, held in told:
        if anew and (first is None or first >= asked[agreement].starts_on):
            continue
        part = found.setdefault(agreement, {}).setdefault((rate, period), Billed())
        sign = -1 if kind == back else 1
        part.net += sign * net
        part.gross += sign * gross
        part.quantity += sign * quantity
        part.held = part.held or bool(held)
    return found


def _own_charge(rate: RateLine, period: ServicePeriod, span: Span, ready: Ready) -> Charge:
    """What the period's rate costs now; billed before is only what a later bill adjusted of a discarded draft."""
    done = ready.of(period, rate)
    more = {"already_billed": str(done.of(rate))} if done.net else {}
    return _charge(rate, period, span, ready, words=rate.name, more=more)


def _charge(
    rate: RateLine, period: ServicePeriod, span: Span, ready: Ready, *, words: str, more: Mapping[str, Any]
) -> Charge:
    """What a price costs for its days of a period, less what was billed by it; no days cost nothing."""
    done = ready.of(period, rate)
    quantity = ready.usage.of(rate.meter, span) if rate.meter else Decimal(0)
    price = priced(rate, quantity, days=(span[1] - span[0]).days, whole_days=period.whole_days)
    levied = ready.taxes.levied(rate, period.last_day)
    found = taxed(rate, price.amount - done.of(rate), levied.rate)
    trace = {**price.trace, "span": _told(span), **more, **kept(rate, levied, found)}
    return Charge(rate, period, words, quantity - done.quantity, found, levied, trace)


def _adjustments(period: ServicePeriod, ready: Ready) -> list[Charge]:
    """Late usage and corrections of a closed period; every price of it anew when a supplement reached back into it."""
    if not _reached_back(period, ready.rates):
        return list(_late(period, ready))
    changed = list(_repriced(period, ready))
    # Where the new terms price a thing as the old ones did, the two lines would only cancel one another.
    left = {charge.rate.name: [part for part in changed if part.rate.name == charge.rate.name] for charge in changed}
    idle = {name for name, parts in left.items() if _cancel(parts)}
    return [charge for charge in changed if charge.rate.name not in idle]


def _cancel(parts: Iterable[Charge]) -> bool:
    sums = [(part.taxed.net, part.taxed.tax, part.quantity) for part in parts]
    return not any(sum(column) for column in zip(*sums, strict=True))


def _reached_back(period: ServicePeriod, rates: Iterable[RateLine]) -> bool:
    """Whether terms that apply to days of the period took effect after it was billed."""
    return any(
        period.closed_at is not None
        and rate.version.took_effect_at is not None
        and rate.version.took_effect_at > period.closed_at
        and rate.version.effective_from < period.ends_on
        for rate in rates
    )


def _late(period: ServicePeriod, ready: Ready) -> Iterable[Charge]:
    """For the meters billed in the period what came in after its bill, and what that bill left out as disputed."""
    for rate in ready.rates:
        span = _applies(rate, period)
        if span is None:
            continue
        done = ready.of(period, rate)
        if done.waits or (rate.meter and ready.usage.of(rate.meter, span) != done.quantity):
            with translation.override("zh-hans"):  # the paper is Chinese, whoever drafts it
                late, waited = _("%(name)s（%(period)s 迟报调整）"), _("%(name)s（%(period)s 对账异议处理后计入）")
                words = (waited if done.waits else late) % {"name": rate.name, "period": period}
            yield _adjustment(rate, period, span, ready, words=words)


def _repriced(period: ServicePeriod, ready: Ready) -> Iterable[Charge]:
    """For every price of the period, old and new, the difference to what was billed by it."""
    for rate in ready.rates:
        span = _applies(rate, period)
        if span is None and (rate.pk, period.pk) not in ready.billed:
            continue
        with translation.override("zh-hans"):
            words = _("%(name)s（%(period)s 按补充协议调整）") % {"name": rate.name, "period": period}
        days = span or (period.starts_on, period.starts_on)
        charge = _adjustment(rate, period, days, ready, words=words)
        if charge.taxed.gross or charge.quantity:
            yield charge


def _adjustment(rate: RateLine, period: ServicePeriod, span: Span, ready: Ready, *, words: str) -> Charge:
    """The difference that is left to bill for a closed period, with the usage rows that came late."""
    done = ready.of(period, rate)
    more = {
        "already_billed": str(done.of(rate)),
        "already_quantity": str(done.quantity),
        "late_events": _late_events(rate, period, span, seen=ready.seen) if rate.meter else [],
    }
    return _charge(rate, period, span, ready, words=words, more=more)


def _late_events(rate: RateLine, period: ServicePeriod, span: Span, *, seen: int) -> list[str]:
    """The usage rows that came after the last bill, the first twenty by name."""
    rows = UsageRecord.objects.filter(
        agreement=period.agreement_id, meter=rate.meter,
        occurred_at__gte=midnight(span[0]), occurred_at__lt=midnight(span[1]),
    )  # fmt: skip
    late = rows.filter(pk__gt=seen).order_by("pk").values_list("source", "source_event_id")
    return [f"{source}:{event}" for source, event in late[:NAMED_EVENTS]]


def _told(span: Span) -> list[str]:
    return [day.isoformat() for day in span]
