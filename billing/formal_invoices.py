"""The tax bureau's invoice for a document: recorded, received, returned, red-lettered."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from billing.models import Document, FormalInvoice
from people.models import User


class Face(NamedTuple):
    """What stands on the formal invoice."""

    kind: str  # FormalInvoice.Kind
    number: str
    dated_on: date
    net: Decimal
    tax: Decimal
    gross: Decimal


def record_formal_invoice(document: Document, face: Face, *, by: User, at: datetime) -> FormalInvoice:
    """Record the formal invoice made for an issued document; its amounts must be ours."""
    raise NotImplementedError


def record_received(invoice: FormalInvoice, *, on: date, proof: str, by: User, at: datetime) -> FormalInvoice:
    """Party B received a correct formal invoice on a civil day: the time to pay begins (clause 6.2.1)."""
    raise NotImplementedError


def reject(invoice: FormalInvoice, *, on: date, reason: str, by: User, at: datetime) -> FormalInvoice:
    """Party B returned the formal invoice: no time to pay runs."""
    raise NotImplementedError


def red_letter(
    invoice: FormalInvoice, *, on: date, number: str, reason: str, by: User, at: datetime
) -> FormalInvoice:
    """The formal invoice was cancelled by a red-letter one: the time to pay that it started falls away."""
    raise NotImplementedError
