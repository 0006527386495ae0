"""Receipts that wait and what they might pay: proposals with their reasons; a person confirms, nothing is automatic."""

from django.db.models import QuerySet

from billing.models import BankReceipt, Document
from billing.payers import Payers
from billing.remittances import Reference, named_in
from contracts.models import Agreement, Organisation


def waiting_for(organisation: Organisation) -> QuerySet[BankReceipt]:
    """Receipts with money left whose payer is the organisation, or may be by name, account or what the payer wrote."""
    waiting = BankReceipt.objects.waiting()
    named, payers = _numbers_of(organisation), Payers()
    perhaps = [
        receipt.pk
        for receipt in waiting.filter(party__isnull=True)
        if any(claim.organisation == organisation.pk for claim in payers.claims(receipt))
        or named_in(receipt.memo, named)
    ]
    found: QuerySet[BankReceipt] = waiting.filter(party=organisation) | waiting.filter(pk__in=perhaps)
    return found


def _numbers_of(organisation: Organisation) -> list[Reference]:
    agreements = Agreement.objects.filter(party_b=organisation).values_list("number", "pk")
    documents = Document.objects.issued().filter(agreement__party_b=organisation)
    bills = documents.values_list("number", "pk")
    formal = documents.filter(formal_invoices__isnull=False).values_list("formal_invoices__number", "pk")
    return [Reference(number, key) for rows in (agreements, bills, formal) for number, key in rows]
