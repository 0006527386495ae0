"""Speed of drafting, issuing and drawing bills: `python -m bench.billing.pdfs.run [bills]`.

Makes a database of its own, SQLite in a folder that goes afterwards.  Every bill is drafted from usage and issued by
the product's own verbs; its PDF is drawn from the frozen content, as the sweep after a month's run does.
"""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

BILLS, LINES, LONG = 3_000, 8, 500
FIRST, NEXT = date(2026, 9, 1), date(2026, 10, 1)


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of this process's own work: on a busy machine the second tells more."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - worked


def told(name: str, count: int, found: tuple[float, float]) -> None:
    clock, work = found
    print(f"{name:<28} {count:>6} {clock:>8.1f} s {work:>8.1f} s work {count / work:>8.0f} a second of work")


def main(count: int) -> None:
    """Measure and print."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from billing import invoicing
    from billing.models import Document
    from billing.printing import keep_pdf
    from worktime.calendars import load_bundled

    load_bundled()

    keep: list[Document] = []
    setattr(invoicing, "keep_pdf", keep.append)  # noqa: B010 - drawn afterwards, and counted by itself
    finance, lead, agreements = people_and_agreements(count)
    at = when()
    drafts: list[Document] = []
    told("drafted", count, spent(lambda: drafts.extend(draft(agreement, finance, at) for agreement in agreements)))
    issued: list[Document] = []
    told("issued", count, spent(lambda: issued.extend(invoicing.issue(d, by=lead, on=NEXT, at=at) for d in drafts)))
    keep_pdf(issued[0])  # the fonts, once a process
    told("drawn and kept, 8 lines", count - 1, spent(lambda: [keep_pdf(document) for document in issued[1:]]))
    again = [hashlib.sha256(drawn(document)).hexdigest() == document.pdf_sha256 for document in issued[:100]]
    print(f"drawn again, byte for byte the same: {sum(again)} of {len(again)}")
    long_bill(finance, lead, at)


def long_bill(finance: Any, lead: Any, at: Any) -> None:
    """How long issuing a bill of 500 lines holds the database: from the first lock to the commit."""
    from billing import invoicing

    agreement = make_agreement(LONG, number=1_000_000)
    document = draft(agreement, finance, at)
    begun: list[float] = []
    locked = invoicing._locked

    def first_lock(held: Any) -> Any:
        begun.append(time.perf_counter())
        return locked(held)

    setattr(invoicing, "_locked", first_lock)  # noqa: B010
    try:
        whole = spent(lambda: invoicing.issue(document, by=lead, on=NEXT, at=at))[0]
        inside = time.perf_counter() - begun[0]
    finally:
        invoicing._locked = locked
    print(
        f"issue of {LONG} lines: {whole * 1000:.0f} ms, of them {inside * 1000:.0f} ms from the first lock to the end"
    )
    told(f"drawn, {LONG} lines", 1, spent(lambda: drawn(document.__class__.objects.get(pk=document.pk))))


def drawn(document: Any) -> bytes:
    """The PDF anew."""
    from billing.document import from_dict
    from billing.pdf import draw

    return draw(from_dict(document.snapshot))


def when() -> Any:
    """A morning after September."""
    from billing.periods import midnight

    return midnight(NEXT) + timedelta(days=9)


def draft(agreement: Any, finance: Any, at: Any) -> Any:
    """The draft of September."""
    from billing import invoicing
    from tests.billing import making

    return invoicing.draft_from_usage(agreement, period=making.period(agreement, FIRST), by=finance, at=at)


def people_and_agreements(count: int) -> tuple[Any, Any, list[Any]]:
    """Two people, and agreements with eight prices each."""
    from people import roles
    from tests import make

    finance = make.user("finance", roles.FINANCE, name="李静")
    lead = make.user("lead", roles.FINANCE_LEAD, name="陈立")
    return finance, lead, [make_agreement(LINES, number=number) for number in range(count)]


HOURS: list[Any] = []


def make_agreement(lines: int, *, number: int) -> Any:
    """An agreement with so many prices: one flat fee, meters for the rest, each used."""
    from tests import make
    from tests.billing import making

    if not HOURS:
        HOURS.append(make.support_hours())
    agreement = make.agreement(version_support_hours=HOURS[0])
    making.platform_fee(agreement)
    events = []
    for line in range(1, lines):
        making.rate(agreement, name=f"第{line}号共享接口查询", meter=f"m{line}", unit_price=Decimal("0.05"))
        events.append(making.event("2000", meter=f"m{line}", source_event_id=f"{number}-{line}"))
    making.use(agreement, *events, at=when())
    return agreement


if __name__ == "__main__":
    os.environ["SHOUYUE_SECRET_KEY"] = "bench"
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SHOUYUE_VAR_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        import django

        django.setup()
        main(int(sys.argv[1]) if len(sys.argv) > 1 else BILLS)
