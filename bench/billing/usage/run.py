"""A million usage rows in: `python -m bench.billing.usage.run [rows]`, ours beside what else a programmer would take.

Each route runs in a process and a database of its own, copied from one that was made once, so that its memory and its
table are its own.  With DATABASE_URL naming a PostgreSQL server the databases are made there and dropped afterwards.
"""

import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROWS, SLOW_ROWS = 1_000_000, 5_000  # what takes a millisecond a row is measured with fewer
SLOW = ("import-export", "import-export, bulk")
AT = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
MADE, USED = "shouyue_bench_usage", "shouyue_bench_usage_run"
AGREEMENTS = 20


def write(path: Path, rows: int, numbers: list[str]) -> None:
    """Ids in no order, three meters, forty-nine days; one quantity in ten has decimals."""
    dice = random.Random(7)
    begun = datetime(2026, 9, 1)  # noqa: DTZ001  wall time, as files have it
    with path.open("w", encoding="utf-8") as file:
        file.write("source_event_id,meter,occurred_at,quantity,agreement\n")
        for _row in range(rows):
            when = begun + timedelta(seconds=dice.randrange(49 * 86400))
            quantity = f"{dice.randrange(1, 500)}" if dice.random() < 0.9 else f"{dice.random() * 500:.3f}"
            meter = dice.choice(("query", "download", "interface"))
            file.write(f"{dice.getrandbits(96):024x},{meter},{when},{quantity},{dice.choice(numbers)}\n")


@contextmanager
def databases() -> Iterator[str]:
    """The address of the database from which the others are copied; it is there while the block runs."""
    url = os.environ.get("DATABASE_URL", "")
    os.environ["SHOUYUE_SECRET_KEY"] = "bench"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SHOUYUE_VAR_DIR"] = folder
        if not url.startswith("postgres"):
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/made.sqlite3"
            yield ""
            return
        _server(url, f"DROP DATABASE IF EXISTS {MADE} WITH (FORCE)", f"CREATE DATABASE {MADE}")
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{MADE}"))
        try:
            yield url
        finally:
            _server(url, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (MADE, USED)))


def _server(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def prepare() -> list[str]:
    """Migrate, and make the agreements; returns their numbers."""
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import connections

    call_command("migrate", verbosity=0)
    from tests import make

    numbers = [make.agreement().number for _at in range(AGREEMENTS)]
    connections.close_all()
    return numbers


def measured(route: str, path: Path, url: str) -> dict[str, Any] | None:
    """One route in a process and a database of its own; None where a peer is not installed."""
    folder = Path(os.environ["SHOUYUE_VAR_DIR"])
    if url:
        _server(url, f"DROP DATABASE IF EXISTS {USED} WITH (FORCE)", f"CREATE DATABASE {USED} TEMPLATE {MADE}")
        address = urlunsplit(urlsplit(url)._replace(path=f"/{USED}"))
    else:
        for old in folder.glob("used.sqlite3*"):
            old.unlink()
        shutil.copy(folder / "made.sqlite3", folder / "used.sqlite3")
        address = f"sqlite:///{folder}/used.sqlite3"
    said = [sys.executable, "-m", "bench.billing.usage.run", "--route", route, str(path)]
    done = subprocess.run(said, env={**os.environ, "DATABASE_URL": address}, capture_output=True, text=True)
    if done.returncode == 3:
        return None
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def memory(what: str) -> float:
    """Megabytes that this process has (VmRSS), or had at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def one(route: str, path: Path) -> None:
    """What the process of a route does: print seconds, own work, memory over the base, and rows."""
    import django

    django.setup()
    from django.db import connection

    from bench.billing.usage.peers import ROUTES
    from billing.models import UsageRecord

    if route in SLOW:
        try:
            import import_export  # noqa: F401
        except ImportError:
            sys.exit(3)
    connection.ensure_connection()
    base = memory("VmRSS")
    begun, worked = time.perf_counter(), time.process_time()
    ROUTES[route](path, AT)
    took, work = time.perf_counter() - begun, time.process_time() - worked
    grown = memory("VmHWM") - base
    print(json.dumps({"seconds": took, "work": work, "mb": grown, "rows": UsageRecord.objects.count()}))


def main(rows: int) -> None:
    """Make the files, measure every route, print."""
    with databases() as url:
        numbers = prepare()
        folder = Path(os.environ["SHOUYUE_VAR_DIR"])
        whole, few = folder / "whole.csv", folder / "few.csv"
        write(whole, rows, numbers)
        write(few, SLOW_ROWS, numbers)
        engine = "postgresql" if url else "sqlite"
        size = whole.stat().st_size // 2**20
        print(f"{engine}, Python {platform.python_version()}, {os.cpu_count()} processors, {rows:,} rows ({size} MB)")
        from bench.billing.usage.peers import ROUTES

        fastest = 0.0
        for route in ROUTES:
            found = measured(route, few if route in SLOW else whole, url)
            if found is None:
                print(f"  {route:22} not installed")
                continue
            each = found["seconds"] / found["rows"] * 1e6
            fastest = fastest or each
            print(
                f"  {route:22} {found['rows']:9,} rows {found['seconds']:8.1f} s (work {found['work']:6.1f} s) "
                f"{each:8.1f} us a row {each / fastest:7.2f} x raw  +{found['mb']:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if sys.argv[1:2] == ["--route"]:
        one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
