"""Sample arrears: old bills of the agreement that was suspended for them, one of them paid late and in part."""

from datetime import date, timedelta
from decimal import Decimal

from billing import formal_invoices, invoicing, periods, receipts
from billing.models import Document, FormalInvoice, RateLine
from contracts.models import Agreement
from portal.sample.moments import Moments, local, months_before
from portal.sample.organisations import ACCOUNT
from portal.sample.people import People

FEE = Decimal("2400.00")
MONTHS = (6, 5, 4, 3)  # months ago; the first of them was paid, late
PAID_LATE = timedelta(days=40)


def make_arrears(people: People, moments: Moments) -> None:
    """A platform fee of four months, billed and received in time."""
    agreement = Agreement.objects.get(party_b__name="南浦区人力资源和社会保障局")
    first = months_before(moments.today, MONTHS[0])
    RateLine.objects.create(
        version=agreement.versions.earliest("number"), fee_kind="platform", name="平台使用费", model="flat",
        flat_amount=FEE, valid_from=agreement.effective_on or first,
    )  # fmt: skip
    at = local(first, 9)
    periods.open_periods(agreement, months=1, until=moments.today, by=people["caiwu"], at=moments.now)
    # What is older was paid before the portal came into use: those months were billed elsewhere.
    for period in agreement.periods.filter(starts_on__lt=first, state="open"):
        period.state, period.closed_at = period.State.CLOSED, at
        period.save()
    bills = [_bill(people, agreement, months_before(moments.today, ago)) for ago in MONTHS]
    _pay(people, bills[0])


def _bill(people: People, agreement: Agreement, first: date) -> Document:
    period = agreement.periods.get(starts_on=first)
    on = period.ends_on
    draft = invoicing.draft_from_usage(agreement, period=period, by=people["caiwu"], at=local(on, 9))
    bill = invoicing.issue(draft, by=people["caiwuzhang"], on=on, at=local(on, 10))
    face = formal_invoices.Face(
        kind=FormalInvoice.Kind.values[0], number=f"{on:%Y}362000{on:%m%d}9{bill.pk:05d}", dated_on=on,
        net=bill.net, tax=bill.tax, gross=bill.gross,
    )  # fmt: skip
    invoice = formal_invoices.record_formal_invoice(bill, face, by=people["caiwu"], at=local(on, 11))
    received = on + timedelta(days=3)
    formal_invoices.record_received(
        invoice, on=received, proof="丁一鸣签收", by=people["caiwu"], at=local(received, 16)
    )
    return bill


def _pay(people: People, bill: Document) -> None:
    """Paid late, with the interest, and a little too much: what is over stays the payer's credit."""
    invoice = bill.formal_invoices.get()
    on = (invoice.due_on or invoice.dated_on) + PAID_LATE
    entry = receipts.Entry(
        account=ACCOUNT.number, bank_txn_id=f"{on:%Y%m%d}{bill.pk:08d}", value_date=on, amount=Decimal("2650.00"),
        payer_name=bill.agreement.party_b.name, memo=f"付 {bill.number} 及利息",
    )  # fmt: skip
    receipts.receive_payment(bill, entry, by=people["caiwu"], at=local(on, 17))
