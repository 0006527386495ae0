"""Drafting and issuing documents."""

from datetime import date, datetime

from billing.models import Document, ServicePeriod
from contracts.models import Agreement
from people.models import User


def draft_from_usage(agreement: Agreement, *, period: ServicePeriod, by: User, at: datetime) -> Document:
    """A draft invoice of the period: fixed fees, metered fees, and adjustments for late usage of earlier periods."""
    raise NotImplementedError


def request_issue(document: Document, *, by: User, at: datetime) -> Document:
    """Ask the finance lead to issue the draft."""
    raise NotImplementedError


def issue(document: Document, *, by: User, on: date, at: datetime) -> Document:
    """Give the draft its number and freeze it.  `by` must not be the person who drafted it."""
    raise NotImplementedError


def discard(document: Document, *, by: User, at: datetime) -> None:
    """Throw a draft away; the period may be drafted again."""
    raise NotImplementedError
