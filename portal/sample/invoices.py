"""Sample invoices: paid, overdue with a part payment, due soon, not yet due, waiting for receipt.  A run drafts the last."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing import formal_invoices, invoicing, periods, receipts, usage
from billing.models import Document, FormalInvoice, ServicePeriod
from contracts.models import Agreement
from portal.sample.moments import Moments, local, months_before
from portal.sample.organisations import ACCOUNT
from portal.sample.people import People
from portal.sample.usage import explain_before_bills, odd


@dataclass(frozen=True, kw_only=True)
class Bill:
    """One invoice: whose, of which month (months ago), and how far it has come.

    received: working days from today to the receipt of the formal invoice (negative), None while it is on its way.
    paid: share of the total, and the working days from today when it was paid.
    """

    body: int
    months_ago: int
    received: int | None = None
    paid: tuple[Decimal, int] | None = None


BILLS = (
    Bill(body=0, months_ago=4, received=-50, paid=(Decimal(1), -42)),
    Bill(body=0, months_ago=3, received=-30, paid=(Decimal("0.4"), -8)),
    Bill(body=0, months_ago=2, received=-8),
    Bill(body=0, months_ago=1, received=-2),
    Bill(body=1, months_ago=3, received=-28, paid=(Decimal(1), -20)),
    Bill(body=1, months_ago=2, received=-19),
    Bill(body=1, months_ago=1),
    Bill(body=2, months_ago=2, received=-6, paid=(Decimal(1), -1)),
)
METERS = (("query", 1900), ("download", 42000))


def make_invoices(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """Take in usage, open the months, draft, issue, record formal invoices, receipts and payments."""
    for agreement in agreements:
        first = agreement.effective_on or moments.today
        _take_usage(people, agreement, first, moments, odd_days=agreement == agreements[0])
        periods.open_periods(agreement, months=1, until=moments.today, by=people["caiwu"], at=local(first, 9))
    explain_before_bills(people, agreements[0], moments)
    for bill in sorted(BILLS, key=lambda made: -made.months_ago):
        _bill(people, agreements[bill.body], bill, moments)


def _take_usage(people: People, agreement: Agreement, first: date, moments: Moments, *, odd_days: bool) -> None:
    events = []
    day = first
    while day < moments.today:
        for meter, most in METERS:
            quantity = Decimal(most // 30 + (day.toordinal() * 37 + agreement.pk * 11) % (most // 60))
            counted = odd(quantity, meter, day, moments) if odd_days else quantity
            if counted is None:
                continue
            identity = f"{agreement.number}-{meter}-{day:%Y%m%d}"
            events.append(usage.Event(identity, meter, local(day, 18), counted))
        day += timedelta(days=1)
    usage.take_in(agreement, events, source="共享平台计量", batch=f"{first:%Y%m}", by=people["yunwei"], at=moments.now)


def _bill(people: People, agreement: Agreement, bill: Bill, moments: Moments) -> None:
    period = _period(agreement, months_before(moments.today, bill.months_ago))
    received_on = moments.working_day(bill.received) if bill.received is not None else None
    issued_on = min(period.ends_on + timedelta(days=2), received_on or moments.today)
    issued_on = max(issued_on, period.ends_on)
    draft = invoicing.draft_from_usage(agreement, period=period, by=people["caiwu"], at=local(period.ends_on, 9))
    document = invoicing.issue(draft, by=people["caiwuzhang"], on=issued_on, at=local(issued_on, 9, 30))
    invoice = _formal_invoice(people, document, issued_on, bill)
    if received_on is None:
        return
    received_on = max(received_on, issued_on)
    formal_invoices.record_received(
        invoice,
        on=received_on,
        proof=f"{agreement.party_b.contact_name}签收，政务快递回单",
        by=people["caiwu"],
        at=local(received_on, 16),
    )
    if bill.paid is not None:
        share, days = bill.paid
        _pay(people, document, share, max(moments.working_day(days), received_on))


def _formal_invoice(people: People, document: Document, issued_on: date, bill: Bill) -> FormalInvoice:
    face = formal_invoices.Face(
        kind=FormalInvoice.Kind.values[0],
        number=f"{issued_on:%y}362000{issued_on:%m%d}{bill.body + 1}{bill.months_ago}{document.pk:06d}",
        dated_on=issued_on,
        net=document.net,
        tax=document.tax,
        gross=document.gross,
    )
    return formal_invoices.record_formal_invoice(document, face, by=people["caiwu"], at=local(issued_on, 11))


def _pay(people: People, document: Document, share: Decimal, on: date) -> None:
    body = document.agreement.party_b
    entry = receipts.Entry(
        account=ACCOUNT.number,
        bank_txn_id=f"{on:%Y%m%d}{document.pk:08d}",
        value_date=on,
        amount=(document.gross * share).quantize(Decimal("0.01")),
        payer_name=body.name,
        memo=f"付 {document.number}",
    )
    receipts.receive_payment(document, entry, by=people["caiwu"], at=local(on, 17))


def _period(agreement: Agreement, first: date) -> ServicePeriod:
    found: ServicePeriod = agreement.periods.get(starts_on=first)
    return found
