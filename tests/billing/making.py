"""Plain makers of billing rows, by the verbs themselves: September 2026 of an agreement with two prices."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from billing import formal_invoices, invoicing, periods, receipts, usage
from billing.models import BankReceipt, Document, FormalInvoice, RateLine, ServicePeriod
from billing.periods import midnight
from billing.tax import within_gross
from contracts.models import Agreement
from people.models import User

_numbers = count(1)

NOW = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)  # 11:00 in Shanghai
SEPTEMBER = date(2026, 9, 1)
OCTOBER = date(2026, 10, 1)


def rate(agreement: Agreement, **changes: Any) -> RateLine:
    """Queries at 0.05 yuan each, 6 % tax."""
    fields: dict[str, Any] = {
        "version": agreement.versions.get(number=1),
        "fee_kind": RateLine.FeeKind.QUERY,
        "name": "人口库查询",
        "meter": "query",
        "model": RateLine.Model.UNIT,
        "unit": "次",
        "unit_price": Decimal("0.05"),
        "tax_rate": Decimal(6),
        "valid_from": date(2026, 1, 1),
        **changes,
    }
    return RateLine.objects.create(**fields)


def platform_fee(agreement: Agreement, **changes: Any) -> RateLine:
    """5,000 yuan a period for the platform."""
    flat = {
        "fee_kind": "platform",
        "name": "平台使用费",
        "meter": "",
        "model": "flat",
        "unit": "期",
        "unit_price": None,
    }
    return rate(agreement, **{**flat, "flat_amount": Decimal("5000.00"), **changes})


def event(quantity: str = "100", **changes: Any) -> usage.Event:
    """A use in September 2026, by default with an id of its own."""
    fields: dict[str, Any] = {
        "source_event_id": f"e{next(_numbers)}",
        "meter": "query",
        "occurred_at": midnight(date(2026, 9, 10)) + timedelta(hours=10),
        "quantity": Decimal(quantity),
        **changes,
    }
    return usage.Event(**fields)


def use(agreement: Agreement, *events: usage.Event, at: datetime = NOW, by: User | None = None) -> usage.Taken:
    """Take events in."""
    return usage.take_in(agreement, events, source="网关", batch="b1", by=by, at=at)


def months(agreement: Agreement, until: date = OCTOBER) -> list[ServicePeriod]:
    """The months of an agreement from its beginning."""
    return periods.open_periods(agreement, months=1, until=until, by=None, at=NOW)


def period(agreement: Agreement, first: date = SEPTEMBER) -> ServicePeriod:
    """One open period, made alone: the tests of most verbs need no history before it."""
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return ServicePeriod.objects.create(
        agreement=agreement,
        number=first.year * 12 + first.month,
        starts_on=first,
        ends_on=following,
        whole_days=(following - first).days,
    )


def draft(agreement: Agreement, by: User, *, at: datetime = NOW) -> Document:
    """A draft of September: 5,000 yuan and 2,000 queries of 0.05, 5,406.00 with 6 % tax."""
    platform_fee(agreement)
    rate(agreement)
    use(agreement, event("2000"))
    return invoicing.draft_from_usage(agreement, period=period(agreement), by=by, at=at)


def issued(agreement: Agreement, by: User, lead: User, *, on: date = OCTOBER, at: datetime = NOW) -> Document:
    """The same, issued."""
    return invoicing.issue(draft(agreement, by, at=at), by=lead, on=on, at=at)


def owed(agreement: Agreement, principal: str, due_on: date, *, issued_on: date | None = None) -> Document:
    """An issued bill over just so much, due on just that day, with one line at 6 % tax: for arithmetic on debts."""
    number, day = next(_numbers), issued_on or due_on - timedelta(days=30)
    gross = Decimal(principal)
    taxed = within_gross(gross, Decimal("0.06"))
    document = Document.objects.create(
        agreement=agreement, version=agreement.versions.latest("number"), state=Document.State.DRAFT,
        net=taxed.net, tax=taxed.tax, gross=gross, drafted_at=NOW,
    )  # fmt: skip
    document.lines.create(
        position=1,
        description="平台使用费",
        clause="6.1",
        net=taxed.net,
        tax_rate=Decimal(6),
        tax=taxed.tax,
        gross=gross,
    )
    document.state, document.series, document.year, document.sequence = Document.State.ISSUED, "ZD", day.year, number
    document.number, document.issued_on, document.issued_at = f"ZD-{day.year}-{number:05d}", day, NOW
    document.snapshot = {}
    document.save()
    FormalInvoice.objects.create(
        document=document, kind=FormalInvoice.Kind.DIGITAL_SPECIAL, number=f"26362000{number:012d}", dated_on=day,
        net=taxed.net, tax=taxed.tax, gross=gross, state=FormalInvoice.State.ACCEPTED, received_on=day, due_on=due_on,
        recorded_at=NOW,
    )  # fmt: skip
    return document


def more_bills(agreement: Agreement, by: User, lead: User, *, count: int) -> None:
    """Issued bills of the months after September, each with its formal invoice received."""
    for month in range(10, 10 + count):
        year, place = 2026 + (month - 1) // 12, (month - 1) % 12 + 1
        made = period(agreement, date(year, place, 1))
        at = midnight(made.ends_on) + timedelta(days=3)
        draft_ = invoicing.draft_from_usage(agreement, period=made, by=by, at=at)
        document = invoicing.issue(draft_, by=lead, on=made.ends_on, at=at)
        received(document, by, on=made.ends_on, at=at)


def face(document: Document, **changes: Any) -> formal_invoices.Face:
    """A correct formal invoice for a document."""
    fields: dict[str, Any] = {
        "kind": FormalInvoice.Kind.DIGITAL_SPECIAL,
        "number": f"26362000{next(_numbers):012d}",
        "dated_on": document.issued_on,
        "net": document.net,
        "tax": document.tax,
        "gross": document.gross,
        **changes,
    }
    return formal_invoices.Face(**fields)


def received(document: Document, by: User, *, on: date = date(2026, 10, 8), at: datetime = NOW) -> FormalInvoice:
    """The document's formal invoice, received by Party B."""
    invoice = formal_invoices.record_formal_invoice(document, face(document), by=by, at=at)
    return formal_invoices.record_received(invoice, on=on, proof="刘洋签收", by=by, at=at)


def entry(amount: str = "5406.00", **changes: Any) -> receipts.Entry:
    """A line of the bank statement."""
    fields: dict[str, Any] = {
        "account": "4402 0001 1900 0000 123",
        "bank_txn_id": f"T{next(_numbers):08d}",
        "value_date": date(2026, 10, 20),
        "amount": Decimal(amount),
        "payer_name": "市大数据管理局",
        **changes,
    }
    return receipts.Entry(**fields)


def receipt(amount: str = "5406.00", *, at: datetime = NOW, **changes: Any) -> BankReceipt:
    """Money on the account."""
    return receipts.record_bank_receipt(entry(amount, **changes), by=None, at=at)


def amounts(rows: Sequence[Any]) -> list[tuple[str, str]]:
    """Component and amount of allocations, as they would be read aloud."""
    return [(row.component, str(row.amount)) for row in rows]
