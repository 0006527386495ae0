"""What a service period costs: each rate on the usage of its days, less what was billed for it before.

Bill = rate(total so far) - already billed, so that late usage and corrections of an earlier period become one
adjustment line of the next bill, and splitting a run never changes a total.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Case, IntegerField, Max, Value, When
from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import Document, DocumentLine, RateLine, ServicePeriod
from billing.money import ZERO
from billing.periods import midnight
from billing.pricing import priced
from billing.querysets import scaled_sum
from contracts.models import Agreement, AgreementVersion
from people.refusal import Refused

NAMED_EVENTS = 20  # late usage rows named in the working of an adjustment
Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Charge:
    """One line to bill: a rate on the usage of a period, in yuan before tax."""

    rate: RateLine
    period: ServicePeriod
    description: str
    quantity: Decimal
    net: Decimal
    trace: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """Sums of usage by slice of time and meter: the slices are cut wherever a period or a rate begins or ends."""

    edges: tuple[date, ...]
    sums: dict[tuple[int, str], Decimal]

    def of(self, meter: str, span: Span) -> Decimal:
        """What a meter counted in [from, to)."""
        inside = [place for place, slice_ in enumerate(pairwise(self.edges)) if _within(slice_, span)]
        return sum((self.sums.get((place, meter), Decimal(0)) for place in inside), Decimal(0))


@dataclass(slots=True)
class Billed:
    """What earlier lines of other documents billed for a rate and a period."""

    net: Decimal = ZERO
    quantity: Decimal = field(default_factory=Decimal)


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier bills saw: their lines, and the last usage row that any of them counted."""

    billed: dict[tuple[int, int], Billed]
    seen: int


def charges_of(agreement: Agreement, period: ServicePeriod) -> list[Charge]:
    """The lines of a period's bill: its own charges, then adjustments of closed periods.

    Raises Refused when no rate applies, or something was used that has no price.
    """
    rates = _rates(agreement)
    earlier = agreement.periods.filter(state=ServicePeriod.State.CLOSED, starts_on__lt=period.starts_on)
    periods = [*earlier.order_by("starts_on"), period]
    own = [(rate, span) for rate in rates if (span := _applies(rate, period))]
    if not own:
        raise Refused(_("协议在 %(period)s 没有适用的价目，请先登记价目再出账。") % {"period": period})
    usage = _usage(agreement, periods, rates)
    _check_priced(periods, rates, usage)
    billed = _billed(agreement)
    charges = [_own_charge(rate, period, span, usage, billed) for rate, span in own]
    seen = max((closed.last_usage for closed in periods[:-1]), default=0)
    for closed in periods[:-1]:
        charges += _adjustments(closed, rates, usage, Before(billed, seen))
    return charges


def last_usage(agreement: Agreement) -> int:
    """The key of the last usage row of an agreement.  Under the agreement's lock every later row has a larger one."""
    newest: int | None = agreement.usage.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def _rates(agreement: Agreement) -> list[RateLine]:
    rows = RateLine.objects.filter(version__agreement=agreement, version__state=AgreementVersion.State.ACTIVE)
    return list(rows.select_related("version").order_by("version__effective_from", "fee_kind", "pk"))


def _applies(rate: RateLine, period: ServicePeriod) -> Span | None:
    """The days of a period on which a rate is in force."""
    start = max(period.starts_on, rate.version.effective_from, rate.valid_from)
    end = min(period.ends_on, rate.version.effective_to or date.max, rate.valid_to or date.max)
    return (start, end) if start < end else None


def _usage(agreement: Agreement, periods: Sequence[ServicePeriod], rates: Iterable[RateLine]) -> Usage:
    """One query for all usage of these periods, summed exactly."""
    edges = {edge for period in periods for edge in (period.starts_on, period.ends_on)}
    spans = [span for rate in rates for period in periods if (span := _applies(rate, period))]
    ordered = tuple(sorted(edges | {edge for span in spans for edge in span}))
    place = Case(
        *[When(occurred_at__lt=midnight(edge), then=Value(number)) for number, edge in enumerate(ordered[1:])],
        output_field=IntegerField(),
    )
    rows = (
        agreement.usage.filter(occurred_at__gte=midnight(ordered[0]), occurred_at__lt=midnight(ordered[-1]))
        .order_by()
        .annotate(place=place)
        .values("place", "meter")
        .annotate(micro=scaled_sum("quantity", 6))
    )
    return Usage(ordered, {(row["place"], row["meter"]): Decimal(row["micro"]).scaleb(-6) for row in rows})


def _check_priced(periods: Sequence[ServicePeriod], rates: Sequence[RateLine], usage: Usage) -> None:
    """Every unit that was used falls under exactly one price."""
    slices = list(pairwise(usage.edges))
    for (place, meter), quantity in sorted(usage.sums.items()):
        if quantity == 0:
            continue
        span = slices[place]
        found = [rate for rate in rates if rate.meter == meter and _covers(rate, periods, span)]
        if len(found) != 1:
            words = (
                _("计量项 %(meter)s 自 %(day)s 起有用量 %(quantity)s，但没有适用的价目；请先登记（免费的填 0 元）。")
                if not found
                else _("计量项 %(meter)s 自 %(day)s 起有两条以上适用的价目（用量 %(quantity)s），请更正适用期。")
            )
            raise Refused(words % {"meter": meter, "day": span[0], "quantity": f"{quantity.normalize():f}"})


def _covers(rate: RateLine, periods: Sequence[ServicePeriod], span: Span) -> bool:
    return any((days := _applies(rate, period)) and _within(span, days) for period in periods)


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _billed(agreement: Agreement) -> dict[tuple[int, int], Billed]:
    """By rate and period, over drafts and issued invoices, less the use that credit notes took back.

    Added up here, for SQLite adds decimals as doubles.
    """
    found: dict[tuple[int, int], Billed] = {}
    credited = DocumentLine.objects.filter(document__agreement=agreement, document__kind=Document.Kind.CREDIT_NOTE)
    for rate, period, net, quantity in credited.exclude(quantity=0).values_list(
        "rate_line", "period", "net", "quantity"
    ):
        part = found.setdefault((rate, period), Billed())
        part.net -= net
        part.quantity -= quantity
    lines = DocumentLine.objects.filter(document__agreement=agreement, document__kind=Document.Kind.INVOICE)
    rows = lines.filter(rate_line__isnull=False, period__isnull=False)
    for rate, period, net, quantity in rows.values_list("rate_line", "period", "net", "quantity"):
        part = found.setdefault((rate, period), Billed())
        part.net += net
        part.quantity += quantity
    return found


def _own_charge(
    rate: RateLine, period: ServicePeriod, span: Span, usage: Usage, billed: dict[tuple[int, int], Billed]
) -> Charge:
    """What the period's rate costs now; billed before is only what a later bill adjusted of a discarded draft."""
    done = billed.get((rate.pk, period.pk), Billed())
    quantity = usage.of(rate.meter, span) if rate.meter else Decimal(0)
    price = priced(rate, quantity, days=(span[1] - span[0]).days, whole_days=period.whole_days)
    trace = {**price.trace, "span": _told(span)}
    if done.net:
        trace["already_billed"] = str(done.net)
    return Charge(rate, period, rate.name, quantity - done.quantity, price.net - done.net, trace)


def _adjustments(period: ServicePeriod, rates: Iterable[RateLine], usage: Usage, before: Before) -> list[Charge]:
    """Late usage and corrections of a closed period; every price of it anew when a supplement reached back into it."""
    rates = list(rates)
    if not _reached_back(period, rates):
        return list(_late(period, rates, usage, before))
    changed = list(_repriced(period, rates, usage, before))
    # Where the new terms price a thing as the old ones did, the two lines would only cancel one another.
    left = {charge.rate.name: [part for part in changed if part.rate.name == charge.rate.name] for charge in changed}
    idle = {
        name
        for name, parts in left.items()
        if not sum(part.net for part in parts) and not sum(part.quantity for part in parts)
    }
    return [charge for charge in changed if charge.rate.name not in idle]


def _reached_back(period: ServicePeriod, rates: Iterable[RateLine]) -> bool:
    """Whether terms that apply to days of the period took effect after it was billed."""
    return any(
        period.closed_at is not None
        and rate.version.took_effect_at is not None
        and rate.version.took_effect_at > period.closed_at
        and rate.version.effective_from < period.ends_on
        for rate in rates
    )


def _late(period: ServicePeriod, rates: Iterable[RateLine], usage: Usage, before: Before) -> Iterable[Charge]:
    """For the meters billed in the period, what came in after its bill."""
    for rate in rates:
        span = _applies(rate, period)
        if not (rate.meter and span):
            continue
        done = before.billed.get((rate.pk, period.pk), Billed())
        if usage.of(rate.meter, span) != done.quantity:
            with translation.override("zh-hans"):  # the paper is Chinese, whoever drafts it
                words = _("%(name)s（%(period)s 迟报调整）") % {"name": rate.name, "period": period}
            yield _adjustment(rate, period, span, usage, before, words=words)


def _repriced(period: ServicePeriod, rates: Iterable[RateLine], usage: Usage, before: Before) -> Iterable[Charge]:
    """For every price of the period, old and new, the difference to what was billed by it."""
    for rate in rates:
        span = _applies(rate, period)
        if span is None and (rate.pk, period.pk) not in before.billed:
            continue
        with translation.override("zh-hans"):
            words = _("%(name)s（%(period)s 按补充协议调整）") % {"name": rate.name, "period": period}
        days = span or (period.starts_on, period.starts_on)
        charge = _adjustment(rate, period, days, usage, before, words=words)
        if charge.net or charge.quantity:
            yield charge


def _adjustment(
    rate: RateLine, period: ServicePeriod, span: Span, usage: Usage, before: Before, *, words: str
) -> Charge:
    """What a price costs for its days of a closed period, less what was billed by it; no days cost nothing."""
    done = before.billed.get((rate.pk, period.pk), Billed())
    quantity = usage.of(rate.meter, span) if rate.meter else Decimal(0)
    price = priced(rate, quantity, days=(span[1] - span[0]).days, whole_days=period.whole_days)
    trace = {
        **price.trace,
        "span": _told(span),
        "already_billed": str(done.net),
        "already_quantity": str(done.quantity),
        "late_events": _late_events(rate, period, span, seen=before.seen) if rate.meter else [],
    }
    return Charge(rate, period, words, quantity - done.quantity, price.net - done.net, trace)


def _late_events(rate: RateLine, period: ServicePeriod, span: Span, *, seen: int) -> list[str]:
    """The usage rows that came after the last bill, the first twenty by name."""
    rows = period.agreement.usage.filter(
        meter=rate.meter, occurred_at__gte=midnight(span[0]), occurred_at__lt=midnight(span[1])
    )
    late = rows.filter(pk__gt=seen).order_by("pk").values_list("source", "source_event_id")
    return [f"{source}:{event}" for source, event in late[:NAMED_EVENTS]]


def _told(span: Span) -> list[str]:
    return [day.isoformat() for day in span]
