"""A small world of money: two debtors whose accounts hold every kind of movement."""

from datetime import date
from decimal import Decimal

from django.db import connection

from billing import invoicing, receipts
from billing.models import BankReceipt, Document, DocumentLine, Refund
from contracts.models import Agreement
from people.models import User
from tests.billing import making
from tests.billing.making import NOW

ON = date(2026, 11, 20)
AT = NOW.replace(month=11, day=20)


def corrected(bill: Document, kind: str, gross: str, by: User, lead: User, *, on: date, part: str = "") -> Document:
    """An issued credit note or write-off of a bill; a credit note takes back its first line."""
    amount = Decimal(gross)
    document = Document.objects.create(
        kind=kind, agreement=bill.agreement, version=bill.version, refers_to=bill, reason="更正", writes_off=part,
        drafted_by=by, drafted_at=AT, net=amount, gross=amount,
    )  # fmt: skip
    DocumentLine.objects.create(
        document=document, position=1, description="更正", clause="6.1", net=amount, tax=Decimal(0),
        tax_rate=Decimal(0), gross=amount, corrects=bill.lines.first() if kind == "credit_note" else None,
    )  # fmt: skip
    return invoicing.issue(document, by=lead, on=on, at=AT)


def late_bill(agreement: Agreement, by: User, lead: User, *, received: date = date(2026, 10, 8)) -> Document:
    """The bill of September, 5,406.00, due ten working days after the receipt of its formal invoice (21 October)."""
    bill = making.issued(agreement, by, lead)
    making.received(bill, by, on=received)
    return bill


def paid(bill: Document, amount: str, on: date, by: User) -> BankReceipt:
    """Money that pays a bill; allocating it says whose it is, so that what is left counts as credit."""
    receipt = making.receipt(amount, value_date=on, at=AT, payer_name=bill.agreement.party_b.name)
    receipts.allocate(receipt, bill, by=by, at=AT)
    return receipt


def refunded(receipt: BankReceipt, amount: str, on: date, by: User, lead: User) -> Refund:
    """Money that went back."""
    return Refund.objects.create(
        receipt=receipt, amount=Decimal(amount), reason="多付", to_name="市大数据管理局", state="paid",
        proposed_by=by, proposed_at=AT, approved_by=lead, approved_at=AT, refunded_on=on, bank_txn_id="R1",
    )  # fmt: skip


def world(agreement: Agreement, other: Agreement, by: User, lead: User) -> Document:
    """The first debtor has a late bill, part paid with interest, then credited and waived, and 10.00 that was reversed
    and is free again.  The second has paid its bill with more than was asked, and got some of it back."""
    bill = late_bill(agreement, by, lead)
    paid(bill, "1000.00", date(2026, 10, 31), by)  # 27.03 interest, 972.97 principal
    wrong = paid(bill, "10.00", date(2026, 11, 2), by)
    receipts.reverse_payment(bill, wrong, reason="付错账单", by=lead, at=AT)
    corrected(bill, "credit_note", "106.00", by, lead, on=date(2026, 11, 5))
    corrected(bill, "write_off", "5.00", by, lead, on=date(2026, 11, 6), part="interest")
    second = making.issued(other, by, lead)
    ahead = paid(second, "6000.00", date(2026, 11, 10), by)
    refunded(ahead, "94.00", date(2026, 11, 12), by, lead)
    return bill


def past_the_guards(*statements: str) -> None:
    """Run SQL that the database refuses to everybody else: its triggers are away meanwhile, its checks are not."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'billing_%'")
        triggers = cursor.fetchall()
        for statement in [*(f'DROP TRIGGER "{name}"' for name, _sql in triggers), *statements]:
            cursor.execute(statement)
        for _name, sql in triggers:
            cursor.execute(sql)
