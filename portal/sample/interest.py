"""Sample interest: an interest invoice and a waiver on an overdue bill with a part payment, and a cost on another."""

from datetime import timedelta
from decimal import Decimal

from billing import enforcing, interest_invoices, invoicing, waiving
from billing.models import Document
from contracts.models import Agreement
from portal.sample.moments import Moments, local, months_before
from portal.sample.people import People

INVOICED, WAIVED = 6, 1  # days ago up to which interest is invoiced, and then waived


def make_interest(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """Move the interest of the first Party B's oldest open bill, waive what came after; record a notary's fee."""
    clerk, lead, at = people["caiwu"], people["caiwuzhang"], moments.now
    bill = _bill(agreements[0], moments, 3)
    until, today = moments.days_ago(INVOICED), moments.today
    tax = interest_invoices.Tax(interest_invoices.tax_rate_of(bill))
    draft = interest_invoices.draft(bill, until=until, tax=tax, by=clerk, at=local(until, 16))
    invoicing.issue(draft, by=lead, on=until + timedelta(days=1), at=local(until + timedelta(days=1), 9))
    waiver = waiving.Waiver(
        until=moments.days_ago(WAIVED),
        reason="乙方财政支付系统切换，余款已排入本周支付计划",
        basis="财务例会纪要 2026 年第 41 期",
    )
    invoicing.issue(waiving.propose(bill, waiver, by=clerk, at=at), by=lead, on=today, at=at)
    floating = _bill(agreements[1], moments, 2)
    spent = enforcing.Spent(
        incurred_on=today, amount=Decimal("300.00"), description="债权文书公证费", proof="公证处收据 0042117"
    )
    enforcing.record_cost(floating, spent, by=clerk, at=at)


def _bill(agreement: Agreement, moments: Moments, months: int) -> Document:
    rows = Document.objects.issued().select_related("version", "agreement__party_b")
    first = months_before(moments.today, months)
    found: Document = rows.get(agreement=agreement, kind=Document.Kind.INVOICE, period__starts_on=first)
    return found
