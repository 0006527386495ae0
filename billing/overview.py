"""What is owed in one glance: all that is open, what of it is overdue, and what is due next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from billing.money_sheets import yuan_of
from billing.open_items import open_bills


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Amounts in yuan; next_on is None when nothing is due from the day on."""

    outstanding: Decimal
    overdue: Decimal
    next_on: date | None
    next_amount: Decimal


def overview(on: date, *, agreements: QuerySet[Any] | None = None) -> Overview:
    """The overview of everybody, or of some agreements, on a day; two queries."""
    bills = open_bills(on, agreements=agreements)
    ahead = [bill for bill in bills if bill.due_on and bill.due_on >= on]
    next_on = min((bill.due_on for bill in ahead if bill.due_on), default=None)
    return Overview(
        outstanding=yuan_of(sum(bill.open_fen for bill in bills)),
        overdue=yuan_of(sum(bill.open_fen for bill in bills if bill.days_late(on) > 0)),
        next_on=next_on,
        next_amount=yuan_of(sum(bill.open_fen for bill in ahead if bill.due_on == next_on)),
    )
