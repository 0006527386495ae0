"""Bank receipts and what they pay."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.models import Allocation, BankReceipt, Document
from people.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a bank statement."""

    account: str
    bank_txn_id: str
    value_date: date
    amount: Decimal
    payer_name: str
    payer_account: str = ""
    memo: str = ""
    occurrence: int = 1


def record_bank_receipt(entry: Entry, *, by: User | None, at: datetime) -> BankReceipt:
    """Record money on our account.  Raises Refused when this bank transaction is recorded already."""
    raise NotImplementedError


def allocate(
    receipt: BankReceipt, document: Document, *, amount: Decimal | None = None, by: User, at: datetime
) -> list[Allocation]:
    """Pay a document with `amount` of a receipt (None: as much as both allow), in the order of the terms."""
    raise NotImplementedError


def receive_payment(document: Document, entry: Entry, *, by: User, at: datetime) -> BankReceipt:
    """Record a receipt and allocate it to the document, in one step."""
    raise NotImplementedError


def reverse(allocation: Allocation, *, reason: str, by: User, at: datetime) -> Allocation:
    """Undo an allocation by a mirrored row."""
    raise NotImplementedError
