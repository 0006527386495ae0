"""The due dates of bills on the agenda: by right, and by who answers for them."""

from datetime import date

import pytest

from billing.dates import due_dates
from billing.models import Document, FormalInvoice
from contracts.agenda import Asked, Entry
from contracts.models import Agreement
from people.models import User
from tests.billing import making

pytestmark = pytest.mark.django_db
DUE = date(2026, 10, 21)


@pytest.fixture
def invoice(agreement: Agreement, finance: User, finance_lead: User) -> FormalInvoice:
    document: Document = making.issued(agreement, finance, finance_lead)
    return making.received(document, finance)


def found(user: User, *, mine: bool = False, last: date = DUE) -> list[Entry]:
    return list(due_dates(Asked(user=user, first=date(2026, 10, 1), last=last, today=date(2026, 10, 10), mine=mine)))


def test_a_bill_is_due_on_its_day(invoice: FormalInvoice, finance: User, agreement: Agreement) -> None:
    (entry,) = found(finance)

    assert (entry.day, entry.title, str(entry.state)) == (DUE, f"付款到期：{invoice.document.number}", "未到期")
    assert (entry.agreement, entry.closed, entry.provisional) == (agreement.number, False, False)
    assert found(finance, last=date(2026, 10, 20)) == []


def test_who_sees_it(
    invoice: FormalInvoice, agreement: Agreement, contract_manager: User, operator: User, party_b: User,
    party_b_other: User, finance: User,
) -> None:  # fmt: skip
    assert [len(found(user)) for user in (contract_manager, party_b, operator, party_b_other)] == [1, 1, 0, 0]
    assert [len(found(user, mine=True)) for user in (finance, contract_manager)] == [1, 0]
    Agreement.objects.filter(pk=agreement.pk).update(manager=contract_manager)
    assert len(found(contract_manager, mine=True)) == 1
    assert found(party_b)[0].url == f"/portal/documents/{invoice.document_id}/"


def test_what_was_not_received_has_no_day(agreement: Agreement, finance: User, finance_lead: User) -> None:
    making.issued(agreement, finance, finance_lead)

    assert found(finance, last=date(2027, 12, 31)) == []
