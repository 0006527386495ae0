"""How debtors pay: the bills paid in full, when each was paid, and the median of the days they took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import F, FilteredRelation, Max, Q, QuerySet

from billing.models import Allocation
from billing.open_items import BILLS, fen_of
from billing.querysets import scaled_sum
from worktime.workdays import WorkdayCalendar

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class PaidBill:
    """A bill paid in full by money of the bank, and the days that count."""

    body: int
    agreement: int
    received_on: date
    due_on: date
    paid_on: date

    @property
    def days_late(self) -> int:
        """Calendar days from the due date to the last payment; below zero when it came early."""
        return (self.paid_on - self.due_on).days

    def working_days(self, days: WorkdayCalendar) -> int:
        """Working days from the receipt of the formal invoice (day 0) to the last payment."""
        return days.count_working_days(self.received_on, self.paid_on).value


def paid_bills(until: date, *, agreements: QuerySet[Any] | None = None) -> list[PaidBill]:
    """The bills paid in full by the end of a day, the last payment from the bank and after the formal invoice came."""
    rows: QuerySet[Any] = Allocation.objects.standing().filter(
        component="principal", effective_on__lte=until, document__kind__in=BILLS, document__state="issued"
    )
    if agreements is not None:
        rows = rows.filter(document__agreement__in=agreements)
    rows = rows.annotate(
        accepted=FilteredRelation(
            "document__formal_invoices", condition=Q(document__formal_invoices__state="accepted")
        ),
        gross_fen=fen_of("document__gross"),
    )
    keys = ("document", "document__agreement__party_b_id", "document__agreement_id", "gross_fen")
    days = ("accepted__received_on", "accepted__due_on")
    grouped = (
        rows.order_by()
        .values(*keys, *days)
        .annotate(
            paid=scaled_sum("amount", 2),
            paid_on=Max("effective_on", filter=Q(receipt__isnull=False)),
            last_on=Max("effective_on"),
        )
        .filter(paid__gte=F("gross_fen"), paid_on=F("last_on"), accepted__received_on__lte=F("paid_on"))
    )
    columns = (*keys[1:3], *days, "paid_on")
    return [PaidBill(*row) for row in grouped.values_list(*columns)]


def median_by(
    bills: Iterable[PaidBill], key: Callable[[PaidBill], Any], days: Callable[[PaidBill], int]
) -> dict[Any, Decimal]:
    """The median of some number of days, by whatever groups the bills, to a tenth of a day."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for bill in bills:
        groups[key(bill)].append(days(bill))
    return {name: middle(found) for name, found in groups.items()}


def middle(numbers: Iterable[int]) -> Decimal:
    """The median: the middle number, or half way between the two in the middle."""
    return Decimal(median([Decimal(number) for number in numbers])).quantize(TENTH)
