"""Receipts that wait and what they pay: proposals that a person confirms; nothing is matched by itself.

Confirming never takes anything back: it only adds to what people matched before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing import receipts
from billing.models import Allocation, BankReceipt, Document
from billing.payers import Payers
from billing.proposing import Matcher, Proposal
from billing.remittances import Reference, named_in
from contracts.models import Agreement, Organisation
from people.models import User
from people.refusal import Refused

Wanted: TypeAlias = "tuple[Document, Decimal | None]"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one confirmation among many."""

    receipt: BankReceipt | None
    done: bool
    words: str


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


def proposals_for(receipt: BankReceipt) -> list[Proposal]:
    """What one receipt might pay, the best first."""
    row = BankReceipt.objects.with_left().get(pk=receipt.pk)
    return Matcher([row]).proposals(row)


@transaction.atomic
def allocate_shares(receipt: BankReceipt, wanted: Sequence[Wanted], *, by: User, at: datetime) -> list[Allocation]:
    """Pay several bills with one receipt, all or none; an amount of None takes as much as both allow.

    Locks the receipt, then the bills by key: two people at once wait for one another and never forever.
    """
    if not wanted:
        raise Refused(_("请至少选择一张账单。"))
    if len({document.pk for document, _amount in wanted}) < len(wanted):
        raise Refused(_("同一张账单选了两次。"))
    receipt = receipts.held(receipt)
    for document in sorted((document for document, _amount in wanted), key=lambda one: one.pk):
        receipts.held_document(document)
    rows: list[Allocation] = []
    for document, amount in wanted:
        rows += receipts.allocate(receipt, document, amount=amount, by=by, at=at)
    return rows


def confirm(receipt: BankReceipt, digest: str, *, by: User, at: datetime) -> list[Allocation]:
    """Do what a proposal said, exactly as the person saw it.

    Raises Refused when it is not what would be proposed now: money was allocated meanwhile, or the bill was paid.
    """
    with transaction.atomic():
        receipts.held(receipt)
        proposal = next((one for one in proposals_for(receipt) if one.digest == digest), None)
        if proposal is None:
            raise Refused(_("这条提议已经变化，请刷新后重新查看。"))
        wanted: list[Wanted] = [(share.document, share.amount) for share in proposal.shares]
        return allocate_shares(receipt, wanted, by=by, at=at)


def confirm_many(chosen: Sequence[tuple[int, str]], *, by: User, at: datetime) -> list[Result]:
    """Confirm (receipt, digest) one after another; what cannot be done says why and does not hold up the rest."""
    found = BankReceipt.objects.in_bulk([key for key, _digest in chosen])
    results = []
    for key, digest in chosen:
        receipt = found.get(key)
        if receipt is None:
            results.append(Result(None, done=False, words=_("这笔收款已不存在。")))
            continue
        try:
            rows = confirm(receipt, digest, by=by, at=at)
        except Refused as refused:
            results.append(Result(receipt, done=False, words=str(refused)))
        else:
            total = sum((row.amount for row in rows), Decimal(0))
            numbers = "、".join(dict.fromkeys(str(row.document) for row in rows))
            words = _("已核销 %(amount)s 元到 %(numbers)s。") % {"amount": total, "numbers": numbers}
            results.append(Result(receipt, done=True, words=words))
    return results


def _numbers_of(organisation: Organisation) -> list[Reference]:
    agreements = Agreement.objects.filter(party_b=organisation).values_list("number", "pk")
    documents = Document.objects.issued().filter(agreement__party_b=organisation)
    bills = documents.values_list("number", "pk")
    formal = documents.filter(formal_invoices__isnull=False).values_list("formal_invoices__number", "pk")
    return [Reference(number, key) for rows in (agreements, bills, formal) for number, key in rows]
