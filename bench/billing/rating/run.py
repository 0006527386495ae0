"""Speed of rating a month's usage of many agreements: `python -m bench.billing.rating.run [usage rows] [agreements]`.

The sums come by one grouped query, the rest is pure rating, as a run over all agreements does it.  Beside it stand, in
the same run, the ways of peers: one query for each agreement, rows of the ORM added up one by one, plain values added
up one by one.  All must come to the same yuan.  With DATABASE_URL naming a PostgreSQL server it runs there.
"""

import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bench.sla.run import SHANGHAI, database, spent

USAGE, AGREEMENTS, ROUNDS = 1_000_000, 2_000, 3
FIRST, AFTER = date(2026, 9, 1), date(2026, 10, 1)
MINUTES = 30 * 24 * 60


class World:
    """One agreement with three prices, a month and a use, made by the verbs, from which the others are copied."""

    def __init__(self) -> None:
        from billing import usage
        from billing.models import RateLine, ServicePeriod
        from tests import make

        self.agreement = make.agreement()
        self.version = self.agreement.versions.get()
        common = {"version": self.version, "valid_from": date(2026, 1, 1)}
        self.rates = [
            RateLine.objects.create(
                fee_kind="platform", name="平台使用费", model="flat", flat_amount=Decimal(5000), **common
            ),
            RateLine.objects.create(
                fee_kind="query", name="查询", meter="query", model="graduated", free_units=Decimal(1000),
                tiers=[{"up_to": "10000", "unit_price": "0.05"}, {"up_to": None, "unit_price": "0.03"}], **common,
            ),
            RateLine.objects.create(
                fee_kind="download", name="下载", meter="download", model="package", unit_price=Decimal(3),
                package_size=Decimal(50), minimum=Decimal(100), maximum=Decimal(9000), **common,
            ),
        ]  # fmt: skip
        self.period = ServicePeriod.objects.create(
            agreement=self.agreement, number=1, starts_on=FIRST, ends_on=AFTER, whole_days=30
        )
        event = usage.Event("e", "query", datetime(2026, 9, 1, tzinfo=SHANGHAI), Decimal("7.5"))
        usage.take_in(self.agreement, [event], source="bench", batch="b", by=None, at=datetime.now(SHANGHAI))
        self.use = self.agreement.usage.get()


def grow(world: World, size: int, agreements: int) -> None:
    """Copies of the agreement with its prices and month, and so many uses spread over all of them and the month."""
    from bench.sla import rows
    from billing.models import RateLine, ServicePeriod, UsageRecord
    from contracts.models import Agreement, AgreementVersion

    low, high = world.agreement.pk + 1, world.agreement.pk + agreements - 1
    if agreements > 1:
        rows.copies(Agreement, world.agreement.pk, low, high, {"number": rows.text("BENCH-")})
        shift = world.version.pk - world.agreement.pk
        copied = {"id": f"n.i + {shift}", "agreement_id": "n.i"}
        rows.copies(AgreementVersion, world.version.pk, low, high, copied)
        most = rows.most(RateLine)
        for place, rate in enumerate(world.rates):
            said = {"id": f"n.i + {most + place * agreements}", "version_id": f"n.i + {shift}"}
            rows.copies(RateLine, rate.pk, low, high, said)
        rows.copies(ServicePeriod, world.period.pk, low + 10, high + 10, {"agreement_id": "n.i - 10"})
    first = world.use.pk + 1
    said = {
        "agreement_id": f"{world.agreement.pk} + n.i % {agreements}",
        "source_event_id": rows.text("e"),
        "meter": f"CASE WHEN (n.i / {agreements}) % 3 = 0 THEN 'download' ELSE 'query' END",
        "occurred_at": rows.shifted("occurred_at", f"(n.i * 7919) % {MINUTES}"),
        "quantity": "1 + n.i % 97 + 0.25",
    }
    rows.copies(UsageRecord, world.use.pk, first, first + size - 2, said)
    rows.settle(Agreement, AgreementVersion, RateLine, ServicePeriod, UsageRecord)


def by_one_query() -> Decimal:
    """Ours: read for all, then rate."""
    from billing.charging import charged, ready_of
    from billing.models import ServicePeriod

    ready = ready_of(list(ServicePeriod.objects.all()))
    return sum((charge.net for one in ready.values() for charge in charged(one)), Decimal(0))


def by_agreement() -> Decimal:
    """A query for each agreement, as a bill that is drafted alone does it."""
    from billing.charging import charges_of
    from billing.models import ServicePeriod

    periods = ServicePeriod.objects.select_related("agreement")
    return sum((charge.net for one in periods for charge in charges_of(one.agreement, one)), Decimal(0))


def by_rows(read: Callable[[], Any]) -> Decimal:
    """What peers do: every use is read, and added up where the program runs."""
    from billing.charging import Ready, charged, ready_of
    from billing.models import ServicePeriod
    from billing.summing import Usage

    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for agreement, meter, quantity in read():
        sums[agreement, meter] += quantity
    total, empty = Decimal(0), ready_of([])
    assert empty == {}
    for period in ServicePeriod.objects.all():
        total += _rated(charged, Ready, Usage, period, sums)
    return total


def _rated(charged: Any, ready: Any, usage: Any, period: Any, sums: dict[tuple[int, str], Decimal]) -> Decimal:
    from billing.models import RateLine
    from billing.taxing import TaxTable

    rates = list(RateLine.objects.filter(version__agreement=period.agreement_id).select_related("version"))
    found = usage((FIRST, AFTER))
    for meter in ("query", "download"):
        found.sums[0, meter] = sums.get((period.agreement_id, meter), Decimal(0))
    made = charged(ready(rates, [period], found, {}, TaxTable()))
    return sum((charge.net for charge in made), Decimal(0))


def orm_rows() -> Any:
    from billing.models import UsageRecord

    rows = UsageRecord.objects.filter(occurred_at__gte=datetime(2026, 9, 1, tzinfo=SHANGHAI))
    return ((row.agreement_id, row.meter, row.quantity) for row in rows.iterator(chunk_size=5000))


def plain_values() -> Any:
    from billing.models import UsageRecord

    rows = UsageRecord.objects.filter(occurred_at__gte=datetime(2026, 9, 1, tzinfo=SHANGHAI))
    return rows.values_list("agreement_id", "meter", "quantity").iterator(chunk_size=5000)


def parts() -> None:
    """Where our time goes."""
    from billing.charging import charged, ready_of
    from billing.models import ServicePeriod
    from billing.summing import usage_of

    periods = list(ServicePeriod.objects.all())
    edges = {period.agreement_id: {period.starts_on, period.ends_on} for period in periods}
    clock, work = min(spent(lambda: usage_of(edges)) for _round in range(ROUNDS))
    print(f"  of which: sums of usage, one query     {clock:9.0f} ms, work {work:8.0f} ms")
    ready = list(ready_of(periods).values())
    clock, work = min(spent(lambda: [charged(one) for one in ready]) for _round in range(ROUNDS))
    print(f"  of which: rating {len(ready):,} agreements       {clock:9.0f} ms, work {work:8.0f} ms")


def report(label: str, work: Callable[[], Decimal], rounds: int, first: float = 0) -> tuple[float, Decimal]:
    """Time the work, best of the rounds, as a line with its ratio to the first."""
    found: list[Decimal] = []
    clock, used = min(spent(lambda: found.append(work())) for _round in range(rounds))
    ratio = f" ({clock / first:.1f}x)" if first else ""
    print(f"  {label:38} {clock:9.0f} ms, work {used:8.0f} ms{ratio}", flush=True)
    return clock, found[-1]


def main(size: int, agreements: int) -> None:
    """Make the rows, measure, print."""
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import connection

    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} processors")
    begun = time.perf_counter()
    grow(World(), size, agreements)
    took = timedelta(seconds=round(time.perf_counter() - begun))
    print(f"\n{size:,} uses of {agreements:,} agreements (made in {took})", flush=True)
    ours, right = report("one query for all, then rating", by_one_query, ROUNDS)
    parts()
    for label, way in (
        ("a query for each agreement", by_agreement),
        ("plain values added up", lambda: by_rows(plain_values)),
        ("rows of the ORM added up", lambda: by_rows(orm_rows)),
    ):
        _clock, found = report(label, way, 1, ours)
        assert found == right, (label, found, right)
    print(f"  the same by all: {right:,.2f} yuan before tax")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with database():
        main(*(given + [USAGE, AGREEMENTS][len(given) :]))
