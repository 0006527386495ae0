"""Speed of the sweep, of filing, of lists and of replays over many rows: `python -m bench.sla.run [clocks]`.

Makes a database of its own: SQLite in a folder that goes afterwards, or, with DATABASE_URL naming a PostgreSQL server,
a database `shouyue_bench_sla` beside it that is dropped afterwards.  Beside the sweep stand, in the same run, the ways
of peers that look at every open row.  Milliseconds of another machine will differ; what counts is what grows with what.
"""

import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

SIZES = (10_000, 100_000, 1_000_000)
DUE = {10_000: (0, 10), 100_000: (0, 10), 1_000_000: (0, 10, 1000)}
BODIES = 50
REPLAYED = 100_000
ROUNDS = 5
DATABASE = "shouyue_bench_sla"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 9, 16, 9, 0, tzinfo=SHANGHAI)
FAR = datetime(2046, 9, 16, 9, 0, tzinfo=SHANGHAI)
LATER = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)


def timed(work: Callable[[], object], rounds: int = 1) -> float:
    """Milliseconds by the clock, best of the rounds."""
    return min(spent(work)[0] for _round in range(rounds))


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock and of this process's own work: on a busy machine the second tells more."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000


@contextmanager
def database() -> Iterator[None]:
    """Settings for a database that is there while the block runs."""
    url = os.environ.get("DATABASE_URL", "")
    os.environ["SHOUYUE_SECRET_KEY"] = "bench"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SHOUYUE_VAR_DIR"] = folder
        if not url.startswith("postgres"):
            os.environ.pop("DATABASE_URL", None)
            yield
            return
        import psycopg

        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            server.execute(f"CREATE DATABASE {DATABASE}")
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
            with psycopg.connect(url, autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


class World:
    """The people and agreements of the bench, and one ticket by the verbs from which the others are copied."""

    def __init__(self) -> None:
        from sla import tickets
        from sla.models import Clock, ClockEvent
        from tests import make

        self.agreements = [make.agreement() for _body in range(BODIES)]
        self.reporter = make.user("bench_b", name="刘洋")
        make.member(self.reporter, self.agreements[0].party_b)
        self.operator = make.user("bench_a", "operations lead", "operations", name="赵国强")
        report = tickets.Report(
            agreement=self.agreements[0], kind="fault", title="接口返回超时", description="自 8:40 起连续返回 504。",
            found_at=NINE,
        )  # fmt: skip
        self.ticket = tickets.file(report, at=NINE, by=self.reporter)
        Clock.objects.filter(ticket=self.ticket).update(next_check_at=FAR)
        self.clock = Clock.objects.get(ticket=self.ticket, kind="solution")
        self.started = ClockEvent.objects.get(clock=self.clock)
        self.agreement_of = f"{self.agreements[0].pk} + n.i % {BODIES}"
        self.version_of = f"{self.agreements[0].versions.get().pk} + n.i % {BODIES}"


def grow(world: World, size: int) -> None:
    """As many open tickets, each with a running solution clock that nobody must look at for long."""
    from bench.sla import rows
    from sla.models import Clock, Ticket

    first, minutes = rows.most(Ticket) + 1, "n.i % 40000"
    times = {name: rows.shifted(name, minutes) for name in ("found_at", "reported_at", "received_at")}
    said = {
        **times, "number": rows.text("B"), "submission_key": rows.key(), "agreement_id": world.agreement_of,
        "version_id": world.version_of, "priority": "1 + n.i % 4",
    }  # fmt: skip
    rows.copies(Ticket, world.ticket.pk, first, size, said)
    shifts = {name: rows.shifted(name, minutes) for name in ("started_at", "due_at", "breach_from")}
    shifts["next_check_at"] = rows.shifted("next_check_at", minutes)
    said = {**shifts, "ticket_id": "n.i", "version_id": world.version_of, "id": "n.i + 10"}
    rows.copies(Clock, world.clock.pk, max(first, 11), size, said)
    rows.settle(Ticket, Clock)


def make_due(world: World, count: int) -> None:
    """Let so many of the newest clocks be due: started with the others, their time used up."""
    from bench.sla import rows
    from sla.models import Clock, ClockEvent

    if not count:
        return
    due = list(Clock.objects.filter(state="running", next_check_at__gt=LATER).order_by("-pk").values_list("pk")[:count])
    last = rows.most(ClockEvent)
    fresh = [pk for (pk,) in due]
    low, high = min(fresh), max(fresh)
    clock = "(SELECT c.started_at FROM sla_clock c WHERE c.id = n.i)"
    version = "(SELECT c.version_id FROM sla_clock c WHERE c.id = n.i)"
    rows.copies(
        ClockEvent, world.started.pk, low, high,
        {"id": f"n.i + {last}", "clock_id": "n.i", "at": clock, "recorded_at": clock, "data": data_of(world, version)},
    )  # fmt: skip
    assert high - low + 1 == count, "the newest clocks stand in a row"
    rows.settle(ClockEvent)
    Clock.objects.filter(pk__range=(low, high)).update(next_check_at=NINE, next_level=50)


def data_of(world: World, version: str) -> str:
    """The first event's data with the copy's own terms."""
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"jsonb_set(o.data, '{{version}}', to_jsonb({version}))"
    return f"json_set(o.data, '$.version', {version})"


def sweeps(world: World, size: int) -> None:
    """The sweep with nothing, ten and a thousand due, and the peers' scans of the same rows."""
    from sla import watch
    from sla.models import Clock

    print(f"\n{size:,} open clocks")
    for count in DUE[size]:
        make_due(world, count)
        rounds = ROUNDS if count == 0 else 1
        found: list[Any] = []
        took = timed(lambda keep=found: keep.append(watch.sweep(LATER)), rounds)  # type: ignore[misc]
        assert sum(found[0].values()) == found[0]["breached"] == count, found
        each = f"{took / count:7.2f} ms each" if count else ""
        print(f"  sweep, {count:5,} due            {took:12.2f} ms {each}")
    running = Clock.objects.filter(state="running")
    seen = timed(lambda: sum(c.due_at <= NINE for c in running.iterator(chunk_size=2000)))
    print(f"  a scan by rows of the ORM      {seen:12.0f} ms")
    plain = running.values_list("due_at", "breached_at")
    seen = timed(lambda: sum(due <= NINE for due, _broken in plain.iterator(chunk_size=10_000)))
    print(f"  a scan by plain values         {seen:12.0f} ms")


def pages(world: World) -> None:
    """Lists and filing over HTTP, as the test client drives them."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from people.submitting import KEY_FIELD, new_key
    from sla.models import Ticket

    console, portal = Client(), Client()
    console.force_login(world.operator, backend="django.contrib.auth.backends.ModelBackend")
    portal.force_login(world.reporter, backend="django.contrib.auth.backends.ModelBackend")
    listed, clocks = reverse("admin:sla_ticket_changelist"), reverse("admin:sla_clock_changelist")
    looked = (
        (console, "console, the queue", listed),
        (console, "console, all tickets", f"{listed}?queue=all"),
        (console, "console, page 200", f"{listed}?queue=all&p=200"),
        (console, "console, one priority", f"{listed}?queue=all&priority__exact=1"),
        (console, "console, a number", f"{listed}?q=B777777"),
        (console, "console, at risk", f"{listed}?queue=risk"),
        (console, "console, clocks", clocks),
        (console, "workbench", reverse("admin:sla_ticket_workbench")),
        (console, "attainment", reverse("admin:sla_servicereport_attainment")),
        (portal, "portal, own tickets", reverse("sla:tickets")),
        (portal, "portal, due first", f"{reverse('sla:tickets')}?sort=due&group=open"),
        (portal, "portal, a word", f"{reverse('sla:tickets')}?q=%E8%B6%85%E6%97%B6"),
    )
    print(f"\npages at {Ticket.objects.count():,} tickets")
    for client, label, url in looked:
        answer = client.get(url)
        assert answer.status_code == 200, (label, answer.status_code)
        clock, work = min(spent(lambda c=client, u=url: c.get(u)) for _round in range(2))  # type: ignore[misc]
        print(f"  {label:30} {clock:12.0f} ms, of which work {work:8.0f} ms", flush=True)

    def file() -> None:
        found = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
        said = {
            "agreement": world.agreements[0].pk, "kind": "fault", "title": "接口超时", "description": "返回 504。",
            "impact": "part", "urgency": "medium", "found_at": found, KEY_FIELD: new_key(),
        }  # fmt: skip
        answer = portal.post(reverse("sla:new"), said)
        assert answer.status_code == 302, answer.context["form"].errors

    file()
    print(f"  {'filing a report':30} {timed(file, ROUNDS):12.0f} ms")


def replays(world: World) -> None:
    """A hundred thousand tickets of a year before, with answers, pauses and solutions, under other terms."""
    from decimal import Decimal

    from sla.replaying import Calendars, Scope, added, batches, replayed, seconds
    from sla.whatif import Otherwise

    lived(world)
    scope = Scope(
        received_from=NINE.date().replace(year=2025, month=1, day=1), received_to=NINE.date().replace(year=2025)
    )
    solution = {("solution", 0): seconds(Decimal(4))}
    print(f"\nreplay of {REPLAYED:,} tickets")
    for label, otherwise, natural in (
        ("as agreed", Otherwise(), False),
        ("solution in 4 h", Otherwise(kinds=frozenset({"fault"}), targets=solution), False),
        ("solution in 4 h, 7x24", Otherwise(kinds=frozenset({"fault"}), targets=solution, other_hours=True), True),
    ):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        summary: dict[str, dict[str, int]] = {}
        begun, worked = time.perf_counter(), time.process_time()
        for some in batches(scope):
            summary = added(summary, replayed(some, otherwise, Calendars(hours=None, natural=natural), LATER))
        took, work = time.perf_counter() - begun, time.process_time() - worked
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        clocks = sum(counts["clocks"] for counts in summary.values())
        would = sum(counts["would"] for counts in summary.values())
        print(f"  {label:26} {took:8.1f} s (work {work:.1f} s), {clocks:,} clocks, {would:,} broken, +{grown:.0f} MB")


def lived(world: World) -> None:
    """Tickets of the first months of 2025, each with a response clock of two events and a solution clock of four."""
    from bench.sla import rows
    from sla.models import Clock, ClockEvent, Ticket

    first = rows.most(Ticket) + 1
    last = first + REPLAYED - 1
    minutes = f"(n.i - {first}) % 350000 - 60 * 24 * 610"
    back = {
        name: rows.shifted(name, minutes).replace("'+'", "''") for name in ("found_at", "reported_at", "received_at")
    }
    said = {**back, "number": rows.text("L"), "submission_key": rows.key()}
    rows.copies(Ticket, world.ticket.pk, first, last, said)
    for kind in ("response", "solution"):
        like = Clock.objects.get(ticket=world.ticket, kind=kind)
        start = ClockEvent.objects.get(clock=like)
        base = rows.most(Clock) + 1 - first
        shift = {"started_at": rows.shifted("started_at", minutes).replace("'+'", "''")}
        gone = {"due_at": "NULL", "breach_from": "NULL", "next_check_at": "NULL", "next_level": "NULL"}
        stopped = {"state": "'measured'", "stopped_at": shift["started_at"], "target_seconds": "NULL"}
        rows.copies(
            Clock, like.pk, first, last, {**shift, **gone, **stopped, "id": f"n.i + {base}", "ticket_id": "n.i"}
        )
        acts = [("started", "0", "")]
        acts += (
            [("paused", "40 + n.i % 200", "awaiting_party_b"), ("resumed", "300 + n.i % 900", "awaiting_party_b")]
            if (kind == "solution")
            else []
        )
        acts += [("stopped", "20 + n.i % 180" if kind == "response" else "1300 + n.i % 3000", "")]
        for seq, (name, later, reason) in enumerate(acts, 1):
            at = rows.shifted("at", f"{minutes} + {later}").replace("'+'", "''")
            data = {} if name == "started" else {"data": "'{}'"}
            rows.copies(
                ClockEvent, start.pk, first, last,
                {
                    "id": f"n.i + {rows.most(ClockEvent) + 1 - first}", "clock_id": f"n.i + {base}", "seq": str(seq),
                    "kind": f"'{name}'", "reason": f"'{reason}'", "at": at, "recorded_at": at, **data,
                },
            )  # fmt: skip
    rows.settle(Ticket, Clock, ClockEvent)


def main(largest: int) -> None:
    """Make the rows, measure, print."""
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} processors")
    world = World()
    for size in SIZES:
        if size <= largest:
            begun = time.perf_counter()
            grow(world, size)
            print(f"\n(made {size:,} tickets in {time.perf_counter() - begun:.0f} s)", flush=True)
            sweeps(world, size)
    pages(world)
    replays(world)


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with database():
        main(asked)
