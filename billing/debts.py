"""What an agreement owes that is overdue: bill by bill, with what of it is disputed and may not be dunned."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.disputes import disputed_of
from billing.interest import InterestStatement
from billing.models import Document
from billing.money import ZERO, fen
from billing.overdue import statement
from billing.querysets_dunning import BILL_KINDS
from contracts.models import Agreement


@dataclass(frozen=True, slots=True)
class OverdueBill:
    """One bill on a day after its due date, with principal open."""

    document: Document
    due_on: date
    statement: InterestStatement
    disputed: Decimal

    @property
    def undisputed(self) -> Decimal:
        """The principal that may be demanded."""
        return max(self.statement.principal_open - self.disputed, ZERO)

    @property
    def interest(self) -> Decimal:
        """The open interest on the undisputed part, in proportion."""
        open_interest, principal = self.statement.interest_open, self.statement.principal_open
        return fen(open_interest * self.undisputed / principal) if self.disputed else open_interest

    @property
    def days_late(self) -> int:
        """Calendar days since the due date."""
        return (self.statement.as_of - self.due_on).days


def overdue_bills(agreement: Agreement, *, on: date) -> list[OverdueBill]:
    """The bills of an agreement whose due date is past on a day and whose principal is open, the oldest first."""
    rows = Document.objects.owing(until=on - timedelta(days=1)).filter(agreement=agreement, kind__in=BILL_KINDS)
    found = [_overdue(row, on) for row in rows.select_related("version__agreement").order_by("due_on", "pk")]
    return [bill for bill in found if bill.statement.principal_open > 0]


def hold_bills(agreement: Agreement) -> None:
    """Lock the agreement's issued bills until the transaction ends: a payment comes before or after, not between."""
    rows = Document.objects.issued().filter(agreement=agreement).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _overdue(document: Document, on: date) -> OverdueBill:
    due_on = document.due_on
    assert due_on is not None  # noqa: S101 - owing() has a due date
    return OverdueBill(document, due_on, statement(document, on=on), disputed_of(document, on=on))
